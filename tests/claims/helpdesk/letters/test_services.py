from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext

from claims.evidence.services import check, hand_in
from claims.helpdesk.letters import sending
from claims.helpdesk.letters.asking import start_asking, would_ask
from claims.helpdesk.letters.models import ContactAddress, Delivery, DocumentRequest
from claims.helpdesk.letters.rules import DEFAULTS, filled, kind_of, read_email
from claims.helpdesk.letters.selectors import claims_by_request, live_address
from claims.helpdesk.letters.services import (
    ask_for_documents,
    remind,
    save_template,
    send_again,
    set_address,
    withdraw_request,
)
from claims.models import Claim
from relief import clock
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken
from relief.jobs import services as jobs
from tests import factories
from tests.claims.evidence.conftest import as_file, pdf

CERTIFICATE, SALES = "small_business_certificate", "proof_of_lost_sales"


class BrokenWay:
    """A service for messages that takes nothing."""

    def send(self, to: str, subject: str, body: str) -> str:
        raise ConnectionError(to)


def refused(code: str) -> Any:
    """Expect the refusal of this code."""
    return pytest.raises(RuleBroken, check=lambda refusal: refusal.code == code)


@pytest.fixture
def clerk(user_as: Callable[..., User], private_folder: Path) -> User:
    """Intake staff of the incident."""
    return user_as("intake_staff")


@pytest.fixture
def claim(incident: Any) -> Any:
    """A claim with a phone number and no email address."""
    return factories.ClaimFactory(incident=incident, receipt_number="K22-1019-000045", name="홍길동")


def asked(clerk: User, claim: Any, **more: Any) -> DocumentRequest:
    """Ask for the certificate by mail."""
    if more.get("channel", "mail") == "mail" and live_address(claim) is None:
        set_address(by=clerk, claim=claim, email="hong@example.com", reason="전화로 확인")
    words = {
        "kinds": [CERTIFICATE],
        "deadline_on": clock.today() + timedelta(days=14),
        "language": "ko",
        "channel": "mail",
        **more,
    }
    return ask_for_documents(by=clerk, claim=claim, **words)


def test_address_is_sealed_and_followed_by_the_next(clerk: User, claim: Any) -> None:
    set_address(by=clerk, claim=claim, email="Hong@Example.com ", reason="전화")
    old = live_address(claim)
    assert old is not None
    assert (old.reveal(), old.masked()) == ("Hong@example.com", "H•••@example.com")
    assert b"example" not in bytes(old.email_sealed)
    set_address(by=clerk, claim=claim, email="new@example.com", reason="정정")
    assert ContactAddress.objects.filter(claim=claim).count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactAddress.objects.filter(pk=old.pk).update(reason="다른 사유")


def test_address_without_a_reason_is_refused(clerk: User, claim: Any) -> None:
    with refused("reason_missing"):
        set_address(by=clerk, claim=claim, email="a@example.com", reason=" ")


@pytest.mark.parametrize("text", ["", "hong", "hong@", "@example.com", "a b@example.com", "a@b.com\nBcc: c@d.com"])
def test_text_that_is_no_address_is_refused(text: str) -> None:
    with refused("not_an_email"):
        read_email(text)


def test_request_writes_its_letter_once(clerk: User, claim: Any) -> None:
    request = asked(clerk, claim)
    letter = Delivery.objects.get(request=request)
    assert (letter.state, letter.masked(), letter.by) == ("queued", "h•••@example.com", clerk)
    assert "홍길동" in letter.body
    assert "K22-1019-000045" in letter.subject
    assert "{" not in letter.body
    with refused("one_open_request_per_claim"):
        asked(clerk, claim)
    assert Delivery.objects.count() == 1


def test_letter_in_english_names_documents_in_english(clerk: User, claim: Any) -> None:
    asked(clerk, claim, language="en")
    assert "Small-business certificate" in Delivery.objects.get().body


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"kinds": []}, "unknown_kind"),
        ({"kinds": ["unheard_of"]}, "unknown_kind"),
        ({"deadline_on": clock.today()}, "deadline_past"),
        ({"language": "fr"}, "unknown_letter"),
        ({"channel": "pigeon"}, "unknown_channel"),
    ],
)
def test_request_that_is_unsound_is_refused(clerk: User, claim: Any, more: dict[str, Any], code: str) -> None:
    with refused(code):
        asked(clerk, claim, **more)
    assert not DocumentRequest.objects.exists()


