"""The sentence that explains a decision, for every outcome, in both languages."""

from __future__ import annotations

import pytest
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.utils.translation import override

from committee.decisions.sentences import explain
from committee.models import Decision, Tier

FIRST = Tier(number=1, bounds=NumericRange(1, 300_001), outcome="fixed", amount=30_000)
SECOND = Tier(number=2, bounds=NumericRange(300_001, 500_001), outcome="fixed", amount=50_000)
ABOVE = Tier(number=3, bounds=NumericRange(500_001, None), outcome="review")


def decision(**fields: object) -> Decision:
    return Decision(**{"fact_reporter_type": "small_business", "amount": 0, "fact_loss": None, **fields})


def test_supported_claim_reads_its_loss_tier_and_amount() -> None:
    row = decision(outcome="supported", reason_code="tier", tier=SECOND, amount=50_000, fact_loss=420_000)
    with override("en"):
        assert explain(row) == (
            "The reported loss of sales of 420,000 won falls into tier 2 (300,001 won to 500,000 won): "
            "50,000 won are granted."
        )


def test_claim_above_the_tiers_reads_that_the_committee_examines_it() -> None:
    row = decision(outcome="review", reason_code="above_tiers", tier=ABOVE, fact_loss=500_001)
    with override("en"):
        assert explain(row) == (
            "The reported loss of sales of 500,001 won falls into tier 3 (more than 500,000 won): "
            "the committee examines the proof and then decides on the amount."
        )


def test_every_refusal_has_a_sentence_of_its_own() -> None:
    refusals = ["affiliate", "not_admitted", "inquiry", "reporter_type", "no_loss"]
    with override("en"):
        sentences = {explain(decision(outcome="not_eligible", reason_code=code)) for code in refusals}
    assert len(sentences) == len(refusals)
    assert all("%" not in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("outcome", "amount", "sentence"),
    [
        ("supported", 70_000, "After another look, 70,000 won are granted. Reason: 증빙"),
        ("review", 0, "After another look, the committee examines the claim. Reason: 증빙"),
        ("not_eligible", 0, "After another look, no cash support is granted. Reason: 증빙"),
    ],
)
def test_correction_reads_its_reason(outcome: str, amount: int, sentence: str) -> None:
    row = decision(outcome=outcome, reason_code="correction", amount=amount, reason="증빙")
    with override("en"):
        assert explain(row) == sentence


def test_first_tier_begins_at_one_won() -> None:
    with override("en"):
        assert FIRST.span == "1 won to 300,000 won"


def test_supported_claim_reads_the_same_in_korean() -> None:
    row = decision(outcome="supported", reason_code="tier", tier=SECOND, amount=50_000, fact_loss=420_000)
    with override("ko"):
        assert explain(row) == (
            "신고하신 매출 손실 420,000원은 2구간(300,001원 ~ 500,000원)에 해당하여 50,000원을 지원합니다."
        )
