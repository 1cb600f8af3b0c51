"""The published figures agree with each other and with the catalogue of the demo."""

from decimal import Decimal

from committee.demo.catalogue import FIRST_ROUND, INCIDENTS, OPERATORS, SECOND_ROUND, SERVICES
from committee.demo.figures import FIGURES, Figure, Unit
from committee.demo.mix import BUSINESS_WEIGHTS, MIX, USER_WEIGHTS, rows_in_proportion
from relief.money import percentage

EXPECTED = {figure.key: figure.expected for figure in FIGURES}


def test_keys_are_unique():
    assert len(EXPECTED) == len(FIGURES)


def test_counts_add_up():
    assert EXPECTED["own"] + EXPECTED["referred"] == EXPECTED["reports"]
    assert EXPECTED["paid"] + EXPECTED["free_loss"] + EXPECTED["inquiries"] == EXPECTED["own"]
    assert EXPECTED["payable_paid"] + EXPECTED["payable_free"] == EXPECTED["payable"]


def test_shares_follow_from_the_counts():
    for part, whole in (("own", "reports"), ("paid", "own"), ("free_loss", "own"), ("inquiries", "own")):
        assert percentage(EXPECTED[part], EXPECTED[whole]) == str(EXPECTED[f"{part}_share"])


def test_package_value_follows_from_its_parts():
    users = EXPECTED["general_users"]
    emoticons = users * (EXPECTED["emoticon_kept_value"] + 2 * EXPECTED["emoticon_90_days_value"])
    coupons = users * (EXPECTED["small_coupon_value"] + EXPECTED["large_coupon_value"])
    vouchers = EXPECTED["voucher_quota"] * EXPECTED["voucher_value"]
    assert emoticons == EXPECTED["emoticon_value"] == 312_000_000_000
    assert coupons == EXPECTED["coupons_value"] == 240_000_000_000
    assert vouchers == EXPECTED["vouchers_value"] == 5_700_000_000
    assert emoticons + coupons + vouchers == EXPECTED["package_value"] == 557_700_000_000


def test_range_takes_both_its_ends_and_nothing_beyond():
    figure = Figure("cost", "Cost", Unit.WON, 200, up_to=400)
    assert [figure.agrees_with(value) for value in (199, 200, 400, 401)] == [False, True, True, False]


def test_single_figure_takes_itself_alone():
    figure = Figure("share", "Share", Unit.PERCENT, Decimal("17.1"))
    assert [figure.agrees_with(Decimal(value)) for value in ("17.0", "17.1", "17.10", "17.11")] == [
        False,
        True,
        True,
        False,
    ]


def test_rounds_last_as_long_as_published():
    assert (FIRST_ROUND.closes_on - FIRST_ROUND.opens_on).days + 1 == EXPECTED["round_days"]
    assert (SECOND_ROUND.closes_on - SECOND_ROUND.opens_on).days + 1 == EXPECTED["second_round_days"]


def test_catalogue_is_consistent():
    codes = [service.code for service in SERVICES]
    assert len(set(codes)) == len(codes)
    assert {service.operator for service in SERVICES} == {operator.code for operator in OPERATORS}
    assert [operator.kind for operator in OPERATORS].count("company") == 1
    assert all(service.outage_from < service.outage_to for service in SERVICES)
    called = [name for service in SERVICES for name in (service.name, *service.aliases)]
    assert len(set(called)) == len(called)
    assert USER_WEIGHTS.keys() | BUSINESS_WEIGHTS.keys() == set(codes)
    assert [incident.code for incident in INCIDENTS] == ["outage-2022-10", "practice"]


def test_rows_in_proportion_add_up_for_any_total():
    for total in (1, 50, 105_116, 999_999, 1_051_160):
        assert sum(rows_in_proportion(total)) == total
    assert rows_in_proportion(1_051_160) == [cell.rows * 10 for cell in MIX]
