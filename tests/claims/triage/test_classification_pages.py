"""The pages of classification: the tab of a claim, by hand, the queue, and many at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext

from claims.intake.undoing import take_out
from claims.models import Claim, Classification, QueueTurn, Reclassification
from claims.register.panels import events_of, flags_of
from claims.register.stages import stages
from claims.triage.by_hand import classify_by_hand
from claims.triage.queue import held_by, take_turn
from claims.triage.reclassifying import start_reclassification
from relief.jobs.services import carry_out
from tests import factories
from tests.claims.triage.classified import UNSURE, rules, run, standing, unsure

QUEUE = "claims_classification_queue"


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:{name}", args=args)


def choices(claim: Claim, **changes: str) -> dict[str, Any]:
    """Return what the queue's form sends for a claim."""
    row = standing(claim)
    axes = {axis: getattr(row, axis) for axis in ("reporter_type", "pricing", "nature", "operator_kind")}
    return {"act": "confirm", "claim": claim.pk, "version": row.version, "reason": "확인", **axes, **changes}


def test_tab_shows_value_source_confidence_and_reason(incident: Any, user_as: Any, signed_in: Any) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    classify_by_hand(by=staff, claim=claim, values={"pricing": "paid"}, reason="영수증 확인", version=1)
    page = signed_in(staff).get(address("claims_claim_change", claim.pk), {"tab": "classification"})
    rows = {
        standing.axis: (standing, person, proposed) for standing, person, proposed in page.context["tab"]["standings"]
    }
    nature, _nobody, _none = rows["nature"]
    pricing, person, proposed = rows["pricing"]
    assert (nature.confidence, nature.is_uncertain, "words_without_amount" in nature.source) == (60, True, True)
    assert (pricing.reason, person, bool(proposed)) == ("영수증 확인", staff, True)
    text = page.content.decode()
    assert ["영수증 확인" in text, "words_without_amount" in text] == [True, True]
    assert address("claims_claim_let_rules_decide", claim.pk) in text


def test_tab_offers_nothing_to_who_only_reads(incident: Any, user_as: Any, signed_in: Any) -> None:
    (claim,) = unsure(user_as("intake_staff"), incident)
    page = signed_in(user_as("auditor")).get(address("claims_claim_change", claim.pk), {"tab": "classification"})
    assert address("claims_claim_classify", claim.pk) not in page.content.decode()


def test_tab_costs_the_same_with_a_longer_history(incident: Any, user_as: Any, signed_in: Any) -> None:
    staff = user_as("intake_staff")
    short, long = unsure(staff, incident, 2)
    for version, value in enumerate(["paid", "free", "paid", "free"], 1):
        classify_by_hand(by=staff, claim=long, values={"pricing": value}, reason="확인", version=version)
    classify_by_hand(by=staff, claim=short, values={"pricing": "free"}, reason="확인", version=1)
    client = signed_in(staff)
    client.get(address("claims_claim_change", short.pk), {"tab": "classification"})
    counts = []
    for claim in (short, long):
        with CaptureQueriesContext(connection) as asked:
            client.get(address("claims_claim_change", claim.pk), {"tab": "classification"})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_history_tells_each_act_in_a_sentence(incident: Any, user_as: Any) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    classify_by_hand(by=staff, claim=claim, values={"nature": "inquiry"}, reason="전화", version=1)
    told = [event for event in events_of(claim, staff) if event.act.startswith("claims.classify")]
    assert [(event.by, event.reason, gettext("a person") in str(event.sentence)) for event in told] == [
        (staff.pk, "전화", True),
        (staff.pk, "", False),
    ]
    assert "words_without_amount" in str(told[1].sentence)


def test_uncertain_claim_has_its_sign_and_its_stage(incident: Any, user_as: Any) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    sure = factories.ClaimFactory(incident=incident)
    run(staff, rules(staff, incident), sure)
    assert {key: [mark.tone for mark in marks] for key, marks in flags_of([claim.pk, sure.pk], staff).items()} == {
        claim.pk: ["warning"]
    }
    stage = next(stage for stage in stages() if stage.code == "classified")
    assert (stage.place, stage.rows().filter(claim_id=sure.pk).exists()) == (20, True)


