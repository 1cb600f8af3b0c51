"""The workbench of duplicates: its list, a group side by side, verdicts by form, taking back, and shared accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from claims.models import Claim, DuplicateClosure, DuplicateGroup, DuplicateVerdict
from claims.triage.duplicates.models import VerdictKind
from claims.triage.duplicates.services import LOOK, settle
from committee.models import Payment
from relief.jobs.models import Job
from tests import factories
from tests.committee import factories as committee

pytestmark = pytest.mark.django_db

Make = Callable[..., Claim]
SCRIPT = "<script>alert(1)</script>"


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:claims_duplicategroup_{name}", args=args)


@pytest.fixture
def staff(user_as: Any) -> Any:
    return user_as("intake_staff")


@pytest.fixture
def page(staff: Any, signed_in: Any) -> Client:
    """The client of somebody who settles groups."""
    return signed_in(staff)  # type: ignore[no-any-return]


@pytest.fixture
def group(claim: Make) -> Callable[..., DuplicateGroup]:
    """Make an open group of so many claims."""

    def make(size: int = 2, **given: Any) -> DuplicateGroup:
        return factories.DuplicateGroupFactory(claims=[claim() for _ in range(size)], **given)  # type: ignore[no-any-return]

    return make


Group = Callable[..., DuplicateGroup]


def members(group: DuplicateGroup) -> list[int]:
    return list(group.members.order_by("claim").values_list("claim_id", flat=True))


def queries_of(page: Client, where: str, **words: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert page.get(where, words).status_code == 200
    return len(asked)


def test_list_shows_open_groups_the_most_alike_first(page: Client, group: Group, staff: Any) -> None:
    low, high, settled = group(score=50), group(score=90), group(score=99)
    settle(by=staff, group=settled, verdict="distinct")
    assert list(page.get(address("changelist")).context["cl"].result_list) == [high, low]
    for words, rows in (({"state": "settled"}, [settled]), ({"state": "all"}, [settled, high, low])):
        assert list(page.get(address("changelist"), words).context["cl"].result_list) == rows


def test_list_is_narrowed_by_reason_risk_and_size(page: Client, group: Group) -> None:
    phone, risk, large = group(reasons=["phone"]), group(is_risk=True), group(3)
    for words, rows in (
        ({"reason": "phone"}, {phone}),
        ({"risk": "yes"}, {risk}),
        ({"risk": "no"}, {phone, large}),
        ({"size": "3"}, {large}),
        ({"size": "2"}, {phone, risk}),
        ({"size": "50"}, set()),
    ):
        assert set(page.get(address("changelist"), words).context["cl"].result_list) == rows


def test_empty_list_says_when_groups_come(page: Client) -> None:
    said = gettext("No group of duplicates waits for a verdict. They are looked for whenever claims come in or change.")
    assert said in page.get(address("changelist")).content.decode()


def test_list_costs_the_same_with_one_group_and_three(page: Client, group: Group) -> None:
    group()
    page.get(address("changelist"))
    one = queries_of(page, address("changelist"))
    group(), group(3)
    assert queries_of(page, address("changelist")) == one


def test_group_shows_its_claims_side_by_side(page: Client, claim: Make) -> None:
    one, two = claim(name="행복꽃집", phone="01011112222"), claim(name="행복꽃짐", phone="01011112222")
    group = factories.DuplicateGroupFactory(claims=[one, two])
    answer = page.get(address("change", group.pk))
    text = answer.content.decode()
    assert [one.receipt_number in text, two.receipt_number in text, "01011112222" in text] == [True, True, False]
    differing = {str(row.label): row.differs for row in answer.context["rows"]}
    assert (differing[gettext("Name")], differing[gettext("Phone")]) == (True, False)
    assert gettext("same registration number") in text


def test_group_costs_the_same_with_one_pair_and_three_claims(page: Client, group: Group) -> None:
    _next, pair, three = group(score=1), group(), group(3)
    page.get(address("change", pair.pk))
    assert queries_of(page, address("change", pair.pk)) == queries_of(page, address("change", three.pk))


def test_names_and_words_are_shown_as_text(page: Client, claim: Make, staff: Any) -> None:
    one, two = claim(name=SCRIPT, description=SCRIPT), claim(name=SCRIPT)
    group = factories.DuplicateGroupFactory(claims=[one, two])
    settle(by=staff, group=group, verdict="distinct", reason=SCRIPT)
    take_back = address("take_back", group.pk)
    tab = reverse("admin:claims_claim_change", args=(one.pk,)) + "?tab=duplicates"
    for where in (address("change", group.pk), address("settle", group.pk), take_back, tab):
        assert SCRIPT not in page.get(where).content.decode()
    assert "&lt;script&gt;" in page.get(address("change", group.pk)).content.decode()


def test_verdict_closes_the_others_and_opens_the_next_group(page: Client, group: Group) -> None:
    later, first = group(score=40), group(score=80)
    one, two = members(first)
    sent = {"verdict": "same_claim", "kept": two, "reason": "같은 글"}
    answer = page.post(address("settle", first.pk), sent)
    assert answer.headers["Location"] == address("change", later.pk)
    assert DuplicateClosure.objects.get().claim_id == one
    said = str(next(iter(get_messages(answer.wsgi_request))))
    assert said == gettext("%(group)s: %(verdict)s (%(count)s claims).") % {
        "group": first, "verdict": VerdictKind.SAME_CLAIM.label, "count": "2",
    }  # fmt: skip
    answer = page.post(address("settle", later.pk), {"verdict": "distinct", "kept": members(later)[0]})
    assert answer.headers["Location"] == address("changelist")
    assert DuplicateVerdict.objects.get(group=later).kept is None


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (
            {"verdict": "same_claim"},
            gettext("Choose the claim that is kept, and only where it is the same claim."),
        ),
        (
            {"verdict": "distinct", "scope": "part"},
            gettext("Choose claims of this group that have no verdict yet. Reload the page to see which."),
        ),
    ],
)
def test_refusal_is_shown_and_nothing_is_written(
    page: Client, group: Group, sent: dict[str, str], sentence: str
) -> None:
    answer = page.post(address("settle", group().pk), sent)
    assert answer.status_code == 200
    assert str(sentence) in answer.context["form"].non_field_errors()
    assert not DuplicateVerdict.objects.exists()


def test_verdict_on_a_settled_group_is_refused_in_words(page: Client, group: Group, staff: Any) -> None:
    settled = group()
    settle(by=staff, group=settled, verdict="distinct")
    answer = page.post(address("settle", settled.pk), {"verdict": "unrelated"})
    said = gettext("Somebody else has settled this group, or its claims changed. Reload the page to see how it stands.")
    assert answer.context["form"].non_field_errors() == [said]


def test_group_of_60_is_paged_and_settled_in_parts_or_as_a_whole(page: Client, group: Group) -> None:
    large = group(60)
    keys = members(large)
    first, second = (page.get(address("change", large.pk), {"p": number}) for number in (1, 2))
    shown = [[column.claim.pk for column in answer.context["columns"]] for answer in (first, second)]
    assert shown == [keys[:50], keys[50:]]
    page.post(
        address("settle", large.pk), {"verdict": "same_claim", "kept": keys[0], "scope": "part", "part": keys[:50]}
    )
    large.refresh_from_db()
    assert (large.state, DuplicateClosure.objects.count()) == ("open", 49)
    page.post(address("settle", large.pk), {"verdict": "unrelated", "scope": "whole"})
    large.refresh_from_db()
    assert (large.state, large.members.filter(verdict=None).count()) == ("settled", 0)


def test_decided_and_paid_members_are_warned_about_and_kept_first(page: Client, incident: Any, claim: Make) -> None:
    committee.decided(incident, [200_000])
    decided = Claim.objects.latest("pk")
    group = factories.DuplicateGroupFactory(claims=[claim(), decided, claim()])
    answer = page.get(address("change", group.pk))
    counts = ("keep", "paid_count", "decided_count")
    assert [answer.context[name] for name in counts] == [decided.pk, 0, 1]
    sentence = ngettext(
        "%(shown)s claim of this group has a decision. Closed as a duplicate it is not paid; keep it unless another "
        "one should be paid.",
        "%(shown)s claims of this group have a decision. Closed as duplicates they are not paid; keep the one that "
        "should be paid.",
        1,
    ) % {"shown": "1"}
    assert sentence in answer.content.decode()


def test_paid_member_cannot_be_closed_and_the_page_says_so_before(page: Client, incident: Any, claim: Make) -> None:
    committee.decided(incident, [200_000])
    committee.drafted(incident)
    paid = Payment.objects.get().claim
    group = factories.DuplicateGroupFactory(claims=[other := claim(), paid])
    answer = page.get(address("change", group.pk))
    assert [answer.context[name] for name in ("keep", "paid_count", "decided_count")] == [paid.pk, 1, 0]
    assert (gettext("In a payout batch"), "1") in page.get(address("settle", group.pk)).context["facts"]
    answer = page.post(address("settle", group.pk), {"verdict": "same_claim", "kept": other.pk})
    (said,) = answer.context["form"].non_field_errors()
    assert str(paid.receipt_number) in said
    assert not DuplicateClosure.objects.exists()


def test_verdict_is_taken_back_with_a_reason(page: Client, group: Group, staff: Any) -> None:
    settled = group()
    verdict = settle(by=staff, group=settled, verdict="same_claim", kept=members(settled)[0])
    where = f"{address('take_back', settled.pk)}?verdict={verdict.pk}"
    assert page.post(where, {"reason": ""}).context["form"].errors
    assert page.post(where, {"reason": "다른 접수"}).headers["Location"] == address("change", settled.pk)
    settled.refresh_from_db()
    assert (settled.state, DuplicateClosure.objects.filter(ended_at=None).count()) == ("open", 0)


@pytest.mark.parametrize("words", ["", "?verdict=0", "?verdict=x", f"?verdict={'9' * 40}"])
def test_taking_back_where_no_verdict_stands_is_refused_in_words(page: Client, group: Group, words: str) -> None:
    where = address("take_back", group().pk) + words
    assert (gettext("Verdict"), gettext("No such verdict stands.")) in page.get(where).context["facts"]
    answer = page.post(where, {"reason": "확인"})
    said = gettext("No such verdict stands on this group. Open the group to see what was said of it.")
    assert answer.context["form"].non_field_errors() == [said]
    assert not DuplicateVerdict.objects.exists()


def test_group_of_another_incident_is_not_found(page: Client) -> None:
    stranger = factories.IncidentFactory()
    group = factories.DuplicateGroupFactory(claims=[factories.ClaimFactory(incident=stranger) for _ in range(2)])
    account = factories.SharedAccountFactory(incident=stranger)
    for name in ("change", "settle", "take_back"):
        assert page.get(address(name, group.pk)).status_code == 404
    assert page.post(address("settle", group.pk), {"verdict": "distinct"}).status_code == 404
    assert page.get(reverse("admin:claims_sharedaccount_change", args=(account.pk,))).status_code == 404
    assert list(page.get(address("changelist")).context["cl"].result_list) == []


def test_who_only_reads_sees_the_group_and_no_verdict_form(user_as: Any, signed_in: Any, group: Group) -> None:
    client, shown = signed_in(user_as("auditor")), group()
    answer = client.get(address("change", shown.pk))
    assert (answer.status_code, answer.context["settles"], 'name="kept"' in answer.content.decode()) == (
        200,
        False,
        False,
    )
    assert client.post(address("settle", shown.pk), {"verdict": "distinct"}).status_code == 403


def test_search_is_started_once_from_its_page(page: Client, group: Group) -> None:
    group()
    assert (gettext("Open groups"), "1") in page.get(address("look")).context["facts"]
    assert page.post(address("look")).headers["Location"] == address("look")
    assert Job.objects.filter(kind=LOOK).count() == 1
    assert page.post(address("look")).context["form"].non_field_errors()
    assert Job.objects.filter(kind=LOOK).count() == 1


def test_shared_account_lists_its_claims_masked(page: Client, claim: Make, look: Any) -> None:
    claims = [claim(account="110123456789", bank_code="004", name=name) for name in ("김민서", SCRIPT)]
    look()
    answers = [
        page.get(reverse("admin:claims_sharedaccount_changelist")),
        page.get(reverse("admin:claims_sharedaccount_change", args=(_only_account(),))),
    ]
    for answer in answers:
        text = answer.content.decode()
        assert ["110123456789" in text, SCRIPT in text] == [False, False]
    assert all(str(one.receipt_number) in answers[1].content.decode() for one in claims)


def _only_account() -> int:
    return int(factories.SharedAccountFactory._meta.model.objects.get().pk)
