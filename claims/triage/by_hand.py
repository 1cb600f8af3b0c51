"""A person's word on a claim: it stands above every rule until a person takes it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.register.models import Claim
from claims.triage.certainty import SURE
from claims.triage.models import Classification
from claims.triage.rules import AXES
from claims.triage.selectors import newest_rule_set, proposals_for
from claims.triage.sentences import AXIS_WORDS, value_words
from claims.triage.services import PERMISSION
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, StaleSave, database_rules

if TYPE_CHECKING:
    from relief.accounts.models import User


def classify_by_hand(*, by: User, claim: Claim, values: Mapping[str, str], reason: str, version: int) -> Classification:
    """Let the axes of a claim (axis to value) say what the person says, and return the classification.

    `version` is the classification's that the person looked at. An axis that says so already by a rule becomes the
    person's word; what was decided on the claim stays as it is.
    Raises NotAllowed, StaleSave, RuleBroken(reason_missing, axis_not_known, value_not_known, not_classified,
    nothing_changes).
    """
    require(by, PERMISSION)
    reason = said_reason(reason)
    for axis, value in values.items():
        refuse_unknown(axis, value)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.classify_by_hand", reason=reason):
        row = _locked(claim)
        _refuse_stale(row, version, {axis: value_words(axis, value) for axis, value in values.items()})
        moved = {
            axis: value
            for axis, value in values.items()
            if getattr(row, axis) != value or getattr(row, f"{axis}_by_id") is None
        }
        if not moved:
            raise RuleBroken(_("A person has said exactly this already; nothing changes."), code="nothing_changes")
        for axis, value in moved.items():
            _set(row, axis, value=value, rule="", by=by, confidence=SURE, reason=reason)
        _save(row)
    return row


def let_rules_decide(*, by: User, claim: Claim, axes: Collection[str], reason: str, version: int) -> Classification:
    """Take a person's word on the axes back and return the classification as the newest rules make it.

    Raises NotAllowed, StaleSave, RuleBroken(reason_missing, axis_not_known, not_classified, nothing_changes,
    no_rules).
    """
    require(by, PERMISSION)
    reason = said_reason(reason)
    for axis in axes:
        if axis not in AXES:
            raise RuleBroken(_("There is no such axis."), code="axis_not_known")
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.let_rules_decide", reason=reason):
        row = _locked(claim)
        _refuse_stale(row, version, {axis: _("what the rules say") for axis in axes})
        if not any(getattr(row, f"{axis}_by_id") for axis in axes):
            raise RuleBroken(_("The rules decide these axes already; nothing changes."), code="nothing_changes")
        rule_set = newest_rule_set(claim.incident_id)
        if rule_set is None:
            raise RuleBroken(_("No rules are written for this incident yet."), code="no_rules")
        row.rule_set = rule_set
        for axis, said in proposals_for(claim, rule_set).items():
            if axis in axes or getattr(row, f"{axis}_by_id") is None:
                _set(row, axis, value=said.value, rule=said.rule, by=None, confidence=said.confidence, reason="")
        _save(row)
    return row


def said_reason(reason: str) -> str:
    """Return the reason without blanks around it. Raises RuleBroken(reason_missing)."""
    reason = reason.strip()
    if not reason:
        raise RuleBroken(_("Give a reason: it stands in the record."), code="reason_missing")
    return reason


def refuse_unknown(axis: str, value: str) -> None:
    """Raise RuleBroken(axis_not_known, value_not_known) where there is no such axis, or no such value of it."""
    if axis not in AXES:
        raise RuleBroken(_("There is no such axis."), code="axis_not_known")
    if value not in AXES[axis]:
        raise RuleBroken(
            _("%(axis)s: this value is not one that the axis has.") % {"axis": AXIS_WORDS[axis]},
            code="value_not_known",
        )


def _locked(claim: Claim) -> Classification:
    Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    row = Classification.objects.select_for_update(of=("self",)).filter(pk=claim.pk).first()
    if row is None:
        raise RuleBroken(_("No rule has seen this claim yet. Classify it first."), code="not_classified")
    return row


def _refuse_stale(row: Classification, version: int, yours: Mapping[str, Any]) -> None:
    if row.version != version:
        raise StaleSave(
            _("The classification was changed after you opened this page. Look at what stands now, then say it again."),
            changes={
                str(AXIS_WORDS[axis]): (value_words(axis, getattr(row, axis)), word) for axis, word in yours.items()
            },
        )


def _set(row: Classification, axis: str, **parts: Any) -> None:
    setattr(row, axis, parts.pop("value"))
    for part, value in parts.items():
        setattr(row, f"{axis}_{part}", value)


def _save(row: Classification) -> None:
    row.confidence = min(getattr(row, f"{axis}_confidence") for axis in AXES)
    row.version += 1
    row.save()
