"""Letters about decisions: their words, once each, only while the decision stands, in bulk as resumable work."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.urls import reverse

from claims.helpdesk.letters.models import Delivery
from claims.helpdesk.letters.sending import send_waiting
from claims.helpdesk.letters.services import save_template
from committee.decisions.selectors import last_day_to_object
from committee.decisions.services import supersede
from committee.letters.models import LetterRun
from committee.letters.selectors import decision_letter, would_tell
from committee.letters.services import start_telling, write_decision_letter
from committee.models import Decision
from relief.audit.models import Disclosure
from relief.errors import NotAllowed, RuleBroken
from relief.jobs.models import Job
from tests import factories
from tests.committee.factories import carried_out, classified, decided

pytestmark = pytest.mark.django_db

WAY = "claims.helpdesk.letters.channels.ConsoleWay"


@pytest.fixture(autouse=True)
def _message_channel(settings: Any) -> None:
    """A site with a service for text messages."""
    settings.MESSAGE_CHANNEL = WAY


def code_of(act: Any, **kwargs: Any) -> str:
    with pytest.raises(RuleBroken) as refused:
        act(**kwargs)
    return refused.value.code


@pytest.fixture
def told(incident: Any) -> list[Decision]:
    """Decisions of every outcome that a run makes, of claims with a phone."""
    classified(incident, (1,), reporter_type="general_user", phone="010-1234-5678")
    decided(incident, (200_000, 400_000, 900_000), phone="010-1234-5678")
    return list(Decision.objects.order_by("pk"))


def write(user_as: Any, decision: Decision, language: str = "ko", channel: str = "message") -> Delivery:
    return write_decision_letter(by=user_as("secretary"), decision=decision, language=language, channel=channel)


def test_letter_says_what_was_decided_and_until_when_to_object(told: list[Decision], settings: Any) -> None:
    settings.HELP_CENTRE = "1577-0000"
    by_loss = {decision.fact_loss: decision for decision in told}
    letter = decision_letter(by_loss[400_000], "ko")
    last = last_day_to_object(by_loss[400_000])
    assert "50,000원을 지원합니다" in letter.body
    assert f"{last.year}년 {last.month}월 {last.day}일까지" in letter.body
    assert letter.body.endswith("문의: 1577-0000")
    english = decision_letter(by_loss[900_000], "en")
    assert "the committee examines the proof" in english.body
    assert "Decision on your report" in english.subject
    assert "소상공인" in decision_letter(by_loss[1], "ko").body


def test_last_day_to_object_is_the_policys(told: list[Decision]) -> None:
    decision = told[0]
    days = (last_day_to_object(decision) - decision.decided_at.date()).days
    assert days in {decision.policy.objection_days, decision.policy.objection_days + 1}


def test_saved_text_takes_the_place_of_the_default(told: list[Decision], user_as: Any, incident: Any) -> None:
    staff = user_as("intake_staff")
    common = {"by": staff, "incident_id": incident.pk, "code": "supported", "language": "ko", "subject": "안내"}
    saved = save_template(**common, body="{name} {amount} {tier} {objection_deadline}")
    letter = write(user_as, next(row for row in told if row.amount == 30_000))
    assert (letter.template, letter.subject) == (saved, "안내")
    assert "30,000원 1구간" in letter.body
    assert code_of(save_template, **common, body="{documents}") == "unknown_placeholder"


def test_decision_is_told_once(told: list[Decision], user_as: Any) -> None:
    letter = write(user_as, told[0])
    assert (letter.key, letter.state) == (f"decision:{told[0].pk}", "queued")
    assert code_of(write, user_as=user_as, decision=told[0]) == "one_letter_per_key"
    assert Delivery.objects.count() == 1


def test_superseded_decision_is_not_told(told: list[Decision], user_as: Any, incident: Any) -> None:
    letter = write(user_as, told[0])
    new = supersede(
        by=factories.UserFactory(chair=True, incident=incident),
        decision=told[0],
        outcome="supported",
        amount=80_000,
        reason="증빙 확인",
    )
    assert code_of(write, user_as=user_as, decision=told[0]) == "decision_superseded"
    assert send_waiting() == 0
    letter.refresh_from_db()
    assert (letter.state, "바뀌었습니다" in letter.error) == ("failed", True)
    later = write(user_as, new)
    assert (later.code, "80,000원" in later.body, "증빙 확인" in later.body) == ("corrected", True, True)
    assert send_waiting() == 1


def test_letter_is_refused_without_right_way_or_address(told: list[Decision], user_as: Any, settings: Any) -> None:
    with pytest.raises(NotAllowed):
        write_decision_letter(by=user_as("manager"), decision=told[0], language="ko", channel="message")
    assert code_of(write, user_as=user_as, decision=told[0], channel="mail") == "no_address"
    assert code_of(write, user_as=user_as, decision=told[0], channel="pigeon") == "unknown_channel"
    assert code_of(write, user_as=user_as, decision=told[0], language="fr") == "unknown_letter"
    settings.MESSAGE_CHANNEL = ""
    assert code_of(write, user_as=user_as, decision=told[0]) == "channel_closed"
    assert not Delivery.objects.exists()


def telling(user_as: Any, incident: Any, seen: int, **selection: Any) -> LetterRun:
    return start_telling(
        by=user_as("secretary"), incident=incident, selection=selection, language="ko", channel="message", seen=seen
    )


def test_many_are_told_once_as_work(told: list[Decision], user_as: Any, incident: Any) -> None:
    write(user_as, next(row for row in told if row.amount == 30_000))
    would = would_tell(incident.pk, {"outcome": "supported"}, "message")
    assert (would.found, would.told, would.unreached, would.to_tell) == (2, 1, 0, 1)
    assert would_tell(incident.pk, {}, "mail").unreached == len(told) - 1
    run = telling(user_as, incident, 3)
    assert carried_out(run.job).outcome == {"written": 3}
    assert Delivery.objects.filter(job=run.job).count() == 3
    assert Delivery.objects.count() == len(told)
    assert code_of(telling, user_as=user_as, incident=incident, seen=0) == "nothing_to_tell"


def test_work_that_broke_off_writes_the_rest(
    told: list[Decision], user_as: Any, incident: Any, monkeypatch: Any
) -> None:
    run = telling(user_as, incident, len(told))
    monkeypatch.setattr("committee.letters.services.CHUNK", 1)
    calls = iter(range(10))
    real = decision_letter

    def dies(*words: Any) -> Any:
        if next(calls) == 2:
            raise ConnectionError
        return real(*words)

    with monkeypatch.context() as patched:
        patched.setattr("committee.letters.services.decision_letter", dies)
        assert carried_out(run.job).state == Job.State.FAILED
    assert Delivery.objects.count() == 2
    Job.objects.filter(pk=run.job_id).update(state="queued")
    assert carried_out(run.job).outcome == {"written": len(told)}
    assert Delivery.objects.count() == len(told)


def test_work_is_refused_on_other_counts_or_without_right(told: list[Decision], user_as: Any, incident: Any) -> None:
    assert code_of(telling, user_as=user_as, incident=incident, seen=1) == "set_moved"
    common = {"incident": incident, "selection": {}, "language": "ko", "channel": "message", "seen": len(told)}
    with pytest.raises(NotAllowed):
        start_telling(by=user_as("chair"), **common)
    assert code_of(start_telling, by=user_as("secretary"), **common | {"language": "fr"}) == "unknown_letter"
    assert not LetterRun.objects.exists()


def test_pages_show_send_and_print_a_letter(told: list[Decision], user_as: Any, signed_in: Any, incident: Any) -> None:
    client = signed_in(user_as("secretary"))
    one = reverse("admin:committee_decision_tell", args=(told[0].pk,))
    assert f'"{one}"' in client.get(reverse("admin:committee_decision_change", args=(told[0].pk,))).content.decode()
    looked = client.post(one, {"language": "en", "channel": "message", "_look": "1"})
    assert "Decision on your report" in looked.content.decode()
    assert not Delivery.objects.exists()
    assert client.post(one, {"language": "ko", "channel": "message"}).status_code == 302
    letter = Delivery.objects.get()
    for address in (
        reverse("admin:claims_delivery_pdf", args=(letter.pk,)),
        reverse("admin:committee_decision_letter", args=(told[0].pk,)),
    ):
        document = pypdfium2.PdfDocument(BytesIO(client.get(address).content))
        assert letter.subject in document[0].get_textpage().get_text_bounded()
    assert Disclosure.objects.filter(kind="download").count() == 2
    assert f'"{one}"' not in client.get(reverse("admin:committee_decision_change", args=(told[0].pk,))).content.decode()


def test_page_of_many_shows_counts_and_the_first_letter_before_it_sends(
    told: list[Decision], user_as: Any, signed_in: Any
) -> None:
    client = signed_in(user_as("secretary"))
    many = reverse("admin:committee_letterrun_many")
    form = {"outcome": "supported", "run": "", "language": "ko", "channel": "message"}
    looked = client.post(many, form | {"_look": "1"})
    assert looked.context["form"]["seen"].value() == 2
    assert "발송될 안내문" in looked.content.decode()
    assert client.post(many, form).status_code == 200
    assert client.post(many, form | {"seen": 2}).status_code == 302
    run = LetterRun.objects.get()
    assert carried_out(run.job).outcome == {"written": 2}
    assert "2" in client.get(reverse("admin:committee_letterrun_change", args=(run.pk,))).content.decode()
    write(user_as, next(row for row in told if row.amount == 0))
    for narrowed, shown in ((f"?job={run.job_id}", 2), ("", 3)):
        page = client.get(reverse("admin:claims_delivery_changelist") + narrowed)
        assert len(page.context["cl"].result_list) == shown


def test_template_is_shown_with_the_words_of_a_real_decision(
    told: list[Decision], user_as: Any, signed_in: Any
) -> None:
    client = signed_in(user_as("intake_staff"))
    write_text = reverse("admin:claims_lettertemplate_write")
    page = client.get(f"{write_text}?code=supported&language=ko").content.decode()
    assert next(row for row in told if row.amount == 50_000).claim.receipt_number in page
    made_up = client.get(f"{write_text}?code=corrected&language=ko").content.decode()
    assert "홍길동" in made_up


def test_tier_narrows_the_decisions(told: list[Decision], incident: Any) -> None:
    assert would_tell(incident.pk, {"tier": 2}, "message").to_tell == 1


def test_letter_of_another_incident_is_not_found(user_as: Any, signed_in: Any) -> None:
    elsewhere = factories.IncidentFactory()
    decided(elsewhere, (200_000,), phone="010-1234-5678")
    client = signed_in(user_as("secretary"))
    key = Decision.objects.get().pk
    for name in ("tell", "letter"):
        assert client.get(reverse(f"admin:committee_decision_{name}", args=(key,))).status_code == 404
