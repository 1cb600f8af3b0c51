"""The two rule sets of the first incident: the coarse one of the interim count, and the one that followed it.

The committee's interim count of free services with a monetary loss (13,918) was higher than the final one (13,195):
the first set takes words of money for a loss, the second asks for a stated amount. Where a claim speaks of money and
states none, neither is sure: such claims wait for a person in the queue.
"""

from typing import Any

from committee.demo.phrases import MONEY_LOSS_WORDS


def _rule(name: str, axis: str, value: str, *, confidence: int | None = None, **when: Any) -> dict[str, Any]:
    said = {} if confidence is None else {"confidence": confidence}
    return {"name": name, "axis": axis, "value": value, "when": when, **said}


_WHO = (
    _rule("reported_small_business", "reporter_type", "small_business", reporter_type=["small_business"]),
    _rule("reported_enterprise", "reporter_type", "enterprise", reporter_type=["enterprise"]),
    _rule("reported_general_user", "reporter_type", "general_user", reporter_type=["general_user"]),
    _rule("has_registration_number", "reporter_type", "small_business", confidence=85, has_registration_number=True),
    _rule("otherwise_general_user", "reporter_type", "general_user", confidence=60),
)
_PRICE = (
    _rule("reported_paid", "pricing", "paid", pricing=["paid"]),
    _rule("reported_free", "pricing", "free", pricing=["free"]),
    _rule("service_is_paid", "pricing", "paid", service_pricing=["paid"]),
    _rule("service_is_free", "pricing", "free", service_pricing=["free"]),
    _rule("price_unknown", "pricing", "unknown", confidence=40),
)
_OPERATOR = (
    _rule("service_of_affiliate", "operator_kind", "affiliate", operator_kind=["affiliate"]),
    _rule("service_of_company", "operator_kind", "company"),
)
_LOSS_STATED = _rule("loss_stated", "nature", "monetary", loss_over=0)
_WORDS_OF_MONEY = _rule(
    "words_of_money", "nature", "monetary", confidence=60, pricing=["free"], words=list(MONEY_LOSS_WORDS)
)
_WORDS_ALONE = _rule(
    "words_without_amount", "nature", "inquiry", confidence=60, pricing=["free"], words=list(MONEY_LOSS_WORDS)
)
_INQUIRY = _rule("no_loss_stated", "nature", "inquiry")

INTERIM_RULES: list[dict[str, Any]] = [*_WHO, *_PRICE, *_OPERATOR, _LOSS_STATED, _WORDS_OF_MONEY, _INQUIRY]
INTERIM_NOTE = "2차 전체 회의 중간 집계: 금액이 없어도 손실을 말하면 금전적 피해로 봄"
FINAL_RULES: list[dict[str, Any]] = [*_WHO, *_PRICE, *_OPERATOR, _LOSS_STATED, _WORDS_ALONE, _INQUIRY]
FINAL_NOTE = "최종 집계: 손실 금액을 밝힌 접수만 금전적 피해로 봄"
