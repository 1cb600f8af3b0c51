"""The page of a file's columns: what it proposes and shows, what it stores, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from claims.intake import services
from claims.intake.faults import Fault
from claims.intake.profile import Profile
from claims.intake.reading import stored_layout
from claims.intake.saved_profiles import save_profile
from claims.models import ClaimImport, ImportProfile
from relief.jobs.models import Job
from tests import factories
from tests.claims.intake.conftest import carried_out

pytestmark = pytest.mark.django_db

HEADINGS = ("접수번호", "접수일시", "신고인 유형", "이름", "연락처", "서비스", "피해액", "비고")
SCRIPT = "<script>alert(1)</script>"


def line(number: int, **cells: str) -> list[str]:
    good = (f"R-{number}", "2022-10-20 11:00", "소상공인", f"신고인{number}", "", "메신저 채널", "300,000", "장애")
    return list((dict(zip(HEADINGS, good, strict=True)) | cells).values())


def text_file(*rows: list[str], headings: tuple[str, ...] = HEADINGS, delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([headings, *rows])
    return text.getvalue().encode()


def address(claim_import: ClaimImport) -> str:
    return reverse("admin:claims_claimimport_columns", args=[claim_import.pk])


def page_of(claim_import: ClaimImport) -> str:
    return reverse("admin:claims_claimimport_change", args=[claim_import.pk])


def filled(page: Any, **changes: Any) -> dict[str, Any]:
    """Return what the page's form would send, with some of it changed."""
    saved = page.context["draft"].saved
    sent: dict[str, Any] = {
        "draft": page.context["draft_json"],
        "saved": saved.pk if saved else "",
        "saved_version": saved.version if saved else "",
    }
    for form in (page.context["reading"], page.context["form"]):
        sent |= {field.name: value for field in form if (value := field.value()) is not None}
    return sent | changes


def fed(page: Any) -> list[str]:
    return [one.fed for one in page.context["lines"]]


@pytest.fixture
def client_of_staff(staff: Any, signed_in: Any) -> Any:
    """The client of somebody of the intake staff."""
    return signed_in(staff)


def test_page_proposes_columns_beside_samples(client_of_staff: Any, hand_in: Any) -> None:
    received = hand_in(text_file(line(1, 연락처="010-1234-5678"), line(2)), declared_rows=2, declared_sum=600_000)
    page = client_of_staff.get(address(received))
    assert page.status_code == 200
    assert fed(page) == [
        "receipt_number", "received_at", "reporter_type", "name", "phone", "service", "claimed_loss",
        page.context["lines"][7].fed,
    ]  # fmt: skip
    assert page.context["lines"][4].samples == ["•••-••••-5678"]
    assert "010-1234-5678" not in page.content.decode()
    found = page.context["preview"]
    assert (found.read, found.taken, found.rejected, found.repeated, found.sum_of_losses) == (2, 2, 0, 0, 600_000)
    received.refresh_from_db()
    assert (received.state, received.profile) == ("proposed", {})


def test_rejected_rows_stand_with_line_column_value_and_reason(client_of_staff: Any, hand_in: Any) -> None:
    received = hand_in(text_file(line(1), line(2, 피해액="-5", 서비스="순간 이동"), line(1)))
    page = client_of_staff.get(address(received))
    (rejected,) = page.context["rejected_lines"]
    assert rejected.line == 3
    assert [(column, value) for column, value, _sentence in rejected.faults] == [
        ("서비스", "순간 이동"),
        ("피해액", "-5"),
    ]
    assert page.context["preview"].repeated == 1
    assert page.context["preview"].faults == {Fault.UNKNOWN_WORD: 1, Fault.NEGATIVE: 1}


