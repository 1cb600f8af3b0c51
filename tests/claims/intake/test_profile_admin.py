"""The pages of saved profiles: the list, a page each, and renaming, deleting, handing out and taking in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from claims.intake.profile import Column, Profile
from claims.intake.profile_admin import ImportProfileAdmin
from claims.intake.saved_profiles import save_profile
from claims.models import ImportProfile
from relief.korea.banks import bank_name
from tests import factories

pytestmark = pytest.mark.django_db

PROFILE = Profile(
    columns={"receipt_number": Column("번호", 2), "received_at": Column("", 1)},
    unit=1_000,
    date_formats=("D-MON-YY",),
    values={"service": {"옛 메신저": "channel"}, "bank": {"국민": "004"}},
    fixed={"service": "channel", "pricing": "free"},
)
SCRIPT = "<script>alert(1)</script>"


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:claims_importprofile_{name}", args=args)


def refusals(page: Any) -> list[str]:
    return [str(error) for error in page.context["form"].non_field_errors()]


@pytest.fixture
def saved(staff: Any, catalogue: Any) -> ImportProfile:
    """A saved profile of the incident."""
    return save_profile(by=staff, incident=catalogue, name="소상공인 단체", profile=PROFILE)


@pytest.fixture
def client_of_staff(staff: Any, signed_in: Any) -> Any:
    """The client of somebody of the intake staff."""
    return signed_in(staff)


def test_list_shows_what_each_profile_maps(client_of_staff: Any, saved: ImportProfile) -> None:
    page = client_of_staff.get(address("changelist"))
    assert list(page.context["cl"].result_list) == [saved]
    content = page.content.decode()
    assert [text in content for text in (saved.name, ">4<")] == [True, True]
    assert [url for _label, url in page.context["list_acts"]] == [address("upload")]


def test_empty_list_says_what_to_do(client_of_staff: Any) -> None:
    assert escape(str(ImportProfileAdmin.empty)) in client_of_staff.get(address("changelist")).content.decode()


def test_list_asks_as_often_for_many_profiles_as_for_few(
    client_of_staff: Any, saved: ImportProfile, staff: Any, catalogue: Any
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client_of_staff.get(address("changelist")).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for number in range(12):
        save_profile(by=staff, incident=catalogue, name=f"단체 {number}", profile=PROFILE)
    assert queries() == few


def test_page_shows_columns_words_and_values(client_of_staff: Any, saved: ImportProfile) -> None:
    words = client_of_staff.get(address("change", saved.pk)).context["words"]
    assert [str(field) for _heading, field in words.columns] == ["접수 일시", "접수번호"]
    assert words.columns[1][0] == "번호"
    assert [value for _field, value in words.fixed] == ["무료", "메신저 채널"]
    assert [(word, meaning) for _field, word, meaning in words.words] == [
        ("국민", bank_name("004")),
        ("옛 메신저", "메신저 채널"),
    ]


def test_page_of_a_profile_that_no_longer_reads_says_why(client_of_staff: Any, saved: ImportProfile) -> None:
    ImportProfile.objects.filter(pk=saved.pk).update(spec={"format": "relief-profile/0"})
    page = client_of_staff.get(address("change", saved.pk))
    assert (page.status_code, page.context["words"], page.context["refusal"] != "") == (200, None, True)


def test_profile_is_renamed(client_of_staff: Any, saved: ImportProfile) -> None:
    page = client_of_staff.get(address("rename", saved.pk))
    assert page.context["form"].initial == {"name": saved.name, "version": 1}
    answer = client_of_staff.post(address("rename", saved.pk), {"name": "연합회", "version": "1"})
    saved.refresh_from_db()
    assert (answer.url, saved.name, saved.version) == (address("change", saved.pk), "연합회", 2)
    assert Profile.from_json(saved.spec) == PROFILE


def test_stale_name_is_refused_and_shows_both(client_of_staff: Any, saved: ImportProfile) -> None:
    client_of_staff.post(address("rename", saved.pk), {"name": "첫째", "version": "1"})
    page = client_of_staff.post(address("rename", saved.pk), {"name": "둘째", "version": "1"})
    assert len(refusals(page)) == 1
    assert ("첫째", "둘째") in [(theirs, yours) for _label, theirs, yours in page.context["stale"]]


def test_taken_name_is_refused(client_of_staff: Any, saved: ImportProfile, staff: Any, catalogue: Any) -> None:
    other = save_profile(by=staff, incident=catalogue, name="다른 단체", profile=PROFILE)
    page = client_of_staff.post(address("rename", other.pk), {"name": saved.name, "version": "1"})
    other.refresh_from_db()
    assert (len(refusals(page)), other.name) == (1, "다른 단체")


def test_profile_is_deleted_after_a_confirmation(client_of_staff: Any, saved: ImportProfile) -> None:
    assert client_of_staff.get(address("remove", saved.pk)).status_code == 200
    assert ImportProfile.objects.count() == 1
    answer = client_of_staff.post(address("remove", saved.pk), {"version": "1"})
    assert (answer.url, ImportProfile.objects.count()) == (address("changelist"), 0)
    assert client_of_staff.post(address("remove", saved.pk), {"version": "1"}).status_code == 404


def test_profile_changed_meanwhile_is_not_deleted(
    client_of_staff: Any, saved: ImportProfile, staff: Any, catalogue: Any
) -> None:
    save_profile(by=staff, incident=catalogue, name="새 이름", profile=None, profile_row=saved, version=1)
    page = client_of_staff.post(address("remove", saved.pk), {"version": "1"})
    assert (len(refusals(page)), ImportProfile.objects.count()) == (1, 1)


def test_downloaded_profile_is_taken_in_under_another_name(client_of_staff: Any, saved: ImportProfile) -> None:
    answer = client_of_staff.get(address("download", saved.pk))
    assert answer["Content-Disposition"].startswith("attachment")
    assert json.loads(answer.content) == PROFILE.as_json()
    file = SimpleUploadedFile("p.json", answer.content)
    done = client_of_staff.post(address("upload"), {"name": "둘째", "file": file})
    taken = ImportProfile.objects.get(name="둘째")
    assert (done.url, taken.spec) == (address("change", taken.pk), saved.spec)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"{", ""),
        (b"\xff\xfe", ""),
        (b"[" * 100_000, ""),
        (b"[]", "/"),
        (b'{"format": "relief-profile/1", "unit": 7}', "unit"),
        (b'{"format": "relief-profile/1", "columns": {"name": {"place": 0}}}', "columns.name.place"),
        (b" " * (1024 * 1024 + 1), ""),
    ],
)
def test_file_that_is_no_profile_is_refused_with_its_place(client_of_staff: Any, content: bytes, place: str) -> None:
    page = client_of_staff.post(address("upload"), {"name": "둘째", "file": SimpleUploadedFile("p.json", content)})
    (sentence,) = refusals(page)
    assert (place in sentence, ImportProfile.objects.count()) == (True, 0)


def test_script_in_names_and_headings_is_inert(client_of_staff: Any, staff: Any, catalogue: Any) -> None:
    profile = Profile(columns={"name": Column(SCRIPT, 1)}, values={"service": {SCRIPT: ""}}, empty=(SCRIPT,))
    row = save_profile(by=staff, incident=catalogue, name=SCRIPT, profile=profile)
    for page in ("changelist", "change", "rename", "remove"):
        content = client_of_staff.get(address(page, *([] if page == "changelist" else [row.pk]))).content.decode()
        assert "&lt;script&gt;alert(1)" in content
        assert "<script>alert(1)" not in content


def test_auditor_reads_and_changes_nothing(saved: ImportProfile, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("auditor"))
    reading = [address("changelist"), address("change", saved.pk), address("download", saved.pk)]
    assert [client.get(page).status_code for page in reading] == [200, 200, 200]
    assert client.get(address("changelist")).context["list_acts"] == []
    changing = [address("upload"), address("rename", saved.pk), address("remove", saved.pk)]
    assert [client.get(page).status_code for page in changing] == [403, 403, 403]
    assert [client.post(page, {"version": "1"}).status_code for page in changing] == [403, 403, 403]


@pytest.mark.parametrize("role", ["committee_member", "manager", "finance", "administrator"])
def test_other_roles_see_no_profile(saved: ImportProfile, user_as: Any, signed_in: Any, role: str) -> None:
    client = signed_in(user_as(role))
    pages = [address("changelist"), address("upload")]
    pages += [address(name, saved.pk) for name in ("change", "download", "rename", "remove")]
    assert [client.get(page).status_code for page in pages] == [403] * len(pages)


def test_profile_of_another_incident_is_not_found(saved: ImportProfile, signed_in: Any) -> None:
    client = signed_in(factories.UserFactory(intake_staff=True, incident=factories.IncidentFactory()))
    pages = [address(name, saved.pk) for name in ("change", "download", "rename", "remove")]
    assert [client.get(page).status_code for page in pages] == [404] * 4
    assert client.post(address("remove", saved.pk), {"version": "1"}).status_code == 404
    assert list(client.get(address("changelist")).context["cl"].result_list) == []


def test_person_without_an_incident_uploads_nothing(db: None, signed_in: Any) -> None:
    file = SimpleUploadedFile("p.json", json.dumps(PROFILE.as_json()).encode())
    page = signed_in(factories.UserFactory(intake_staff=True)).post(address("upload"), {"name": "x", "file": file})
    assert (len(refusals(page)), ImportProfile.objects.count()) == (1, 0)
