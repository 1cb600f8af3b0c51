"""Every published figure comes out of the database, now and as it stood."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from committee.payouts.exports import export
from committee.payouts.services import withdraw
from committee.plan.measures import ItemDraft, create_measure
from committee.reports.selectors import published_figures, report_of
from committee.reports.services import fix_reporting_date
from relief import clock
from relief.errors import NotAllowed, RuleBroken
from tests import factories
from tests.committee.factories import approved, classified, decided, submitted


def values(incident: Any) -> dict[str, Any]:
    return {figure.key: figure.value for figure in published_figures(incident=incident)}


pytestmark = pytest.mark.django_db


def test_intake_figures_are_one_partition_of_the_own_reports(incident: Any) -> None:
    affiliate = factories.ServiceFactory(incident=incident, affiliate=True)
    classified(incident, (1, None), service=affiliate)
    classified(incident, (600_000,), pricing="paid")
    classified(incident, (None,), pricing="paid", reporter_type="enterprise")
    classified(incident, (300_000,))
    classified(incident, (None, None, None), reporter_type="general_user")
    classified(incident, (5,), pricing="unknown", reporter_type="general_user")
    factories.ClaimFactory(incident=incident)
    found = values(incident)
    counts = {key: found[key] for key in ("reports", "referred", "own", "unclassified")}
    assert counts == {"reports": 10, "referred": 2, "own": 7, "unclassified": 1}
    parts = [found[key] for key in ("paid", "free_loss", "inquiries", "price_unknown")]
    assert parts == [2, 1, 3, 1]
    assert sum(parts) == found["own"]
    shares = [found[f"{key}_share"] for key in ("paid", "free_loss", "inquiries")]
    assert shares == [Decimal("28.6"), Decimal("14.3"), Decimal("42.9")]
    assert [found[key] for key in ("payable", "payable_paid", "payable_free")] == [2, 1, 1]


def test_payable_leaves_out_late_claims_and_those_without_a_sum(incident: Any) -> None:
    classified(incident, (1,), admission="late")
    classified(incident, (0,))
    classified(incident, (1,), reporter_type="general_user")
    assert values(incident)["payable"] == 0


def test_rounds_count_both_ends_and_extensions(incident: Any) -> None:
    first = factories.IntakeRoundFactory(incident=incident, number=1)
    first.extended_from = first.closes_on - timedelta(days=5)
    first.save()
    factories.IntakeRoundFactory(incident=incident, number=2, small_business_only=True)
    found = values(incident)
    assert (found["round_days"], found["round_extensions"], found["second_round_extensions"]) == (19, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_interim_count_is_told_again_after_reclassification(incident: Any, user_as: Any) -> None:
    claims = classified(incident, (1, 2, 3), reporter_type="general_user")
    date = fix_reporting_date(by=user_as("secretary"), incident=incident, code="interim", name="제2차 전체 회의")
    told = {key: value for key, value in values(incident).items() if key.startswith("interim")}
    assert (told["interim_reports"], told["interim_own"], told["interim_free_loss"]) == (3, 3, 3)
    row = claims[0].classification
    row.nature, row.reporter_type = "inquiry", "small_business"
    row.save()
    classified(incident, (9,))
    found = values(incident)
    assert {key: found[key] for key in told} == told
    assert (found["reports"], found["free_loss"], found["inquiries"]) == (4, 3, 1)
    assert found["general_users_share"] == Decimal("100.0")
    assert date.as_of_at <= clock.now()


def test_cash_section_follows_the_money(incident: Any, user_as: Any, private_folder: Any) -> None:
    decided(incident)
    found = values(incident)
    tiers = ("first_tier_up_to", "first_tier_amount", "second_tier_up_to", "second_tier_amount")
    assert [found[key] for key in tiers] == [300_000, 30_000, 500_000, 50_000]
    money = ("cash_supported", "cash_in_review", "cash_cost", "cash_paid", "cash_waiting")
    assert [found[key] for key in money] == [2, 1, 80_000, 0, 80_000]
    batch = submitted(incident)
    assert values(incident)["cash_paid"] == 0
    withdraw(by=batch.composed_by, batch=batch, reason="x")
    assert values(incident)["cash_paid"] == 0


def test_exported_batch_counts_as_sent(incident: Any, user_as: Any, private_folder: Any) -> None:
    decided(incident)
    export(by=user_as("finance"), batch=approved(incident))
    found = values(incident)
    assert [found[key] for key in ("cash_paid_claims", "cash_paid", "cash_waiting")] == [2, 80_000, 0]


def test_measures_are_read_from_their_rows(incident: Any, user_as: Any) -> None:
    create_measure(
        by=user_as("secretary"),
        incident=incident,
        code="emoticons",
        name="이모티콘 세트",
        kind="goods",
        state="decided",
        audience="모든 일반 이용자",
        reporter_type="general_user",
        recipients=10,
        items=(ItemDraft("영구", unit_value=2_500), ItemDraft("90일", unit_value=2_000, pieces=2, kept_days=90)),
    )
    found = values(incident)
    keys = ("general_users", "emoticon_kept_value", "emoticon_90_days_value", "emoticon_days", "emoticon_value")
    assert [found[key] for key in keys] == [10, 2_500, 2_000, 90, 65_000]
    assert found["package_value"] == 65_000
    assert "package_window_days" not in found


def test_committee_members_are_those_with_a_desk(incident: Any, user_as: Any) -> None:
    assert "committee_members" not in values(incident)
    user_as("committee_member")
    factories.UserFactory(committee_member=True, incident=factories.IncidentFactory())
    assert values(incident)["committee_members"] == 1


def test_report_of_an_empty_incident_has_no_shares_of_nothing(incident: Any) -> None:
    found = values(incident)
    assert (found["reports"], found["own"], found["paid_share"]) == (0, 0, Decimal("0.0"))
    assert [section.code for section in report_of(incident=incident)] == ["intake"]


def test_reporting_date_is_fixed_once_and_by_whom_it_may(incident: Any, user_as: Any) -> None:
    secretary = user_as("secretary")
    fix_reporting_date(by=secretary, incident=incident, code="interim", name="중간")
    with pytest.raises(RuleBroken) as refused:
        fix_reporting_date(by=secretary, incident=incident, code="interim", name="다시")
    assert refused.value.code == "one_reporting_date_per_code"
    with pytest.raises(NotAllowed):
        fix_reporting_date(by=user_as("chair"), incident=incident, code="other", name="x")
