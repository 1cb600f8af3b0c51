"""Which column feeds which field, by the headings people use."""

from __future__ import annotations

import pytest

from claims.intake.columns import FIELDS, HEADINGS, propose
from committee.demo.layouts import AFFILIATE, FEDERATION, OFFICIAL
from relief.errors import RuleBroken


def test_every_heading_belongs_to_one_field() -> None:
    headings = [heading for words in HEADINGS.values() for heading in words.split()]
    assert len(set(headings)) == len(headings)
    assert set(HEADINGS) == set(FIELDS)


def test_official_headings_feed_every_field() -> None:
    profile = propose(list(OFFICIAL.headings))
    assert set(profile.columns) == set(FIELDS)
    assert profile.unit == 1


def test_federation_headings_feed_all_but_type_and_channel() -> None:
    assert set(propose(list(FEDERATION.headings)).columns) == set(FIELDS) - {"reporter_type", "channel"}


def test_affiliate_headings_feed_all_but_the_channel() -> None:
    assert set(propose(list(AFFILIATE.headings)).columns) == set(FIELDS) - {"channel"}


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("손실액", 1),
        ("손실액(원)", 1),
        ("손실액(천원)", 1_000),
        ("손실액 (단위: 만원)", 10_000),
        ("손실액[백만원]", 1_000_000),
    ],
)
def test_unit_stands_in_the_heading(heading: str, unit: int) -> None:
    assert propose(["접수번호", "접수일시", "서비스", heading]).unit == unit


def test_english_headings_in_any_case_are_known() -> None:
    profile = propose(["Receipt Number", "RECEIVED_AT", "Service", "Claimed loss"])
    assert profile.columns == {"receipt_number": 0, "received_at": 1, "service": 2, "claimed_loss": 3}


def test_needed_column_that_is_missing_is_named() -> None:
    with pytest.raises(RuleBroken) as refused:
        propose(["Claim Number", "Date Received", "Airport Code"])
    assert refused.value.code == "columns_not_recognised"
    assert str(FIELDS["service"]) in str(refused.value)
    assert "Airport Code" in str(refused.value)


def test_two_columns_for_one_field_are_refused() -> None:
    with pytest.raises(RuleBroken) as refused:
        propose(["접수번호", "접수일시", "서비스", "연락처", "휴대폰"])
    assert refused.value.code == "column_named_twice"


def test_fixed_reporter_type_holds_for_a_file_without_one() -> None:
    assert propose(["접수번호", "접수일시", "서비스"], reporter_type="small_business").fixed == {
        "reporter_type": "small_business"
    }
