"""What weighs how much, and how pairs become groups."""

from __future__ import annotations

import pytest

from claims.triage.duplicates.rules import (
    THRESHOLD,
    WEIGHTS,
    Pair,
    Reason,
    components,
    is_slip,
    reasons_of,
    score,
    similarity,
)
from claims.triage.duplicates.words import REASON_WORDS

R = Reason


def test_every_reason_has_a_weight_and_words() -> None:
    assert set(WEIGHTS) == set(Reason) == set(REASON_WORDS)


@pytest.mark.parametrize(
    ("reasons", "is_pair"),
    [
        ({R.REGISTRATION}, True),
        ({R.PHONE, R.SERVICE}, True),
        ({R.PHONE, R.NAME}, False),
        ({R.ACCOUNT, R.SERVICE, R.DAY}, False),
        ({R.NAME, R.SERVICE, R.NEAR_TEXT}, True),
        ({R.NEAR_NAME, R.SERVICE, R.NEAR_TEXT}, False),
        ({R.NEAR_NAME, R.SERVICE, R.TEXT}, True),
        ({R.NAME, R.SERVICE, R.TEXT, R.OTHER_PHONE}, False),
        ({R.SERVICE, R.TEXT, R.DAY}, False),
        ({R.FINGERPRINT}, True),
    ],
)
def test_pair_stands_above_the_threshold_where_the_numbers_say_so(reasons: set[Reason], is_pair: bool) -> None:
    assert (score(reasons) >= THRESHOLD) is is_pair


@pytest.mark.parametrize(
    ("one", "two", "slips"),
    [
        ("김민서", "김민사", True),
        ("행복꽃집", "행복꽂집", True),
        ("행복꽃집", "행복한꽃집", True),
        ("행복꽃집", "행복꽃집김민서", True),
        ("김민서", "김민서", False),
        ("김민", "김민서", False),
        ("김민서", "박지훈", False),
        ("김민서", "김지훈", False),
        ("", "김민서", False),
    ],
)
def test_slip_is_one_letter_or_a_word_more(one: str, two: str, slips: bool) -> None:
    assert (is_slip(one, two), is_slip(two, one)) == (slips, slips)


def test_similarity_counts_pairs_of_letters() -> None:
    assert similarity("주문을 받지 못했습니다", "주문을, 받지 못했습니다!") == 1.0
    assert similarity("주문을 받지 못했습니다. 다시 보냅니다", "주문을 받지 못했습니다.") > 0.5
    assert similarity("가나다라", "마바사아") == 0.0
    assert similarity("", "") == 0.0


def test_another_phone_says_nothing_where_another_number_is_shared() -> None:
    pair = Pair(1, 2, frozenset({R.REGISTRATION, R.OTHER_PHONE}), ("가", "나"), None)
    assert reasons_of(pair) == {R.REGISTRATION}


def test_loss_and_day_say_nothing_across_services() -> None:
    pair = Pair(1, 2, frozenset({R.PHONE, R.NAME, R.LOSS, R.DAY}), ("가", "가"), None)
    assert reasons_of(pair) == {R.PHONE, R.NAME}


def test_components_hold_together_what_edges_join() -> None:
    assert components([(5, 4), (1, 2), (2, 3), (9, 4)]) == [[1, 2, 3], [4, 5, 9]]
    assert components([]) == []


def test_components_of_a_long_chain_need_no_deep_stack() -> None:
    assert components([(place, place + 1) for place in range(20_000)]) == [list(range(20_001))]
