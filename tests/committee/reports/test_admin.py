"""The page of the published figures, its exports, and the command."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from python_calamine import CalamineWorkbook

from committee.models import ReportingDate
from committee.reports.selectors import published_figures
from committee.reports.services import fix_reporting_date
from tests import factories
from tests.committee.factories import classified, decided

pytestmark = pytest.mark.django_db

READERS = ["committee_member", "secretary", "chair", "manager", "finance", "auditor"]


@pytest.mark.parametrize("role", READERS)
def test_page_opens_to_readers(incident: Any, user_as: Any, signed_in: Any, role: str) -> None:
    decided(incident)
    page = signed_in(user_as(role)).get(reverse("admin:published_figures"))
    assert page.status_code == 200
    shown = {figure.key: figure.value for section in page.context["sections"] for figure in section.figures}
    assert (shown["reports"], shown["cash_cost"]) == (3, 80_000)


@pytest.mark.parametrize("role", ["intake_staff", "administrator"])
def test_page_and_exports_are_shut_without_the_permission(
    incident: Any, user_as: Any, signed_in: Any, role: str
) -> None:
    client = signed_in(user_as(role))
    assert client.get(reverse("admin:published_figures")).status_code == 403
    assert client.get(reverse("admin:published_figures_export", args=("csv",))).status_code == 403


def test_page_shows_only_the_incident_one_works_on(incident: Any, user_as: Any, signed_in: Any) -> None:
    classified(incident, (1,))
    other = factories.UserFactory(auditor=True, incident=factories.IncidentFactory())
    page = signed_in(other).get(reverse("admin:published_figures"))
    shown = {figure.key: figure.value for section in page.context["sections"] for figure in section.figures}
    assert shown["reports"] == 0


def test_csv_holds_every_figure_and_no_formula(incident: Any, user_as: Any, signed_in: Any) -> None:
    classified(incident, (1,))
    fix_reporting_date(by=user_as("secretary"), incident=incident, code="x", name="=1+1")
    answer = signed_in(user_as("auditor")).get(reverse("admin:published_figures_export", args=("csv",)))
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    found = {row[list(row)[1]]: row[list(row)[3]] for row in rows}
    assert (found["reports"], found["interim_reports"]) == ("1", "1")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_workbook_holds_numbers_as_numbers(incident: Any, user_as: Any, signed_in: Any) -> None:
    classified(incident, (1,))
    answer = signed_in(user_as("auditor")).get(reverse("admin:published_figures_export", args=("xlsx",)))
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert {row[1]: row[3] for row in rows[1:]}["reports"] == 1.0


def test_unknown_kind_of_file_is_not_found(incident: Any, user_as: Any, signed_in: Any) -> None:
    assert (
        signed_in(user_as("auditor")).get(reverse("admin:published_figures_export", args=("pdf",))).status_code == 404
    )


def test_secretary_fixes_a_reporting_date(incident: Any, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("secretary"))
    assert client.get(reverse("admin:committee_reportingdate_changelist")).status_code == 200
    form = {"code": "interim", "name": "제2차 전체 회의"}
    assert client.post(reverse("admin:committee_reportingdate_fix"), form).status_code == 302
    assert client.post(reverse("admin:committee_reportingdate_fix"), form).status_code == 200
    assert ReportingDate.objects.get().name == "제2차 전체 회의"
    assert signed_in(user_as("chair")).post(reverse("admin:committee_reportingdate_fix"), form).status_code == 403


def test_command_prints_every_figure(incident: Any) -> None:
    decided(incident)
    out = StringIO()
    call_command("published_figures", incident=incident.code, json=True, stdout=out)
    printed = {key: value["value"] for key, value in json.loads(out.getvalue()).items()}
    assert printed == {figure.key: str(figure.value) for figure in published_figures(incident=incident)}
    plain = StringIO()
    call_command("published_figures", incident=incident.code, stdout=plain)
    assert len(plain.getvalue().splitlines()) > 20
    with pytest.raises(CommandError):
        call_command("published_figures", incident="nowhere")
