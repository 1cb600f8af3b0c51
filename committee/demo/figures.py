"""The published figures of the programme: what the database must say after the demo data went through it.

From the press coverage of the relief committee, December 2022 to January 2023. Percentages are rounded half up to
one decimal, as in the press.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Unit(StrEnum):
    """What a figure counts; a percentage is a ``Decimal`` of one decimal, all else a whole number."""

    CLAIMS = "claims"
    PERCENT = "percent"
    WON = "won"
    DAYS = "days"
    TIMES = "times"
    PEOPLE = "people"
    PIECES = "pieces"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure; with ``up_to`` it is a range, both ends included."""

    key: str
    sentence: "StrOrPromise"
    unit: Unit
    expected: int | Decimal
    up_to: int | None = None

    def agrees_with(self, actual: int | Decimal) -> bool:
        """Say whether a found value is the published one, or lies in the published range."""
        if self.up_to is None:
            return actual == self.expected
        return self.expected <= actual <= self.up_to


_CLAIMS, _PERCENT, _WON, _DAYS = Unit.CLAIMS, Unit.PERCENT, Unit.WON, Unit.DAYS

INTAKE_FIGURES = (
    Figure("round_days", _("Length of the first intake round"), _DAYS, 19),
    Figure("round_extensions", _("Extensions of the first intake round"), Unit.TIMES, 1),
    Figure("second_round_days", _("Length of the second intake round"), _DAYS, 14),
    Figure("reports", _("Reports received"), _CLAIMS, 105_116),
    Figure("referred", _("Reports on affiliates' services, referred to them"), _CLAIMS, 17_921),
    Figure("own", _("Reports on the company's own services"), _CLAIMS, 87_195),
    Figure("own_share", _("Share of all reports that is the company's own"), _PERCENT, Decimal("83.0")),
    Figure("general_users_share", _("Share of general users"), _PERCENT, Decimal("89.6")),
    Figure("small_businesses_share", _("Share of small businesses"), _PERCENT, Decimal("10.2")),
    Figure("enterprises_share", _("Share of mid-size and large companies"), _PERCENT, Decimal("0.2")),
    Figure("interim_paid", _("Interim count: paid service"), _CLAIMS, 14_918),
    Figure("interim_free_loss", _("Interim count: free service with a monetary loss"), _CLAIMS, 13_918),
    Figure("paid", _("Paid service"), _CLAIMS, 14_918),
    Figure("paid_share", _("Share of paid service"), _PERCENT, Decimal("17.1")),
    Figure("free_loss", _("Free service with a monetary loss"), _CLAIMS, 13_195),
    Figure("free_loss_share", _("Share of free service with a monetary loss"), _PERCENT, Decimal("15.1")),
    Figure("inquiries", _("No monetary loss: questions and protests"), _CLAIMS, 59_082),
    Figure("inquiries_share", _("Share without a monetary loss"), _PERCENT, Decimal("67.8")),
    Figure("payable", _("Small businesses with a payable loss"), _CLAIMS, 8_461),
    Figure("payable_paid", _("Small businesses with a payable loss on a paid service"), _CLAIMS, 635),
    Figure("payable_free", _("Small businesses with a payable loss on a free service"), _CLAIMS, 7_826),
)

MEASURE_FIGURES = (
    Figure("first_tier_up_to", _("Cash support, first tier: loss up to and including"), _WON, 300_000),
    Figure("first_tier_amount", _("Cash support, first tier: amount"), _WON, 30_000),
    Figure("second_tier_up_to", _("Cash support, second tier: loss up to and including"), _WON, 500_000),
    Figure("second_tier_amount", _("Cash support, second tier: amount"), _WON, 50_000),
    Figure("cash_cost", _("Cash support: cost"), _WON, 200_000_000, up_to=400_000_000),
    Figure("channel_cash_amount", _("Channel cash for every small business"), _WON, 50_000),
    Figure("general_users", _("General users who may take the package"), Unit.PEOPLE, 48_000_000),
    Figure("emoticon_kept_value", _("Emoticon set: value of the one kept for ever"), _WON, 2_500),
    Figure("emoticon_90_days_value", _("Emoticon set: value of each of the two for 90 days"), _WON, 2_000),
    Figure("emoticon_days", _("Emoticon set: days of the two that end"), _DAYS, 90),
    Figure("emoticon_value", _("Emoticon set: value for all general users"), _WON, 312_000_000_000),
    Figure("package_window_days", _("Days on which the package can be taken"), _DAYS, 16),
    Figure("small_coupon_value", _("Makers coupons: the smaller one"), _WON, 2_000),
    Figure("large_coupon_value", _("Makers coupons: the larger one"), _WON, 3_000),
    Figure("coupons_value", _("Makers coupons: value for all general users"), _WON, 240_000_000_000),
    Figure("voucher_value", _("Drawer voucher: value of one"), _WON, 1_900),
    Figure("voucher_quota", _("Drawer voucher: quota, first come, first served"), Unit.PIECES, 3_000_000),
    Figure("vouchers_value", _("Drawer voucher: value of the whole quota"), _WON, 5_700_000_000),
    Figure("package_value", _("General-user package: value"), _WON, 557_700_000_000),
    Figure("pc_rooms", _("PC rooms that get coins (about)"), Unit.PIECES, 5_700),
    Figure("pc_room_coins", _("PC rooms: coins, times those of the week before the outage"), Unit.TIMES, 3),
    Figure("driver_points", _("Proxy drivers: points by plan"), Unit.POINTS, 25_000, up_to=50_000),
    Figure("driver_transport_points", _("Proxy drivers: points for transport"), Unit.POINTS, 0, up_to=10_000),
    Figure("committee_members", _("Members of the committee"), Unit.PEOPLE, 6),
)

FIGURES = INTAKE_FIGURES + MEASURE_FIGURES
