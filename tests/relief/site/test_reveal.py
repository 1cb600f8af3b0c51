from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from relief.accounts.models import User
from relief.audit.models import Disclosure
from relief.site.reveal import RevealPage
from tests import factories

As = Callable[..., User]
SignIn = Callable[[User], Client]
PHONE = "01098765432"


@pytest.fixture
def address(incident: Any) -> str:
    claim = factories.ClaimFactory(incident=incident, phone=PHONE)
    return reverse("admin:claims_claim_change", args=(claim.pk,)).replace("change/", "reveal/")


@pytest.mark.django_db
def test_values_are_shown_once_after_the_reason_is_recorded(address: str, user_as: As, signed_in: SignIn) -> None:
    user = user_as("intake_staff")
    client = signed_in(user)
    assert PHONE not in client.get(address).content.decode()
    page = client.post(address, {"reason": "called back about the account"})
    assert PHONE in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    told = Disclosure.objects.get()
    assert (told.by, told.kind, told.subject, told.reason) == (
        user,
        "reveal",
        "claims.claim",
        "called back about the account",
    )
    assert "phone" in told.fields.split(",")
    assert PHONE not in client.get(address).content.decode()
    assert [PHONE in str(session.get_decoded()) for session in Session.objects.all()] == [False]


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_is_shown_or_recorded(
    reason: str, address: str, user_as: As, signed_in: SignIn
) -> None:
    page = signed_in(user_as("intake_staff")).post(address, {"reason": reason})
    assert (page.status_code, PHONE in page.content.decode(), Disclosure.objects.count()) == (200, False, 0)


@pytest.mark.django_db
def test_record_that_cannot_be_written_shows_nothing(
    address: str, user_as: As, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disclosure comes first: where it fails, the values are not even opened."""
    opened: list[str] = []

    def note(_page: RevealPage) -> list[tuple[str, str]]:
        opened.append("opened")
        return []

    for page in RevealPage.__subclasses__():
        monkeypatch.setattr(page, "values", note)
    client = signed_in(user_as("intake_staff"))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE relief_disclosure ADD CONSTRAINT full_disk CHECK (subject = '')")
    with pytest.raises(IntegrityError), transaction.atomic():
        client.post(address, {"reason": "a reason"})
    assert opened == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["committee_member", "secretary", "manager", "auditor", "administrator"])
def test_without_the_permission_the_page_is_shut(role: str, address: str, user_as: As, signed_in: SignIn) -> None:
    client = signed_in(user_as(role))
    answers = (client.get(address), client.post(address, {"reason": "curious"}))
    assert [answer.status_code for answer in answers] == [403, 403]
    assert Disclosure.objects.count() == 0


@pytest.mark.django_db
def test_claim_of_another_incident_is_not_found(user_as: As, signed_in: SignIn) -> None:
    claim = factories.ClaimFactory()
    address = reverse("admin:claims_claim_change", args=(claim.pk,)).replace("change/", "reveal/")
    answer = signed_in(user_as("intake_staff")).post(address, {"reason": "a reason"})
    assert (answer.status_code, Disclosure.objects.count()) == (404, 0)
