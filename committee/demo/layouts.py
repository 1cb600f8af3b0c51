"""How each source writes a claim down: headings, words, date and number formats as they would come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from committee.demo.facts import Reporter
from committee.demo.rows import ClaimRow

_Value = str | int | datetime
_COMMAS = 0.15
_WITHOUT_DASHES = 0.2


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading and what stands in it for a row."""

    heading: str
    value: Callable[[ClaimRow, Random], _Value]


@dataclass(frozen=True, slots=True)
class Layout:
    """A source's columns in order; ``encoding`` is empty where the file is a workbook."""

    encoding: str
    columns: tuple[Column, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """Return the headings in order."""
        return tuple(column.heading for column in self.columns)

    def values(self, row: ClaimRow, rng: Random) -> list[_Value]:
        """Return the cells of one row in order."""
        return [column.value(row, rng) for column in self.columns]


OFFICIAL_REPORTERS = {
    Reporter.GENERAL_USER: "일반 이용자",
    Reporter.SMALL_BUSINESS: "소상공인",
    Reporter.ENTERPRISE: "중대형 기업",
}
AFFILIATE_REPORTERS = {
    Reporter.GENERAL_USER: "개인",
    Reporter.SMALL_BUSINESS: "개인사업자",
    Reporter.ENTERPRISE: "법인",
}
PAID, FREE = "유료", "무료"


def _pricing(row: ClaimRow, _rng: Random) -> str:
    return PAID if row.paid else FREE


def _service_as_called(row: ClaimRow, _rng: Random) -> str:
    return row.service.aliases[0] if row.service.aliases else row.service.name


def _bank(row: ClaimRow, _rng: Random) -> str:
    return row.bank.name if row.bank else ""


def _account(row: ClaimRow, rng: Random) -> str:
    return row.account.replace("-", "") if rng.random() < _WITHOUT_DASHES else row.account


def _registration(row: ClaimRow, rng: Random) -> str:
    number = row.registration_number
    return number.replace("-", "") if rng.random() < _WITHOUT_DASHES else number


def _name(row: ClaimRow, _rng: Random) -> str:
    return f"{row.business} ({row.name})" if row.business else row.name


def _amount_as_typed(row: ClaimRow, rng: Random) -> str:
    if row.loss is None:
        return ""
    return f"{row.loss:,}" if rng.random() < _COMMAS else str(row.loss)


def _amount(row: ClaimRow, _rng: Random) -> _Value:
    return "" if row.loss is None else row.loss


OFFICIAL = Layout(
    encoding="utf-8-sig",
    columns=(
        Column("접수번호", lambda row, _: row.receipt_number),
        Column("접수일시", lambda row, _: f"{row.received_at:%Y-%m-%d %H:%M:%S}"),
        Column("접수경로", lambda row, _: row.channel),
        Column("신고인 유형", lambda row, _: OFFICIAL_REPORTERS[row.reporter]),
        Column("이름", _name),
        Column("연락처", lambda row, _: row.phone),
        Column("사업자등록번호", _registration),
        Column("서비스", lambda row, _: row.service.name),
        Column("유료/무료", _pricing),
        Column("매출 손실 규모액", _amount_as_typed),
        Column("피해 내용", lambda row, _: row.description),
        Column("은행", _bank),
        Column("계좌번호", _account),
    ),
)
# The federation takes reports of small businesses only, so its workbook has no column for the reporter or the channel.
FEDERATION = Layout(
    encoding="",
    columns=(
        Column("접수 번호", lambda row, _: row.receipt_number),
        Column("상호(대표자)", lambda row, _: f"{row.business}({row.name})"),
        Column("사업자번호", lambda row, _: row.registration_number),
        Column("휴대전화", lambda row, _: row.phone),
        Column("이용 서비스", _service_as_called),
        Column("구분(유료·무료)", _pricing),
        Column("손실액(원)", _amount),
        Column("피해내용", lambda row, _: row.description),
        Column("입금은행", _bank),
        Column("입금계좌", lambda row, _: row.account),
        Column("신청일", lambda row, _: row.received_at.replace(second=0)),
    ),
)
AFFILIATE = Layout(
    encoding="cp949",
    columns=(
        Column("No", lambda row, _: row.receipt_number),
        Column("신청일시", lambda row, _: f"{row.received_at:%Y/%m/%d %H:%M}"),
        Column("고객구분", lambda row, _: AFFILIATE_REPORTERS[row.reporter]),
        Column("고객명", _name),
        Column("사업자번호", lambda row, _: row.registration_number.replace("-", "")),
        Column("휴대폰번호", lambda row, _: row.phone.replace("-", "")),
        Column("이용서비스명", _service_as_called),
        Column("요금구분", _pricing),
        Column("피해금액", _amount_as_typed),
        Column("상세내용", lambda row, _: row.description),
        Column("은행명", _bank),
        Column("계좌", lambda row, _: row.account.replace("-", "")),
    ),
)
