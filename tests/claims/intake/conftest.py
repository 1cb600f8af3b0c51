"""A small catalogue, claim files made of a few words, and imports carried out here and now."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from claims.catalogue.models import Incident
from claims.intake.models import ClaimImport
from claims.intake.services import receive_file
from committee.demo.layouts import OFFICIAL
from relief.accounts.models import User
from relief.jobs.models import Job
from relief.jobs.services import carry_out
from tests import factories

GOOD = {
    "접수번호": "K-000001",
    "접수일시": "2022-10-20 11:00:01",
    "접수경로": "웹 접수",
    "신고인 유형": "소상공인",
    "이름": "연습꽃집 (김민서)",
    "연락처": "010-1234-5678",
    "사업자등록번호": "120-81-47521",
    "서비스": "메신저 채널",
    "유료/무료": "무료",
    "매출 손실 규모액": "420,000",
    "피해 내용": "10월 15일 오후부터 주문을 받지 못했습니다.",
    "은행": "국민은행",
    "계좌번호": "123456-78-901234",
}
assert tuple(GOOD) == OFFICIAL.headings


def csv_of(*rows: dict[str, str]) -> bytes:
    """Return a claim file in the official layout; each row names only what differs from a good one."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(GOOD)
    for number, row in enumerate(rows, start=1):
        writer.writerow((GOOD | {"접수번호": f"K-{number:06}"} | row).values())
    return text.getvalue().encode()


@pytest.fixture
def catalogue(incident: Incident) -> Incident:
    """The incident with one free and one paid service, and its first round."""
    factories.ServiceFactory(incident=incident, code="channel", name="메신저 채널", name_en="Channel", aliases=["채널"])
    factories.ServiceFactory(incident=incident, code="taxi", name="택시 호출", affiliate=True)
    factories.IntakeRoundFactory(incident=incident, number=1)
    return incident


@pytest.fixture
def staff(catalogue: Incident, user_as: Callable[[str], User]) -> User:
    """Somebody of the intake staff."""
    return user_as("intake_staff")


@pytest.fixture
def hand_in(staff: User, catalogue: Incident, private_folder: Any) -> Callable[..., ClaimImport]:
    """Hand a file in, without carrying its import out."""

    def hand_in(content: bytes, name: str = "claims.csv", **options: Any) -> ClaimImport:
        return receive_file(by=staff, incident=catalogue, chunks=[content], name=name, **options)

    return hand_in


@pytest.fixture
def take_in(hand_in: Callable[..., ClaimImport]) -> Callable[..., tuple[ClaimImport, Job]]:
    """Hand a file in and carry its import out; return the import and its job as they are then."""

    def take_in(content: bytes, name: str = "claims.csv", **options: Any) -> tuple[ClaimImport, Job]:
        claim_import = hand_in(content, name, **options)
        assert claim_import.job_id is not None
        carry_out(claim_import.job_id)
        claim_import.refresh_from_db()
        return claim_import, Job.objects.get(pk=claim_import.job_id)

    return take_in
