"""Which claims count as decided."""

from __future__ import annotations

from claims.register.settled import declare_settled, settled


def test_decisions_settle_a_claim() -> None:
    assert "committee_decision.claim_id = known.id" in settled("known.id")


def test_table_that_is_declared_twice_is_asked_once() -> None:
    before = settled("known.id")
    declare_settled(table="committee_decision", column="claim_id")
    assert settled("known.id") == before
