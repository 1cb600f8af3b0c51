"""The queue of uncertain claims: who asks gets one claim that nobody else is looking at, and holds it for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from claims.register.models import Claim
from claims.triage.by_hand import classify_by_hand
from claims.triage.certainty import UNCERTAIN_BELOW
from claims.triage.models import Classification
from claims.triage.selectors import uncertain_claims
from claims.triage.services import PERMISSION
from claims.triage.turns import LEASE, QueueTurn
from relief import clock
from relief.access import require
from relief.errors import RuleBroken, database_rules
from relief.scope import working_incident_id

if TYPE_CHECKING:
    from relief.accounts.models import User

_TRIES = 20
_TAKEN = "one_person_looks_at_an_uncertain_claim"


def held_by(user: User) -> Classification | None:
    """Return the classification of the claim that is the person's turn in his incident, or None."""
    turn = QueueTurn.objects.visible_to(user).filter(user=user).first()
    if turn is None:
        return None
    # Settled elsewhere meanwhile, it is nobody's turn any more; one that was opened again is shown all the same.
    still = Q() if turn.claim_id == turn.previous_id else Q(confidence__lt=UNCERTAIN_BELOW)
    return _rows(user).filter(still, pk=turn.claim_id).first()


def may_open_last(user: User) -> bool:
    """Say whether the person has a claim before this one that can be opened again."""
    turn = QueueTurn.objects.filter(user=user).first()
    if turn is None or turn.previous_id is None or turn.previous_id == turn.claim_id:
        return False
    return _rows(user).filter(pk=turn.previous_id).exists()


def take_turn(*, by: User) -> Classification | None:
    """Give the person an uncertain claim of his incident, the same until he acts, and return its classification.

    Nobody else is given it until he acts or the lease is over. Claims come in the order in which they were
    registered, those that he passed over at the end. None where nothing is left for him. Raises NotAllowed.
    """
    require(by, PERMISSION)
    held = held_by(by)
    if held is not None and _hold(by, held.pk):
        return held
    for _attempt in range(_TRIES):
        found = _next(by)
        if found is None or _hold(by, found.pk):
            return found
    return None


def confirm(*, by: User, claim: Claim, values: Mapping[str, str], reason: str, version: int) -> Classification:
    """Write what the person says of the claim that he holds, end his turn, and return the classification.

    His word are the axes that he changed and those of which no rule is sure; the others stay with the rules.
    Raises NotAllowed, StaleSave, and RuleBroken with turn_is_over or a code of `classify_by_hand`.
    """
    require(by, PERMISSION)
    with database_rules(), transaction.atomic():
        turn = _turn(by, claim)
        now = Classification.objects.filter(pk=claim.pk).first()
        said = {axis: value for axis, value in values.items() if now is None or _needs_word(now, axis, value)}
        row = classify_by_hand(by=by, claim=claim, values=said, reason=reason, version=version)
        _end(turn)
    return row


def pass_over(*, by: User, claim: Claim) -> None:
    """Leave the claim to somebody else, or to the end of the queue. Raises NotAllowed, RuleBroken(turn_is_over)."""
    require(by, PERMISSION)
    with transaction.atomic():
        _end(_turn(by, claim))


def open_last_again(*, by: User) -> Classification:
    """Give the person the claim before this one again, certain by now or not, and return its classification.

    Raises NotAllowed, RuleBroken(nothing_before, one_person_looks_at_an_uncertain_claim).
    """
    require(by, PERMISSION)
    turn = QueueTurn.objects.filter(user=by).first()
    before = None if turn is None else _rows(by).filter(pk=turn.previous_id).first()
    if before is None:
        raise RuleBroken(_("There is no claim before this one."), code="nothing_before")
    if not _hold(by, before.pk):
        raise RuleBroken(_("Somebody else is looking at this claim now."), code=_TAKEN)
    return before


def _needs_word(row: Classification, axis: str, value: str) -> bool:
    confidence: int | None = getattr(row, f"{axis}_confidence", None)
    return confidence is None or confidence < UNCERTAIN_BELOW or getattr(row, axis) != value


def _rows(user: User) -> QuerySet[Classification]:
    rows: QuerySet[Classification] = Classification.objects.visible_to(user)
    return rows.select_related("claim__service__operator", "rule_set")


def _next(by: User) -> Classification | None:
    """Return the next uncertain claim that nobody else holds, after the last one that the person had."""
    incident_id = working_incident_id(by)
    if incident_id is None:
        return None
    others = QueueTurn.objects.filter(claim=OuterRef("pk"), held_until_at__gt=clock.now()).exclude(user=by)
    waiting = uncertain_claims(incident_id).filter(~Exists(others)).order_by("pk")
    position = QueueTurn.objects.filter(user=by).values_list("position", flat=True).first() or 0
    return waiting.filter(pk__gt=position).first() or waiting.first()


def _hold(by: User, claim_key: int) -> bool:
    """Make the claim the person's turn; False where somebody else was quicker."""
    now = clock.now()
    try:
        with database_rules(), transaction.atomic():
            turns = QueueTurn.objects.filter(Q(user=by) | Q(claim=claim_key))
            list(turns.order_by("pk").select_for_update(of=("self",)))
            QueueTurn.objects.filter(claim=claim_key, held_until_at__lte=now).exclude(user=by).update(claim=None)
            QueueTurn.objects.update_or_create(user=by, defaults={"claim_id": claim_key, "held_until_at": now + LEASE})
    except RuleBroken as refusal:
        if refusal.code != _TAKEN:
            raise
        return False
    return True


def _turn(by: User, claim: Claim) -> QueueTurn:
    turn = QueueTurn.objects.select_for_update(of=("self",)).filter(user=by, claim=claim).first()
    if turn is None:
        raise RuleBroken(
            _("This claim went to somebody else, because nothing was done with it for a while. Take the next one."),
            code="turn_is_over",
        )
    return turn


def _end(turn: QueueTurn) -> None:
    """Let the claim go; the next one comes after it, but not before those that the person has passed already."""
    if turn.claim_id != turn.previous_id:
        turn.position = turn.claim_id or 0
    turn.previous_id, turn.claim_id = turn.claim_id, None
    turn.save()
