from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims.catalogue import services
from claims.catalogue.models import Desk, Incident, IntakeRound, Operator, Service
from relief.accounts.models import User
from relief.spreadsheets import open_sheet
from relief.spreadsheets.writing import write_texts
from tests import factories

As = Callable[..., User]
SignIn = Callable[[User], Client]

ACTIVE = ("=1+1", "+1", "-1", "@A1", "＝1", "＋1", "－1", "＠A")
IMPORTED_NOTHING = "가져온 것이 없습니다. 파일에서 아래 행을 고친 뒤 다시 제출해 주십시오."


@pytest.fixture
def person(user_as: As) -> User:
    return user_as("administrator")


@pytest.fixture
def administrator(person: User, signed_in: SignIn) -> Client:
    return signed_in(person)


def address(model: str, page: str) -> str:
    return reverse(f"admin:claims_{model}_{page}")


def preview(client: Client, model: str, text: str | bytes, name: str = "table.csv") -> Any:
    content = text if isinstance(text, bytes) else text.encode()
    return client.post(
        address(model, "import"), {"resource": "0", "format": "0", "import_file": SimpleUploadedFile(name, content)}
    )


def confirm(client: Client, model: str, page: Any) -> Any:
    form = page.context["confirm_form"]
    return client.post(
        address(model, "process_import"), {name: form[name].value() for name in form.fields}, follow=True
    )


def taken_in(client: Client, model: str, text: str | bytes) -> list[str]:
    """Preview and confirm a table; return the messages on the page after it."""
    page = confirm(client, model, preview(client, model, text))
    return [str(message) for message in page.context["messages"]]


def refusals(page: Any) -> list[str]:
    result = page.context["result"]
    rows = [f"{error.row['line']}: {error.error}" for _number, errors in result.row_errors() for error in errors]
    return [str(error.error) for error in result.base_errors] + rows


def exported(client: Client, model: str, format_: int = 0) -> bytes:
    content: bytes = client.post(address(model, "export"), {"resource": "0", "format": str(format_)}).content
    return content


def test_preview_writes_nothing_and_confirming_writes_through_the_service(
    administrator: Client, incident: Incident, person: User
) -> None:
    page = preview(administrator, "operator", "code,name,kind\nmain,본사,자사\ngames,게임,affiliate\n")
    assert page.context["result"].totals == {
        "new": 2, "update": 0, "delete": 0, "skip": 0, "error": 0, "invalid": 0
    }  # fmt: skip
    assert not Operator.objects.exists()
    confirm(administrator, "operator", page)
    assert list(Operator.objects.values_list("incident", "code", "name", "kind", "version")) == [
        (incident.pk, "games", "게임", "affiliate", 1),
        (incident.pk, "main", "본사", "company", 1),
    ]


def test_row_that_exists_is_changed_and_raises_its_version(administrator: Client, incident: Incident) -> None:
    operator = factories.OperatorFactory(incident=incident)
    taken_in(administrator, "operator", "코드,이름\ncompany,새 이름\n")
    operator.refresh_from_db()
    assert (operator.name, operator.name_en, operator.version) == ("새 이름", "Company", 2)


def test_row_as_it_stands_is_skipped(administrator: Client, incident: Incident) -> None:
    service = factories.ServiceFactory(incident=incident, aliases=["톡", "메신저"], market_share_bp=8_700)
    page = preview(administrator, "service", exported(administrator, "service"))
    assert page.context["result"].totals["skip"] == 1
    confirm(administrator, "service", page)
    service.refresh_from_db()
    assert service.version == 1


def test_service_is_taken_in_with_its_operator_names_and_times(administrator: Client, incident: Incident) -> None:
    operator = factories.OperatorFactory(incident=incident)
    taken_in(
        administrator,
        "service",
        "code,operator,name,aliases,pricing,has_alternative,market_share_bp,outage_from,outage_to\n"
        "talk,company,톡,톡톡; 메신저 ;,free,true,8700,2022-10-15T15:33:00+09:00,2022-10-20 23:00\n",
    )
    row = Service.objects.get()
    assert (row.operator, row.aliases, row.has_alternative, row.market_share_bp) == (
        operator,
        ["톡톡", "메신저"],
        True,
        8_700,
    )
    assert row.outage_from == datetime(2022, 10, 15, 6, 33, tzinfo=UTC)
    assert row.outage_to == datetime(2022, 10, 20, 14, 0, tzinfo=UTC)


def test_workbook_is_taken_in_whatever_its_ending(administrator: Client, incident: Incident) -> None:
    file = io.BytesIO()
    write_texts(file, title="t", headings=("number", "opens_on", "closes_on", "admits"), rows=[
        ("1", "2022-10-19", "2022-11-06", "small_business;enterprise")
    ])  # fmt: skip
    page = preview(administrator, "intakeround", file.getvalue(), name="table.csv")
    confirm(administrator, "intakeround", page)
    row = IntakeRound.objects.get()
    assert (row.number, row.opens_on, row.closes_on, row.admits) == (
        1,
        date(2022, 10, 19),
        date(2022, 11, 6),
        ["small_business", "enterprise"],
    )


