"""When duplicates are looked for: after files, amendments, undoing, corrections and evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from claims.evidence.services import hand_in as hand_in_evidence
from claims.intake.amendments import apply_amendment
from claims.intake.facts import Amendment
from claims.intake.services import undo
from claims.models import Claim, DuplicateGroup, DuplicateMember
from claims.register.services import correct_claim
from claims.triage.duplicates.services import settle, take_back
from relief.accounts.models import User
from relief.errors import RuleBroken
from tests import factories
from tests.claims.evidence.conftest import as_file, pdf, png
from tests.claims.intake.conftest import carried_out, catalogue, csv_of, decided, hand_in, queue, staff, take_in

__all__ = ("catalogue", "hand_in", "queue", "staff", "take_in")

TakeIn = Callable[..., Any]

in_jobs = pytest.mark.django_db(transaction=True)
OTHER = {
    "이름": "바다횟집 (이하준)",
    "연락처": "010-9999-5678",
    "사업자등록번호": "220-81-62517",
    "은행": "",
    "계좌번호": "",
    "피해 내용": "택시 호출이 되지 않아 저녁 손님이 모두 취소하였습니다.",
}


def groups() -> list[set[str]]:
    """Return the live groups, each as the receipt numbers of its claims."""
    found: dict[int, set[str]] = {}
    rows = DuplicateMember.objects.filter(is_live=True).order_by("group")
    for group, number in rows.values_list("group", "claim__receipt_number"):
        found.setdefault(group, set()).add(number)
    return list(found.values())


@in_jobs
def test_accepted_file_has_its_duplicates_found(take_in: TakeIn) -> None:
    claim_import, job = take_in(csv_of({}, {}, OTHER))
    assert (claim_import.state, job.outcome["groups"]) == ("accepted", 1)
    assert groups() == [{"K-000001", "K-000002"}]


@in_jobs
def test_second_file_is_compared_with_the_register(take_in: TakeIn) -> None:
    take_in(csv_of({}), name="first.csv")
    assert groups() == []
    take_in(csv_of({"접수번호": "K-000009"}), name="second.csv")
    assert groups() == [{"K-000001", "K-000009"}]


@in_jobs
def test_change_reported_by_a_file_is_looked_at(take_in: TakeIn) -> None:
    take_in(csv_of({}, {}), name="first.csv")
    take_in(csv_of({}, OTHER), name="second.csv")
    assert groups() == []
    assert DuplicateGroup.objects.get().state == "superseded"


@in_jobs
def test_applied_amendment_is_looked_at(take_in: TakeIn, staff: User) -> None:
    take_in(csv_of({}, OTHER), name="first.csv")
    decided(Claim.objects.get(receipt_number="K-000002"))
    take_in(csv_of({}, {}), name="second.csv")
    assert groups() == []
    apply_amendment(by=staff, amendment=Amendment.objects.get(), reason="전화로 확인", version=1)
    assert groups() == [{"K-000001", "K-000002"}]


@in_jobs
def test_members_leave_with_an_undone_file_and_the_rest_is_looked_at_again(take_in: TakeIn, staff: User) -> None:
    take_in(csv_of({}, {}), name="first.csv")
    second, _job = take_in(csv_of({"접수번호": "K-000009"}), name="second.csv")
    assert groups() == [{"K-000001", "K-000002", "K-000009"}]
    undone, _job = carried_out(undo(by=staff, claim_import=second, reason="다른 파일"))
    assert undone.state == "undone"
    assert groups() == [{"K-000001", "K-000002"}]


@in_jobs
def test_group_ends_where_all_but_one_leave(take_in: TakeIn, staff: User) -> None:
    take_in(csv_of({}), name="first.csv")
    second, _job = take_in(csv_of({"접수번호": "K-000009"}), name="second.csv")
    carried_out(undo(by=staff, claim_import=second, reason="다른 파일"))
    assert (groups(), DuplicateGroup.objects.get().state) == ([], "superseded")


@in_jobs
@pytest.mark.parametrize("kept", ["K-000001", "K-000009"])
def test_file_whose_claim_is_closed_or_kept_is_not_undone(take_in: TakeIn, staff: User, kept: str) -> None:
    take_in(csv_of({}), name="first.csv")
    second, _job = take_in(csv_of({"접수번호": "K-000009"}), name="second.csv")
    group = DuplicateGroup.objects.get()
    key = Claim.objects.get(receipt_number=kept).pk
    verdict = settle(by=staff, group=group, verdict="same_claim", kept=key)
    with pytest.raises(RuleBroken) as refusal:
        undo(by=staff, claim_import=second, reason="다른 파일")
    assert refusal.value.code == "import_settled_as_duplicates"
    take_back(by=staff, verdict=verdict, reason="되돌리려고")
    undone, _job = carried_out(undo(by=staff, claim_import=second, reason="다른 파일"))
    assert (undone.state, groups()) == ("undone", [])


@pytest.mark.django_db
def test_correction_is_looked_at(claim: Callable[..., Claim], look: Any, user_as: Any) -> None:
    one, two = claim(phone="01011112222"), claim(phone="01033334444")
    assert look().opened == 0
    correct_claim(
        by=user_as("intake_staff"), claim=two, version=1, reason="번호 착오", changes={"phone": "010-1111-2222"}
    )
    assert groups() == [{str(one.receipt_number), str(two.receipt_number)}]


@pytest.mark.django_db
def test_same_evidence_on_two_claims_makes_a_group(
    claim: Callable[..., Claim], user_as: Any, private_folder: Any
) -> None:
    clerk, one, two, three = user_as("intake_staff"), claim(), claim(), claim()
    for row, content in ((one, pdf()), (two, pdf()), (three, png("red"))):
        hand_in_evidence(by=clerk, claim=row, file=as_file(content), name="확인서", kind="small_business_certificate")
    assert groups() == [{str(one.receipt_number), str(two.receipt_number)}]
    assert "fingerprint" in DuplicateGroup.objects.get().reasons
    stranger = factories.ClaimFactory()
    assert not DuplicateMember.objects.filter(claim=stranger).exists()
