"""A small catalogue, claim files made of a few words, and imports carried out here and now."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from claims.catalogue.models import Incident
from claims.intake.models import ClaimImport
from claims.intake.proposing import layout_for
from claims.intake.services import accept, load, receive_file
from claims.register.models import Claim
from committee.decisions.models import Decision, DecisionRun
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


def decided(claim: Claim) -> Decision:
    """Return a decision on the claim, by the first tier of an adopted policy."""
    policy = factories.TierPolicyFactory(incident=claim.incident, adopted=True)
    run = DecisionRun.objects.create(
        incident=claim.incident, policy=policy, run_by=policy.drafted_by, created_at=factories.WHEN
    )
    return Decision.objects.create(
        claim=claim, run=run, policy=policy, tier=policy.tiers.first(), outcome="supported", reason_code="tier",
        amount=30_000, fact_loss=claim.claimed_loss, fact_reporter_type="small_business", fact_pricing="free",
        fact_nature="monetary", fact_admission="regular", fact_operator_kind="company",
        decided_by=policy.drafted_by, decided_at=factories.WHEN,
    )  # fmt: skip


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
    """Hand a file in; nothing of it is read yet."""

    def hand_in(content: bytes, name: str = "claims.csv", **options: Any) -> ClaimImport:
        return receive_file(by=staff, incident=catalogue, chunks=[content], name=name, **options)

    return hand_in


@pytest.fixture
def queue(hand_in: Callable[..., ClaimImport], staff: User) -> Callable[..., ClaimImport]:
    """Hand a file in and confirm the columns that its headings suggest; its job waits."""

    def queue(content: bytes, name: str = "claims.csv", **options: Any) -> ClaimImport:
        claim_import = hand_in(content, name, **options)
        layout, saved = layout_for(claim_import)
        return load(by=staff, claim_import=claim_import, layout=layout, saved_profile=saved)

    return queue


def carried_out(claim_import: ClaimImport) -> tuple[ClaimImport, Job]:
    """Carry out the job that the import waits for; return both as they are then."""
    job_id = ClaimImport.objects.get(pk=claim_import.pk).job_id
    assert job_id is not None
    carry_out(job_id)
    return ClaimImport.objects.get(pk=claim_import.pk), Job.objects.get(pk=job_id)


@pytest.fixture
def read_in(queue: Callable[..., ClaimImport]) -> Callable[..., ClaimImport]:
    """Hand a file in and read it into staging; nobody has accepted it."""

    def read_in(content: bytes, name: str = "claims.csv", **options: Any) -> ClaimImport:
        claim_import, _job = carried_out(queue(content, name, **options))
        assert claim_import.state == "staged"
        return claim_import

    return read_in


@pytest.fixture
def take_in(queue: Callable[..., ClaimImport], staff: User) -> Callable[..., tuple[ClaimImport, Job]]:
    """Hand a file in and accept it; return the import and its last job, wherever they ended."""

    def take_in(content: bytes, name: str = "claims.csv", **options: Any) -> tuple[ClaimImport, Job]:
        claim_import, job = carried_out(queue(content, name, **options))
        if claim_import.state != "staged":
            return claim_import, job
        return carried_out(accept(by=staff, claim_import=claim_import))

    return take_in
