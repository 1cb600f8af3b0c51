"""Which column feeds which field: the headings people use, and the profile that stands on the import."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import ReporterType
from claims.intake.profile import Profile
from relief.errors import RuleBroken

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
        "접수번호 no 번호 관리번호 신청번호 접수no receiptnumber receiptno claimnumber claimno claimid reference"
    ),
    "received_at": (
        "접수일시 접수일 접수일자 접수시각 신청일 신청일시 신청일자 등록일 등록일시 작성일시 receivedat "
        "receivedon datereceived receiveddate submittedat"
    ),
    "channel": "접수경로 접수채널 경로 channel intakechannel",
    "reporter_type": (
        "신고인유형 신고자유형 고객구분 고객유형 이용자구분 신고인구분 유형 reportertype claimanttype customertype"
    ),
    "name": (
        "이름 성명 고객명 신고인 신고인명 신청인 신청자 상호 상호대표자 상호명 업체명 name fullname "
        "claimantname businessname"
    ),
    "phone": (
        "연락처 전화번호 전화 휴대전화 휴대전화번호 휴대폰 휴대폰번호 핸드폰 핸드폰번호 phone "
        "phonenumber mobile contact"
    ),
    "registration_number": "사업자등록번호 사업자번호 사업자등록no businessregistrationnumber registrationnumber brn",
    "service": "서비스 서비스명 이용서비스 이용서비스명 피해서비스 service servicename product",
    "pricing": "유료무료 유무료 무료유료 요금구분 구분유료무료 유료여부 유무료구분 paidorfree paidfree pricing",
    "claimed_loss": (
        "매출손실규모액 손실규모액 손실액 손실금액 피해금액 피해액 피해규모 청구금액 claimedloss loss "
        "lossamount claimedamount amount"
    ),
    "description": "피해내용 상세내용 내용 피해상세 접수내용 피해사실 description details comment",
    "bank": "은행 은행명 입금은행 입금은행명 거래은행 bank bankname bankcode",
    "account": "계좌번호 계좌 입금계좌 입금계좌번호 account accountnumber accountno",
}
_FIELD_OF = {heading: name for name, headings in HEADINGS.items() for heading in headings.split()}
_UNITS = {"천원": 1_000, "만원": 10_000, "백만원": 1_000_000, "천": 1_000, "만": 10_000}
_BRACKETS = re.compile(r"[(\[](.*?)[)\]]")


def plain_heading(text: str) -> str:
    """Return a heading as headings are compared: unified, without blanks and punctuation, small letters."""
    unified = unicodedata.normalize("NFKC", text).casefold()
    return "".join(mark for mark in unified if mark.isalnum())


def _field_of(heading: str) -> str | None:
    without = _BRACKETS.sub("", unicodedata.normalize("NFKC", heading))
    return _FIELD_OF.get(plain_heading(heading)) or _FIELD_OF.get(plain_heading(without))


def _unit_of(heading: str) -> int:
    inside = _BRACKETS.findall(unicodedata.normalize("NFKC", heading).replace(" ", ""))
    return next((_UNITS[text.removeprefix("단위:")] for text in inside if text.removeprefix("단위:") in _UNITS), 1)


def propose(headings: list[str], *, reporter_type: str = "") -> Any:
    """Return the layout that the headings suggest; `reporter_type` holds for every row of a file without one.

    Raises RuleBroken(columns_not_recognised) where a needed field has no column, RuleBroken(column_named_twice) where
    two columns could feed one field.
    """
    from claims.intake.layout import lay_out
    from claims.intake.profile import Column

    columns: dict[str, Column] = {}
    for place, heading in enumerate(headings, start=1):
        name = _field_of(heading)
        if name is None:
            continue
        if name in columns:
            raise RuleBroken(
                _('The columns "%(one)s" and "%(other)s" both look like "%(field)s". Rename one of them.')
                % {"one": columns[name].heading, "other": heading, "field": FIELDS[name]},
                code="column_named_twice",
            )
        columns[name] = Column(heading, place)
    unit = _unit_of(columns["claimed_loss"].heading) if "claimed_loss" in columns else 1
    fixed = {"reporter_type": ReporterType(reporter_type).value} if reporter_type else {}
    return lay_out(Profile(columns=columns, unit=unit, fixed=fixed), headings)
