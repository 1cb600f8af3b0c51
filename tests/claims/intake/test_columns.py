"""Which field a heading names, and the unit that it states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.intake.columns import FIELDS, HEADINGS, Guess, guessed_field, unit_in
from committee.demo.layouts import AFFILIATE, FEDERATION, OFFICIAL, Layout


def test_every_heading_belongs_to_one_field() -> None:
    headings = [heading for words in HEADINGS.values() for heading in words.split()]
    assert len(set(headings)) == len(headings)
    assert set(HEADINGS) == set(FIELDS)


@pytest.mark.parametrize(
    ("layout", "without"),
    [(OFFICIAL, set()), (FEDERATION, {"reporter_type", "channel"}), (AFFILIATE, {"channel"})],
)
def test_headings_of_known_sources_name_each_field_once(layout: Layout, without: set[str]) -> None:
    guesses = [guessed_field(heading) for heading in layout.headings]
    assert sorted(guess.field for guess in guesses if guess) == sorted(set(FIELDS) - without)


@pytest.mark.parametrize(
    ("heading", "guess"),
    [
        ("접수번호", Guess("receipt_number", 3)),
        ("접수 번호", Guess("receipt_number", 3)),
        ("Claim Number", Guess("receipt_number", 3)),
        ("No.", Guess("receipt_number", 2)),
        ("RECEIVED_AT", Guess("received_at", 3)),
        ("Date Received", Guess("received_at", 3)),
        ("신청서 작성 일시", Guess("received_at", 1)),
        ("손실액 (단위: 천원)", Guess("claimed_loss", 2)),
        ("예상 손실 금액", Guess("claimed_loss", 1)),
        ("Close Amount", Guess("claimed_loss", 1)),
        ("신고인 연락처 (휴대전화)", Guess("phone", 1)),
        ("지급받을 계좌번호", Guess("account", 1)),
        ("지급받을 은행", Guess("bank", 1)),
        ("사업자등록번호(선택)", Guess("registration_number", 2)),
        ("구분(유료·무료)", Guess("pricing", 3)),
        ("피해를 입은 서비스", Guess("service", 1)),
        ("피해 상세 내용", Guess("description", 1)),
        ("ＰＨＯＮＥ", Guess("phone", 3)),
        ("Airport Name", None),
        ("Disposition", None),
        ("예금주", None),
        ("", None),
        ("접수번호" * 100, None),
    ],
)
def test_heading_names_its_field(heading: str, guess: Guess | None) -> None:
    assert guessed_field(heading) == guess


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("손실액", None),
        ("손실액(원)", None),
        ("손실액(천원)", 1_000),
        ("손실액 (단위: 만원)", 10_000),
        ("손실액[백만원]", 1_000_000),
        ("손실액（천원）", 1_000),
        ("손실액_만원", 10_000),
        ("(단위 : 억원)", 100_000_000),
        ("Loss (KRW thousand)", 1_000),
        ("Loss (in thousand won)", 1_000),
        ("3만원권", None),
    ],
)
def test_unit_stands_in_the_heading(heading: str, unit: int | None) -> None:
    assert unit_in(heading) == unit


@given(st.text(max_size=80))
def test_any_heading_names_a_field_or_none(heading: str) -> None:
    guess = guessed_field(heading)
    assert guess is None or guess.field in FIELDS
    assert unit_in(heading) in {None, 1_000, 10_000, 1_000_000, 100_000_000}
