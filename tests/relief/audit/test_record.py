from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from claims.catalogue.models import Incident
from relief.accounts.models import User
from relief.audit import selectors
from relief.audit.models import Disclosure
from relief.audit.services import acting, record_disclosure
from tests import factories

As = Callable[..., User]
SignIn = Callable[[User], Client]
TABLE = "claims.operator"


def affiliates(count: int, incident: Incident, by: User, act: str = "catalogue.add_operator") -> None:
    with acting(by=by, act=act, reason="a test"):
        for _turn in range(count):
            factories.OperatorFactory(affiliate=True, incident=incident)


@pytest.mark.django_db
def test_change_tells_who_which_act_what_and_why(incident: Incident, user_as: As) -> None:
    auditor = user_as("auditor")
    affiliates(1, incident, auditor)
    (change,) = selectors.record_of_changes(user=auditor, table=TABLE).changes
    assert (change.who, str(change.act), change.reason, change.verb, str(change.table), change.count) == (
        auditor.username,
        "운영사 추가",
        "a test",
        "추가",
        "운영사",
        1,
    )


@pytest.mark.django_db
def test_rows_of_one_act_are_one_line(incident: Incident, user_as: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "WINDOW", 5)
    auditor = user_as("auditor")
    affiliates(2, incident, auditor, act="first")
    affiliates(12, incident, auditor, act="second")
    affiliates(3, incident, auditor, act="third")

    def pages() -> list[tuple[str, int, bool]]:
        lines, cursor = [], ""
        while True:
            page = selectors.record_of_changes(user=auditor, table=TABLE, cursor=cursor)
            lines += [(str(change.act), change.count, change.is_more) for change in page.changes]
            if not page.next or page.next == cursor:
                return lines
            cursor = page.next

    assert pages() == [("third", 3, False), ("second", 2, True), ("first", 2, False)]


@pytest.mark.django_db
def test_pages_show_every_change_once(incident: Incident, user_as: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "PAGE", 2)
    auditor = user_as("auditor")
    for number in range(5):
        affiliates(1, incident, auditor, act=f"act {number}")
    seen, cursor = [], ""
    for _page in range(20):
        page = selectors.record_of_changes(user=auditor, table=TABLE, cursor=cursor)
        seen += [str(change.act) for change in page.changes]
        cursor = page.next
        if not cursor:
            break
    assert seen == [f"act {number}" for number in reversed(range(5))]


@pytest.mark.django_db
def test_record_stays_within_the_incident(incident: Incident, user_as: As) -> None:
    auditor = user_as("auditor")
    elsewhere = factories.IncidentFactory()
    affiliates(1, elsewhere, auditor)
    assert selectors.record_of_changes(user=auditor, table=TABLE).changes == []
    keys = {change.row_key for change in selectors.record_of_changes(user=auditor, table="claims.incident").changes}
    assert keys == {str(incident.pk)}


@pytest.mark.django_db
def test_record_narrows_to_a_row_and_bears_nonsense(incident: Incident, user_as: As) -> None:
    auditor = user_as("auditor")
    affiliates(2, incident, auditor)
    newest = selectors.record_of_changes(user=auditor, table=TABLE).changes[0]
    key = str(newest.last)
    row = factories.OperatorFactory(affiliate=True, incident=incident)
    found = selectors.record_of_changes(user=auditor, table=TABLE, row_key=str(row.pk)).changes
    assert [change.row_key for change in found] == [str(row.pk)]
    for nonsense in ("x", "-1", "9" * 40, key + "'"):
        assert selectors.record_of_changes(user=auditor, table=TABLE, row_key=nonsense).changes == []
    assert selectors.record_of_changes(user=auditor, table="no.such").changes == []
    assert selectors.record_of_changes(user=auditor, table=TABLE, cursor="x:y,claims.operator:z").changes != []


@pytest.mark.django_db
def test_record_is_open_to_auditors_only(user_as: As, signed_in: SignIn) -> None:
    address = reverse("admin:record_of_changes")
    assert signed_in(user_as("auditor")).get(address).status_code == 200
    assert signed_in(user_as("administrator")).get(address).status_code == 403


@pytest.mark.django_db
def test_disclosures_are_listed_with_their_reason(incident: Incident, user_as: As, signed_in: SignIn) -> None:
    auditor = user_as("auditor")
    record_disclosure(
        by=auditor, kind=Disclosure.Kind.REVEAL, subject="claims.claim", subject_key="7", reason="<i>a call</i>"
    )
    text = signed_in(auditor).get(reverse("admin:relief_disclosure_changelist")).content.decode()
    assert ("피해 접수" in text, "&lt;i&gt;a call&lt;/i&gt;" in text, "<i>a call</i>" in text) == (True, True, False)
    assert signed_in(user_as("finance")).get(reverse("admin:relief_disclosure_changelist")).status_code == 403


@pytest.mark.django_db
def test_record_of_disclosures_cannot_be_altered(user_as: As) -> None:
    row = record_disclosure(by=user_as("auditor"), kind=Disclosure.Kind.VIEW, subject="claims.claim", reason="look")
    acts: list[Callable[[], Any]] = [lambda: Disclosure.objects.update(reason=""), row.delete]
    for act in acts:
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


@pytest.mark.django_db
def test_change_made_in_a_page_carries_the_request(incident: Incident, user_as: As, signed_in: SignIn) -> None:
    administrator = user_as("administrator")
    signed_in(administrator).post(
        reverse("admin:claims_operator_add"), {"code": "games", "name": "게임", "kind": "affiliate"}
    )
    event: Any = selectors.event_models()[TABLE].objects.get()
    told = event.pgh_context.metadata
    assert (told["user"], told["act"], told["url"], len(told["request"])) == (
        administrator.pk,
        "catalogue.add_operator",
        reverse("admin:claims_operator_add"),
        36,
    )
