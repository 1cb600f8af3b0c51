"""The page of a claim: its head, its tabs, what each costs, and whom it tells what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext, override

from claims.models import Claim
from claims.register import claim_tabs, panels
from claims.register.panels import Event, tabs_of
from claims.register.services import correct_claim
from committee.decisions.models import Decision
from committee.decisions.services import supersede
from committee.demo.rule_sets import FINAL_RULES
from relief.clock import now
from tests import factories
from tests.committee.factories import approved, classified, decided, drafted

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"
OWN_TABS = ["facts", "decision", "payment", "history"]


def page_of(client: Any, claim: Claim, **words: str) -> Any:
    return client.get(reverse("admin:claims_claim_change", args=(claim.pk,)), words)


def told(client: Any, claim: Claim) -> tuple[str, str]:
    """The stage and the next step of a claim, as codes."""
    context = page_of(client, claim).context
    return context["stage"].code, context["next_step"]["code"]


def test_head_tells_the_stage_and_what_is_next(incident: Any, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("manager", "intake_staff"))
    unclassified = factories.ClaimFactory(incident=incident)
    (incomplete,) = classified(incident, [100_000], without_account=True)
    (ready,) = classified(incident, [100_000])
    assert [told(client, claim) for claim in (unclassified, incomplete, ready)] == [
        ("registered", "classify"),
        ("classified", "complete"),
        ("classified", "decide"),
    ]
    link = page_of(client, incomplete).context["next_step"]["address"]
    assert link == reverse("admin:claims_claim_correct", args=(incomplete.pk,))


def test_head_follows_the_claim_from_decision_to_bank(incident: Any, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("manager"))
    decided(incident, [200_000, 900_000, None])
    supported, large, without = Claim.objects.order_by("pk")
    assert [told(client, claim) for claim in (supported, large, without)] == [
        ("decided", "compose"),
        ("decided", "examine"),
        ("decided", "nothing"),
    ]
    assert page_of(client, supported).context["verdict"].amount == 30_000
    drafted(incident)
    assert told(client, supported) == ("in_batch", "pay")


def test_decision_is_not_told_to_who_may_not_see_it(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident, [200_000])
    claim = Claim.objects.get()
    context = page_of(signed_in(user_as("intake_staff")), claim, tab="decision").context
    assert (context["verdict"], context["opened"], context["next_step"]["code"]) == (None, None, "follow")
    assert "30,000원" not in page_of(signed_in(user_as("intake_staff")), claim).content.decode()


def test_decision_tab_shows_the_standing_decision_and_what_it_superseded(
    incident: Any, user_as: Any, signed_in: Any
) -> None:
    decided(incident, [200_000])
    first = Decision.objects.get()
    second = supersede(
        by=factories.UserFactory(is_superuser=True),
        decision=first,
        outcome=Decision.Outcome.SUPPORTED,
        amount=45_000,
        reason="다시 봄",
    )
    chain = page_of(signed_in(user_as("manager")), first.claim, tab="decision").context["tab"]["chain"]
    assert [decision for decision, _sentence, _mark in chain] == [second, first]
    assert "다시 봄" in chain[0][1]


def test_payment_tab_shows_batch_approval_and_masked_account(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident, [200_000], account="110987650001")
    batch = approved(incident)
    text = page_of(signed_in(user_as("manager")), Claim.objects.get(), tab="payment").content.decode()
    shown = [str(batch) in text, str(batch.approvals.get().approved_by) in text, "110987650001" in text]
    assert shown == [True, True, False]


def many_events(claim: Claim) -> list[Event]:
    """Lines of a slice that has much to tell."""
    start = now()
    return [Event(start + timedelta(seconds=place), 0, "claims.helpdesk", f"연락 {place}") for place in range(120)]


def test_history_is_paged_and_kept_to_one_kind(incident: Any, user_as: Any, signed_in: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(panels, "_historians", [*panels._historians, ("claims.view_claim", many_events)])
    claim = factories.ClaimFactory(incident=incident)
    client = signed_in(user_as("auditor"))
    pages = [page_of(client, claim, tab="history", page=str(page)).context["tab"] for page in (1, 2, 3, 99)]
    assert [len(page["lines"]) for page in pages] == [50, 50, 21, 21]
    assert pages[0]["lines"][0][0].sentence == "연락 119"
    kept = page_of(client, claim, tab="history", kind="claims.helpdesk").context["tab"]
    assert (kept["page"].paginator.count, kept["count"]) == (120, 121)
    assert "page=2" in kept["older_url"]
    assert "kind=claims.helpdesk" in kept["older_url"]
    overview = page_of(client, claim).context
    assert (len(overview["events"]), overview["older"]) == (8, 113)


def test_facts_tab_tells_the_corrections(incident: Any, user_as: Any, signed_in: Any) -> None:
    claim = factories.ClaimFactory(incident=incident)
    staff = user_as("intake_staff")
    correct_claim(by=staff, claim=claim, version=1, reason="전화로 확인", changes={"claimed_loss": "321000"})
    lines = page_of(signed_in(staff), claim, tab="facts").context["tab"]["corrections"]
    assert [(event.reason, person) for event, person, _act in lines] == [("전화로 확인", staff), ("", None)]


@pytest.mark.parametrize("tab", ["", *OWN_TABS])
def test_script_is_shown_as_text_and_a_long_text_is_folded(
    incident: Any, user_as: Any, signed_in: Any, tab: str
) -> None:
    claim = factories.ClaimFactory(incident=incident, name=SCRIPT, description=SCRIPT + "가" * 1_000)
    text = page_of(signed_in(user_as("manager")), claim, tab=tab).content.decode()
    assert (SCRIPT in text, "&lt;script&gt;" in text) == (False, True)
    assert ("<details" in text and "claims-folded" in text) == (tab in {"", "facts"})


def test_claim_without_name_says_so(incident: Any, user_as: Any, signed_in: Any) -> None:
    claim = factories.ClaimFactory(incident=incident, name="")
    with override("ko"):
        said = gettext("No name")
    assert said in page_of(signed_in(user_as("auditor")), claim).content.decode()


def test_own_tabs_are_there_for_who_may_see_them(user_as: Any) -> None:
    seen = {
        role: [tab.code for tab in tabs_of(user_as(role)) if tab.code in OWN_TABS] for role in ("manager", "finance")
    }
    assert seen == {"manager": OWN_TABS, "finance": OWN_TABS}
    assert [tab.code for tab in tabs_of(user_as("intake_staff")) if tab.code in OWN_TABS] == ["facts", "history"]


def test_every_tab_costs_the_same_with_one_row_and_with_many(
    incident: Any, user_as: Any, signed_in: Any, monkeypatch: Any
) -> None:
    user = user_as("manager", "intake_staff", "auditor")
    client = signed_in(user)
    decided(incident, [200_000], claimant=factories.ClaimantFactory(incident=incident))
    drafted(incident)
    # A corrected claim is classified by the newest rules.
    factories.RuleSetFactory(incident=incident, rules=FINAL_RULES)
    claim = Claim.objects.get()

    def counts() -> dict[str, int]:
        made = {}
        for tab in ("", *(tab.code for tab in tabs_of(user))):
            page_of(client, claim, tab=tab)
            with CaptureQueriesContext(connection) as queries:
                page_of(client, claim, tab=tab)
            made[tab] = len(queries)
        return made

    def correct(version: int) -> None:
        changes = {"claimed_loss": str(200_000 + version)}
        correct_claim(by=user, claim=claim, version=version, reason="정정", changes=changes)

    correct(1)
    at_one = counts()
    first = Decision.objects.get()
    chair = factories.UserFactory(is_superuser=True)
    for amount in (40_000, 41_000, 42_000):
        first = supersede(by=chair, decision=first, outcome=Decision.Outcome.SUPPORTED, amount=amount, reason="다시 봄")
    for version in (2, 3, 4):
        correct(version)
    for _place in range(20):
        factories.ClaimFactory(incident=incident, claimant=claim.claimant)
    monkeypatch.setattr(panels, "_historians", [*panels._historians, ("claims.view_claim", many_events)])
    claim.refresh_from_db()
    at_many = counts()
    assert at_many == at_one
    assert {tab: at_one[tab] for tab in ("", *OWN_TABS)} == {
        "": 60,
        "facts": 46,
        "decision": 46,
        "payment": 46,
        "history": 60,
    }


def test_claimant_page_sums_his_claims_and_names_who_shares_his_number(
    incident: Any, user_as: Any, signed_in: Any
) -> None:
    claimant = factories.ClaimantFactory(incident=incident, identity="01011112222", name="김하나")
    other = factories.ClaimantFactory(incident=incident, identity="01011112222", name="김둘")
    factories.ClaimantFactory(incident=incident, identity="01011112222", name="접수없음")
    for owner, loss in ((claimant, 100), (claimant, None), (other, 70)):
        factories.ClaimFactory(incident=incident, claimant=owner, claimed_loss=loss)
    context = signed_in(user_as("auditor")).get(reverse("admin:claims_claimant_change", args=(claimant.pk,))).context
    assert (context["total"]["won"], context["claimant"].counted) == (100, 2)
    assert [(row, row.counted, row.won) for row in context["others"]] == [(other, 1, 70)]


def test_event_lines_name_people_in_one_query(incident: Any, django_assert_num_queries: Any) -> None:
    people = [factories.UserFactory(intake_staff=True, incident=incident) for _ in range(3)]
    events = [Event(now(), person.pk, "claims.correct_claim", "x") for person in people]
    with django_assert_num_queries(1):
        assert [person for _event, person, _act in claim_tabs.event_lines(events)] == people