def test_unknown_word_is_mapped_on_the_spot_and_nothing_is_stored(client_of_staff: Any, hand_in: Any) -> None:
    received = hand_in(text_file(line(1, 서비스="옛 메신저"), line(2, 서비스="옛 메신저"), line(3)))
    page = client_of_staff.get(address(received))
    ((_label, words),) = page.context["words"]
    assert [(word, count) for word, count, *_fields in words] == [("옛 메신저", 2)]
    again = client_of_staff.post(address(received), filled(page, act="check", means_service_0="=channel"))
    assert (again.context["preview"].taken, again.context["preview"].rejected) == (3, 0)
    assert again.context["draft"].profile.values == {"service": {"옛 메신저": "channel"}}
    once_more = client_of_staff.post(address(received), filled(again, act="check", means_service_0=""))
    assert once_more.context["draft"].profile.values == {}
    nothing = client_of_staff.post(address(received), filled(page, act="check", means_service_0="-"))
    assert nothing.context["preview"].faults == {Fault.MISSING: 2}
    received.refresh_from_db()
    assert (received.state, received.profile, Job.objects.count()) == ("proposed", {}, 0)


def test_loaded_file_is_read_as_the_page_says(client_of_staff: Any, hand_in: Any) -> None:
    received = hand_in(text_file(line(1, 서비스="옛 메신저", 피해액="1.5"), line(2, 피해액="-")))
    page = client_of_staff.get(address(received))
    answer = client_of_staff.post(
        address(received), filled(page, act="load", means_service_0="=channel", unit="1000", empty="-\nN/A\n")
    )
    assert answer.url == page_of(received)
    loaded, _job = carried_out(received)
    profile = stored_layout(loaded).profile
    assert (profile.unit, profile.empty, profile.values) == (1_000, ("-", "N/A"), {"service": {"옛 메신저": "channel"}})
    assert (loaded.state, loaded.rows_read, loaded.rows_rejected, int(loaded.sum_of_losses)) == ("staged", 2, 0, 1_500)
    assert loaded.saved_profile is None


def test_file_is_loaded_once(client_of_staff: Any, hand_in: Any) -> None:
    received = hand_in(text_file(line(1)))
    form = filled(client_of_staff.get(address(received)), act="load")
    assert client_of_staff.post(address(received), form).url == page_of(received)
    second = client_of_staff.post(address(received), form, follow=True)
    assert second.redirect_chain == [(page_of(received), 302)]
    assert Job.objects.count() == 1
    assert client_of_staff.get(address(received)).url == page_of(received)


def test_needed_field_without_a_column_is_asked_for_where_it_is_given(client_of_staff: Any, hand_in: Any) -> None:
    headings = tuple("유형 미정" if heading == "서비스" else heading for heading in HEADINGS)
    received = hand_in(text_file(line(1, 서비스="x"), line(2, 서비스="y"), headings=headings))
    page = client_of_staff.get(address(received))
    assert "preview" not in page.context
    assert next((str(one.label), one.is_needed) for one in page.context["unfed"]) == ("서비스", True)
    refused = client_of_staff.post(address(received), filled(page, act="load"))
    assert (refused.status_code, refused.context["draft"].refusals != []) == (200, True)
    again = client_of_staff.post(address(received), filled(page, act="check", fixed_service="taxi"))
    assert (again.context["draft"].refusals, again.context["preview"].taken) == ([], 2)
    assert client_of_staff.post(address(received), filled(again, act="load")).url == page_of(received)


def test_field_with_two_columns_is_refused_beside_the_second(client_of_staff: Any, hand_in: Any) -> None:
    received = hand_in(text_file(line(1)))
    form = filled(client_of_staff.get(address(received)), act="load", column_7="receipt_number")
    page = client_of_staff.post(address(received), form)
    assert list(page.context["form"].errors) == ["column_7"]
    assert ClaimImport.objects.get().state == "proposed"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("skip_rows", "-1"),
        ("skip_rows", "x"),
        ("heading_rows", "9"),
        ("encoding", "ebcdic"),
        ("delimiter", "ab"),
        ("currency", "12"),
        ("unit", "7"),
        ("date_formats", ["no such format"]),
        ("fixed_pricing", "stolen"),
        ("column_0", "no_such_field"),
    ],
)
def test_part_that_is_not_valid_is_refused_beside_it(
    client_of_staff: Any, hand_in: Any, field: str, value: Any
) -> None:
    received = hand_in(text_file(line(1)))
    form = filled(client_of_staff.get(address(received)), act="load") | {field: value}
    page = client_of_staff.post(address(received), form)
    assert list({**page.context["reading"].errors, **page.context["form"].errors}) == [field]
    assert ClaimImport.objects.get().state == "proposed"