def test_round_made_to_close_later_keeps_its_first_last_day(administrator: Client, incident: Incident) -> None:
    row = factories.IntakeRoundFactory(incident=incident)
    taken_in(administrator, "intakeround", f"number,closes_on\n{row.number},2022-11-20\n")
    row.refresh_from_db()
    assert (row.closes_on, row.extended_from) == (date(2022, 11, 20), date(2022, 11, 6))


@pytest.mark.parametrize(
    ("model", "table", "told"),
    [
        ("operator", "code,name,kind\n\na b,가,affiliate\n", ["3: 코드: "]),
        ("operator", "code,name,kind\nx,가,other\n", ["2: 종류: 다음 중 하나로 적어 주십시오: company, affiliate."]),
        ("operator", "code,name,kind\nx,,affiliate\n", ["2: 이름: "]),
        ("operator", "code,name,kind\nx,가,company\ny,나,company\n", ["3: 한 사고에는 자사가 하나만 있습니다."]),
        ("operator", "code,name,kind\nx,가,affiliate\nx,나,affiliate\n", ["3: “x”"]),
        ("operator", "code,name,kind\nx,가\x07,affiliate\n", ["2: 이름: "]),
        ("operator", "name,kind\n가,affiliate\n", ["“코드” 열이 없습니다."]),
        ("operator", "code,name,id\nx,가,7\n", ["모르는 열이거나 두 번 있는 열입니다: id."]),
        ("operator", "code,code,name\nx,x,가\n", ["모르는 열이거나 두 번 있는 열입니다: code, code, name."]),
        ("service", "code,operator\nx,nobody\n", ["2: 운영사: 이 사고에는 코드가 “nobody”인 운영사가 없습니다."]),
        ("service", "code,outage_from\nx,yesterday\n", ["2: 장애 시작: "]),
        ("service", "code,outage_from\nx,0001-01-01T00:00:00\n", ["2: 장애 시작: "]),
        ("service", "code,market_share_bp\nx,8.5\n", ["2: 시장 점유율(bp): "]),
        ("service", "code,has_alternative\nx,maybe\n", ["2: 대체 서비스 "]),
        ("intakeround", "number,opens_on\n1,2022-02-31\n", ["2: 시작일: "]),
        ("intakeround", "number,opens_on,closes_on\n1,2022-11-06,2022-10-19\n", ["2: "]),
        ("intakeround", "number,opens_on,closes_on,admits\n1,2022-10-19,2022-11-06,dragons\n", ["2: "]),
    ],
)
def test_bad_row_is_refused_in_words_with_its_line(
    administrator: Client, model: str, table: str, told: list[str]
) -> None:
    page = preview(administrator, model, table)
    found = refusals(page)
    assert len(found) == len(told), found
    assert [sentence[: len(start)] for sentence, start in zip(found, told, strict=True)] == told
    assert "confirm_form" not in page.context
    assert IMPORTED_NOTHING in page.content.decode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.7 lies", "읽을 수 있는 표가 아닙니다"),
        (b"PK\x03\x04 broken", "손상되어"),
        (b"code,name\nx,y,z\n", "2행의 칸 수가 제목 행보다 많습니다."),
        (b"", "빈 파일"),
        (b"x" * (1024 * 1024 + 1), "1MB"),
    ],
)
def test_file_that_is_no_table_is_refused(administrator: Client, content: bytes, told: str) -> None:
    page = preview(administrator, "operator", content, name="table.xlsx")
    assert told in str(page.context["form"].errors["import_file"])


def test_row_changed_after_the_preview_is_refused(administrator: Client, incident: Incident, person: User) -> None:
    operator = factories.OperatorFactory(incident=incident)
    page = preview(administrator, "operator", "code,name,kind\ncompany,나중,company\nother,둘째,affiliate\n")
    services.save_operator(
        by=person, incident=incident, operator=operator, version=1, code="company", name="먼저", kind="company"
    )
    told = confirm(administrator, "operator", page)
    assert [str(message) for message in told.context["messages"]] == [
        "가져온 것이 없습니다.",
        "2행: 미리보기 뒤에 다른 사람이 이 행을 바꾸었습니다. 파일을 다시 제출하고 새 미리보기를 확인해 주십시오.",
    ]
    operator.refresh_from_db()
    assert (operator.name, Operator.objects.count()) == ("먼저", 1)


def test_row_added_after_the_preview_is_refused(administrator: Client, incident: Incident) -> None:
    page = preview(administrator, "operator", "code,name,kind\ncompany,나중,company\n")
    factories.OperatorFactory(incident=incident, name="먼저")
    told = confirm(administrator, "operator", page)
    assert [str(message) for message in told.context["messages"]] == [
        "가져온 것이 없습니다.",
        "2행: 이 코드의 운영사가 이미 있습니다.",
    ]
    assert Operator.objects.get().name == "먼저"


