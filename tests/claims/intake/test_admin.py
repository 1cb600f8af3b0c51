"""The pages of the intake: who may open them, what they show of a file, and what they hand out."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from claims.intake import admin as pages
from claims.intake.faults import Fault, sentence
from claims.intake.services import receive_file
from claims.models import Claim, ClaimImport, RejectedRow
from relief import clock
from relief.audit.models import Disclosure
from relief.jobs.models import Job
from relief.jobs.services import carry_out
from relief.site.home import cards_for
from relief.spreadsheets.limits import Limits
from tests import factories

# The file is read on a connection of its own, which sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

HEADINGS = ("접수번호", "접수일시", "신고인 유형", "이름", "연락처", "서비스", "매출 손실 규모액", "피해 내용")
SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://example.invalid","보기")'


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:claims_claimimport_{name}", args=args)


def row(number: int, **cells: str) -> list[str]:
    """Return a good row; `cells` by heading replace what stands in it."""
    good = (f"R-{number}", "2022-10-20 11:00", "소상공인", f"신고인{number}", "", "메신저", "300000", "장애")
    return list((dict(zip(HEADINGS, good, strict=True)) | cells).values())


def file_of(*rows: list[str], headings: tuple[str, ...] = HEADINGS) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    return text.getvalue().encode()


@pytest.fixture
def catalogue(incident: Any, private_folder: Any) -> Any:
    """A service and a round, so that rows can be good."""
    factories.ServiceFactory(incident=incident, name="메신저")
    factories.IntakeRoundFactory(incident=incident, number=1)
    return incident


@pytest.fixture
def imported(catalogue: Any, user_as: Any) -> Any:
    """Take a file in and carry its import out; returns the import."""
    by = user_as("intake_staff")

    def take_in(content: bytes, *, name: str = "접수.csv", source: str = "공식 채널") -> ClaimImport:
        received = receive_file(by=by, incident=catalogue, chunks=[content], name=name, source=source)
        carry_out(received.job.pk)
        received.refresh_from_db()
        return received

    return take_in


def upload(client: Client, content: bytes, *, name: str = "접수.csv", source: str = "") -> Any:
    return client.post(address("receive"), {"file": SimpleUploadedFile(name, content), "source": source})


def refusals(response: Any) -> list[str]:
    return [str(error) for error in response.context["form"].non_field_errors()]


def workbook_of(response: Any) -> tuple[bytes, list[list[Any]]]:
    content = b"".join(response.streaming_content)
    return content, CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_uploaded_file_leads_to_its_import(catalogue: Any, user_as: Any, signed_in: Any) -> None:
    user = user_as("intake_staff")
    content = file_of(row(1))
    answer = upload(signed_in(user), content, source="소상공인 단체")
    received = ClaimImport.objects.get()
    assert answer.url == address("change", received.pk)
    assert (received.imported_by, received.source, received.incident, received.state) == (
        user,
        "소상공인 단체",
        catalogue,
        "waiting",
    )
    assert received.sha256 == hashlib.sha256(content).hexdigest()
    assert (received.job.state, received.job.by) == (Job.State.QUEUED, user)


def test_same_file_posted_twice_is_one_import_and_names_it(catalogue: Any, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("intake_staff"))
    content = file_of(row(1))
    assert upload(client, content).status_code == 302
    second = upload(client, content, name="다른 이름.csv")
    received = ClaimImport.objects.get()
    (refusal,) = refusals(second)
    assert second.status_code == 200
    assert f"{received.pk}" in refusal
    assert "접수.csv" in refusal
    assert Job.objects.count() == 1


def test_empty_file_is_refused_on_the_page(catalogue: Any, user_as: Any, signed_in: Any) -> None:
    answer = upload(signed_in(user_as("intake_staff")), b"")
    assert (answer.status_code, len(refusals(answer)), ClaimImport.objects.count()) == (200, 1, 0)


def test_too_large_file_is_refused_on_the_page(
    catalogue: Any, user_as: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = file_of(row(1))
    client = signed_in(user_as("intake_staff"))
    monkeypatch.setattr("claims.intake.services.Limits", lambda: Limits(size=len(content) - 1))
    answer = upload(client, content)
    assert (answer.status_code, len(refusals(answer)), ClaimImport.objects.count()) == (200, 1, 0)
    monkeypatch.setattr("claims.intake.services.Limits", lambda: Limits(size=len(content)))
    assert upload(client, content).status_code == 302


def test_missing_file_is_asked_for(catalogue: Any, user_as: Any, signed_in: Any) -> None:
    answer = signed_in(user_as("intake_staff")).post(address("receive"), {"source": "x"})
    assert list(answer.context["form"].errors) == ["file"]


def test_person_without_an_incident_imports_nothing(private_folder: Any, signed_in: Any) -> None:
    answer = upload(signed_in(factories.UserFactory(intake_staff=True)), file_of(row(1)))
    assert (len(refusals(answer)), ClaimImport.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    "role", ["committee_member", "secretary", "chair", "manager", "finance", "auditor", "administrator"]
)
def test_roles_without_the_permission_cannot_import(catalogue: Any, user_as: Any, signed_in: Any, role: str) -> None:
    client = signed_in(user_as(role))
    assert client.get(address("receive")).status_code == 403
    assert upload(client, file_of(row(1))).status_code == 403
    assert ClaimImport.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "status"),
    [("intake_staff", 200), ("auditor", 200), ("finance", 403), ("manager", 403), ("administrator", 403)],
)
def test_pages_open_to_those_who_may_see_imports(
    imported: Any, user_as: Any, signed_in: Any, role: str, status: int
) -> None:
    received = imported(file_of(row(1), row(2, 서비스="순간 이동")))
    client = signed_in(user_as(role))
    names = ("change", "rejected_rows")
    answers = [client.get(address("changelist")), *(client.get(address(name, received.pk)) for name in names)]
    assert [answer.status_code for answer in answers] == [status] * 3
    for answer in answers:
        answer.close()


def test_list_offers_the_import_to_intake_staff_alone(catalogue: Any, user_as: Any, signed_in: Any) -> None:
    page = signed_in(user_as("intake_staff")).get(address("changelist"))
    assert [url for _label, url in page.context["list_acts"]] == [address("receive")]
    assert str(pages.ClaimImportAdmin.empty) in page.content.decode()
    assert signed_in(user_as("auditor")).get(address("changelist")).context["list_acts"] == []


def test_import_of_another_incident_is_not_found(imported: Any, signed_in: Any) -> None:
    received = imported(file_of(row(1), row(2, 서비스="순간 이동")))
    stranger = factories.UserFactory(intake_staff=True, incident=factories.IncidentFactory())
    client = signed_in(stranger)
    assert client.get(address("change", received.pk)).status_code == 404
    assert client.get(address("rejected_rows", received.pk)).status_code == 404
    assert client.get(reverse("stored_file", args=[received.stored_file_id])).status_code == 403
    assert list(client.get(address("changelist")).context["cl"].result_list) == []


@pytest.mark.parametrize("key", ["0", "x", "9" * 30])
def test_import_that_does_not_exist_is_not_found(catalogue: Any, user_as: Any, signed_in: Any, key: str) -> None:
    client = signed_in(user_as("intake_staff"))
    assert client.get(address("change", key)).status_code == 404
    assert client.get(address("rejected_rows", key)).status_code == 404


def test_page_accounts_for_every_row(imported: Any, user_as: Any, signed_in: Any) -> None:
    content = file_of(row(1), row(2, **{"매출 손실 규모액": "1,200,000"}), row(3, 서비스="순간 이동"))
    received = imported(content)
    later = imported(file_of(row(1), row(4)), name="둘째.csv")
    client = signed_in(user_as("intake_staff"))
    assert (received.rows_read, received.rows_new, received.rows_same, received.rows_rejected) == (3, 2, 0, 1)
    page = client.get(address("change", received.pk))
    assert "1,500,000" in page.content.decode()
    assert page.context["claims_url"] == f"{reverse('admin:claims_claim_changelist')}?claim_import={received.pk}"
    assert client.get(page.context["claims_url"]).context["cl"].result_count == 2
    assert [(rows[0][1]) for _title, rows in page.context["tables"]] == [2, 2]
    assert page.context["job"] is None
    assert (later.rows_new, later.rows_same) == (1, 1)
    assert Claim.objects.count() == 3


def test_rejected_rows_name_column_value_and_reason(imported: Any, user_as: Any, signed_in: Any) -> None:
    received = imported(file_of(row(1), row(2, 서비스="순간 이동", **{"매출 손실 규모액": "-5"})))
    page = signed_in(user_as("intake_staff")).get(address("change", received.pk))
    (shown,) = page.context["rejected_rows"]
    assert shown.line == 3
    assert [(fault.column, fault.value, fault.sentence) for fault in shown.faults] == [
        ("서비스", "순간 이동", sentence(Fault.UNKNOWN_WORD)),
        ("매출 손실 규모액", "-5", sentence(Fault.NEGATIVE)),
    ]
    content = page.content.decode()
    assert sentence(Fault.NEGATIVE) in content
    assert "순간 이동" in content


def test_rejected_rows_narrow_by_fault(imported: Any, user_as: Any, signed_in: Any) -> None:
    received = imported(
        file_of(
            row(1, 서비스="순간 이동"),
            row(2, 서비스="순간 이동", **{"매출 손실 규모액": "-5"}),
            row(3, **{"매출 손실 규모액": "-5"}),
            row(4, 접수일시="어제"),
        )
    )
    client = signed_in(user_as("intake_staff"))
    page = client.get(address("change", received.pk))
    counts = [(code, count) for code, _text, count in page.context["fault_counts"]]
    assert counts == [("negative", 2), ("unknown_word", 2), ("no_such_date", 1)]
    lines = {
        fault: [
            shown.line for shown in client.get(page.request["PATH_INFO"], {"fault": fault}).context["rejected_rows"]
        ]
        for fault in ("", "negative", "no_such_date", "missing", "no such fault")
    }
    everything = [2, 3, 4, 5]
    assert lines == {
        "": everything,
        "negative": [3, 4],
        "no_such_date": [5],
        "missing": [],
        "no such fault": everything,
    }
    _content, rows = workbook_of(client.get(address("rejected_rows", received.pk), {"fault": "negative"}))
    assert [line[0] for line in rows[1:]] == ["3", "4"]
    assert client.get(address("rejected_rows", received.pk), {"fault": "no such fault"}).status_code == 404


def test_page_asks_as_often_for_many_rejected_rows_as_for_few(imported: Any, user_as: Any, signed_in: Any) -> None:
    def queries(received: ClaimImport) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address("change", received.pk), {"p": "2"}).status_code == 200
        return len(captured)

    few = imported(file_of(row(1, 서비스="순간 이동")), name="few.csv")
    many = imported(file_of(*(row(number, 서비스="순간 이동") for number in range(160))), name="many.csv")
    client = signed_in(user_as("intake_staff"))
    queries(few)
    assert queries(many) == queries(few)
    page = client.get(address("change", many.pk), {"p": "4"})
    assert (many.rows_rejected, len(page.context["rejected_rows"])) == (160, 10)


def test_script_in_names_and_cells_is_inert(imported: Any, user_as: Any, signed_in: Any) -> None:
    heading = f"비고{SCRIPT}"
    received = imported(
        file_of([*row(1, 이름=SCRIPT, 서비스=SCRIPT), SCRIPT], headings=(*HEADINGS, heading)),
        name="<script>alert(1)<!--.csv",
        source=SCRIPT,
    )
    client = signed_in(user_as("intake_staff"))
    for page in (address("changelist"), address("change", received.pk)):
        content = client.get(page).content.decode()
        assert "&lt;script&gt;alert(1)" in content
        assert "<script>alert(1)" not in content


def test_workbook_of_rejected_rows_has_the_source_columns_and_no_formula(
    imported: Any, user_as: Any, signed_in: Any
) -> None:
    received = imported(
        file_of(row(1), row(2, 이름="@이름", 서비스="+순간 이동", **{"매출 손실 규모액": "-5", "피해 내용": FORMULA}))
    )
    user = user_as("auditor")
    answer = signed_in(user).get(address("rejected_rows", received.pk))
    content, rows = workbook_of(answer)
    reasons = f"서비스: {sentence(Fault.UNKNOWN_WORD)}\n매출 손실 규모액: {sentence(Fault.NEGATIVE)}"
    assert tuple(rows[0][1:-1]) == HEADINGS
    assert rows[1:] == [
        ["3", *row(2, 이름="@이름", 서비스="+순간 이동", **{"매출 손실 규모액": "-5", "피해 내용": FORMULA}), reasons]
    ]
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet, styles = (book.read(f"xl/{part}.xml").decode() for part in ("worksheets/sheet1", "styles"))
    assert "<f>" not in sheet
    quoted = [
        index for index, style in enumerate(styles.split("<cellXfs")[1].split("<xf ")[1:]) if "quotePrefix" in style
    ]
    acting = sum(f's="{index}"' in cell for cell in sheet.split("<c ")[1:] for index in quoted)
    # Four cells that would act, and the ten headings.
    assert acting == 4 + len(rows[0])
    assert answer["Content-Disposition"].startswith("attachment")
    record = Disclosure.objects.get()
    assert (record.by, record.kind, record.subject, record.subject_key) == (
        user,
        "download",
        "claims.rejectedrow",
        str(received.pk),
    )


def test_workbook_keeps_numbers_masked_and_odd_rows_in_their_columns(
    imported: Any, user_as: Any, signed_in: Any
) -> None:
    phone = "010-1234-5678"
    received = imported(file_of(row(1, 서비스="순간 이동", 연락처=phone), row(2)[:3], [*row(3), "덤"]))
    answer = signed_in(user_as("intake_staff")).get(address("rejected_rows", received.pk))
    _content, rows = workbook_of(answer)
    assert {len(line) for line in rows} == {len(HEADINGS) + 2}
    assert rows[1][5].endswith("5678")
    assert phone not in str(rows)
    assert rows[3][-2].endswith("| 덤")
    assert [line[-1] for line in rows[2:]] == [sentence(Fault.WRONG_COLUMN_COUNT)] * 2


@pytest.mark.parametrize(("role", "status"), [("intake_staff", 200), ("auditor", 200), ("manager", 403)])
def test_stored_file_comes_down_as_it_was_handed_in(
    imported: Any, user_as: Any, signed_in: Any, role: str, status: int
) -> None:
    content = file_of(row(1))
    received = imported(content)
    user = user_as(role)
    answer = signed_in(user).get(reverse("stored_file", args=[received.stored_file_id]))
    assert answer.status_code == status
    if status == 200:
        assert b"".join(answer.streaming_content) == content
    assert [record.by for record in Disclosure.objects.all()] == ([user] if status == 200 else [])


def test_failed_import_says_why_and_its_job_is_tried_again(imported: Any, user_as: Any, signed_in: Any) -> None:
    received = imported(file_of(["1", "2"], headings=("가", "나")))
    client = signed_in(user_as("intake_staff"))
    page = client.get(address("change", received.pk))
    received.job.refresh_from_db()
    assert (received.state, received.job.state) == ("failed", "failed")
    assert page.context["job"] == received.job
    assert received.job.error != ""
    assert "rejected_page" not in page.context
    assert client.post(reverse("admin:relief_job_retry", args=[received.job.pk])).status_code == 302
    received.job.refresh_from_db()
    assert received.job.state == Job.State.QUEUED


def test_waiting_import_is_cancelled_and_may_be_handed_in_again(catalogue: Any, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("intake_staff"))
    content = file_of(row(1))
    upload(client, content)
    received = ClaimImport.objects.get()
    assert client.get(address("change", received.pk)).context["job"] == received.job
    client.post(reverse("admin:relief_job_cancel", args=[received.job.pk]))
    received.refresh_from_db()
    assert received.state == "cancelled"
    assert client.get(address("change", received.pk)).status_code == 200
    assert upload(client, content).status_code == 302


def test_nothing_is_written_through_the_page(imported: Any, user_as: Any, signed_in: Any) -> None:
    received = imported(file_of(row(1), row(2, 서비스="순간 이동")))
    client = signed_in(user_as("intake_staff"))
    assert client.post(address("change", received.pk), {"source": "x"}).status_code == 403
    assert client.post(address("rejected_rows", received.pk)).status_code == 405
    assert client.post(address("delete", received.pk), {"post": "yes"}).status_code == 403
    assert (ClaimImport.objects.count(), RejectedRow.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ({}, {"good", "bad", "failed", "waiting"}),
        ({"state": "open"}, {"waiting"}),
        ({"state": "failed"}, {"failed"}),
        ({"rejected": "yes"}, {"bad"}),
        ({"rejected": "no", "state": "accepted"}, {"good"}),
        ({"ended_from": "tomorrow"}, set()),
        ({"ended_to": "today"}, {"good", "bad", "failed"}),
    ],
)
def test_list_narrows(imported: Any, signed_in: Any, catalogue: Any, words: dict[str, str], shown: set[str]) -> None:
    imported(file_of(row(1)), name="good")
    imported(file_of(row(2, 서비스="순간 이동")), name="bad")
    imported(file_of(["1"], headings=("가",)), name="failed")
    user = factories.UserFactory(intake_staff=True, incident=catalogue)
    receive_file(by=user, incident=catalogue, chunks=[file_of(row(4))], name="waiting")
    days = {"today": clock.today(), "tomorrow": clock.today() + timedelta(days=1)}
    query = {name: str(days.get(value, value)) for name, value in words.items()}
    page = signed_in(user).get(address("changelist"), query)
    assert {one.stored_file.name for one in page.context["cl"].result_list} == shown


def test_home_shows_intake_staff_what_failed_what_was_rejected_and_what_is_under_way(
    imported: Any, user_as: Any, catalogue: Any
) -> None:
    user = user_as("intake_staff")
    ours = {str(pages.failed_card(user)), str(pages.rejected_card(user)), str(pages.under_way_card(user))}
    assert ours == {"None"}
    imported(file_of(row(1), row(2, 서비스="순간 이동")), name="bad")
    imported(file_of(["1"], headings=("가",)), name="failed")
    receive_file(by=user, incident=catalogue, chunks=[file_of(row(4))], name="waiting")
    cards = [pages.failed_card(user), pages.rejected_card(user), pages.under_way_card(user)]
    assert [card and card.count for card in cards] == [1, 1, 1]
    shown = cards_for(user)
    assert [card in shown for card in cards] == [True, True, True]
    assert not any(card in cards_for(user_as("auditor")) for card in cards)


@pytest.mark.parametrize("maker", [pages.failed_card, pages.rejected_card, pages.under_way_card])
def test_cards_lead_to_what_they_count(imported: Any, user_as: Any, signed_in: Any, catalogue: Any, maker: Any) -> None:
    user = user_as("intake_staff")
    imported(file_of(row(1), row(2, 서비스="순간 이동")), name="bad")
    imported(file_of(["1"], headings=("가",)), name="failed")
    receive_file(by=user, incident=catalogue, chunks=[file_of(row(4))], name="waiting")
    card = maker(user)
    assert signed_in(user).get(card.url).context["cl"].result_count == card.count == 1
