"""The words that narrow the register, and what a search term means."""

from __future__ import annotations

from typing import Any

import pytest

from claims.models import Claim
from claims.register.filters import ClaimFilter
from claims.register.selectors import sought_claimants, sought_claims
from tests import factories

ELSEWHERE = {"state", "assignee", "age"}


def found(incident: Any, **words: Any) -> set[Claim]:
    chosen = ClaimFilter(words, queryset=Claim.objects.filter(incident=incident), incident_id=incident.pk)
    assert chosen.is_valid(), chosen.errors
    return set(chosen.qs)


@pytest.fixture
def two(incident: Any) -> tuple[Claim, Claim]:
    """A small business's complete free claim, and a general user's incomplete paid one on another service and round."""
    first = factories.ClaimFactory(
        incident=incident, intake_round=factories.IntakeRoundFactory(incident=incident), claimed_loss=300_000
    )
    second = factories.ClaimFactory(
        incident=incident,
        general_user=True,
        paid=True,
        without_account=True,
        claimed_loss=300_001,
        admission="late",
        received_at="2022-10-20T15:00:00Z",
        service__affiliate=True,
        service__operator__incident=incident,
        claim_import=factories.ClaimImportFactory(incident=incident),
        claimant=factories.ClaimantFactory(incident=incident, identity="01099998888", name="한 이름"),
    )
    # Of the same number, with a claim elsewhere in the register and with none.
    for name, claims in (("다른 이름", 1), ("아무 접수도 없는 이름", 0)):
        other = factories.ClaimantFactory(incident=incident, identity="01099998888", name=name)
        for _claim in range(claims):
            factories.ClaimFactory(incident=factories.IncidentFactory(), claimant=other)
    factories.ClassificationFactory(claim=first)
    return first, second


def test_every_word_of_the_filter_narrows(incident: Any, two: tuple[Claim, Claim]) -> None:
    first, second = two
    cases: list[tuple[dict[str, Any], Claim]] = [
        ({"intake_round": first.intake_round_id}, first),
        ({"service": second.service_id}, second),
        ({"reporter_type": "small_business"}, first),
        ({"reporter_type": "general_user"}, second),
        ({"pricing": "paid"}, second),
        ({"nature": "monetary"}, first),
        ({"operator_kind": "affiliate"}, second),
        ({"classified": "yes"}, first),
        ({"classified": "no"}, second),
        ({"admission": "late"}, second),
        ({"completeness": "complete"}, first),
        ({"completeness": "incomplete"}, second),
        ({"same_number": "yes"}, second),
        ({"claim_import": second.claim_import_id}, second),
        ({"loss_from": "300001"}, second),
        ({"loss_to": "300000"}, first),
        ({"received_from": "2022-10-21"}, second),
        ({"received_to": "2022-10-20"}, first),
    ]
    assert [found(incident, **words) for words, _claim in cases] == [{claim} for _words, claim in cases]
    # Words of the list itself are tested with it.
    assert {word for words, _claim in cases for word in words} == set(ClaimFilter.declared_filters) - ELSEWHERE


def test_classified_type_goes_before_the_reported_one(incident: Any) -> None:
    claim = factories.ClaimFactory(incident=incident, reporter_type="unknown")
    factories.ClassificationFactory(claim=claim, reporter_type="enterprise")
    assert (found(incident, reporter_type="enterprise"), found(incident, reporter_type="unknown")) == ({claim}, set())


@pytest.mark.parametrize(
    "words",
    [
        {"loss_from": "-1"},
        {"loss_to": "many"},
        {"loss_to": "1000000000000001"},
        {"received_from": "2022-02-31"},
        {"nature": "joy"},
        {"service": "0"},
        {"claim_import": "x"},
    ],
)
def test_word_that_does_not_fit_is_refused(incident: Any, words: dict[str, str]) -> None:
    chosen = ClaimFilter(words, queryset=Claim.objects.all(), incident_id=incident.pk)
    assert list(chosen.errors) == list(words)


def test_choices_of_another_incident_are_refused(incident: Any) -> None:
    elsewhere = factories.IncidentFactory()
    other = factories.ClaimFactory(incident=elsewhere, intake_round=factories.IntakeRoundFactory(incident=elsewhere))
    words = {"service": other.service_id, "intake_round": other.intake_round_id}
    chosen = ClaimFilter(words, queryset=Claim.objects.all(), incident_id=incident.pk)
    assert set(chosen.errors) == set(words)


@pytest.mark.parametrize(
    ("term", "numbers"),
    [
        ("010-1234-5678", ("phone", "account")),
        ("０１０１２３４５６７８", ("phone", "account")),
        ("120-81-47521", ("registration_number", "account")),
        ("110-000-001234", ("account",)),
        ("K22-1019-000018", ()),
        ("김하", ()),
    ],
)
def test_search_term_is_compared_with_what_it_can_be(term: str, numbers: tuple[str, ...]) -> None:
    assert sought_claims(term).numbers == numbers


@pytest.mark.parametrize("term", ["김", " 김 ", "a"])
def test_search_for_one_syllable_is_too_short(db: None, term: str) -> None:
    assert [sought(term).is_too_short for sought in (sought_claims, sought_claimants)] == [True, True]
    assert not Claim.objects.filter(sought_claims(term).condition).exists()


@pytest.mark.parametrize(
    "term", ["하나", "R-77", "r-77", "R-7700001", "010-1234-5678", "01012345678", "120-81-47521", "110000001234"]
)
def test_search_finds_by_name_receipt_and_whole_numbers(incident: Any, term: str) -> None:
    claim = factories.ClaimFactory(
        incident=incident,
        name="김하나",
        receipt_number="R-7700001",
        phone="01012345678",
        registration_number="1208147521",
        account="110000001234",
    )
    factories.ClaimFactory(incident=incident, name="이두리", registration_number=None)
    assert list(Claim.objects.filter(sought_claims(term).condition)) == [claim]


@pytest.mark.parametrize("term", ["0101234567", "1208147522", "11000000123", "5678"])
def test_search_by_part_of_a_number_finds_nothing(incident: Any, term: str) -> None:
    factories.ClaimFactory(
        incident=incident, phone="01012345678", registration_number="1208147521", account="110000001234"
    )
    assert not Claim.objects.filter(sought_claims(term).condition).exists()