def test_request_without_an_address_is_refused(clerk: User, incident: Any) -> None:
    claim = factories.ClaimFactory(incident=incident, phone=None)
    for channel in ("message", "mail"):
        with refused("no_address"):
            ask_for_documents(
                by=clerk, claim=claim, kinds=[CERTIFICATE], deadline_on=clock.today() + timedelta(days=3),
                language="ko", channel=channel,
            )  # fmt: skip


def test_message_without_a_service_is_refused(clerk: User, claim: Any, settings: Any) -> None:
    settings.MESSAGE_CHANNEL = ""
    with refused("channel_closed"):
        asked(clerk, claim, channel="message")


def test_request_by_somebody_without_the_permission_is_refused(user_as: Callable[..., User], claim: Any) -> None:
    with pytest.raises(NotAllowed):
        asked(user_as("auditor"), claim)


def test_letter_goes_once(clerk: User, claim: Any) -> None:
    asked(clerk, claim)
    assert (sending.send_waiting(), sending.send_waiting()) == (1, 0)
    letter = Delivery.objects.get()
    assert (letter.state, letter.attempts, len(mail.outbox), mail.outbox[0].to) == ("sent", 1, 1, ["hong@example.com"])
    assert letter.receipt
    with refused("letter_moves_as_its_table_says"):
        send_again(by=clerk, letter=letter)


def test_letter_that_did_not_go_is_sent_again_by_a_person(clerk: User, claim: Any, settings: Any) -> None:
    working = settings.MESSAGE_CHANNEL
    settings.MESSAGE_CHANNEL = f"{__name__}.BrokenWay"
    asked(clerk, claim, channel="message")
    assert (sending.send_waiting(), sending.send_waiting()) == (0, 0)
    letter = Delivery.objects.get()
    words = gettext("The service did not take the letter (%(name)s). Send it again later.")
    assert (letter.state, letter.error) == ("failed", words % {"name": "ConnectionError"})
    settings.MESSAGE_CHANNEL = working
    send_again(by=clerk, letter=letter)
    assert sending.send_waiting() == 1
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.error) == ("sent", 2, "")


def test_letter_whose_worker_ended_is_not_sent_by_itself(clerk: User, claim: Any) -> None:
    asked(clerk, claim)
    letter = Delivery.objects.get()
    Delivery.STATES.move(letter, "sending", taken_at=clock.now() - timedelta(hours=1))
    assert sending.send_waiting() == 0
    letter.refresh_from_db()
    assert (letter.state, mail.outbox) == ("unknown", [])


@pytest.mark.parametrize("change", [{"body": "다른 글"}, {"key": "other"}, {"subject": "다른 제목"}])
def test_letter_that_is_rewritten_is_refused(clerk: User, claim: Any, change: dict[str, str]) -> None:
    asked(clerk, claim)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.update(**change)


def test_documents_that_come_end_the_request(clerk: User, claim: Any) -> None:
    request = asked(clerk, claim, kinds=[CERTIFICATE, SALES])
    for kind, pages, state in ((CERTIFICATE, 1, "open"), (SALES, 2, "fulfilled")):
        hand_in(by=clerk, claim=claim, file=as_file(pdf(pages)), name="확인서.pdf", kind=kind)
        request.refresh_from_db()
        assert request.state == state
    assert request.ended_at is not None


def test_document_that_is_refused_leaves_the_request_open(clerk: User, claim: Any) -> None:
    item = hand_in(by=clerk, claim=claim, file=as_file(pdf()), name="확인서.pdf", kind=CERTIFICATE)
    request = asked(clerk, claim)
    check(by=clerk, evidence=item, verdict="refused", version=item.version, code="illegible")
    request.refresh_from_db()
    assert request.state == "open"


