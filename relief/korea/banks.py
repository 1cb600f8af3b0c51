"""Banks by the clearing codes of the Korea Financial Telecommunications and Clearings Institute (금융결제원)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MIN_ACCOUNT_DIGITS = 9
MAX_ACCOUNT_DIGITS = 16
"""The shortest and longest account numbers that Korean banks give out."""


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank: its three-digit code, its usual name and what else people call it."""

    code: str
    name: str
    name_en: str
    aliases: tuple[str, ...] = ()


BANKS: tuple[Bank, ...] = (
    Bank("002", "산업은행", "Korea Development Bank", ("KDB산업은행", "한국산업은행", "KDB")),
    Bank("003", "기업은행", "Industrial Bank of Korea", ("IBK기업은행", "중소기업은행", "IBK")),
    Bank("004", "국민은행", "Kookmin Bank", ("KB국민은행", "KB")),
    Bank("007", "수협은행", "Suhyup Bank", ("수협", "SH수협은행")),
    Bank("011", "농협은행", "NongHyup Bank", ("농협", "NH농협은행", "NH농협", "NH")),
    Bank("012", "지역농축협", "Local NongHyup", ("단위농협", "지역농협", "농축협", "축협")),
    Bank("020", "우리은행", "Woori Bank", ()),
    Bank("023", "SC제일은행", "Standard Chartered Bank Korea", ("제일은행", "스탠다드차타드은행", "SC은행")),
    Bank("027", "한국씨티은행", "Citibank Korea", ("씨티은행", "시티은행", "씨티")),
    Bank("031", "대구은행", "Daegu Bank", ("DGB대구은행", "iM뱅크", "아이엠뱅크")),
    Bank("032", "부산은행", "Busan Bank", ("BNK부산은행",)),
    Bank("034", "광주은행", "Kwangju Bank", ()),
    Bank("035", "제주은행", "Jeju Bank", ()),
    Bank("037", "전북은행", "Jeonbuk Bank", ()),
    Bank("039", "경남은행", "Kyongnam Bank", ("BNK경남은행",)),
    Bank("045", "새마을금고", "Korean Federation of Community Credit Cooperatives", ("새마을", "MG새마을금고")),
    Bank("048", "신협", "National Credit Union Federation of Korea", ("신용협동조합", "신협중앙회")),
    Bank("050", "저축은행", "Savings banks", ("상호저축은행", "저축은행중앙회")),
    Bank("054", "HSBC", "HSBC Korea", ("홍콩상하이은행", "HSBC은행")),
    Bank("064", "산림조합", "National Forestry Cooperative Federation", ("산림조합중앙회",)),
    Bank("071", "우체국", "Korea Post", ("우체국은행", "우체국예금")),
    Bank("081", "하나은행", "Hana Bank", ("KEB하나은행", "외환은행")),
    Bank("088", "신한은행", "Shinhan Bank", ()),
    Bank("089", "케이뱅크", "K bank", ("K뱅크", "케이은행")),
    Bank("090", "카카오뱅크", "KakaoBank", ("한국카카오은행", "카뱅")),
    Bank("092", "토스뱅크", "Toss Bank", ("토스",)),
)


def folded(text: str) -> str:
    """Return the text as names are compared: compatibility forms unified, blanks gone, small letters."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


_CODES = {bank.code: bank for bank in BANKS}
_BY_NAME = {
    folded(name): bank.code
    for bank in BANKS
    for name in (bank.name, bank.name_en, bank.name.removesuffix("은행"), *bank.aliases)
}
_CODE = re.compile(r"\d{1,3}", re.ASCII)


def bank_code(text: str) -> str | None:
    """Return the three-digit code of a bank named by code, name or a usual short name; None where nobody knows it."""
    name = folded(text)
    if _CODE.fullmatch(name):
        code = name.zfill(3)
        return code if code in _CODES else None
    return _BY_NAME.get(name)


def bank_name(code: str) -> str:
    """Return the Korean name of a bank code, or the code itself where it is unknown."""
    bank = _CODES.get(code)
    return bank.name if bank else code
