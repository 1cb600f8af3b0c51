"""Writing the measures of the relief plan, with what a recipient gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Required, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from committee.ledger import services as ledger
from committee.ledger.selectors import standing_of
from committee.plan.models import Measure, MeasureItem
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.versions import save_version

if TYPE_CHECKING:
    from relief.accounts.models import User


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One thing a recipient gets: unit value in won (None: not known yet), up to another, pieces, days kept."""

    name: str
    name_en: str = ""
    unit_value: int | None = None
    unit_value_to: int | None = None
    pieces: int = 1
    kept_days: int | None = None


class MeasureFields(TypedDict, total=False):
    """What is written about a measure; costs in won, days are Seoul dates, None and "" where nothing is known."""

    name: Required[str]
    name_en: str
    kind: Required[str]
    audience: Required[str]
    audience_en: str
    reporter_type: str
    recipients: int | None
    quota: int | None
    opens_on: date | None
    closes_on: date | None
    expected_cost_from: int | None
    expected_cost_to: int | None
    note: str


def create_measure(
    *,
    by: User,
    incident: Incident,
    code: str,
    state: str = Measure.State.UNDER_DISCUSSION,
    items: Sequence[ItemDraft] = (),
    **fields: Unpack[MeasureFields],
) -> Measure:
    """Write a measure with its items into the plan, and open its book; return it.

    Raises NotAllowed, RuleBroken(cost_range_incomplete, decided_needs_amount, one_measure_per_code,
    measure_counts_are_sound, measure_closes_after_opening, unit_value_is_whole_won, unit_value_rises).
    """
    require(by, "committee.plan_measures")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.create_measure"):
        measure = Measure(incident=incident, code=code, state=state, **fields)
        _refuse_unsound(measure, items)
        _refuse_code_taken(measure)
        measure.book = ledger.open_book(incident=incident, code=code, name=measure.name, name_en=measure.name_en)
        measure.save()
        MeasureItem.objects.bulk_create(MeasureItem(measure=measure, **asdict(item)) for item in items)
    return measure


def change_measure(
    *, by: User, measure: Measure, version: int, items: Sequence[ItemDraft], **fields: Unpack[MeasureFields]
) -> Measure:
    """Write a measure anew, its items in their order; return it as saved. Its budget is not touched.

    `version` is the row version the person saw. Raises NotAllowed, StaleSave where somebody else saved meanwhile,
    RuleBroken(measure_has_policies, and what `create_measure` raises).
    """
    require(by, "committee.plan_measures")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.change_measure"):
        locked = Measure.objects.select_for_update(of=("self",)).get(pk=measure.pk)
        if fields["kind"] != locked.kind and locked.policies.exists():
            raise RuleBroken(
                _("Tier policies were drafted for this measure, so it stays cash by tier."), code="measure_has_policies"
            )
        saved = save_version(locked, version=version, **fields)
        _refuse_unsound(saved, items)
        if _drafts_of(saved) != list(items):
            _write_items(saved, items)
            # A change of the items alone is a change of the measure too: it must make other open pages stale.
            saved.version = version + 1
            saved.save(update_fields=("version",))
        ledger.rename_book(book=saved.book, name=saved.name, name_en=saved.name_en)
    return saved


def decide_measure(*, by: User, measure: Measure) -> Measure:
    """Move a measure from under discussion to decided and return it.

    Raises NotAllowed, RuleBroken(measure_moved_meanwhile, decided_needs_amount).
    """
    require(by, "committee.plan_measures")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.decide_measure"):
        locked = _lock(measure, Measure.State.UNDER_DISCUSSION)
        locked.state = Measure.State.DECIDED
        _refuse_unsound(locked, _drafts_of(locked))
        return _save_state(locked)


def discuss_measure(*, by: User, measure: Measure, reason: str) -> Measure:
    """Put a decided measure under discussion again, as long as nothing rests on it; return it.

    Raises NotAllowed, RuleBroken(reason_missing, measure_moved_meanwhile, measure_in_force).
    """
    require(by, "committee.plan_measures")
    if not reason.strip():
        raise RuleBroken(_("Write the reason."), code="reason_missing")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.discuss_measure", reason=reason):
        locked = _lock(measure, Measure.State.DECIDED)
        if locked.policies.filter(state="adopted").exists() or standing_of(locked.book).bound:
            raise RuleBroken(
                _("A tier policy in force or a bound part of the budget rests on this measure. End those first."),
                code="measure_in_force",
            )
        locked.state = Measure.State.UNDER_DISCUSSION
        return _save_state(locked)


def gives_an_amount(measure: Measure, items: Sequence[ItemDraft]) -> bool:
    """Say whether it is written what a recipient gets.

    Cash by tier gets its amounts from its policy. Otherwise each item has a unit value, or is a multiple of something
    that differs by recipient (three times the coins of a week); or a cost in all is expected.
    """
    if measure.kind == Measure.Kind.CASH_BY_TIER or measure.expected_cost_from is not None:
        return True
    return bool(items) and all(item.unit_value is not None or item.pieces > 1 for item in items)


def _refuse_unsound(measure: Measure, items: Sequence[ItemDraft]) -> None:
    if (measure.expected_cost_from is None) != (measure.expected_cost_to is None):
        raise RuleBroken(_("Write both ends of the expected cost, or none."), code="cost_range_incomplete")
    if measure.state == Measure.State.DECIDED and not gives_an_amount(measure, items):
        raise RuleBroken(
            _(
                "A decided measure says what a recipient gets. Write the items with their unit values, or the expected "
                "cost; until then it stays under discussion."
            ),
            code="decided_needs_amount",
        )


def _refuse_code_taken(measure: Measure) -> None:
    if Measure.objects.filter(incident=measure.incident_id, code=measure.code).exists():
        raise RuleBroken(_("A measure with this code exists already."), code="one_measure_per_code")


def _lock(measure: Measure, state: str) -> Measure:
    locked = Measure.objects.select_for_update(of=("self",)).get(pk=measure.pk)
    if locked.state != state:
        raise RuleBroken(_("Somebody else has just moved this measure on. Reload the page."), code="moved_meanwhile")
    return locked


def _save_state(measure: Measure) -> Measure:
    measure.version += 1
    measure.save(update_fields=("state", "version"))
    return measure


def _drafts_of(measure: Measure) -> list[ItemDraft]:
    """Return the items of a measure as they stand, in their order."""
    return [
        ItemDraft(item.name, item.name_en, item.unit_value, item.unit_value_to, item.pieces, item.kept_days)
        for item in measure.items.order_by("pk")
    ]


def _write_items(measure: Measure, drafts: Sequence[ItemDraft]) -> None:
    """Write the drafts over the items in their order, add what is more, and take away what is left."""
    items = list(measure.items.order_by("pk"))
    for item, draft in zip(items, drafts, strict=False):
        for name, value in asdict(draft).items():
            setattr(item, name, value)
        item.save()
    for item in items[len(drafts) :]:
        item.delete()
    MeasureItem.objects.bulk_create(MeasureItem(measure=measure, **asdict(draft)) for draft in drafts[len(items) :])