def test_date_fixed_for_every_row_must_read(client_of_staff: Any, hand_in: Any) -> None:
    received = hand_in(text_file(line(1)))
    form = filled(client_of_staff.get(address(received)), column_1="", act="check")
    page = client_of_staff.post(address(received), form | {"fixed_received_at": "yesterday"})
    assert list(page.context["form"].errors) == ["fixed_received_at"]
    page = client_of_staff.post(address(received), form | {"fixed_received_at": "2022-10-20 09:00"})
    assert page.context["preview"].taken == 1


def test_rows_above_the_heading_keep_what_was_chosen(client_of_staff: Any, hand_in: Any) -> None:
    content = text_file(list(HEADINGS), line(1), line(2), headings=("접수 현황", *[""] * 7))
    received = hand_in(content)
    page = client_of_staff.get(address(received))
    assert page.context["draft"].profile.skip_rows == 1
    wrong = client_of_staff.post(address(received), filled(page, act="load", skip_rows="0", unit="1000"))
    assert wrong.context["draft"].profile.unit == 1_000
    assert wrong.context["draft"].headings[0] == "접수 현황"
    right = client_of_staff.post(address(received), filled(wrong, act="check", skip_rows="1"))
    assert (right.context["draft"].profile.unit, right.context["preview"].taken) == (1_000, 2)
    assert fed(right)[:7] == fed(page)[:7]


def test_other_sheet_is_proposed_anew(client_of_staff: Any, hand_in: Any) -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.add_worksheet("안내").write(0, 0, "안내문")
    sheet = book.add_worksheet("접수")
    for number, row in enumerate([list(HEADINGS), line(1), line(2)]):
        sheet.write_row(number, 0, row)
    book.close()
    received = hand_in(stream.getvalue(), "two.xlsx")
    page = client_of_staff.get(address(received))
    assert (page.context["draft"].head.sheets, "preview" in page.context) == (("안내", "접수"), False)
    again = client_of_staff.post(address(received), filled(page, act="load", sheet="접수"))
    assert (again.status_code, again.context["preview"].taken) == (200, 2)
    lost = client_of_staff.post(address(received), filled(again, act="check", sheet="없는 시트"))
    assert len(lost.context["draft"].refusals) == 1
    assert lost.context["lines"] == []
    back = client_of_staff.post(address(received), filled(lost, act="check", sheet="접수"))
    assert back.context["preview"].taken == 2
    assert client_of_staff.post(address(received), filled(back, act="load")).url == page_of(received)
    assert stored_layout(ClaimImport.objects.get()).profile.sheet == "접수"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiter_is_found_out_or_told(client_of_staff: Any, hand_in: Any, delimiter: str) -> None:
    received = hand_in(text_file(line(1), line(2), delimiter=delimiter))
    page = client_of_staff.get(address(received))
    assert page.context["draft"].head.delimiter == delimiter
    sent = {"\t": "tab"}.get(delimiter, delimiter)
    told = client_of_staff.post(address(received), filled(page, act="check", delimiter=sent))
    assert (told.context["draft"].profile.delimiter, told.context["preview"].taken) == (delimiter, 2)
    wrong = client_of_staff.post(address(received), filled(told, act="check", delimiter="^"))
    assert (len(wrong.context["lines"]), "preview" in wrong.context) == (1, False)


