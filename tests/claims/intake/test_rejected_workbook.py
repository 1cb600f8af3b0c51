"""Rejected rows out as a workbook and in again: the same cells, the same faults, and claims once they are mended."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import xlsxwriter
from django.urls import reverse
from python_calamine import CalamineWorkbook

from claims.intake import rejected_workbook
from claims.intake.faults import Fault, sentence
from claims.intake.models import ClaimImport, RejectedRow
from claims.intake.rejected_workbook import Wanted, hand_out, newest_job
from claims.intake.services import accept, load, receive_file
from claims.register.models import Claim
from relief.accounts.models import User
from relief.audit.models import Disclosure
from relief.errors import NotAllowed, RuleBroken
from relief.jobs.services import carry_out
from relief.spreadsheets import Limits
from relief.spreadsheets.writing import write_cells
from tests.claims.intake.conftest import GOOD, carried_out, csv_of

pytestmark = pytest.mark.django_db(transaction=True)

Rows = list[list[Any]]
PHONE, FORMULA = "010-1234-5678", '=HYPERLINK("http://example.invalid","보기")'
NEGATIVE, UNKNOWN = {"매출 손실 규모액": "-5"}, {"서비스": "순간 이동"}


def rows_of(content: bytes) -> Rows:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def taken(by: User, row: ClaimImport, **wanted: Any) -> bytes:
    """Take the workbook away and return its bytes."""
    handed = hand_out(by=by, claim_import=row, wanted=Wanted(**wanted), reason="고쳐서 다시 냄")
    assert handed.file is not None
    with handed.file as file:
        return file.read()


def written(rows: Rows) -> bytes:
    file = io.BytesIO()
    write_cells(file, title="rows", headings=rows[0], rows=rows[1:])
    return file.getvalue()


@pytest.fixture
def bring_back(staff: User) -> Callable[[ClaimImport, bytes], ClaimImport]:
    """Hand a workbook in as corrected rows of an import and accept what it holds."""

    def bring_back(before: ClaimImport, content: bytes) -> ClaimImport:
        after = receive_file(by=staff, incident=before.incident, chunks=[content], name="b.xlsx", continues=before)
        after, job = carried_out(load(by=staff, claim_import=after))
        assert (after.state, job.error) == ("staged", "")
        return carried_out(accept(by=staff, claim_import=after))[0]

    return bring_back


def faults_of(row: ClaimImport) -> dict[int, list[dict[str, Any]]]:
    return dict(RejectedRow.objects.filter(claim_import=row).order_by("line").values_list("line", "faults"))


def test_workbook_has_the_line_the_original_cells_and_the_reasons(take_in: Any, staff: User) -> None:
    bad = UNKNOWN | NEGATIVE | {"피해 내용": FORMULA, "이름": "@이름", "접수번호": "+1"}
    row, _job = take_in(csv_of({}, bad))
    content = taken(staff, row)
    rows = rows_of(content)
    assert rows[0][1:-1] == list(GOOD)
    reasons = f"서비스: {sentence(Fault.UNKNOWN_WORD)}\n매출 손실 규모액: {sentence(Fault.NEGATIVE)}"
    assert rows[1:] == [[3, *(GOOD | bad).values(), reasons]]
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet, styles = (book.read(f"xl/{part}.xml").decode() for part in ("worksheets/sheet1", "styles"))
    assert "<f>" not in sheet
    formats = styles.split("<cellXfs")[1].split("<xf ")[1:]
    quoted = [index for index, style in enumerate(formats) if "quotePrefix" in style]
    # Five cells that would act, and the headings.
    assert sum(f's="{index}"' in cell for cell in sheet.split("<c ")[1:] for index in quoted) == 4 + len(rows[0])


def test_only_open_rows_and_one_fault_are_taken_where_asked(take_in: Any, staff: User, bring_back: Any) -> None:
    row, _job = take_in(csv_of(NEGATIVE, UNKNOWN, UNKNOWN | NEGATIVE))
    assert [line[0] for line in rows_of(taken(staff, row, fault="negative"))[1:]] == [2, 4]
    rows = rows_of(taken(staff, row))
    bring_back(row, written([rows[0], [2, *(GOOD | {"접수번호": "K-1"}).values(), ""]]))
    assert [line[0] for line in rows_of(taken(staff, row))[1:]] == [3, 4]
    assert [line[0] for line in rows_of(taken(staff, row, also_corrected=True))[1:]] == [2, 3, 4]


ODD = {"피해 내용": '첫 줄\r\n둘째, "줄"\n=셋째', "은행": "달나라은행"}


@pytest.mark.parametrize("encoding", ["utf-8", "cp949", "utf-16"])
def test_unchanged_workbook_of_a_text_file_has_the_same_faults_again(
    take_in: Any, staff: User, bring_back: Any, encoding: str
) -> None:
    bad = [NEGATIVE, UNKNOWN | NEGATIVE, {"계좌번호": "1.10123E+11"}, {"접수일시": "어제"}, ODD, {"연락처": "010-123"}]
    row, _job = take_in(csv_of({}, *bad).decode().encode(encoding), name=f"{encoding}.csv")
    before = faults_of(row)
    # The fifth one goes over three lines.
    assert list(before) == [3, 4, 5, 6, 7, 10]
    after = bring_back(row, taken(staff, row))
    assert (after.rows_rejected, faults_of(after)) == (6, before)


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_mended_workbook_becomes_claims(take_in: Any, staff: User, bring_back: Any, encoding: str) -> None:
    row, _job = take_in(csv_of({}, NEGATIVE | {"연락처": PHONE}, ODD).decode().encode(encoding))
    rows = rows_of(taken(staff, row))
    place = {heading: column for column, heading in enumerate(rows[0])}
    rows[1][place["매출 손실 규모액"]], rows[2][place["은행"]] = 7, "국민은행"
    after = bring_back(row, written(rows))
    assert (after.rows_new, after.rows_rejected) == (2, 0)
    first, second = Claim.objects.filter(claim_import=after).order_by("source_line")
    assert (first.source_line, first.claimed_loss, first.reveal("phone")) == (3, 7, "01012345678")
    assert second.description.replace("\r\n", "\n") == ODD["피해 내용"].replace("\r\n", "\n")
    assert RejectedRow.objects.filter(claim_import=row, corrected_by=after).count() == 2


def workbook_with(*rows: dict[str, Any]) -> bytes:
    """Return a claim workbook whose cells are of the types given; dates are cells of dates."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, list(GOOD))
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate((GOOD | {"접수번호": f"X-{line}"} | row).values()):
                if isinstance(cell, datetime):
                    sheet.write_datetime(line, column, cell, day)
                else:
                    sheet.write(line, column, cell)
    return file.getvalue()


