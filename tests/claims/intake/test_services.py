"""Files into the register: whole or not at all, every row accounted for, the same file once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.utils.translation import gettext

from claims.catalogue.models import Incident
from claims.intake import services
from claims.intake.models import ClaimImport, RejectedRow
from claims.register.models import Claim, Claimant
from claims.triage.models import Classification
from claims.triage.services import create_rule_set
from committee.demo.rule_sets import FINAL_RULES
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken
from relief.files.models import StoredFile
from relief.sealed import blind_index
from tests import factories
from tests.claims.intake.conftest import csv_of

pytestmark = pytest.mark.django_db(transaction=True)

ImportEvent: Any = ClaimImport.pgh_event_model  # type: ignore[attr-defined]
ClaimEvent: Any = Claim.pgh_event_model  # type: ignore[attr-defined]


def register() -> list[tuple[Any, ...]]:
    """Return what stands in the register, without keys and sealed bytes."""
    return list(
        Claim.objects.order_by("receipt_number").values_list(
            "receipt_number", "received_at", "admission", "reporter_type", "service__code", "pricing", "claimed_loss",
            "description", "name", "phone_index", "registration_number_index", "account_index", "bank_code",
            "claimant__identity_kind", "source_line", "content_hash",
        )
    )  # fmt: skip


def test_file_becomes_claims_with_sealed_numbers(take_in: Callable[..., Any], staff: User) -> None:
    claim_import, job = take_in(csv_of({}), source="공식 채널")
    claim = Claim.objects.get()
    assert (claim_import.state, job.state, claim_import.source) == ("accepted", "done", "공식 채널")
    assert (claim.receipt_number, claim.received_at) == ("K-000001", datetime(2022, 10, 20, 2, 0, 1, tzinfo=UTC))
    assert (claim.reporter_type, claim.pricing, claim.claimed_loss) == ("small_business", "free", 420_000)
    assert (claim.service.code, claim.intake_round.number, claim.admission) == ("channel", 1, "regular")  # type: ignore[union-attr]
    assert [claim.reveal(column) for column in ("phone", "registration_number", "account")] == [
        "01012345678",
        "1208147521",
        "12345678901234",
    ]
    assert bytes(claim.phone_index or b"") == blind_index("01012345678", domain="phone")
    assert (claim.bank_code, claim.is_complete, claim.source_line) == ("004", True, 2)
    assert claim.claim_import_id == claim_import.pk


def test_every_row_is_accounted_for(take_in: Callable[..., Any]) -> None:
    claim_import, _job = take_in(
        csv_of({}, {"매출 손실 규모액": "-5"}, {}, {"접수번호": "K-000001"}, {"접수일시": "x"})
    )
    assert (claim_import.rows_read, claim_import.rows_new, claim_import.rows_same, claim_import.rows_rejected) == (
        5,
        2,
        0,
        3,
    )
    assert claim_import.sum_of_losses == 840_000
    assert claim_import.summary["faults"] == {"negative": 1, "duplicate": 1, "no_such_date": 1}
    assert list(RejectedRow.objects.order_by("line").values_list("line", flat=True)) == [3, 5, 6]


def test_rejected_row_keeps_every_fault_with_column_code_and_value(take_in: Callable[..., Any]) -> None:
    take_in(csv_of({"접수일시": "2022-02-31", "연락처": "02", "계좌번호": "1.10123E+11"}))
    assert RejectedRow.objects.get().faults == [
        {"column": "접수일시", "field": "received_at", "code": "no_such_date", "value": "2022-02-31"},
        {"column": "연락처", "field": "phone", "code": "wrong_length", "value": "02"},
        {"column": "계좌번호", "field": "account", "code": "spreadsheet_float", "value": "1.10123E+11"},
    ]


def test_file_in_which_every_row_is_bad_keeps_no_number_in_clear(take_in: Callable[..., Any]) -> None:
    rows = [{"접수일시": "어제", "연락처": "010-1234-5678", "계좌번호": f"110-123-45{n:04}"} for n in range(300)]
    claim_import, _ = take_in(csv_of(*rows))
    assert (claim_import.rows_new, claim_import.rows_rejected) == (0, 300)
    assert Claim.objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(cells::text || faults::text, '') FROM claims_rejectedrow")
        ((kept,),) = cursor.fetchall()
    for number in ("110-123-450000", "110-123-450299", "010-1234-5678", "01012345678", "120-81-47521", "1208147521"):
        assert number not in kept


def test_shifted_row_is_masked_in_every_column(take_in: Callable[..., Any]) -> None:
    content = csv_of({}) + b"110123456789,2022-10-20,01012345678\r\n"
    take_in(content)
    row = RejectedRow.objects.get()
    assert [fault["code"] for fault in row.faults] == ["wrong_column_count"]
    assert row.cells == ["••••••••6789", "2022-10-20", "•••••••5678"]


def test_nul_in_a_row_is_refused_and_shown_as_its_symbol(take_in: Callable[..., Any]) -> None:
    take_in(csv_of({"이름": "김\x00민서"}))
    row = RejectedRow.objects.get()
    assert row.faults == [{"column": "이름", "field": "name", "code": "control_character", "value": "김␀민서"}]
    assert row.cells[4] == "김␀민서"


def test_characters_that_mean_something_to_copy_stay_as_they_are(take_in: Callable[..., Any]) -> None:
    text = 'a\\b\\N\tc\r\nd"e\\.\n<script>=1+1'
    take_in(csv_of({"피해 내용": text, "이름": "\\N", "접수번호": "K\\t1"}))
    claim = Claim.objects.get()
    assert (claim.description, claim.name, claim.receipt_number) == (text, "\\N", "K\\t1")


def test_same_file_under_another_name_is_recognised(take_in: Callable[..., Any], hand_in: Callable[..., Any]) -> None:
    first, _ = take_in(csv_of({}), name="claims.csv")
    with pytest.raises(RuleBroken) as refused:
        hand_in(csv_of({}), name="renamed.xlsx")
    assert refused.value.code == "one_import_per_file"
    assert str(first.pk) in str(refused.value)
    assert "claims.csv" in str(refused.value)
    assert (ClaimImport.objects.count(), Claim.objects.count(), StoredFile.objects.count()) == (1, 1, 1)


def test_same_file_at_once_is_taken_once(race: Callable[..., Any], hand_in: Callable[..., Any]) -> None:
    results = race([lambda: hand_in(csv_of({}))] * 4)
    codes = sorted(getattr(result, "code", "taken") for result in results)
    assert codes == ["one_import_per_file"] * 3 + ["taken"]
    assert ClaimImport.objects.count() == 1


def test_same_file_at_once_without_the_constraint_is_taken_several_times(
    race: Callable[..., Any], hand_in: Callable[..., Any]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('one_import_per_file'::regclass)")
        ((index,),) = cursor.fetchall()
        cursor.execute("DROP INDEX one_import_per_file")
    try:
        # Four threads on two cores may come one after the other by chance: another file, another try.
        for tries in range(1, 21):
            content = csv_of({"접수번호": f"K22-{tries}"})
            race([lambda content=content: hand_in(content)] * 4)
            if ClaimImport.objects.count() > tries:
                break
        assert ClaimImport.objects.count() > tries
    finally:
        ClaimImport.objects.all().update(state="refused")
        with connection.cursor() as cursor:
            cursor.execute(index)


def test_rows_seen_before_count_as_the_same(take_in: Callable[..., Any]) -> None:
    take_in(csv_of({}, {}))
    before = register()
    claim_import, _ = take_in(csv_of({}, {}, {}))
    assert (claim_import.rows_read, claim_import.rows_new, claim_import.rows_same) == (3, 1, 2)
    assert register()[:2] == before
    assert Claimant.objects.count() == 1


def test_row_written_otherwise_but_meaning_the_same_is_the_same(take_in: Callable[..., Any]) -> None:
    take_in(csv_of({}))
    claim_import, _ = take_in(
        csv_of({"매출 손실 규모액": "42만원", "연락처": "01012345678", "접수일시": "2022/10/20 11:00:01"})
    )
    assert (claim_import.rows_same, claim_import.rows_new) == (1, 0)


def test_receipt_number_of_another_incident_is_no_matter(take_in: Callable[..., Any]) -> None:
    factories.ClaimFactory(receipt_number="K-000001")
    claim_import, _ = take_in(csv_of({}))
    assert claim_import.rows_new == 1


def test_duplicate_is_found_across_batches(take_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.intake.loading.ROWS_A_BATCH", 2)
    claim_import, _ = take_in(csv_of({}, {}, {}, {"접수번호": "K-000001"}, {}))
    assert (claim_import.rows_new, claim_import.rows_rejected) == (4, 1)
    assert RejectedRow.objects.get().faults[0]["code"] == "duplicate"


def test_claimants_are_known_by_the_strongest_number(take_in: Callable[..., Any]) -> None:
    without = {"사업자등록번호": "", "은행": "", "계좌번호": ""}
    take_in(
        csv_of(
            {},
            {"연락처": "010-1111-2222"},
            without | {"신고인 유형": "일반 이용자"},
            without | {"신고인 유형": "일반 이용자"},
            {"사업자등록번호": "", "연락처": ""},
            without | {"연락처": ""},
        )
    )
    assert sorted(Claimant.objects.values_list("identity_kind", flat=True)) == ["account", "phone", "registration"]
    known = list(Claim.objects.order_by("receipt_number").values_list("claimant__identity_kind", flat=True))
    assert known == ["registration", "registration", "phone", "phone", "account", None]


def test_claimant_of_an_earlier_import_is_found_again(take_in: Callable[..., Any]) -> None:
    take_in(csv_of({}))
    take_in(csv_of({}, {"접수번호": "K-9"}))
    assert Claimant.objects.count() == 1
    assert set(Claim.objects.values_list("claimant_id", flat=True)) == {Claimant.objects.get().pk}


def test_incomplete_claim_is_registered_as_such(take_in: Callable[..., Any]) -> None:
    claim_import, _ = take_in("접수번호,접수일,서비스\nK-1,2022-10-20,채널\n".encode())
    claim = Claim.objects.get()
    assert claim_import.rows_new == 1
    assert (claim.is_complete, claim.reporter_type, claim.pricing, claim.claimed_loss) == (
        False,
        "unknown",
        "unknown",
        None,
    )


def test_claims_outside_their_round_are_registered_as_late(take_in: Callable[..., Any]) -> None:
    claim_import, _job = take_in(csv_of({"접수일시": "2022-10-18 23:59:59"}, {"접수일시": "2022-11-06 23:59:59"}))
    assert claim_import.rows_new == 2
    assert list(Claim.objects.order_by("receipt_number").values_list("admission", "intake_round__number")) == [
        ("late", None),
        ("regular", 1),
    ]
    assert claim_import.summary["admissions"] == {"late": [1, 420_000], "regular": [1, 420_000]}


def test_new_claims_are_classified_under_the_newest_rules(
    take_in: Callable[..., Any], staff: User, catalogue: Incident
) -> None:
    create_rule_set(by=staff, incident=catalogue, rules=FINAL_RULES)
    rule_set = create_rule_set(by=staff, incident=catalogue, rules=FINAL_RULES, note="2")
    _, job = take_in(csv_of({}, {"매출 손실 규모액": "", "서비스": "택시 호출"}))
    assert job.outcome["classified"] == 2
    assert list(
        Classification.objects.order_by("claim__receipt_number").values_list("rule_set", "nature", "operator_kind")
    ) == [(rule_set.pk, "monetary", "company"), (rule_set.pk, "inquiry", "affiliate")]


def test_history_tells_who_and_by_which_act(take_in: Callable[..., Any], staff: User) -> None:
    take_in(csv_of({}, {}))
    events = list(ClaimEvent.objects.order_by("pgh_id").select_related("pgh_context"))
    assert [event.pgh_label for event in events] == ["insert", "insert"]
    assert [(event.pgh_context.metadata["user"], event.pgh_context.metadata["act"]) for event in events] == [
        (staff.pk, "claims.accept_import")
    ] * 2
    states = ImportEvent.objects.order_by("pgh_id").values_list("state", flat=True)
    assert list(dict.fromkeys(states)) == ["proposed", "waiting", "loading", "staged", "accepting", "accepted"]


def test_hand_in_without_the_permission_is_refused(
    user_as: Callable[[str], User], catalogue: Incident, private_folder: Any
) -> None:
    with pytest.raises(NotAllowed):
        services.receive_file(by=user_as("finance"), incident=catalogue, chunks=[b"x"], name="x")
    assert StoredFile.objects.count() == 0


def test_empty_file_is_refused(hand_in: Callable[..., Any]) -> None:
    with pytest.raises(RuleBroken) as refused:
        hand_in(b"")
    assert refused.value.code == "file_empty"


def test_file_of_a_heading_alone_is_refused(take_in: Callable[..., Any]) -> None:
    claim_import, job = take_in(csv_of())
    sentence = gettext("The file has a heading and no row beneath it. Ask the sender for the file with its rows.")
    assert (claim_import.state, Claim.objects.count(), job.state, job.error) == ("failed", 0, "failed", sentence)


def test_file_without_a_heading_loses_no_row(take_in: Callable[..., Any]) -> None:
    rows = [f"K-00{n},2022-10-2{n % 10},메신저 채널,{n}0000원,010-1234-56{n}\n" for n in range(10, 16)]
    claim_import, _job = take_in("".join(rows).encode())
    assert (claim_import.rows_read, claim_import.rows_new) == (6, 6)
    assert list(Claim.objects.order_by("source_line").values_list("source_line", "receipt_number", "claimed_loss")) == [
        (n - 9, f"K-00{n}", n * 10_000) for n in range(10, 16)
    ]