def test_file_in_korean_code_page_is_read(client_of_staff: Any, hand_in: Any) -> None:
    received = hand_in(text_file(line(1)).decode().encode("cp949"))
    page = client_of_staff.get(address(received))
    assert (page.context["draft"].head.encoding, page.context["preview"].taken) == ("cp949", 1)
    refused = client_of_staff.post(address(received), filled(page, act="check", encoding="utf-8"))
    assert (len(refused.context["draft"].refusals), refused.context["lines"]) == (1, [])
    assert refused.context["reading"]["encoding"].value() == "utf-8"


@pytest.mark.parametrize("content", [b"\n\n\n", b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04broken"])
def test_file_that_cannot_be_read_says_why(client_of_staff: Any, hand_in: Any, content: bytes) -> None:
    page = client_of_staff.get(address(hand_in(content)))
    assert (page.status_code, page.context["lines"], "preview" in page.context) == (200, [], False)
    assert "relief-refusal" in page.content.decode()


def test_profile_is_saved_recognised_and_written_over(client_of_staff: Any, hand_in: Any) -> None:
    first = hand_in(text_file(line(1, 서비스="옛 메신저")))
    page = client_of_staff.get(address(first))
    page = client_of_staff.post(
        address(first), filled(page, act="save", profile_name="단체", means_service_0="=channel", unit="1000")
    )
    saved = ImportProfile.objects.get()
    assert (saved.name, page.context["draft"].saved, page.context["is_saved_so"]) == ("단체", saved, True)
    second = hand_in(text_file(line(2, 서비스="옛 메신저")))
    page = client_of_staff.get(address(second))
    assert (page.context["draft"].saved, page.context["is_saved_so"]) == (saved, True)
    assert page.context["preview"].sum_of_losses == 300_000_000
    client_of_staff.post(address(second), filled(page, act="load"))
    assert ClaimImport.objects.get(pk=second.pk).saved_profile == saved
    page = client_of_staff.post(address(first), filled(client_of_staff.get(address(first)), act="overwrite", unit="1"))
    saved.refresh_from_db()
    assert (saved.version, Profile.from_json(saved.spec).unit, page.context["is_saved_so"]) == (2, 1, True)


def test_changed_profile_is_not_told_as_the_saved_one(client_of_staff: Any, hand_in: Any, staff: Any) -> None:
    received = hand_in(text_file(line(1)))
    page = client_of_staff.get(address(received))
    client_of_staff.post(address(received), filled(page, act="save", profile_name="단체"))
    page = client_of_staff.get(address(received))
    client_of_staff.post(address(received), filled(page, act="load", unit="10000"))
    assert ClaimImport.objects.get().saved_profile is None


@pytest.mark.parametrize(("name", "kept"), [("단체", 1), ("", 0)])
def test_profile_name_is_needed_and_free(client_of_staff: Any, hand_in: Any, name: str, kept: int) -> None:
    received = hand_in(text_file(line(1)))
    form = filled(client_of_staff.get(address(received)), act="save", profile_name=name)
    client_of_staff.post(address(received), form)
    page = client_of_staff.post(address(received), form)
    assert (len(page.context["draft"].refusals), ImportProfile.objects.count()) == (1, kept)


def test_profile_saved_meanwhile_is_not_written_over(
    client_of_staff: Any, hand_in: Any, staff: Any, catalogue: Any
) -> None:
    received = hand_in(text_file(line(1)))
    client_of_staff.post(
        address(received), filled(client_of_staff.get(address(received)), act="save", profile_name="단체")
    )
    form = filled(client_of_staff.get(address(received)), act="overwrite", unit="1000")
    saved = ImportProfile.objects.get()
    save_profile(by=staff, incident=catalogue, name="새 이름", profile=None, profile_row=saved, version=1)
    page = client_of_staff.post(address(received), form)
    saved.refresh_from_db()
    assert (len(page.context["draft"].refusals), saved.version, saved.name) == (1, 2, "새 이름")


def test_profile_comes_and_goes_as_a_file(client_of_staff: Any, hand_in: Any) -> None:
    received = hand_in(text_file(line(1, 피해액="$1.5")))
    page = client_of_staff.get(address(received))
    answer = client_of_staff.post(address(received), filled(page, act="download", unit="1000", currency="$"))
    assert answer["Content-Disposition"].startswith("attachment")
    profile = Profile.from_json(json.loads(answer.content))
    assert (profile.unit, profile.currency, len(profile.columns)) == (1_000, "$", len([1 for one in fed(page) if one]))
    file = SimpleUploadedFile("p.json", answer.content)
    page = client_of_staff.post(address(received), filled(page, act="upload", profile_file=file))
    assert (page.context["draft"].profile.unit, page.context["preview"].sum_of_losses) == (1_000, 1_500)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b'{"format": "relief-profile/1", "unit": 3}', b"[" * 100_000]
)
def test_file_that_is_no_profile_is_refused(client_of_staff: Any, hand_in: Any, content: bytes) -> None:
    received = hand_in(text_file(line(1)))
    form = filled(client_of_staff.get(address(received)), act="upload", unit="1000")
    page = client_of_staff.post(address(received), form | {"profile_file": SimpleUploadedFile("p.json", content)})
    assert (page.status_code, len(page.context["draft"].refusals)) == (200, 1)
    assert page.context["draft"].profile.unit == 1_000
    assert len(client_of_staff.post(address(received), form).context["draft"].refusals) == 1


