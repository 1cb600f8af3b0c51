"""The figures of the relief plan: each measure's published values, read from its rows by the measure's code."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from committee.decisions.models import Decision
from committee.payouts.models import Batch, Payment
from committee.plan.models import Measure, MeasureItem
from committee.plan.policies import TierPolicy
from committee.plan.selectors import measure_value, package_value
from committee.reports.figures import Figure, Section, Unit

_Read = Callable[[Measure], int | None]


class _Published(NamedTuple):
    key: str
    code: str
    label: object
    unit: Unit
    read: _Read


def _items(measure: Measure) -> list[MeasureItem]:
    return sorted(measure.items.all(), key=lambda item: (item.unit_value is None, item.unit_value or 0))


def _item(position: int, attribute: str, *, kept: bool | None = None) -> _Read:
    """Read an attribute of the item at a place in the order of unit values; `kept` narrows to those without an end."""

    def read(measure: Measure) -> int | None:
        items = [row for row in _items(measure) if kept is None or (row.kept_days is None) is kept]
        return getattr(items[position], attribute) if -len(items) <= position < len(items) else None

    return read


def _of(attribute: str) -> _Read:
    return lambda measure: getattr(measure, attribute)


def _window_days(measure: Measure) -> int | None:
    if measure.opens_on is None or measure.closes_on is None:
        return None
    return (measure.closes_on - measure.opens_on).days + 1


_WON = Unit.WON
_EMOTICONS, _COUPONS, _VOUCHER, _DRIVERS = "emoticons", "makers-coupons", "drawer-voucher", "proxy-driver-points"
_PUBLISHED = (
    _Published("channel_cash_amount", "channel-cash", _("Channel cash: each"), _WON, _item(0, "unit_value")),
    _Published("general_users", _EMOTICONS, _("General users who may take it"), Unit.PEOPLE, _of("recipients")),
    _Published("package_window_days", _EMOTICONS, _("Days on which it can be taken"), Unit.DAYS, _window_days),
    _Published(
        "emoticon_kept_value", _EMOTICONS, _("Emoticon set: kept for ever"), _WON, _item(0, "unit_value", kept=True)
    ),
    _Published(
        "emoticon_90_days_value",
        _EMOTICONS,
        _("Emoticon set: each of those that end"),
        _WON,
        _item(0, "unit_value", kept=False),
    ),
    _Published("emoticon_days", _EMOTICONS, _("Emoticon set: kept for"), Unit.DAYS, _item(0, "kept_days", kept=False)),
    _Published("emoticon_value", _EMOTICONS, _("Emoticon set: value"), _WON, measure_value),
    _Published("small_coupon_value", _COUPONS, _("Makers coupons: the smaller"), _WON, _item(0, "unit_value")),
    _Published("large_coupon_value", _COUPONS, _("Makers coupons: the larger"), _WON, _item(-1, "unit_value")),
    _Published("coupons_value", _COUPONS, _("Makers coupons: value"), _WON, measure_value),
    _Published("voucher_value", _VOUCHER, _("Drawer voucher: each"), _WON, _item(0, "unit_value")),
    _Published("voucher_quota", _VOUCHER, _("Drawer voucher: quota"), Unit.PIECES, _of("quota")),
    _Published("vouchers_value", _VOUCHER, _("Drawer voucher: value of the quota"), _WON, measure_value),
)
_OTHERS = (
    _Published("pc_rooms", "pc-room-coins", _("PC rooms"), Unit.PIECES, _of("recipients")),
    _Published("pc_room_coins", "pc-room-coins", _("PC rooms: coins of a week"), Unit.FOLD, _item(0, "pieces")),
    _Published("driver_points", _DRIVERS, _("Proxy drivers: from"), Unit.POINTS, _item(-1, "unit_value")),
    _Published("driver_points_to", _DRIVERS, _("Proxy drivers: up to"), Unit.POINTS, _item(-1, "unit_value_to")),
    _Published(
        "driver_transport_points",
        _DRIVERS,
        _("Proxy drivers, transport: up to"),
        Unit.POINTS,
        _item(0, "unit_value_to"),
    ),
)


def _read(measures: dict[str, Measure], wanted: tuple[_Published, ...]) -> list[Figure]:
    found = [(each, each.read(measures[each.code])) for each in wanted if each.code in measures]
    return [Figure(each.key, str(each.label), value, each.unit) for each, value in found if value is not None]


def cash(incident: Incident) -> Section | None:
    """Return the tiers in force, the expected cost and the cost so far; None without an adopted policy."""
    policy = (
        TierPolicy.objects.filter(incident=incident, state=TierPolicy.State.ADOPTED).select_related("measure").first()
    )
    if policy is None:
        return None
    figures: list[Figure] = []
    words = {1: "first_tier", 2: "second_tier"}
    for tier in policy.tiers.all():
        if tier.up_to is not None and tier.amount is not None:
            key, number = words.get(tier.number, f"tier_{tier.number}"), {"number": tier.number}
            figures += [
                Figure(f"{key}_up_to", _("Tier %(number)s: loss up to and including") % number, tier.up_to, _WON),
                Figure(f"{key}_amount", _("Tier %(number)s: amount") % number, tier.amount, _WON),
            ]
    measure = policy.measure
    if measure.expected_cost_from is not None and measure.expected_cost_to is not None:
        figures += [
            Figure("cash_expected_from", _("Expected cost: from"), measure.expected_cost_from, _WON),
            Figure("cash_expected_to", _("Expected cost: up to"), measure.expected_cost_to, _WON),
        ]
    source = _("From the adopted tier policy, the standing decisions and the exported batches.")
    return Section("cash", _("Cash support by tier"), source, (*figures, *_costs(incident)))


def _costs(incident: Incident) -> list[Figure]:
    decided = (
        Decision.objects.filter(claim__incident=incident)
        .standing()
        .aggregate(
            supported=Count("pk", filter=Q(outcome=Decision.Outcome.SUPPORTED)),
            cost=Sum("amount", default=0),
            review=Count("pk", filter=Q(outcome=Decision.Outcome.REVIEW)),
        )
    )
    exported = Payment.objects.filter(batch__incident=incident, batch__state=Batch.State.EXPORTED, is_live=True)
    paid = exported.aggregate(lines=Count("pk"), won=Sum("amount", default=0))
    return [
        Figure("cash_supported", _("Claims that get support"), decided["supported"]),
        Figure("cash_in_review", _("Claims that wait for the committee"), decided["review"]),
        Figure("cash_cost", _("Cost as decided"), decided["cost"], _WON),
        Figure("cash_paid_claims", _("Sent to the bank: claims"), paid["lines"]),
        Figure("cash_paid", _("Sent to the bank"), paid["won"], _WON),
        Figure("cash_waiting", _("Decided and not yet sent"), decided["cost"] - paid["won"], _WON),
    ]


def measures(incident: Incident) -> tuple[Section, ...]:
    """Return the package of the general users and the other measures, values computed from items and quotas."""
    rows = {row.code: row for row in Measure.objects.filter(incident=incident).prefetch_related("items")}
    package = _read(rows, _PUBLISHED)
    if package:
        package.append(Figure("package_value", _("General-user package: value"), package_value(incident), _WON))
    source = _("Computed: unit value times pieces times recipients, or times the quota.")
    sections = (
        Section("package", _("Credit, and the package of the general users"), source, tuple(package)),
        Section("affiliates", _("Measures of the affiliates"), _("From the relief plan."), tuple(_read(rows, _OTHERS))),
    )
    return tuple(section for section in sections if section.figures)


def committee(incident: Incident) -> Section | None:
    """Return the number of committee members with a desk at the incident; None where there is none."""
    members = get_user_model().objects.filter(is_active=True, desks__incident=incident, groups__name="committee_member")
    count = members.distinct().count()
    if count == 0:
        return None
    figure = Figure("committee_members", _("Members"), count, Unit.PEOPLE)
    return Section("committee", _("Committee"), _("From the accounts with the member's role."), (figure,))
