"""Staged files into the register: as a whole, as their summary says, and never over a decision or a person's word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pgtrigger
import pytest
from django.db import connection, transaction

from claims.intake import accepting, runners
from claims.intake.facts import Amendment, StagedClaim
from claims.intake.models import ClaimImport, RejectedRow
from claims.intake.services import accept, refuse, reopen, undo
from claims.register.models import Claim, Claimant
from claims.register.services import correct_claim
from claims.triage.models import Classification
from claims.triage.services import create_rule_set
from committee.demo.rule_sets import FINAL_RULES
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken
from relief.jobs import services as jobs
from relief.jobs.models import Job
from tests.claims.intake.conftest import GOOD, carried_out, csv_of, decided

pytestmark = pytest.mark.django_db(transaction=True)

ClaimEvent: Any = Claim.pgh_event_model  # type: ignore[attr-defined]


def test_nothing_is_visible_before_the_whole_file_stands(
    read_in: Callable[..., ClaimImport], staff: User, monkeypatch: pytest.MonkeyPatch, second_connection: Any
) -> None:
    claim_import = accept(by=staff, claim_import=read_in(csv_of(*[{}] * 7)))
    done, seen = accepting.accept_staged, []

    def accept_and_look(*arguments: Any, **options: Any) -> None:
        done(*arguments, **options)
        with second_connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM claims_claim")
            seen.append(cursor.fetchone()[0])

    monkeypatch.setattr(runners, "accept_staged", accept_and_look)
    carried_out(claim_import)
    assert (seen, Claim.objects.count(), StagedClaim.objects.count()) == ([0], 7, 0)


def test_refused_file_leaves_nothing_and_may_come_again(
    read_in: Callable[..., ClaimImport], hand_in: Callable[..., ClaimImport], staff: User
) -> None:
    content = csv_of({}, {"매출 손실 규모액": "-5"})
    claim_import = refuse(by=staff, claim_import=read_in(content), reason="다른 사고의 파일입니다.")
    assert (claim_import.state, claim_import.rows_read, claim_import.summary) == ("refused", 0, {})
    assert (StagedClaim.objects.count(), RejectedRow.objects.count(), Claim.objects.count()) == (0, 0, 0)
    assert hand_in(content).state == "proposed"


def test_refusal_without_a_reason_is_refused(read_in: Callable[..., ClaimImport], staff: User) -> None:
    with pytest.raises(RuleBroken) as refused:
        refuse(by=staff, claim_import=read_in(csv_of({})), reason=" ")
    assert refused.value.code == "reason_missing"


def test_accepted_file_cannot_be_refused(take_in: Callable[..., Any], staff: User) -> None:
    claim_import, _job = take_in(csv_of({}))
    with pytest.raises(RuleBroken) as refused:
        refuse(by=staff, claim_import=claim_import, reason="늦었습니다.")
    assert refused.value.code == "import_moves_as_its_table_says"
    assert Claim.objects.count() == 1


def test_staged_file_goes_back_to_its_columns(read_in: Callable[..., ClaimImport], staff: User) -> None:
    claim_import = reopen(by=staff, claim_import=read_in(csv_of({}, {"매출 손실 규모액": "-5"})))
    assert (claim_import.state, StagedClaim.objects.count(), RejectedRow.objects.count()) == ("proposed", 0, 0)
    assert claim_import.profile["columns"]["receipt_number"] == 0


def test_person_without_the_permission_accepts_nothing(
    read_in: Callable[..., ClaimImport], user_as: Callable[[str], User]
) -> None:
    claim_import = read_in(csv_of({}))
    for act in (
        lambda by: accept(by=by, claim_import=claim_import),
        lambda by: refuse(by=by, claim_import=claim_import, reason="x"),
        lambda by: reopen(by=by, claim_import=claim_import),
    ):
        with pytest.raises(NotAllowed):
            act(user_as("auditor"))
    claim_import.refresh_from_db()
    assert claim_import.state == "staged"


def test_file_is_accepted_once(read_in: Callable[..., ClaimImport], staff: User) -> None:
    claim_import = read_in(csv_of({}))
    accept(by=staff, claim_import=claim_import)
    with pytest.raises(RuleBroken) as refused:
        accept(by=staff, claim_import=claim_import)
    assert refused.value.code in {"import_moves_as_its_table_says", "one_open_job_per_subject"}


def test_file_is_accepted_once_by_two_people_at_once(
    read_in: Callable[..., ClaimImport], staff: User, race: Callable[..., Any]
) -> None:
    claim_import = read_in(csv_of({}))
    results = race([lambda: accept(by=staff, claim_import=claim_import)] * 4)
    assert sum(isinstance(result, ClaimImport) for result in results) == 1
    assert Job.objects.filter(kind="claims.accept_import").count() == 1


@pytest.mark.parametrize(
    ("rows", "losses", "differs"), [(2, 840_000, False), (3, None, True), (None, 1, True), (None, None, False)]
)
def test_totals_are_held_against_those_that_the_sender_declared(
    read_in: Callable[..., ClaimImport], staff: User, rows: int | None, losses: int | None, differs: bool
) -> None:
    claim_import = read_in(csv_of({}, {}), declared_rows=rows, declared_sum=losses)
    if differs:
        with pytest.raises(RuleBroken) as refused:
            accept(by=staff, claim_import=claim_import)
        assert refused.value.code == "totals_differ"
        accept(by=staff, claim_import=claim_import, reason="보낸 곳과 전화로 확인했습니다.")
    else:
        accept(by=staff, claim_import=claim_import)
    assert carried_out(claim_import)[0].state == "accepted"


def test_changed_claim_is_updated_with_its_history_before_a_decision(take_in: Callable[..., Any], staff: User) -> None:
    take_in(csv_of({}, {}))
    changed = {"매출 손실 규모액": "500,001", "연락처": "010-9999-0000", "사업자등록번호": ""}
    claim_import, _job = take_in(csv_of(changed, {}))
    claim = Claim.objects.get(receipt_number="K-000001")
    assert (claim_import.rows_new, claim_import.rows_same, claim_import.rows_changed) == (0, 1, 1)
    assert (claim.claimed_loss, claim.version, claim.reveal("phone")) == (500_001, 2, "01099990000")
    assert (claim.registration_number_sealed, claim.claimant.identity_kind) == (None, "phone")  # type: ignore[union-attr]
    amendment = Amendment.objects.get()
    assert (amendment.claim, amendment.state, amendment.replaced_version) == (claim, "applied", 1)
    events = ClaimEvent.objects.filter(id=claim.pk).order_by("pgh_id").select_related("pgh_context")
    assert [(event.version, event.claimed_loss, event.pgh_context.metadata["user"]) for event in events] == [
        (1, 420_000, staff.pk),
        (2, 500_001, staff.pk),
    ]


def test_changed_claim_reported_again_is_the_same(take_in: Callable[..., Any]) -> None:
    take_in(csv_of({}))
    take_in(csv_of({"매출 손실 규모액": "1"}))
    claim_import, _job = take_in(csv_of({"매출 손실 규모액": "1원"}))
    assert (claim_import.rows_same, claim_import.rows_changed) == (1, 0)


def test_change_after_a_decision_waits_for_a_person(take_in: Callable[..., Any]) -> None:
    take_in(csv_of({}))
    decided(Claim.objects.get())
    claim_import, _job = take_in(csv_of({"매출 손실 규모액": "500,001"}))
    claim, amendment = Claim.objects.get(), Amendment.objects.get()
    assert (claim_import.rows_changed, claim_import.summary["amendments"]) == (1, 1)
    assert (claim.claimed_loss, claim.version) == (420_000, 1)
    assert (amendment.state, amendment.claimed_loss, amendment.replaced_version) == ("waiting", 500_001, None)
    again, _job = take_in(csv_of({"매출 손실 규모액": "500,001원"}))
    assert (again.rows_same, Amendment.objects.count()) == (1, 1)


def test_change_of_a_claim_that_a_person_corrected_waits_for_a_person(take_in: Callable[..., Any], staff: User) -> None:
    take_in(csv_of({}))
    correct_claim(
        by=staff, claim=Claim.objects.get(), version=1, reason="통화로 확인", changes={"claimed_loss": "300000"}
    )
    take_in(csv_of({"매출 손실 규모액": "500,001"}))
    assert (Claim.objects.get().claimed_loss, Amendment.objects.get().state) == (300_000, "waiting")


def test_same_number_under_another_name_is_another_claimant(take_in: Callable[..., Any]) -> None:
    claim_import, _job = take_in(
        csv_of({"이름": "가나다 상사"}, {"이름": "㈜가나다상사"}, {"이름": "라마바"}, {"이름": "라마바"})
    )
    claims = Claim.objects.order_by("receipt_number")
    assert [claim.claimant.name for claim in claims] == ["가나다 상사", "가나다 상사", "라마바", "라마바"]  # type: ignore[union-attr]
    assert Claimant.objects.count() == 2
    assert (claim_import.summary["name_conflicts"], claim_import.summary["possible_duplicates"]) == (4, 4)


def test_conflict_with_a_registered_claimant_is_counted(
    take_in: Callable[..., Any], read_in: Callable[..., ClaimImport]
) -> None:
    take_in(csv_of({}))
    staged = read_in(csv_of({}, {"이름": "다른 사람"}))
    assert (staged.rows_same, staged.rows_new, staged.summary["name_conflicts"]) == (1, 1, 2)


def test_register_that_moved_since_the_summary_is_shown_anew(
    read_in: Callable[..., ClaimImport], take_in: Callable[..., Any], staff: User
) -> None:
    waiting = read_in(csv_of({}, {}))
    take_in(csv_of({}))
    claim_import, job = carried_out(accept(by=staff, claim_import=waiting))
    assert (claim_import.state, job.state, Claim.objects.count()) == ("staged", "failed", 1)
    assert (claim_import.rows_new, claim_import.rows_same) == (1, 1)
    claim_import, _job = carried_out(accept(by=staff, claim_import=claim_import))
    assert (claim_import.state, Claim.objects.count()) == ("accepted", 2)


def test_two_files_with_the_same_claims_are_accepted_at_once(
    read_in: Callable[..., ClaimImport], staff: User, race: Callable[..., Any]
) -> None:
    first, second = read_in(csv_of(*[{}] * 30)), read_in(csv_of(*[{}] * 31))
    queued = [accept(by=staff, claim_import=one).job_id for one in (first, second)]
    ended = race([lambda key=key: jobs.carry_out(key) for key in queued])
    assert sorted(map(str, ended)) in (["done", "done"], ["done", "failed"])
    for one in (first, second):
        one.refresh_from_db()
        if one.state == "staged":
            carried_out(accept(by=staff, claim_import=one))
    assert (Claim.objects.count(), Claimant.objects.count()) == (31, 1)
    states = ClaimImport.objects.values_list("state", "rows_new", "rows_same")
    assert {state for state, _new, _same in states} == {"accepted"}
    assert sum(new for _state, new, _same in states) == 31


def test_two_files_with_the_same_claims_without_the_constraint_register_them_twice(
    read_in: Callable[..., ClaimImport], staff: User, race: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = read_in(csv_of(*[{}] * 30)), read_in(csv_of(*[{}] * 31))
    queued = [accept(by=staff, claim_import=one).job_id for one in (first, second)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE claims_claim DROP CONSTRAINT one_claim_per_receipt_number")
        cursor.execute("ALTER TABLE claims_claimant DROP CONSTRAINT one_claimant_per_identity")
    done = accepting._set_up
    at_once = race_barrier(2)

    def wait_for_the_other(claim_import: ClaimImport) -> None:
        done(claim_import)
        at_once()

    monkeypatch.setattr(accepting, "_set_up", wait_for_the_other)
    try:
        assert race([lambda key=key: jobs.carry_out(key) for key in queued]) == ["done", "done"]
        assert Claim.objects.count() == 61
    finally:
        with pgtrigger.ignore(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM claims_claim")
            cursor.execute("DELETE FROM claims_claimant")
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE claims_claim ADD CONSTRAINT one_claim_per_receipt_number"
                " UNIQUE (receipt_number, incident_id)"
            )
            cursor.execute(
                "ALTER TABLE claims_claimant ADD CONSTRAINT one_claimant_per_identity"
                " UNIQUE (identity_index, identity_kind, incident_id, name_key)"
            )


def race_barrier(parties: int) -> Callable[[], object]:
    """Return a function that returns once as many threads have called it."""
    from threading import Barrier

    return Barrier(parties, timeout=30).wait


def test_acceptance_keeps_no_reading_waiting(
    read_in: Callable[..., ClaimImport], queue: Callable[..., ClaimImport], staff: User,
    elsewhere: Callable[..., Any], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """While one file is being registered, another is read to its end."""
    first, second = read_in(csv_of(*[{}] * 5)), queue(csv_of(*[{}] * 6))
    done, ended = accepting.accept_staged, []

    def accept_and_wait(*arguments: Any, **options: Any) -> None:
        done(*arguments, **options)
        ended.append(elsewhere(jobs.carry_out, second.job_id).result(30))

    monkeypatch.setattr(runners, "accept_staged", accept_and_wait)
    claim_import, _job = carried_out(accept(by=staff, claim_import=first))
    assert (claim_import.state, ended) == ("accepted", ["done"])


def test_cancelled_registering_leaves_the_file_to_be_accepted(
    read_in: Callable[..., ClaimImport], staff: User, monkeypatch: pytest.MonkeyPatch, second_connection: Any
) -> None:
    claim_import = accept(by=staff, claim_import=read_in(csv_of({}, {})))
    done = accepting.accept_staged

    def accept_and_cancel(*arguments: Any, **options: Any) -> None:
        done(*arguments, **options)
        with second_connection.cursor() as cursor:
            cursor.execute("UPDATE relief_job SET cancel_asked = TRUE WHERE state = 'running'")

    monkeypatch.setattr(runners, "accept_staged", accept_and_cancel)
    claim_import, job = carried_out(claim_import)
    assert (claim_import.state, job.state) == ("staged", "cancelled")
    assert (Claim.objects.count(), StagedClaim.objects.count()) == (0, 2)


def test_registering_twice_at_once_has_one_effect(
    read_in: Callable[..., ClaimImport], staff: User, race: Callable[..., Any]
) -> None:
    claim_import = accept(by=staff, claim_import=read_in(csv_of(*[{}] * 50)))
    results = race([lambda: jobs.carry_out(claim_import.job_id)] * 3)
    assert sorted(map(str, results)) == ["None", "None", "done"]
    assert Claim.objects.count() == 50


def test_registering_twice_without_the_job_guard_still_has_one_effect(
    read_in: Callable[..., ClaimImport], staff: User, race: Callable[..., Any]
) -> None:
    """The control: both deliveries get past the job; constraints and the states of the import still hold."""
    claim_import = accept(by=staff, claim_import=read_in(csv_of(*[{}] * 50)))
    token = "00000000-0000-0000-0000-000000000001"
    Job.objects.filter(pk=claim_import.job_id).update(state="running", lease_token=token)
    job = Job.objects.get(pk=claim_import.job_id)
    race([lambda: runners.register_file(jobs.Run(job=job, token=job.lease_token))] * 2)  # type: ignore[arg-type]
    claim_import.refresh_from_db()
    assert (claim_import.state, Claim.objects.count()) == ("accepted", 50)


def test_claim_of_a_profile_that_maps_nonsense_is_refused_by_the_database(
    read_in: Callable[..., ClaimImport], staff: User
) -> None:
    claim_import = read_in(csv_of({}))
    StagedClaim.objects.update(claimed_loss=-1)
    ClaimImport.objects.update(summary=claim_import.summary | {"sum_of_losses": -1})
    claim_import, job = carried_out(accept(by=staff, claim_import=claim_import))
    assert (claim_import.state, job.state, Claim.objects.count()) == ("staged", "failed", 0)
    assert "1,000" in job.error


def test_error_of_the_database_quotes_no_row(
    read_in: Callable[..., ClaimImport], staff: User, caplog: pytest.LogCaptureFixture
) -> None:
    claim_import = accept(by=staff, claim_import=read_in(csv_of({"이름": "아무도몰라야할이름"})))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE claims_claim ADD CONSTRAINT unnamed CHECK (claimed_loss < 0) NOT VALID")
    try:
        claim_import, _job = carried_out(claim_import)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE claims_claim DROP CONSTRAINT unnamed")
    assert (claim_import.state, Claim.objects.count()) == ("staged", 0)
    assert "CheckViolation 23514" in caplog.text
    assert "아무도" not in caplog.text
    assert GOOD["계좌번호"] not in caplog.text


def test_registering_whose_worker_died_after_the_commit_registers_nothing_again(take_in: Callable[..., Any]) -> None:
    claim_import, job = take_in(csv_of({}))
    token = "00000000-0000-0000-0000-000000000001"
    # As the reaper hands it to the next worker: the job runs again.
    with pgtrigger.ignore():
        Job.objects.filter(pk=job.pk).update(lease_token=token, state=Job.State.RUNNING)
    outcome = runners.register_file(jobs.Run(job=job, token=token))  # type: ignore[arg-type]
    assert outcome == claim_import.summary | {"groups": 0}
    assert (Claim.objects.count(), ClaimEvent.objects.count()) == (1, 1)


def test_planner_knows_a_register_that_has_just_grown(
    take_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runners, "MANY_ROWS", 3)
    take_in(csv_of({}, {}, {}))
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'claims_claim'::regclass")
        assert cursor.fetchone() == (3,)


def test_claims_whose_classification_was_cancelled_are_classified_all_the_same(
    read_in: Callable[..., ClaimImport], staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_import = accept(by=staff, claim_import=read_in(csv_of({}, {})))
    create_rule_set(by=staff, incident=claim_import.incident, rules=FINAL_RULES)
    kept = runners.kept_alive

    def cancelled_meanwhile(run: jobs.Run, *, stage: str, **options: int) -> Any:
        if stage == "classifying":
            jobs.cancel(job=run.job, by=staff)
        return kept(run, stage=stage, **options)

    monkeypatch.setattr(runners, "kept_alive", cancelled_meanwhile)
    claim_import, job = carried_out(claim_import)
    assert (claim_import.state, job.state) == ("accepted", "cancelled")
    assert (Claim.objects.count(), Classification.objects.count()) == (2, 2)


def test_summary_of_another_sum_is_looked_at_again(
    read_in: Callable[..., ClaimImport], take_in: Callable[..., Any], staff: User
) -> None:
    first, _job = take_in(csv_of({"매출 손실 규모액": "7"}))
    waiting = read_in(csv_of({"매출 손실 규모액": "7"}, {}))
    carried_out(undo(by=staff, claim_import=first, reason="x"))
    take_in(csv_of({"접수번호": "K-000002"}))
    waiting, job = carried_out(accept(by=staff, claim_import=waiting))
    assert (waiting.state, job.state, waiting.rows_new, waiting.sum_of_losses) == ("staged", "failed", 1, 7)