def test_saved_profile_that_fits_in_part_says_what_lacks(
    client_of_staff: Any, hand_in: Any, staff: Any, catalogue: Any
) -> None:
    page = client_of_staff.get(address(hand_in(text_file(line(1)))))
    saved = save_profile(by=staff, incident=catalogue, name="단체", profile=page.context["draft"].profile)
    received = hand_in(text_file(line(1), headings=("접수번호", "언제", *HEADINGS[2:])))
    page = client_of_staff.post(
        address(received), filled(client_of_staff.get(address(received)), act="use", profile_row=saved.pk)
    )
    assert (len(page.context["draft"].notes), fed(page)[:2]) == (1, ["receipt_number", ""])
    gone = client_of_staff.post(address(received), filled(page, act="use", profile_row="999999"))
    assert len(gone.context["draft"].refusals) == 2
    assert fed(gone) == fed(page)


def test_reopened_import_shows_the_columns_that_it_had(client_of_staff: Any, hand_in: Any, staff: Any) -> None:
    received = hand_in(text_file(line(1)))
    page = client_of_staff.get(address(received))
    client_of_staff.post(address(received), filled(page, act="load", unit="1000", column_7=""))
    loaded, _job = carried_out(received)
    services.reopen(by=staff, claim_import=loaded)
    page = client_of_staff.get(address(received))
    assert (page.context["draft"].profile.unit, fed(page)[7]) == (1_000, "")
    assert client_of_staff.get(address(received), {"afresh": ""}).context["draft"].profile.unit == 1


def test_service_that_the_catalogue_lost_is_told(client_of_staff: Any, hand_in: Any) -> None:
    received = hand_in(text_file(line(1, 서비스="옛 메신저")))
    page = client_of_staff.get(address(received))
    profile = {**json.loads(page.context["draft_json"]), "values": {"service": {"옛 메신저": "gone"}}}
    form = filled(page, draft=json.dumps(profile))
    refused = client_of_staff.post(address(received), form | {"act": "load", "means_service_0": "=gone"})
    assert (refused.status_code, len(refused.context["draft"].refusals)) == (200, 1)
    del form["word_service_0"], form["means_service_0"]
    page = client_of_staff.post(address(received), form | {"act": "load"})
    assert (len(page.context["draft"].refusals), ClaimImport.objects.get().state) == (1, "proposed")
    assert page.context["words"][0][1][0][3].value() == "=gone"


@pytest.mark.parametrize("draft", ["", "{", "[]", '{"format": "other"}', "[" * 100_000])
def test_page_that_was_sent_in_part_begins_again(client_of_staff: Any, hand_in: Any, draft: str) -> None:
    received = hand_in(text_file(line(1)))
    form = filled(client_of_staff.get(address(received)), act="load", draft=draft)
    page = client_of_staff.post(address(received), form)
    assert (len(page.context["draft"].refusals), page.context["preview"].taken) == (1, 1)


