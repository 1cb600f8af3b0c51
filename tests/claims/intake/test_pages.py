"""The page on which a claim file is handed in."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from claims.intake.services import refuse
from claims.models import ClaimImport
from relief.jobs.models import Job
from relief.spreadsheets.limits import Limits
from tests import factories

pytestmark = pytest.mark.django_db

RECEIVE = "admin:claims_claimimport_receive"
CONTENT = "접수번호,접수일시,서비스\nR-1,2022-10-20 11:00,채널\n".encode()


def upload(client: Any, content: bytes = CONTENT, name: str = "접수.csv", **given: Any) -> Any:
    return client.post(reverse(RECEIVE), {"file": SimpleUploadedFile(name, content), **given})


def refusals(page: Any) -> list[str]:
    return [str(error) for error in page.context["form"].non_field_errors()]


@pytest.fixture
def client_of_staff(staff: Any, signed_in: Any, private_folder: Any) -> Any:
    """The client of somebody of the intake staff."""
    return signed_in(staff)


def test_uploaded_file_leads_to_its_columns(client_of_staff: Any, staff: Any, catalogue: Any) -> None:
    answer = upload(client_of_staff, source="소상공인 단체", declared_rows="1", declared_sum="1,234,567,000원")
    received = ClaimImport.objects.get()
    assert answer.url == reverse("admin:claims_claimimport_columns", args=[received.pk])
    assert (received.imported_by, received.incident, received.source, received.state) == (
        staff,
        catalogue,
        "소상공인 단체",
        "proposed",
    )
    assert (received.declared_rows, received.declared_sum) == (1, 1_234_567_000)
    assert (received.sha256, Job.objects.count()) == (hashlib.sha256(CONTENT).hexdigest(), 0)


def test_nothing_need_be_declared(client_of_staff: Any) -> None:
    upload(client_of_staff)
    received = ClaimImport.objects.get()
    assert (received.source, received.declared_rows, received.declared_sum) == ("", None, None)


def test_known_file_leads_to_the_import_that_has_it(client_of_staff: Any) -> None:
    upload(client_of_staff)
    received = ClaimImport.objects.get()
    answer = upload(client_of_staff, name="other name.xlsx")
    assert answer.url == reverse("admin:claims_claimimport_change", args=[received.pk])
    notice = list(get_messages(answer.wsgi_request))[-1]
    sentence = str(notice)
    assert notice.level_tag == "warning"
    assert (str(received.pk) in sentence, "접수.csv" in sentence, ClaimImport.objects.count()) == (True, True, 1)


def test_refused_file_may_be_handed_in_again(client_of_staff: Any, staff: Any) -> None:
    upload(client_of_staff)
    refuse(by=staff, claim_import=ClaimImport.objects.get(), reason="다른 달의 파일")
    upload(client_of_staff)
    assert sorted(ClaimImport.objects.values_list("state", flat=True)) == ["proposed", "refused"]


def test_empty_file_is_refused(client_of_staff: Any) -> None:
    page = upload(client_of_staff, b"")
    assert (page.status_code, len(refusals(page)), ClaimImport.objects.count()) == (200, 1, 0)


def test_file_may_be_as_large_as_the_limit_and_no_larger(client_of_staff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.intake.services.Limits", lambda: Limits(size=len(CONTENT) - 1))
    page = upload(client_of_staff)
    assert (page.status_code, len(refusals(page)), ClaimImport.objects.count()) == (200, 1, 0)
    monkeypatch.setattr("claims.intake.services.Limits", lambda: Limits(size=len(CONTENT)))
    assert upload(client_of_staff).status_code == 302


def test_missing_file_is_asked_for(client_of_staff: Any) -> None:
    page = client_of_staff.post(reverse(RECEIVE), {"source": "x"})
    assert list(page.context["form"].errors) == ["file"]


@pytest.mark.parametrize("value", ["8,418", "8 418", "8,418행", "8418건"])
def test_declared_rows_are_read_as_people_write_them(client_of_staff: Any, value: str) -> None:
    upload(client_of_staff, declared_rows=value)
    assert ClaimImport.objects.get().declared_rows == 8418


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("declared_rows", "-1"),
        ("declared_rows", "many"),
        ("declared_rows", "9" * 12),
        ("declared_sum", "-5"),
        ("declared_sum", "1.5"),
        ("declared_sum", "3만"),
        ("declared_sum", "9" * 25),
        ("source", "x" * 81),
    ],
)
def test_what_is_declared_must_read(client_of_staff: Any, field: str, value: str) -> None:
    page = upload(client_of_staff, **{field: value})
    assert (list(page.context["form"].errors), ClaimImport.objects.count()) == ([field], 0)


def test_person_without_an_incident_hands_nothing_in(private_folder: Any, db: None, signed_in: Any) -> None:
    page = upload(signed_in(factories.UserFactory(intake_staff=True)))
    assert (len(refusals(page)), ClaimImport.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    "role", ["committee_member", "secretary", "chair", "manager", "finance", "auditor", "administrator"]
)
def test_roles_without_the_permission_hand_nothing_in(
    catalogue: Any, private_folder: Any, user_as: Any, signed_in: Any, role: str
) -> None:
    client = signed_in(user_as(role))
    assert client.get(reverse(RECEIVE)).status_code == 403
    assert upload(client).status_code == 403
    assert ClaimImport.objects.count() == 0
