"""The demo's claim files, written once a session and read back without the generator's own objects."""

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from committee.demo.catalogue import COMPANY, SERVICES
from committee.demo.files import AFFILIATE_FILE, FEDERATION_FILE, OFFICIAL_FILE, write_claim_files


@dataclass(frozen=True)
class Read:
    """A row as it stands in a file, in common words."""

    file: str
    receipt_number: str
    received_at: datetime
    reporter: str
    name: str
    phone: str
    registration_number: str
    own: bool
    paid: bool
    loss: int | None
    text: str
    bank: str
    account: str
    service: str


_REPORTERS = {"일반 이용자": "user", "소상공인": "small", "중대형 기업": "enterprise"} | {
    "개인": "user",
    "개인사업자": "small",
    "법인": "enterprise",
}
_OPERATORS = {name: service.operator for service in SERVICES for name in (service.name, *service.aliases)}


_FEDERATION = ("receipt", "name", "registration", "phone", "service", "pricing", "loss", "text", "bank", "account")
_AFFILIATE = ("receipt", "received", "reporter", "name", "registration", "phone", "service")
_AFFILIATE += ("pricing", "loss", "text", "bank", "account")
_OFFICIAL = ("receipt", "received", "channel", "reporter", "name", "phone", "registration", "service")
_OFFICIAL += ("pricing", "loss", "text", "bank", "account")


def _read(file, columns, row, received_at, **more) -> Read:
    cell = dict(zip(columns, row, strict=False)) | more
    assert cell["pricing"] in ("유료", "무료")
    loss = cell["loss"]
    return Read(
        file=file,
        receipt_number=cell["receipt"],
        received_at=received_at,
        reporter=_REPORTERS[cell["reporter"]],
        name=cell["name"],
        phone=cell["phone"].replace("-", ""),
        registration_number=cell["registration"].replace("-", ""),
        own=_OPERATORS[cell["service"]] == COMPANY,
        paid=cell["pricing"] == "유료",
        loss=None if loss == "" else int(loss.replace(",", "") if isinstance(loss, str) else loss),
        text=cell["text"],
        bank=cell["bank"],
        account=cell["account"].replace("-", ""),
        service=cell["service"],
    )


def _csv_rows(path: Path, encoding: str) -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, strict=True))[1:]


def read_official(path: Path) -> list[Read]:
    rows = _csv_rows(path, "utf-8-sig")
    return [_read("official", _OFFICIAL, row, datetime.fromisoformat(row[1])) for row in rows]


def _read_federation(path: Path) -> list[Read]:
    rows = CalamineWorkbook.from_filelike(BytesIO(path.read_bytes())).get_sheet_by_index(0).to_python()[1:]
    # A cell of midnight comes back as a date without a time.
    times = [cell if isinstance(cell := row[10], datetime) else datetime.combine(cell, time.min) for row in rows]
    return [_read("federation", _FEDERATION, row, at, reporter="소상공인") for row, at in zip(rows, times, strict=True)]


def _read_affiliate(path: Path) -> list[Read]:
    rows = _csv_rows(path, "cp949")
    return [_read("affiliate", _AFFILIATE, row, datetime.fromisoformat(row[1].replace("/", "-"))) for row in rows]


@pytest.fixture(scope="session")
def claim_files(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("claim-files")
    write_claim_files(directory)
    return directory


@pytest.fixture(scope="session")
def claims(claim_files) -> list[Read]:
    return [
        *read_official(claim_files / OFFICIAL_FILE),
        *_read_federation(claim_files / FEDERATION_FILE),
        *_read_affiliate(claim_files / AFFILIATE_FILE),
    ]


@pytest.fixture(scope="session")
def own(claims) -> list[Read]:
    return [claim for claim in claims if claim.own]


@pytest.fixture(scope="session")
def own_reporters(own) -> Counter:
    return Counter(claim.reporter for claim in own)
