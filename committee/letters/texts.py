"""The letters that tell a decision: their words in braces, and the texts that hold by default."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from claims.helpdesk.letters.models import Code
from claims.helpdesk.letters.rules import LetterKind, declare_letter
from committee.decisions.models import Decision
from committee.letters.selectors import letter_values, related

WORDS = (
    "name", "receipt_number", "sentence", "loss", "amount", "tier", "missing", "decided_on", "objection_deadline",
    "help_centre",
)  # fmt: skip
_SENTENCES = {
    Code.SUPPORTED: (
        "신고하신 매출 손실 420,000원은 2구간(300,001원 ~ 500,000원)에 해당하여 50,000원을 지원합니다.",
        "The reported loss of sales of 420,000 won falls into tier 2: 50,000 won are granted.",
    ),
    Code.REVIEW: ("협의체가 입증자료를 심의합니다.", "The committee examines the proof."),
    Code.NOT_ELIGIBLE: ("지원 대상에 해당하지 않습니다.", "The report is not eligible."),
    Code.PROOF_MISSING: ("입증자료가 없습니다.", "Proof is missing."),
    Code.CORRECTED: ("다시 살펴본 결과 80,000원을 지원합니다.", "After another look, 80,000 won are granted."),
    Code.UPHELD: ("이의신청을 살펴본 결과 결정을 유지합니다.", "After examining the objection, the decision stands."),
}
_GREETING_KO = (
    "{name} 님, 안녕하십니까.\n\n접수번호 {receipt_number}의 피해 접수에 대한 결정을 알려 드립니다.\n\n{sentence}\n\n"
)
_GREETING_EN = "Dear {name},\n\nthis is the decision on your report {receipt_number}.\n\n{sentence}\n\n"
_ANSWER_KO = "{name} 님, 안녕하십니까.\n\n접수번호 {receipt_number}의 결정에 대한 이의신청 결과를 알려 드립니다.\n\n"
_ANSWER_EN = "Dear {name},\n\nthis is the answer to your objection on your report {receipt_number}.\n\n"
_OBJECT_KO = (
    "이 결정에 이의가 있으시면 {objection_deadline}까지 고객센터에 이의신청을 하실 수 있습니다.\n\n"
    "결정일: {decided_on}\n문의: {help_centre}"
)
_OBJECT_EN = (
    "If you disagree, you can object at the help centre until {objection_deadline}.\n\n"
    "Decided on {decided_on}. Questions: {help_centre}"
)
_SUBJECT = ("[피해구제] 결정 안내 ({receipt_number})", "[Relief] Decision on your report ({receipt_number})")
_MIDDLE = {
    Code.SUPPORTED: (
        "지원금 {amount}은 접수하실 때 적으신 계좌로 이체합니다. 이체되면 따로 알려 드리지 않습니다.\n\n",
        "{amount} will be transferred to the account that you stated. There is no further notice of it.\n\n",
    ),
    Code.REVIEW: (
        "내신 자료를 협의체가 살펴보고 지원 여부와 금액을 정한 뒤 다시 알려 드립니다.\n\n",
        "The committee looks at your documents, decides whether and how much is granted, and writes to you again.\n\n",
    ),
    Code.NOT_ELIGIBLE: ("", ""),
    Code.PROOF_MISSING: (
        "다음 자료를 고객센터로 내 주십시오.\n\n{missing}\n\n자료가 인정되면 다시 결정하여 알려 드립니다.\n\n",
        "Please hand in at the help centre:\n\n{missing}\n\nOnce it is accepted, we decide anew and write to you.\n\n",
    ),
    Code.CORRECTED: (
        "이전에 알려 드린 결정을 이 결정으로 갈음합니다.\n\n",
        "This decision takes the place of the one you were told before.\n\n",
    ),
}


def _sample(code: str) -> Callable[[int, str], Mapping[str, str] | None]:
    def latest(incident_id: int, language: str) -> Mapping[str, str] | None:
        """Return the words of the latest decision that this letter would tell."""
        rows = related(Decision.objects.filter(claim__incident_id=incident_id)).order_by("-pk")
        if code == Code.CORRECTED:
            rows = rows.filter(reason_code=Decision.Reason.CORRECTION)
        elif code != Code.UPHELD:
            rows = rows.filter(outcome=code).exclude(reason_code=Decision.Reason.CORRECTION)
        found = rows.first()
        return None if found is None else letter_values(found, language)

    return latest


def _kind(code: str) -> LetterKind:
    return LetterKind(
        WORDS,
        {
            "name": ("홍길동", "Hong Gildong"),
            "receipt_number": ("K22-1019-000001", "K22-1019-000001"),
            "sentence": _SENTENCES[Code(code)],
            "loss": ("420,000원", "420,000 won"),
            "amount": ("50,000원", "50,000 won"),
            "tier": ("2구간", "Tier 2"),
            "missing": ("- 매출 피해 입증자료", "- Proof of lost sales"),
            "decided_on": ("2022년 12월 30일", "30 December 2022"),
            "objection_deadline": ("2023년 1월 29일", "29 January 2023"),
        },
        _sample(code),
    )


for _code, (_korean, _english) in _MIDDLE.items():
    declare_letter(
        _code,
        _kind(_code),
        {
            "ko": (_SUBJECT[0], f"{_GREETING_KO}{_korean}{_OBJECT_KO}"),
            "en": (_SUBJECT[1], f"{_GREETING_EN}{_english}{_OBJECT_EN}"),
        },
    )
declare_letter(
    Code.UPHELD,
    _kind(Code.UPHELD),
    {
        "ko": (
            "[피해구제] 이의신청 결과 안내 ({receipt_number})",
            f"{_ANSWER_KO}{{sentence}}\n\n문의: {{help_centre}}",
        ),
        "en": (
            "[Relief] Answer to your objection ({receipt_number})",
            f"{_ANSWER_EN}{{sentence}}\n\nQuestions: {{help_centre}}",
        ),
    },
)
