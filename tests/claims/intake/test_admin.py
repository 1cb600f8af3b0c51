"""The list of imports and the page of one: who may open them, what they show of a file, and what waits at home."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext

from claims.intake import admin as pages
from claims.intake import cards
from claims.intake.columns import FIELDS
from claims.intake.faults import Fault, sentence
from claims.intake.import_tabs import TABS
from claims.intake.services import load, receive_file
from claims.models import Claim, ClaimImport, RejectedRow
from relief import clock
from relief.accounts.models import User
from relief.jobs.services import carry_out
from relief.money import format_won
from relief.site.home import cards_for
from tests import factories
from tests.claims.intake.conftest import GOOD, carried_out, csv_of

# The file is read on a connection of its own, which sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = "<script>alert(1)</script>"
UNKNOWN, NEGATIVE = {"서비스": "순간 이동"}, {"매출 손실 규모액": "-5"}


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:claims_claimimport_{name}", args=args)


@pytest.fixture
def client_of(signed_in: Callable[[User], Client], user_as: Callable[[str], User]) -> Callable[[str], Client]:
    """Sign in somebody of a role."""
    return lambda role="intake_staff": signed_in(user_as(role))


@pytest.mark.parametrize(
    ("role", "status"),
    [("intake_staff", 200), ("auditor", 200), ("finance", 403), ("manager", 403), ("administrator", 403)],
)
def test_pages_open_to_those_who_may_see_imports(take_in: Any, client_of: Any, role: str, status: int) -> None:
    received, _job = take_in(csv_of({}, UNKNOWN))
    client = client_of(role)
    answers = [client.get(address("changelist")), client.get(address("change", received.pk))]
    answers += [client.get(address("change", received.pk), {"tab": tab.name}) for tab in TABS]
    assert {answer.status_code for answer in answers} == {status}


def test_list_offers_the_import_to_intake_staff_alone(catalogue: Any, client_of: Any) -> None:
    page = client_of().get(address("changelist"))
    assert [url for _label, url in page.context["list_acts"]] == [address("receive")]
    assert str(pages.ClaimImportAdmin.empty) in page.content.decode()
    assert client_of("auditor").get(address("changelist")).context["list_acts"] == []


def test_list_shows_source_number_and_what_an_import_continues(take_in: Any, staff: User, client_of: Any) -> None:
    before, _job = take_in(csv_of(NEGATIVE), source="소상공인 단체")
    again = receive_file(by=staff, incident=before.incident, chunks=[b"x"], name="again.csv", continues=before)
    content = client_of().get(address("changelist")).content.decode()
    numbers = [gettext("no. %(number)s") % {"number": one.pk} for one in (before, again)]
    continues = gettext("continues no. %(number)s") % {"number": before.pk}
    assert f"{numbers[0]} · 소상공인 단체<" in content
    assert f"{numbers[1]} · 소상공인 단체 · {continues}<" in content


def test_import_of_another_incident_is_not_found(take_in: Any, signed_in: Any) -> None:
    received, _job = take_in(csv_of({}, UNKNOWN))
    stranger = factories.UserFactory(intake_staff=True, incident=factories.IncidentFactory())
    client = signed_in(stranger)
    for name in ("change", "accept", "refuse", "reopen", "undo", "corrected", "rejected_rows"):
        assert client.get(address(name, received.pk)).status_code == 404
    assert client.get(reverse("stored_file", args=[received.stored_file_id])).status_code == 403
    assert list(client.get(address("changelist")).context["cl"].result_list) == []


@pytest.mark.parametrize("key", ["0", "x", "9" * 30])
def test_import_that_does_not_exist_is_not_found(catalogue: Any, client_of: Any, key: str) -> None:
    client = client_of()
    assert client.get(address("change", key)).status_code == 404
    assert client.get(address("rejected_rows", key)).status_code == 404


def test_page_of_a_staged_file_accounts_for_every_row_and_marks_totals_that_differ(
    read_in: Any, client_of: Any
) -> None:
    received = read_in(csv_of({}, {"매출 손실 규모액": ""}, UNKNOWN), declared_rows=3, declared_sum=1)
    page = client_of().get(address("change", received.pk))
    assert [figure.number for figure in page.context["figures"]] == ["3", "2", "0", "0", "1"]
    assert [(line.declared, line.read, line.difference) for line in page.context["compared"]] == [
        ("3", "3", ""),
        (format_won(1), format_won(420_000), f"+{format_won(419_999)}"),
    ]
    assert [[row[1:] for row in rows] for _title, rows in page.context["tables"]] == [[("2", format_won(420_000))]] * 3
    assert page.context["faults"] == [(sentence(Fault.UNKNOWN_WORD), 1, "unknown_word")]
    assert page.context["job"] is None
    assert Claim.objects.count() == 0


def test_page_of_an_accepted_file_leads_to_its_claims(take_in: Any, client_of: Any) -> None:
    received, _job = take_in(csv_of({}, {}))
    client = client_of()
    figures = client.get(address("change", received.pk)).context["figures"]
    assert figures[1].address == f"{reverse('admin:claims_claim_changelist')}?claim_import={received.pk}"
    assert client.get(figures[1].address).context["cl"].result_count == 2


def test_page_before_the_reading_shows_the_file(hand_in: Any, client_of: Any) -> None:
    content = csv_of({})
    received = hand_in(content)
    client = client_of()
    page = client.get(address("change", received.pk))
    assert (page.context["tab"].name, page.context["reading"]) == ("file", None)
    assert hashlib.sha256(content).hexdigest() in page.content.decode()
    for tab in TABS:
        assert client.get(address("change", received.pk), {"tab": tab.name}).status_code == 200


def test_page_shows_the_progress_of_open_work_and_why_it_failed(queue: Any, client_of: Any) -> None:
    received = queue(csv_of())
    client = client_of()
    assert client.get(address("change", received.pk)).context["job"] == received.job
    failed, job = carried_out(received)
    page = client.get(address("change", received.pk))
    assert (failed.state, page.context["job"]) == ("failed", job)
    assert job.error in page.content.decode()


def test_rejected_rows_name_column_value_and_reason(take_in: Any, client_of: Any) -> None:
    received, _job = take_in(csv_of({}, UNKNOWN | NEGATIVE))
    page = client_of().get(address("change", received.pk), {"tab": "rejected"})
    (shown,) = page.context["rejected_rows"]
    assert (shown.line, page.context["still_open"]) == (3, 1)
    assert [(fault.column, fault.value, fault.sentence) for fault in shown.faults] == [
        ("서비스", "순간 이동", sentence(Fault.UNKNOWN_WORD)),
        ("매출 손실 규모액", "-5", sentence(Fault.NEGATIVE)),
    ]


def test_rejected_rows_narrow_by_fault(take_in: Any, client_of: Any) -> None:
    received, _job = take_in(csv_of(UNKNOWN, UNKNOWN | NEGATIVE, NEGATIVE, {"접수일시": "어제"}))
    client = client_of()

    def page(fault: str) -> Any:
        return client.get(address("change", received.pk), {"tab": "rejected", "fault": fault}).context

    assert [(code, count) for code, _text, count in page("")["fault_counts"]] == [
        ("negative", 2),
        ("unknown_word", 2),
        ("no_such_date", 1),
    ]
    everything = [2, 3, 4, 5]
    shown = {
        fault: [row.line for row in page(fault)["rejected_rows"]]
        for fault in ("", "negative", "no_such_date", "missing", "no such fault")
    }
    assert shown == {
        "": everything,
        "negative": [3, 4],
        "no_such_date": [5],
        "missing": [],
        "no such fault": everything,
    }
    assert page("negative")["download_url"] == f"{address('rejected_rows', received.pk)}?fault=negative"


def test_rejected_rows_of_an_import_are_paged(take_in: Any, client_of: Any) -> None:
    received, _job = take_in(csv_of(*[UNKNOWN] * 60))
    page = client_of().get(address("change", received.pk), {"tab": "rejected", "p": "2"})
    assert (received.rows_rejected, len(page.context["rejected_rows"])) == (60, 10)


@pytest.mark.parametrize("tab", [tab.name for tab in TABS])
def test_each_tab_asks_as_often_for_many_rows_as_for_few(take_in: Any, read_in: Any, client_of: Any, tab: str) -> None:
    def queries(received: ClaimImport) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address("change", received.pk), {"tab": tab}).status_code == 200
        return len(captured)

    take_in(csv_of(*[{}] * 33), name="before.csv")
    few = read_in(csv_of(*[{"이름": "다른 이름"}] * 3, NEGATIVE), name="few.csv")
    many = read_in(csv_of(*[{"이름": "다른 이름"}] * 30, *[NEGATIVE] * 30), name="many.csv")
    client = client_of()
    queries(few)
    assert (few.rows_changed, many.rows_changed) == (3, 30)
    assert queries(many) == queries(few)


def test_list_asks_as_often_for_many_imports_as_for_few(hand_in: Any, queue: Any, client_of: Any) -> None:
    client = client_of()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address("changelist")).status_code == 200
        return len(captured)

    queue(csv_of({}))
    queries()
    few = queries()
    for number in range(2, 12):
        hand_in(f"{number}".encode())
    assert queries() == few


def test_script_in_names_and_cells_is_inert(take_in: Any, client_of: Any) -> None:
    received, _job = take_in(csv_of({"이름": SCRIPT, "서비스": SCRIPT}), name="<script>alert(1)<!--.csv", source=SCRIPT)
    client = client_of()
    tabs = [f"{address('change', received.pk)}?tab={tab.name}" for tab in TABS]
    for page in (address("changelist"), *tabs):
        content = client.get(page).content.decode()
        assert "&lt;script&gt;alert(1)" in content
        assert "<script>alert(1)" not in content


def test_stored_file_is_offered_to_those_who_may_open_it(take_in: Any, client_of: Any) -> None:
    received, _job = take_in(csv_of({}))
    for role in ("intake_staff", "auditor"):
        client = client_of(role)
        page = client.get(address("change", received.pk), {"tab": "file"})
        assert page.context["file_url"] == reverse("stored_file", args=[received.stored_file_id])
        answer = client.get(page.context["file_url"])
        assert b"".join(answer.streaming_content) == csv_of({})


def test_file_tab_says_how_the_file_is_read(take_in: Any, client_of: Any) -> None:
    received, _job = take_in(csv_of({}))
    reading = client_of().get(address("change", received.pk), {"tab": "file"}).context["reading"]
    assert reading.columns == list(zip(GOOD, FIELDS.values(), strict=True))
    assert [text for _label, text in reading.writing] == [format_won(1)]


def test_nothing_is_written_through_the_page(take_in: Any, client_of: Any) -> None:
    received, _job = take_in(csv_of({}, UNKNOWN))
    client = client_of()
    assert client.post(address("change", received.pk), {"source": "x"}).status_code == 403
    assert client.post(address("delete", received.pk), {"post": "yes"}).status_code == 403
    assert (ClaimImport.objects.count(), RejectedRow.objects.count()) == (1, 1)


@pytest.fixture
def one_of_each(take_in: Any, read_in: Any, queue: Any, hand_in: Any) -> None:
    """Imports in the states that a list tells apart, each named by its state."""
    take_in(csv_of({}), name="good")
    take_in(csv_of({"접수번호": "A-2"}, UNKNOWN), name="bad")
    carry_out(queue(csv_of(), name="failed").job_id)
    read_in(csv_of({"접수번호": "A-3"}), name="staged")
    queue(csv_of({"접수번호": "A-4"}), name="waiting")
    hand_in(csv_of({"접수번호": "A-5"}), name="proposed")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ({}, {"good", "bad", "failed", "staged", "waiting", "proposed"}),
        ({"state": "open"}, {"waiting"}),
        ({"state": "todo"}, {"failed", "staged", "proposed"}),
        ({"state": "staged"}, {"staged"}),
        ({"state": "failed"}, {"failed"}),
        ({"rejected": "yes"}, {"bad"}),
        ({"rejected": "no", "state": "accepted"}, {"good"}),
        ({"ended_from": "tomorrow"}, set()),
        ({"ended_to": "today"}, {"good", "bad", "failed"}),
    ],
)
def test_list_narrows(one_of_each: None, client_of: Any, words: dict[str, str], shown: set[str]) -> None:
    days = {"today": clock.today(), "tomorrow": clock.today() + timedelta(days=1)}
    query = {name: str(days.get(value, value)) for name, value in words.items()}
    page = client_of().get(address("changelist"), query)
    assert {one.stored_file.name for one in page.context["cl"].result_list} == shown


IMPORT_CARDS = [cards.staged_card, cards.proposed_card, cards.failed_card, cards.rejected_card, cards.under_way_card]


def test_home_shows_intake_staff_what_waits(one_of_each: None, user_as: Any) -> None:
    user = user_as("intake_staff")
    made = [maker(user) for maker in IMPORT_CARDS]
    assert [(card and card.count, card and card.sum) for card in made] == [
        (1, 420_000),
        (1, None),
        (1, None),
        (1, None),
        (1, None),
    ]
    shown = cards_for(user)
    assert [card in shown for card in made] == [True] * 5
    assert not any(card in cards_for(user_as("auditor")) for card in made)


@pytest.mark.parametrize("maker", IMPORT_CARDS)
def test_cards_lead_to_what_they_count(one_of_each: None, user_as: Any, signed_in: Any, maker: Any) -> None:
    user = user_as("intake_staff")
    card = maker(user)
    assert signed_in(user).get(card.url).context["cl"].result_count == card.count == 1


@pytest.mark.parametrize("maker", [*IMPORT_CARDS, cards.amendments_card])
def test_home_has_no_card_where_nothing_waits(catalogue: Any, user_as: Any, maker: Any) -> None:
    assert maker(user_as("intake_staff")) is None


def test_proposed_and_continuing_files_offer_their_own_steps(
    hand_in: Any, take_in: Any, staff: User, client_of: Any
) -> None:
    client = client_of()

    def buttons(row: ClaimImport) -> list[str]:
        step = client.get(address("change", row.pk)).context["step"]
        return [button.address for button in step.buttons]

    proposed = hand_in(csv_of({}))
    assert buttons(proposed) == [address("columns", proposed.pk), address("refuse", proposed.pk)]
    before, _job = take_in(csv_of({"접수번호": "A-1"}, NEGATIVE))
    assert buttons(before) == [
        address("rejected_rows", before.pk),
        address("corrected", before.pk),
        address("undo", before.pk),
    ]
    again = receive_file(by=staff, incident=before.incident, chunks=[b"x"], name="again.csv", continues=before)
    assert buttons(again) == [address("refuse", again.pk)]
    again, _job = carried_out(load(by=staff, claim_import=again))
    assert (again.state, buttons(again)) == ("failed", [address("refuse", again.pk)])
    assert client_of("auditor").get(address("change", before.pk)).context["step"].buttons == ()