def test_column_that_could_feed_a_field_too_says_so(client_of_staff: Any, hand_in: Any) -> None:
    received = hand_in(text_file(line(1), line(2, 비고="2022-10-21 10:00"), headings=(*HEADINGS[:7], "접수일자")))
    page = client_of_staff.get(address(received))
    assert [one.alternatives for one in page.context["lines"] if one.alternatives] == ["접수 일시"]


def test_word_with_a_long_number_is_not_listed(client_of_staff: Any, hand_in: Any) -> None:
    received = hand_in(text_file(line(1, 서비스="01012345678"), line(2, 서비스="낯선 것")))
    page = client_of_staff.get(address(received))
    ((_label, words),) = page.context["words"]
    assert [word for word, *_rest in words] == ["낯선 것"]
    assert "01012345678" not in page.content.decode()


def test_first_thousand_rows_are_looked_at(client_of_staff: Any, hand_in: Any) -> None:
    received = hand_in(text_file(*(line(number) for number in range(1_002))))
    page = client_of_staff.get(address(received))
    assert (page.context["preview"].read, page.context["draft"].head.is_whole) == (1_000, False)


def test_script_in_headings_and_cells_is_inert(client_of_staff: Any, hand_in: Any) -> None:
    headings = (*HEADINGS[:7], SCRIPT)
    received = hand_in(text_file(line(1, 서비스=SCRIPT, 이름=SCRIPT), headings=headings), "<script>alert(1).csv")
    page = client_of_staff.get(address(received))
    again = client_of_staff.post(address(received), filled(page, act="check", currency="<"))
    for content in (page.content.decode(), again.content.decode()):
        assert "&lt;script&gt;alert(1)" in content
        assert "<script>alert(1)" not in content


def test_corrected_rows_have_their_columns_already(client_of_staff: Any, take_in: Any, hand_in: Any) -> None:
    taken, _job = take_in(text_file(line(1), line(2, 서비스="순간 이동")))
    corrected = hand_in(text_file(line(2)), "corrected.csv", continues=taken)
    page = client_of_staff.get(address(corrected))
    assert (page.status_code, page.context["continues"]) == (200, taken)
    assert client_of_staff.post(address(corrected), {"act": "check"}).status_code == 200
    assert client_of_staff.post(address(corrected), {"act": "load"}).url == page_of(corrected)
    assert ClaimImport.objects.get(pk=corrected.pk).state == "waiting"


@pytest.mark.parametrize(
    "role", ["committee_member", "secretary", "chair", "manager", "finance", "auditor", "administrator"]
)
def test_roles_without_the_permission_confirm_nothing(hand_in: Any, user_as: Any, signed_in: Any, role: str) -> None:
    received = hand_in(text_file(line(1)))
    client = signed_in(user_as(role))
    assert client.get(address(received)).status_code == 403
    assert client.post(address(received), {"act": "load"}).status_code == 403


def test_import_of_another_incident_is_not_found(hand_in: Any, signed_in: Any) -> None:
    received = hand_in(text_file(line(1)))
    client = signed_in(factories.UserFactory(intake_staff=True, incident=factories.IncidentFactory()))
    assert client.get(address(received)).status_code == 404
    assert client.post(address(received), {"act": "load"}).status_code == 404
    for key in ("0", "x", "9" * 30):
        assert client.get(reverse("admin:claims_claimimport_columns", args=[key])).status_code == 404


@pytest.mark.parametrize("content", [b"\n", b"\xef\xbb\xbf", b",,,\n"])
def test_file_without_any_row_is_told_so(hand_in: Any, staff: Any, signed_in: Any, content: bytes) -> None:
    row = hand_in(content)
    page = signed_in(staff).get(reverse("admin:claims_claimimport_columns", args=[row.pk]))
    assert (page.status_code, len(page.context["draft"].refusals)) == (200, 1)