def test_preview_of_another_person_or_incident_is_refused(
    administrator: Client, incident: Incident, person: User, user_as: As, client: Client
) -> None:
    page = preview(administrator, "operator", "code,name,kind\nx,가,affiliate\n")
    Desk.objects.filter(user=person).update(incident=factories.IncidentFactory())
    moved = confirm(administrator, "operator", page)
    assert [str(message) for message in moved.context["messages"]] == [
        "미리보기가 더 이상 유효하지 않습니다. 파일을 다시 제출하고 새 미리보기에서 확정해 주십시오."
    ]
    client.force_login(user_as("administrator"), backend="django.contrib.auth.backends.ModelBackend")
    confirm(client, "operator", page)
    assert not Operator.objects.exists()


@pytest.mark.parametrize(
    "change", [{"import_file_name": "passwd"}, {"format": "7"}, {"read_versions": "{}"}, {"format": ""}]
)
def test_confirmation_that_was_tampered_with_is_refused(administrator: Client, change: dict[str, str]) -> None:
    form = preview(administrator, "operator", "code,name,kind\nx,가,affiliate\n").context["confirm_form"]
    answer = administrator.post(
        address("operator", "process_import"), {name: form[name].value() for name in form.fields} | change
    )
    assert (answer.status_code, Operator.objects.exists()) == (302, False)


def test_row_of_another_incident_is_neither_exported_nor_changed(administrator: Client, incident: Incident) -> None:
    other = factories.ServiceFactory(code="secret", name="남의 서비스")
    factories.ServiceFactory(incident=incident, code="ours")
    rows = list(csv.reader(io.StringIO(exported(administrator, "service").decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["ours"]
    taken_in(
        administrator,
        "service",
        "code,operator,name,pricing,outage_from\nsecret,company,우리 서비스,free,2022-10-15T15:33:00+09:00\n",
    )
    other.refresh_from_db()
    assert (other.name, Service.objects.filter(incident=incident, code="secret").count()) == ("남의 서비스", 1)


def test_person_without_an_incident_imports_and_exports_nothing(signed_in: SignIn, db: None) -> None:
    factories.OperatorFactory()
    client = signed_in(factories.UserFactory(administrator=True))
    page = preview(client, "operator", "code,name,kind\nx,가,affiliate\n")
    assert refusals(page) == ["담당 중인 사고가 없습니다. 먼저 오른쪽 위에서 사고를 선택해 주십시오."]
    assert len(exported(client, "operator").splitlines()) == 1


@pytest.mark.parametrize(
    "role", ["intake_staff", "committee_member", "secretary", "chair", "manager", "finance", "auditor"]
)
def test_role_that_only_reads_may_export_but_not_import(
    role: str, administrator: Client, user_as: As, client: Client
) -> None:
    page = preview(administrator, "operator", "code,name,kind\nx,가,affiliate\n")
    client.force_login(user_as(role), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address("operator", "export")).status_code == 200
    assert preview(client, "operator", "code,name,kind\nx,가,affiliate\n").status_code == 403
    assert confirm(client, "operator", page).status_code == 403
    assert not Operator.objects.exists()


@pytest.mark.parametrize("name", ACTIVE)
def test_cell_that_begins_a_formula_is_inert_in_every_export(
    name: str, administrator: Client, incident: Incident
) -> None:
    factories.OperatorFactory(incident=incident, name=name)
    text = list(csv.reader(io.StringIO(exported(administrator, "operator").decode("utf-8-sig"))))
    assert text[1] == ["company", f"'{name}", "Company", "company"]
    book = exported(administrator, "operator", 1)
    assert [cells for _line, cells in open_sheet(io.BytesIO(book)).rows][1] == ["company", name, "Company", "company"]


def test_apostrophe_of_an_exported_formula_shows_in_the_preview(administrator: Client, incident: Incident) -> None:
    factories.OperatorFactory(incident=incident, name="=1+1")
    page = preview(administrator, "operator", exported(administrator, "operator"))
    assert page.context["result"].totals["update"] == 1
    same = preview(administrator, "operator", exported(administrator, "operator", 1))
    assert same.context["result"].totals["skip"] == 1


def test_script_in_a_cell_is_shown_as_text(administrator: Client, incident: Incident) -> None:
    page = preview(administrator, "operator", "code,name,kind\nx,<script>alert(1)</script>,affiliate\n")
    assert "<script>alert" not in page.content.decode()
    bad = preview(administrator, "service", "code,operator\nx,<script>alert(1)</script>\n")
    assert "<script>alert" not in bad.content.decode()


def test_export_with_a_filter_that_is_not_offered_is_refused(administrator: Client) -> None:
    assert administrator.get(address("operator", "export"), {"kind__exact__x": "1"}).status_code == 400


def test_export_costs_the_same_for_one_row_and_for_three(
    administrator: Client, incident: Incident, django_assert_num_queries: Any
) -> None:
    factories.ServiceFactory(incident=incident)
    exported(administrator, "service")
    for _more in range(2):
        with django_assert_num_queries(6):
            exported(administrator, "service")
        factories.ServiceFactory.create_batch(2, incident=incident)