def test_workbook_of_a_workbook_keeps_numbers_and_dates(take_in: Any, staff: User, bring_back: Any) -> None:
    at = datetime(2022, 10, 20, 11, 0, 30)  # noqa: DTZ001 - a workbook's cells have no zone
    row, _job = take_in(
        workbook_with(
            {"접수일시": at, "매출 손실 규모액": -5},
            {"접수일시": 44854.5, "계좌번호": 123456789012},
            {"접수일시": at, "매출 손실 규모액": 300000.5},
            {"접수일시": at, "매출 손실 규모액": True},
        ),
        name="source.xlsx",
    )
    before = faults_of(row)
    rows = rows_of(taken(staff, row))
    place = {heading: column for column, heading in enumerate(rows[0])}
    assert [line[place["접수일시"]] for line in rows[1:3]] == ["2022-10-20 11:00:30", 44854.5]
    assert [line[place["매출 손실 규모액"]] for line in rows[1:]] == [-5, "420,000", 300000.5, True]
    assert rows[2][place["계좌번호"]] == 123456789012
    again = bring_back(row, taken(staff, row))
    assert faults_of(again) == before
    rows = rows_of(taken(staff, again))
    rows[1][place["매출 손실 규모액"]] = 5
    rows[2][place["계좌번호"]] = "123456-78-901234"
    after = bring_back(again, written(rows[:3]))
    assert (after.rows_new, after.rows_rejected) == (2, 0)
    first, second = Claim.objects.order_by("source_line")
    assert (first.source_line, first.claimed_loss, first.received_at.minute) == (2, 5, 0)
    assert (second.source_line, second.received_at.hour) == (3, 3)


def test_row_of_another_width_keeps_its_reasons_apart_and_is_refused_again(
    take_in: Any, staff: User, bring_back: Any
) -> None:
    lines = csv_of({}, {}).decode().splitlines()
    row, _job = take_in("\r\n".join([*lines[:2], f"{lines[2]},덤", "K-9,2022-10-20 11:00,웹"]).encode())
    rows = rows_of(taken(staff, row))
    assert {len(line) for line in rows} == {len(GOOD) + 2}
    assert [line[-1] for line in rows[1:]] == [sentence(Fault.WRONG_COLUMN_COUNT)] * 2
    assert "덤" in rows[1][-2]
    again = bring_back(row, taken(staff, row))
    assert (again.rows_new, again.rows_rejected) == (0, 2)