@pytest.mark.parametrize(("word", "place"), [("uncertain", 0), ("person", 1), ("rule", 2)])
def test_list_of_claims_is_narrowed_by_certainty(
    incident: Any, user_as: Any, signed_in: Any, word: str, place: int
) -> None:
    staff = user_as("intake_staff")
    uncertain, spoken = unsure(staff, incident, 2)
    sure = factories.ClaimFactory(incident=incident)
    run(staff, rules(staff, incident), sure)
    classify_by_hand(
        by=staff, claim=spoken, values={"nature": "inquiry"}, reason="확인", version=standing(spoken).version
    )
    page = signed_in(staff).get(address("claims_claim_changelist"), {"certainty": word})
    found = {claim.pk for claim in page.context["cl"].result_list}
    expected = [{uncertain.pk}, {spoken.pk}, {uncertain.pk, sure.pk}]
    assert found == expected[place]


def test_hand_page_writes_the_chosen_axes_alone(incident: Any, user_as: Any, signed_in: Any) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    given = {"pricing": "paid", "nature": "", "reason": "영수증", "version": 1}
    response = signed_in(staff).post(address("claims_claim_classify", claim.pk), given)
    row = standing(claim)
    assert response.url == f"{address('claims_claim_change', claim.pk)}?tab=classification"
    assert (row.pricing, row.pricing_by, row.nature_by) == ("paid", staff, None)


def test_stale_hand_page_shows_theirs_and_yours(incident: Any, user_as: Any, signed_in: Any) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    classify_by_hand(by=staff, claim=claim, values={"pricing": "paid"}, reason="확인", version=1)
    given = {"pricing": "unknown", "reason": "영수증", "version": 1}
    page = signed_in(staff).post(address("claims_claim_classify", claim.pk), given)
    assert (page.status_code, len(page.context["stale"]), standing(claim).pricing) == (200, 1, "paid")


def test_page_of_the_rules_takes_the_word_back(incident: Any, user_as: Any, signed_in: Any) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    classify_by_hand(by=staff, claim=claim, values={"pricing": "paid"}, reason="확인", version=1)
    given = {"axes": ["pricing"], "reason": "규칙이 맞음", "version": 2}
    signed_in(staff).post(address("claims_claim_let_rules_decide", claim.pk), given)
    assert (standing(claim).pricing, standing(claim).pricing_by) == ("free", None)


def test_looking_at_the_queue_takes_nothing(incident: Any, user_as: Any, signed_in: Any) -> None:
    staff = user_as("intake_staff")
    unsure(staff, incident, 2)
    page = signed_in(staff).get(address(QUEUE))
    assert (page.context["waiting"], page.context["row"], QueueTurn.objects.count()) == (2, None, 0)


def test_queue_is_worked_by_posts_alone(incident: Any, user_as: Any, signed_in: Any) -> None:
    staff = user_as("intake_staff")
    first, second = unsure(staff, incident, 2)
    client = signed_in(staff)
    client.post(address(QUEUE), {"act": "begin"})
    page = client.get(address(QUEUE))
    assert (page.context["claim"], [group["begins"] for group in page.context["axes"]]) == (
        first,
        [False, False, True, False],
    )
    client.post(address(QUEUE), choices(first, nature="monetary"))
    assert (standing(first).nature, getattr(held_by(staff), "pk", None)) == ("monetary", second.pk)
    client.post(address(QUEUE), {"act": "reopen"})
    assert client.get(address(QUEUE)).context["claim"] == first
    client.post(address(QUEUE), {"act": "skip", "claim": first.pk})
    client.post(address(QUEUE), choices(second))
    page = client.get(address(QUEUE))
    assert (page.context["waiting"], page.context["row"]) == (0, None)
    assert gettext("No claim is uncertain. There is nothing to do here.") in page.content.decode()


def test_refused_confirmation_keeps_what_was_chosen(incident: Any, user_as: Any, signed_in: Any) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    take_turn(by=staff)
    page = signed_in(staff).post(address(QUEUE), choices(claim, nature="monetary", reason=" "))
    chosen = [
        value for group in page.context["axes"] for _number, value, _word, is_chosen in group["choices"] if is_chosen
    ]
    assert (page.status_code, bool(page.context["refusal"]), chosen[2]) == (200, True, "monetary")
    assert standing(claim).nature_by is None


