"""The fields that a claim file feeds, and the headings under which people report them."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

FIELDS: dict[str, Any] = {
    "receipt_number": _("Receipt number"),
    "received_at": _("Received at"),
    "channel": _("Channel"),
    "reporter_type": _("Reporter type"),
    "name": _("Name"),
    "phone": _("Phone"),
    "registration_number": _("Business registration number"),
    "service": _("Service"),
    "pricing": _("Paid or free"),
    "claimed_loss": _("Claimed loss"),
    "description": _("Description"),
    "bank": _("Bank"),
    "account": _("Account"),
}
NEEDED = ("receipt_number", "received_at", "service")

# Headings without blanks, punctuation and capitals; the first field that claims a heading has it.
HEADINGS: dict[str, str] = {
    "receipt_number": (
        "접수번호 no 번호 관리번호 신청번호 신고번호 민원번호 상담번호 접수no 접수id 접수코드 고유번호 "
        "receiptnumber receiptno receiptid claimnumber claimno claimid claimref reference referenceno "
        "referencenumber ticketid ticketno ticketnumber caseid caseno casenumber applicationno applicationnumber "
        "submissionid responseid"
    ),
    "received_at": (
        "접수일시 접수일 접수일자 접수시각 접수시간 접수날짜 신청일 신청일시 신청일자 신고일 신고일시 신고일자 "
        "등록일 등록일시 등록일자 작성일 작성일시 제출일 제출일시 상담일 상담일시 인입일시 타임스탬프 일시 "
        "receivedat receivedon datereceived receiveddate timereceived submittedat submittedon submissiondate "
        "submitteddate datesubmitted datefiled filedon reportedat reportedon datereported createdat createdon "
        "datecreated timestamp"
    ),
    "channel": (
        "접수경로 접수채널 접수방법 접수구분 유입경로 인입경로 신청경로 경로 채널 channel intakechannel source "
        "intakesource"
    ),
    "reporter_type": (
        "신고인유형 신고자유형 신청인유형 신청자유형 신청자구분 신청인구분 고객구분 고객유형 이용자구분 "
        "이용자유형 신고인구분 신고자구분 회원구분 회원유형 유형 reportertype claimanttype customertype "
        "applicanttype usertype membertype"
    ),
    "name": (
        "이름 성명 성함 고객명 고객이름 고객성명 신고인 신고인명 신고자 신고자명 신청인 신청인명 신청자 신청자명 "
        "피해자 피해자명 회원명 상호 상호대표자 상호명 상호대표자명 업체명 업소명 가맹점명 사업장명 회사명 대표자 "
        "대표자명 name fullname claimant claimantname customername applicantname reportername businessname "
        "companyname storename shopname"
    ),
    "phone": (
        "연락처 전화번호 전화 휴대전화 휴대전화번호 휴대폰 휴대폰번호 핸드폰 핸드폰번호 연락번호 연락가능번호 hp "
        "phone phonenumber phoneno mobile mobilephone mobilenumber cellphone contact contactnumber contactno tel "
        "telephone"
    ),
    "registration_number": (
        "사업자등록번호 사업자번호 사업자등록no 사업자no 등록번호 businessregistrationnumber "
        "businessregistrationno businessnumber registrationnumber registrationno brn"
    ),
    "service": (
        "서비스 서비스명 이용서비스 이용서비스명 피해서비스 피해서비스명 장애서비스 해당서비스 서비스구분 "
        "서비스종류 이용상품 상품명 service servicename serviceused affectedservice product productname"
    ),
    "pricing": (
        "유료무료 유무료 무료유료 요금구분 구분유료무료 유료여부 무료여부 유무료구분 유무료여부 과금구분 결제구분 "
        "paidorfree paidfree freeorpaid freepaid pricing pricetype"
    ),
    "claimed_loss": (
        "매출손실규모액 손실규모액 손실규모 손실액 손실금액 손실추정액 손해액 손해금액 매출손실액 매출감소액 "
        "매출피해액 피해금액 피해액 피해규모 피해추정액 청구금액 청구액 신청금액 보상요구액 요구금액 금액 "
        "claimedloss loss losses lossamount estimatedloss claimedamount claimamount amount amountclaimed damage "
        "damageamount salesloss lostsales"
    ),
    "description": (
        "피해내용 상세내용 내용 피해상세 접수내용 신고내용 신청내용 상담내용 문의내용 민원내용 피해사실 피해사례 "
        "피해경위 피해사유 세부내용 비고 description details detail comment comments remarks message content"
    ),
    "bank": (
        "은행 은행명 입금은행 입금은행명 거래은행 거래은행명 금융기관 금융기관명 환불은행 지급은행 bank bankname "
        "bankcode"
    ),
    "account": (
        "계좌번호 계좌 입금계좌 입금계좌번호 환불계좌 환불계좌번호 지급계좌 은행계좌 은행계좌번호 account "
        "accountnumber accountno bankaccount bankaccountnumber bankaccountno"
    ),
}
_FIELD_OF = {heading: name for name, headings in HEADINGS.items() for heading in headings.split()}

_WEAK = frozenset(
    (
        "no", "번호", "유형", "내용", "비고", "금액", "일시", "경로", "등록번호", "contact", "amount", "source", "name",
        "message", "content", "timestamp",
    )
)  # fmt: skip
"""Headings that say little: a column with a fuller heading comes before theirs."""

# Headings that nobody listed, by what they hold or end with; the first that fits has it.
_FITTING: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("registration_number", r"사업자(?:등록)?(?:번호|no)|businessreg"),
        ("account", r"계좌(?:번호)?$|accountn(?:o|umber)$"),
        ("bank", r"은행(?:명|이름|코드)?$|bank(?:name|code)?$"),
        ("phone", r"연락처|전화|휴대폰|핸드폰|phone|mobile"),
        ("received_at", r"(?:접수|신청|신고|등록|작성|제출|인입).*(?:일시|일자|날짜|시각|시간|일)$"),
        ("received_at", r"(?:received|submitted|reported|created|filed)(?:at|on|date|time)"),
        ("received_at", r"date(?:received|submitted|filed)"),
        ("receipt_number", r"(?:접수|신청|신고|민원|상담|관리).*(?:번호|no|id)$"),
        ("receipt_number", r"(?:claim|receipt|ticket|case)(?:no|number|id)"),
        ("pricing", r"유료.*무료|무료.*유료|유무료|paid.*free|free.*paid"),
        ("claimed_loss", r"(?:손실|손해|피해|청구|매출감소|요구).*(?:금액|액|규모)$"),
        ("claimed_loss", r"(?:loss|damage|amount)$|^amount|^loss"),
        ("service", r"서비스(?:명|이름|구분|종류)?$|servicename|^service"),
        ("channel", r"(?:접수|유입|인입|신청)(?:경로|채널|방법)|channel$"),
        ("reporter_type", r"(?:고객|이용자|신고[인자]|신청[인자]|회원).*(?:유형|구분|종류)$"),
        ("reporter_type", r"(?:claimant|customer|applicant)type"),
        ("description", r"(?:피해|상세|접수|상담|문의|민원|신고).*(?:내용|사유|경위|상세|설명)|description|comment"),
        ("name", r"성명|(?:고객|신청인|신고인|신청자|신고자|대표자)(?:명|이름)?$|(?:상호|업체|가맹점|사업장)명?$"),
        ("name", r"^(?:claimant|customer|applicant|reporter|business|company|store|contact|full)name$"),
    )
)  # fmt: skip
_UNITS = {
    "천원": 1_000, "천": 1_000, "krw1000": 1_000, "thousandwon": 1_000, "krwthousand": 1_000, "thousandkrw": 1_000,
    "만원": 10_000, "만": 10_000, "krw10000": 10_000, "tenthousandwon": 10_000,
    "백만원": 1_000_000, "krw1000000": 1_000_000, "millionwon": 1_000_000, "krwmillion": 1_000_000,
    "억원": 100_000_000,
}  # fmt: skip
_ENDING_UNIT = re.compile(r"(?:^|[\s_/:])(천원|만원|백만원|억원)$")
_BRACKETS = re.compile(r"[(\[{<](.*?)[)\]}>]")


_LONGEST = 300
"""A longer text is no heading that could be told from a description."""


class Guess(NamedTuple):
    """The field that a heading names, and how surely: 3 in full, 2 in part or by a weak word, 1 by a pattern."""

    field: str
    strength: int


def plain_heading(text: str) -> str:
    """Return a heading as headings are compared: unified, without blanks and punctuation, small letters."""
    unified = unicodedata.normalize("NFKC", text).casefold()
    return "".join(mark for mark in unified if mark.isalnum())


def guessed_field(heading: str) -> Guess | None:
    """Return the field that a heading names, or None where it names none."""
    if len(heading) > _LONGEST:
        return None
    plain = plain_heading(heading)
    if plain in _FIELD_OF:
        return Guess(_FIELD_OF[plain], 2 if plain in _WEAK else 3)
    without = plain_heading(_BRACKETS.sub("", unicodedata.normalize("NFKC", heading)))
    if without in _FIELD_OF:
        return Guess(_FIELD_OF[without], 2)
    return next((Guess(name, 1) for name, pattern in _FITTING if pattern.search(without or plain)), None)


def unit_in(text: str) -> int | None:
    """Return how many won 1 stands for where a heading or a line above it says so: `(천원)`, `[단위: 만원]`."""
    unified = unicodedata.normalize("NFKC", text[:_LONGEST]).strip()
    for inside in _BRACKETS.findall(unified):
        unit = _UNITS.get(plain_heading(inside).removeprefix("단위").removeprefix("unit").removeprefix("in"))
        if unit is not None:
            return unit
    ending = _ENDING_UNIT.search(unified)
    return _UNITS[ending[1]] if ending else None
