"""An accepted file taken out again: as long as nobody has built on it, and without a trace in the register."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection, transaction

from claims.catalogue.models import Incident
from claims.intake.facts import Amendment
from claims.intake.models import ClaimImport
from claims.intake.services import accept, undo
from claims.register.models import Claim
from claims.register.services import correct_claim
from claims.triage.models import Classification
from claims.triage.services import create_rule_set
from committee.demo.rule_sets import FINAL_RULES
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken
from tests.claims.intake.conftest import carried_out, csv_of, decided
from tests.claims.intake.test_services import register
from tests.conftest import PATIENCE
from tests.factories import EvidenceFactory

pytestmark = pytest.mark.django_db(transaction=True)

REASON = "다른 달의 파일이었습니다."


def until_one_waits() -> None:
    """Return as soon as another connection waits for a lock."""
    end = monotonic() + PATIENCE
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while monotonic() < end:
        with connection.cursor() as cursor:
            # Within a transaction the view stays as it was first seen.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(asked)
            ((waiting,),) = cursor.fetchall()
        if waiting:
            return
        sleep(0.02)
    raise AssertionError("nobody waits for a lock")


def test_undone_file_leaves_no_claim_and_may_come_again(
    take_in: Callable[..., Any], hand_in: Callable[..., Any], staff: User, catalogue: Incident
) -> None:
    create_rule_set(by=staff, incident=catalogue, rules=FINAL_RULES)
    claim_import, _job = take_in(csv_of({}, {}))
    assert Classification.objects.count() == 2
    undoing = undo(by=staff, claim_import=claim_import, reason=REASON)
    assert undoing.state == "undoing"
    claim_import, job = carried_out(undoing)
    assert (claim_import.state, claim_import.end_reason, job.outcome) == ("undone", REASON, {"removed": 2})
    assert (Claim.objects.count(), Classification.objects.count()) == (0, 0)
    assert hand_in(csv_of({}, {})).state == "proposed"


def test_undone_file_that_changed_claims_puts_them_back(take_in: Callable[..., Any], staff: User) -> None:
    take_in(csv_of({}, {}))
    before = register()
    second, _job = take_in(
        csv_of({"매출 손실 규모액": "1", "연락처": "010-9999-0000", "은행": "", "계좌번호": ""}, {}, {})
    )
    assert Claim.objects.count() == 3
    carried_out(undo(by=staff, claim_import=second, reason=REASON))
    assert register() == before
    claim = Claim.objects.get(receipt_number="K-000001")
    assert (claim.reveal("phone"), claim.reveal("account"), claim.version) == ("01012345678", "12345678901234", 1)
    assert Amendment.objects.get().state == "withdrawn"
    third, _job = take_in(csv_of({"매출 손실 규모액": "1"}, {}))
    assert (third.rows_changed, Claim.objects.get(receipt_number="K-000001").claimed_loss) == (1, 1)


def test_decided_claim_keeps_its_file_from_being_undone(take_in: Callable[..., Any], staff: User) -> None:
    claim_import, _job = take_in(csv_of({}, {}))
    decided(Claim.objects.order_by("pk")[0])
    with pytest.raises(RuleBroken) as refused:
        undo(by=staff, claim_import=claim_import, reason=REASON)
    assert refused.value.code == "import_decided"
    assert Claim.objects.count() == 2


def test_claim_decided_while_the_undoing_waits_keeps_its_file(take_in: Callable[..., Any], staff: User) -> None:
    claim_import, _job = take_in(csv_of({}, {}))
    undoing = undo(by=staff, claim_import=claim_import, reason=REASON)
    decided(Claim.objects.order_by("pk")[0])
    claim_import, job = carried_out(undoing)
    assert (claim_import.state, job.state, Claim.objects.count()) == ("accepted", "failed", 2)


def test_corrected_claim_keeps_its_file_from_being_undone(take_in: Callable[..., Any], staff: User) -> None:
    claim_import, _job = take_in(csv_of({}))
    correct_claim(by=staff, claim=Claim.objects.get(), version=1, reason="통화", changes={"claimed_loss": "300000"})
    with pytest.raises(RuleBroken) as refused:
        undo(by=staff, claim_import=claim_import, reason=REASON)
    assert refused.value.code == "import_built_on"


def test_claim_with_evidence_keeps_its_file_from_being_undone(
    take_in: Callable[..., Any], staff: User, private_folder: Any
) -> None:
    claim_import, _job = take_in(csv_of({}))
    EvidenceFactory(claim=Claim.objects.get())
    with pytest.raises(RuleBroken) as refused:
        undo(by=staff, claim_import=claim_import, reason=REASON)
    assert refused.value.code == "import_built_on"


def test_claim_that_a_later_file_changed_keeps_its_file_until_that_is_undone(
    take_in: Callable[..., Any], staff: User
) -> None:
    first, _job = take_in(csv_of({}))
    second, _job = take_in(csv_of({"매출 손실 규모액": "1"}))
    with pytest.raises(RuleBroken) as refused:
        undo(by=staff, claim_import=first, reason=REASON)
    assert refused.value.code == "import_built_on"
    carried_out(undo(by=staff, claim_import=second, reason=REASON))
    assert Claim.objects.get().claimed_loss == 420_000
    first, _job = carried_out(undo(by=staff, claim_import=first, reason=REASON))
    assert (first.state, Claim.objects.count(), Amendment.objects.count()) == ("undone", 0, 0)


def test_undoing_without_reason_or_permission_is_refused(
    take_in: Callable[..., Any], staff: User, user_as: Callable[[str], User]
) -> None:
    claim_import, _job = take_in(csv_of({}))
    with pytest.raises(RuleBroken) as refused:
        undo(by=staff, claim_import=claim_import, reason="")
    assert refused.value.code == "reason_missing"
    with pytest.raises(NotAllowed):
        undo(by=user_as("manager"), claim_import=claim_import, reason=REASON)


def test_file_that_waits_for_acceptance_cannot_be_undone(read_in: Callable[..., Any], staff: User) -> None:
    with pytest.raises(RuleBroken) as refused:
        undo(by=staff, claim_import=read_in(csv_of({})), reason=REASON)
    assert refused.value.code == "import_moves_as_its_table_says"


def test_claimants_that_an_undone_file_left_are_no_conflict(
    take_in: Callable[..., Any], read_in: Callable[..., Any], staff: User
) -> None:
    claim_import, _job = take_in(csv_of({"이름": "다른 사람"}))
    carried_out(undo(by=staff, claim_import=claim_import, reason=REASON))
    assert read_in(csv_of({})).summary["name_conflicts"] == 0


def test_claim_that_is_put_back_is_classified_anew(
    take_in: Callable[..., Any], staff: User, catalogue: Incident
) -> None:
    create_rule_set(by=staff, incident=catalogue, rules=FINAL_RULES)
    take_in(csv_of({}))
    assert Classification.objects.get().nature == "monetary"
    second, _job = take_in(csv_of({"매출 손실 규모액": ""}))
    assert Classification.objects.get().nature == "inquiry"
    carried_out(undo(by=staff, claim_import=second, reason=REASON))
    assert Classification.objects.get().nature == "monetary"


def test_correction_made_while_a_file_is_undone_is_not_lost(
    take_in: Callable[..., Any], staff: User, elsewhere: Callable[..., Any]
) -> None:
    take_in(csv_of({}))
    second, _job = take_in(csv_of({"매출 손실 규모액": "1"}))
    undoing = undo(by=staff, claim_import=second, reason=REASON)
    with transaction.atomic():
        correct_claim(by=staff, claim=Claim.objects.get(), version=2, reason="통화", changes={"name": "이서연"})
        taken_out = elsewhere(carried_out, undoing)
        until_one_waits()
    after, job = taken_out.result(timeout=PATIENCE)
    assert (after.state, job.state, Claim.objects.get().name) == ("accepted", "failed", "이서연")


def test_file_whose_claims_came_again_is_undone_after_the_later_one(take_in: Callable[..., Any], staff: User) -> None:
    first, _job = take_in(csv_of({}, {}))
    second, _job = take_in(csv_of({}, {}, {}))
    with pytest.raises(RuleBroken) as refused:
        undo(by=staff, claim_import=first, reason=REASON)
    assert refused.value.code == "import_reported_again"
    carried_out(undo(by=staff, claim_import=second, reason=REASON))
    first, _job = carried_out(undo(by=staff, claim_import=first, reason=REASON))
    assert (first.state, Claim.objects.count()) == ("undone", 0)


def test_file_is_not_accepted_on_claims_that_are_being_undone(
    take_in: Callable[..., Any], read_in: Callable[..., Any], staff: User
) -> None:
    first, _job = take_in(csv_of({}, {}))
    second = read_in(csv_of({}, {}, {}))
    undoing = undo(by=staff, claim_import=first, reason=REASON)
    second, job = carried_out(accept(by=staff, claim_import=second))
    assert (second.state, job.state, Claim.objects.count()) == ("staged", "failed", 2)
    carried_out(undoing)
    carried_out(accept(by=staff, claim_import=second))
    second, _job = carried_out(accept(by=staff, claim_import=ClaimImport.objects.get(pk=second.pk)))
    assert (second.state, second.rows_new, Claim.objects.count()) == ("accepted", 3, 3)
