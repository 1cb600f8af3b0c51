"""What the claim's page and the list say of duplicates: the tab, the signs, the history and the filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext

from claims.models import Claim, DuplicateClosure, DuplicateGroup, DuplicateMember
from claims.register.panels import events_of, flags_of
from claims.triage.duplicates.services import settle, take_back
from tests import factories

pytestmark = pytest.mark.django_db

Make = Callable[..., Claim]


@pytest.fixture
def staff(user_as: Any) -> Any:
    return user_as("intake_staff")


def tab_of(client: Any, claim: Claim) -> Any:
    return client.get(reverse("admin:claims_claim_change", args=(claim.pk,)), {"tab": "duplicates"})


def words(claim: Claim, staff: Any) -> list[str]:
    ours = {gettext("Duplicate?"), gettext("Closed as a duplicate"), gettext("Shared account")}
    return [str(mark.word) for mark in flags_of([claim.pk], staff).get(claim.pk, []) if mark.word in ours]


def test_tab_tells_groups_closure_and_what_was_closed(claim: Make, staff: Any, signed_in: Any) -> None:
    one, two = claim(), claim()
    group = factories.DuplicateGroupFactory(claims=[one, two])
    client = signed_in(staff)
    tab = tab_of(client, one).context["tab"]
    assert [shown for shown, _member, _reasons in tab["groups"]] == [group]
    settle(by=staff, group=group, verdict="same_claim", kept=two.pk)
    closed, kept = (tab_of(client, row).context["tab"] for row in (one, two))
    assert (closed["closure"].kept, kept["closure"]) == (two, None)
    assert [row.claim for row in kept["closed"]] == [one]


def test_tab_without_likes_says_so(claim: Make, staff: Any, signed_in: Any) -> None:
    assert gettext("No other claim looks like this one.") in tab_of(signed_in(staff), claim()).content.decode()


def test_tab_costs_the_same_with_one_group_and_three(claim: Make, staff: Any, signed_in: Any) -> None:
    once, often = claim(), claim()
    for row, times in ((once, 1), (often, 3)):
        for _ in range(times):
            DuplicateMember.objects.filter(claim=row).update(is_live=False)
            DuplicateGroup.objects.filter(members__claim=row).exclude(state="superseded").update(state="superseded")
            factories.DuplicateGroupFactory(claims=[row, claim()])
    client = signed_in(staff)
    tab_of(client, once)
    counts = []
    for row in (once, often):
        with CaptureQueriesContext(connection) as asked:
            tab_of(client, row)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_signs_follow_the_verdict(claim: Make, staff: Any) -> None:
    one, two = claim(), claim()
    group = factories.DuplicateGroupFactory(claims=[one, two])
    waits, closed = gettext("Duplicate?"), gettext("Closed as a duplicate")
    assert (words(one, staff), words(two, staff)) == ([waits], [waits])
    verdict = settle(by=staff, group=group, verdict="same_claim", kept=two.pk)
    assert (words(one, staff), words(two, staff)) == ([closed], [])
    take_back(by=staff, verdict=verdict, reason="다른 접수")
    assert (words(one, staff), words(two, staff)) == ([waits], [waits])


def test_sign_of_a_shared_account(claim: Make, staff: Any, look: Any) -> None:
    one, other = claim(account="110123456789", bank_code="004"), claim(account="110123456789", bank_code="004")
    look()
    assert [words(row, staff) for row in (one, other, claim())] == [[gettext("Shared account")]] * 2 + [[]]


def test_filter_narrows_the_list_of_claims(claim: Make, staff: Any, signed_in: Any, look: Any) -> None:
    open_one, open_two, closed, kept, plain = (claim() for _ in range(5))
    factories.DuplicateGroupFactory(claims=[open_one, open_two])
    settle(by=staff, group=factories.DuplicateGroupFactory(claims=[closed, kept]), verdict="same_claim", kept=kept.pk)
    shared = claim(account="110123456789", bank_code="004")
    factories.SharedAccountFactory(incident=shared.incident, account_index=bytes(shared.account_index or b""))
    client = signed_in(staff)
    for value, rows in (
        ("open", {open_one, open_two}),
        ("closed", {closed}),
        ("risk", {shared}),
        ("none", {kept, plain}),
    ):
        answer = client.get(reverse("admin:claims_claim_changelist"), {"duplicates": value})
        assert {row.pk for row in answer.context["cl"].result_list} == {row.pk for row in rows}


def test_history_tells_what_was_found_said_and_closed(claim: Make, staff: Any) -> None:
    one, two = claim(), claim()
    group = factories.DuplicateGroupFactory(claims=[one, two])
    verdict = settle(by=staff, group=group, verdict="same_claim", kept=two.pk, reason="같은 글")
    take_back(by=staff, verdict=verdict, reason="다른 접수")
    told = [(event.act, event.reason) for event in events_of(one, staff) if "duplicates" in event.act]
    assert ("claims.look_for_duplicates", "") in told
    assert told.count(("claims.settle_duplicates", "같은 글")) == 2
    back = [event for event in events_of(one, staff) if event.act == "claims.take_back_verdict"]
    assert gettext("No longer closed in favour of %(kept)s.") % {"kept": two} in [str(event.sentence) for event in back]
    assert DuplicateClosure.objects.get().ended_at is not None