def test_queue_page_shows_numbers_masked(incident: Any, user_as: Any, signed_in: Any) -> None:
    staff = user_as("intake_staff")
    claim = factories.ClaimFactory(incident=incident, phone="01098765432", **UNSURE)
    run(staff, rules(staff, incident))
    take_turn(by=staff)
    text = signed_in(staff).get(address(QUEUE)).content.decode()
    assert [claim.receipt_number in text, "01098765432" in text, "1208147521" in text] == [True, False, False]


@pytest.mark.parametrize("given", [{"claim": "x"}, {"version": "x"}, {"claim": "9" * 30}])
def test_confirmation_that_makes_no_sense_is_refused(
    incident: Any, user_as: Any, signed_in: Any, given: dict[str, str]
) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    take_turn(by=staff)
    page = signed_in(staff).post(address(QUEUE), choices(claim) | given)
    assert (page.status_code, bool(page.context["refusal"])) == (200, True)


def test_queue_without_a_token_is_refused(incident: Any, user_as: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user_as("intake_staff"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address(QUEUE), {"act": "begin"}).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_the_uncertain_costs_the_same_however_many(
    incident: Any, user_as: Any, signed_in: Any, django_assert_num_queries: Any, count: int
) -> None:
    staff = user_as("intake_staff")
    unsure(staff, incident, count)
    client = signed_in(staff)
    client.get(address("claims_classification_changelist"))
    with django_assert_num_queries(8):
        page = client.get(address("claims_classification_changelist"))
    assert len(page.context["cl"].result_list) == count


def test_filtered_list_is_reclassified_and_undone(incident: Any, user_as: Any, signed_in: Any) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    client = signed_in(staff)
    new = f"{address('claims_reclassification_new')}?certainty=uncertain&o=1&_set=nature:monetary&_keeps=1"
    page = client.get(new)
    assert (page.context["would"].claims, Reclassification.objects.count()) == (1, 0)
    client.post(new, {"reason": "확인", "claims": 1, "won": 0})
    act = Reclassification.objects.get()
    assert (act.narrowing, act.axis, act.value, act.keeps_words) == (
        {"certainty": ["uncertain"]},
        "nature",
        "monetary",
        True,
    )
    assert act.job is not None
    carry_out(act.job.pk)
    assert standing(claim).nature == "monetary"
    undo = address("claims_reclassification_undo", act.pk)
    assert client.get(undo).status_code == 200
    client.post(undo, {"reason": "잘못"})
    act.refresh_from_db()
    assert act.job is not None
    carry_out(act.job.pk)
    shown = client.get(address("claims_reclassification_change", act.pk))
    assert (standing(claim).nature, shown.context["moved"]) == ("inquiry", 0)


def test_page_shows_why_a_set_cannot_be_reclassified(incident: Any, user_as: Any, signed_in: Any) -> None:
    staff = user_as("intake_staff")
    unsure(staff, incident)
    page = signed_in(staff).get(
        address("claims_reclassification_new"), {"q": "010-1234-5678", "_set": "nature:monetary"}
    )
    assert (page.status_code, bool(page.context["refused"]), page.context["would"]) == (200, True, None)
    assert [str(message) for message in get_messages(page.wsgi_request)] == []


def test_import_is_taken_out_although_its_claims_were_looked_at(incident: Any, user_as: Any) -> None:
    staff = user_as("intake_staff")
    claim_import = factories.ClaimImportFactory(incident=incident)
    factories.ClaimFactory(incident=incident, claim_import=claim_import, **UNSURE)
    run(staff, rules(staff, incident))
    act = start_reclassification(
        by=staff,
        incident=incident,
        narrowing={},
        axis="pricing",
        value="paid",
        keeps_words=True,
        reason="확인",
        seen=(1, 0),
    )
    assert act.job is not None
    carry_out(act.job.pk)
    take_turn(by=staff)
    assert take_out(claim_import) == (1, [])
    assert (Classification.objects.count(), held_by(staff), take_turn(by=staff)) == (0, None, None)
