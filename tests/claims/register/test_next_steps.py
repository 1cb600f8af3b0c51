"""What is next on a claim: the rule as a table."""

from __future__ import annotations

from typing import Any

import pytest

from claims.register.next_steps import SENTENCES, LeadsTo, Next, Standing, next_step

PAY, LOOK, END = LeadsTo.PAYMENT, LeadsTo.COMMITTEE, LeadsTo.END


@pytest.mark.parametrize(
    ("stage", "facts", "answer"),
    [
        ("registered", {}, Next.DECIDE),
        ("registered", {"decision_is_held": True, "is_classified": False}, Next.HELD),
        ("registered", {"is_classified": False, "is_complete": False}, Next.CLASSIFY),
        ("registered", {"is_complete": False}, Next.COMPLETE),
        ("registered", {"is_complete": False, "is_monetary": False}, Next.DECIDE),
        ("registered", {"payment_is_held": True}, Next.DECIDE),
        ("", {}, Next.DECIDE),
        ("decided", {"leads_to": PAY}, Next.COMPOSE),
        ("decided", {"leads_to": PAY, "is_complete": False}, Next.COMPLETE),
        ("decided", {"leads_to": PAY, "payment_is_held": True, "is_complete": False}, Next.HELD),
        ("decided", {"leads_to": PAY, "decision_is_held": True}, Next.COMPOSE),
        ("decided", {"leads_to": LOOK, "is_complete": False}, Next.EXAMINE),
        ("decided", {"leads_to": END, "payment_is_held": True}, Next.NOTHING),
        ("decided", {}, Next.FOLLOW),
        ("decided", {"has_open_point": True}, Next.PROVE),
        ("decided", {"leads_to": LOOK, "has_open_point": True}, Next.PROVE),
        ("decided", {"leads_to": PAY, "has_open_point": True}, Next.COMPOSE),
        ("decided", {"leads_to": END, "has_open_point": True}, Next.NOTHING),
        ("decided", {"leads_to": END, "has_open_point": True, "point_outlasts_end": True}, Next.PROVE),
        ("in_batch", {"leads_to": PAY}, Next.PAY),
        ("in_batch", {"leads_to": PAY, "payment_is_held": True}, Next.HELD),
        ("exported", {"leads_to": PAY, "payment_is_held": True}, Next.SETTLE),
        ("paid", {"leads_to": PAY}, Next.NOTHING),
    ],
)
def test_next_step_follows_the_table(stage: str, facts: dict[str, Any], answer: Next) -> None:
    assert next_step(Standing(stage=stage, **facts)) is answer


def test_every_answer_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Next)
