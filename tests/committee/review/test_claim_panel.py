"""What the claim's page and the list of claims say of objections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim
from claims.register.filters import ClaimFilter
from claims.register.holds import holds_on
from claims.register.panels import events_of, flags_of, panels_of
from committee.models import Decision, Objection
from committee.review.services import change, hand_back, take, uphold
from relief import clock
from relief.accounts.models import User
from tests import factories
from tests.committee.factories import decided, examined, objected

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
UserAs = Callable[..., User]


@pytest.fixture
def claim(incident: Any) -> Claim:
    decided(incident, (200_000,))
    return Decision.objects.get().claim


def shown(client: Client, claim: Claim, tab: str = "") -> Any:
    return client.get(reverse("admin:claims_claim_change", args=(claim.pk,)), {"tab": tab} if tab else {}).context


def test_tab_offers_to_record_only_where_a_decision_stands_and_none_is_open(
    claim: Claim, user_as: UserAs, signed_in: SignedIn
) -> None:
    client = signed_in(user_as("intake_staff"))
    address = f"{reverse('admin:committee_objection_receive')}?claim={claim.pk}"
    assert shown(client, claim, "objection")["tab"]["receive_url"] == address
    undecided = factories.ClaimFactory(incident=claim.incident)
    assert shown(client, undecided, "objection")["tab"]["receive_url"] == ""
    objection = objected(claim)
    tab = shown(client, claim, "objection")["tab"]
    assert ([row for row, *_ in tab["objections"]], tab["receive_url"]) == ([objection], "")
    assert shown(signed_in(user_as("auditor")), claim, "objection")["tab"]["receive_url"] == ""


def test_open_objection_stands_in_head_hold_flag_and_next_step(
    claim: Claim, user_as: UserAs, signed_in: SignedIn
) -> None:
    user, objection = user_as("secretary"), objected(claim)
    context = shown(signed_in(user), claim)
    assert [hold.code for hold in context["holds"]] == ["objection"]
    assert context["next_step"]["code"] == "held"
    assert "tab=objection" in context["next_step"]["address"]
    words = [str(hold.word) for hold in context["holds"]] + [str(sign.word) for sign in context["signs"]]
    assert len(words) == len(set(words))
    assert [mark.tone for mark in flags_of([claim.pk], user)[claim.pk]] == ["warning"]
    Objection.objects.filter(pk=objection.pk).update(answer_by=clock.today() - timedelta(days=1))
    assert [mark.tone for mark in flags_of([claim.pk], user)[claim.pk]] == ["danger"]


def test_objection_to_a_refusal_is_the_next_step(incident: Any, user_as: UserAs, signed_in: SignedIn) -> None:
    decided(incident, (None,))
    claim = Decision.objects.get(outcome="not_eligible").claim
    client = signed_in(user_as("secretary"))
    assert shown(client, claim)["next_step"]["code"] == "nothing"
    objection = examined(claim)
    step = shown(client, claim)["next_step"]
    assert step["code"] == "prove"
    assert "tab=objection" in step["address"]
    uphold(by=objection.reviewer, objection=objection, reasons="x")
    assert shown(client, claim)["next_step"]["code"] == "nothing"


def test_ended_objection_leaves_no_hold_flag_or_box(claim: Claim, user_as: UserAs) -> None:
    objection, user = examined(claim), user_as("auditor")
    boxes = len(panels_of(claim, user))
    uphold(by=objection.reviewer, objection=objection, reasons="x")
    assert (holds_on(claim), flags_of([claim.pk], user)) == ([], {})
    assert len(panels_of(claim, user)) == boxes - 1


def test_history_tells_who_did_what_under_its_own_act(claim: Claim, user_as: UserAs) -> None:
    first = examined(claim)
    hand_back(by=first.reviewer, objection=first, reason="출장")
    take(by=first.reviewer, objection=first)
    change(by=first.reviewer, objection=first, outcome="supported", amount=50_000, reasons="장부 확인")
    told = [event for event in events_of(claim, user_as("auditor")) if "objection" in event.act]
    assert [event.act for event in reversed(told)] == [
        "committee.receive_objection",
        "committee.assign_objection",
        "committee.hand_back_objection",
        "committee.take_objection",
        "committee.change_objection",
    ]
    assert [event.reason for event in reversed(told)] == ["", "", "출장", "", "장부 확인"]
    assert str(first.reviewer) in told[3].sentence


def test_claims_are_narrowed_by_their_objections(incident: Any) -> None:
    decided(incident, (100_000, 200_000, 300_000))
    one, other, third = (row.claim for row in Decision.objects.order_by("pk"))
    ended = examined(other)
    uphold(by=ended.reviewer, objection=ended, reasons="x")
    objected(one)
    rows = Claim.objects.filter(incident=incident)
    found = {
        word: list(ClaimFilter({"objection": word}, queryset=rows, incident_id=incident.pk).qs)
        for word in ("open", "ended", "none")
    }
    assert found == {"open": [one], "ended": [other], "none": [third]}