def test_request_is_withdrawn_with_a_reason(clerk: User, claim: Any) -> None:
    request = asked(clerk, claim)
    with refused("reason_missing"):
        withdraw_request(by=clerk, request=request, reason="")
    withdraw_request(by=clerk, request=request, reason="직접 제출")
    with refused("request_moves_as_its_table_says"):
        withdraw_request(by=clerk, request=request, reason="다시")
    with refused("request_ended"):
        remind(by=clerk, request=request)
    assert asked(clerk, claim).state == "open"


def test_schedule_reminds_once_and_ends_what_is_late(clerk: User, incident: Any) -> None:
    days = {"far": 4, "near": 3, "late": -1}
    rows = {
        word: factories.DocumentRequestFactory(
            claim=factories.ClaimFactory(incident=incident), deadline_on=clock.today() + timedelta(days=count)
        )
        for word, count in days.items()
    }
    for row in rows.values():
        factories.DeliveryFactory(request=row)
        set_address(by=clerk, claim=row.claim, email="hong@example.com", reason="전화")
    assert (sending.follow_requests(), sending.follow_requests()) == ((1, 1), (0, 0))
    for row in rows.values():
        row.refresh_from_db()
    assert [row.state for row in rows.values()] == ["open", "open", "lapsed"]
    assert [row.reminded for row in rows.values()] == [0, 1, 0]
    reminder = Delivery.objects.get(code="reminder")
    assert (reminder.request, reminder.by) == (rows["near"], None)
    found = {
        word: set(claims_by_request(Claim.objects.all(), word).values_list("pk", flat=True))
        for word in ("open", "soon", "lapsed", "none")
    }
    far, near, late = (row.claim_id for row in rows.values())
    assert found == {"open": {far, near}, "soon": {near}, "lapsed": {late}, "none": set()}


def test_text_of_an_incident_takes_the_place_of_the_default(clerk: User, claim: Any) -> None:
    words = {"incident_id": claim.incident_id, "code": "request", "language": "ko"}
    save_template(by=clerk, subject="옛 제목", body="{name}", **words)
    newer = save_template(by=clerk, subject="새 제목", body="{name} 님께 {documents}", **words)
    asked(clerk, claim)
    letter = Delivery.objects.get()
    assert (newer.version, letter.template, letter.subject) == (2, newer, "새 제목")
    for part, code in (({"body": "{account}"}, "unknown_placeholder"), ({"body": " "}, "text_missing")):
        with refused(code):
            save_template(by=clerk, **{"subject": "제목", "body": "글", **words, **part})


def test_value_with_braces_is_not_filled_again() -> None:
    assert filled("{name}", {"name": "{deadline}"}) == "{deadline}"


@pytest.mark.parametrize(("code", "language"), sorted(DEFAULTS))
def test_default_text_has_known_placeholders(code: str, language: str) -> None:
    values = dict.fromkeys(kind_of(code).words, "x")
    for text in DEFAULTS[code, language]:
        assert "{" not in filled(text, values)


def test_work_asks_each_claim_once(clerk: User, incident: Any) -> None:
    claims = [factories.ClaimFactory(incident=incident) for _number in range(3)]
    factories.ClaimFactory(incident=incident, phone=None)
    asked(clerk, claims[0], channel="message")
    would = would_ask({}, incident_id=incident.pk, channel="message")
    assert (would.found, would.asked, would.without, would.to_ask) == (4, 1, 1, 2)
    words: dict[str, Any] = {
        "narrowing": {}, "kinds": [CERTIFICATE], "deadline_on": clock.today() + timedelta(days=14),
        "language": "ko", "channel": "message",
    }  # fmt: skip
    with refused("set_moved"):
        start_asking(by=clerk, incident=incident, seen=3, **words)
    job = start_asking(by=clerk, incident=incident, seen=2, **words)
    jobs.carry_out(job.pk)
    job.refresh_from_db()
    assert (job.state, job.outcome) == ("done", {"asked": 2, "lacking_nothing": 0, "left": 0})
    assert (DocumentRequest.objects.count(), Delivery.objects.count()) == (3, 3)
    with refused("nothing_to_ask"):
        start_asking(by=clerk, incident=incident, seen=0, **words)


def test_second_open_request_is_refused_by_the_database(clerk: User, claim: Any) -> None:
    asked(clerk, claim)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.DocumentRequestFactory(claim=claim)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE claims_documentrequest SET kinds = '{}'")