def test_long_list_is_written_by_a_job_for_who_asked(
    take_in: Any, staff: User, user_as: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _job = take_in(csv_of(*[NEGATIVE] * 3))
    monkeypatch.setattr(rejected_workbook, "AT_ONCE", 2)
    client = signed_in(staff)
    page = reverse("admin:claims_claimimport_rejected_rows", args=(row.pk,))
    assert client.post(page, {"reason": "고쳐서 다시 냄"}).headers["Location"] == page
    job = newest_job(row, staff)
    assert job is not None
    assert client.get(page).context["job"] == job
    assert len(client.post(page, {"reason": "또"}).context["form"].non_field_errors()) == 1
    carry_out(job.pk)
    job.refresh_from_db()
    shown = client.get(page).context
    assert (job.state, job.done, shown["job"], shown["written_rows"]) == ("done", 3, None, 3)
    answer = client.get(shown["written_url"])
    assert [line[0] for line in rows_of(b"".join(answer.streaming_content))[1:]] == [2, 3, 4]
    kept = list(Disclosure.objects.order_by("pk").values_list("subject", "by", "reason"))
    assert kept[0] == ("claims.rejectedrow", staff.pk, "고쳐서 다시 냄")
    assert [subject for subject, _by, _reason in kept] == ["claims.rejectedrow", "relief.storedfile"]
    assert signed_in(user_as("intake_staff")).get(shown["written_url"]).status_code == 403


def test_taking_is_recorded_with_its_reason(take_in: Any, staff: User) -> None:
    row, _job = take_in(csv_of(NEGATIVE))
    taken(staff, row)
    kept = Disclosure.objects.get()
    assert (kept.by, kept.kind, kept.subject, kept.subject_key, kept.reason, kept.incident_id) == (
        staff,
        "download",
        "claims.rejectedrow",
        str(row.pk),
        "고쳐서 다시 냄",
        row.incident_id,
    )


@pytest.mark.parametrize(
    ("reason", "wanted", "code"), [(" ", {}, "reason_missing"), ("x", {"fault": "missing"}, "no_rejected_rows")]
)
def test_taking_is_refused(take_in: Any, staff: User, reason: str, wanted: dict[str, str], code: str) -> None:
    row, _job = take_in(csv_of(NEGATIVE))
    with pytest.raises(RuleBroken) as refusal:
        hand_out(by=staff, claim_import=row, wanted=Wanted(**wanted), reason=reason)
    assert (refusal.value.code, Disclosure.objects.count()) == (code, 0)


@pytest.mark.parametrize("role", ["auditor", "finance"])
def test_taking_needs_both_permissions(take_in: Any, user_as: Any, role: str) -> None:
    row, _job = take_in(csv_of(NEGATIVE))
    with pytest.raises(NotAllowed):
        hand_out(by=user_as(role), claim_import=row, wanted=Wanted(), reason="x")
    assert Disclosure.objects.count() == 0


def test_page_asks_for_a_reason_and_answers_the_file(take_in: Any, staff: User, signed_in: Any) -> None:
    row, _job = take_in(csv_of(NEGATIVE, UNKNOWN))
    client = signed_in(staff)
    page = reverse("admin:claims_claimimport_rejected_rows", args=(row.pk,))
    form = client.get(f"{page}?fault=negative").context["form"]
    assert (form["fault"].value(), [code for code, _text in form.fields["fault"].choices]) == (
        "negative",
        ["", "negative", "unknown_word"],
    )
    assert list(client.post(page).context["form"].errors) == ["reason"]
    assert list(client.post(page, {"reason": "x", "fault": "no such"}).context["form"].errors) == ["fault"]
    answer = client.post(page, {"reason": "x", "fault": "negative"})
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    assert [line[0] for line in rows_of(b"".join(answer.streaming_content))[1:]] == [2]


def test_rows_of_a_file_with_as_many_columns_as_may_be_come_back(
    take_in: Callable[..., Any], staff: User, bring_back: Callable[..., ClaimImport]
) -> None:
    more = {f"열 {number}": "x" for number in range(Limits().columns - len(GOOD))}
    wide = [[*GOOD, *more], [*(GOOD | NEGATIVE).values(), *more.values()]]
    before, _job = take_in(written(wide))
    rows = rows_of(taken(staff, before))
    assert (before.rows_rejected, len(rows[0])) == (1, Limits().columns + 2)
    rows[1][1 + list(GOOD).index("매출 손실 규모액")] = "5"
    after = bring_back(before, written(rows))
    assert (after.state, after.rows_new) == ("accepted", 1)
