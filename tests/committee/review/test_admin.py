"""The pages of objections: who gets in, what they show, and that what is posted does what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Contact
from committee.models import Decision, Objection
from committee.review.cards import mine_card, unassigned_card
from relief import clock
from relief.accounts.models import User
from tests import factories
from tests.committee.factories import decided, examined, objected

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
UserAs = Callable[..., User]
RECEIVE = "admin:committee_objection_receive"
LIST = "admin:committee_objection_changelist"


@pytest.fixture
def decision(incident: Any) -> Decision:
    decided(incident, (200_000,))
    return Decision.objects.select_related("claim").get()


def page(objection: Objection, name: str = "change") -> str:
    return reverse(f"admin:committee_objection_{name}", args=(objection.pk,))


def posted(decision: Decision, **more: Any) -> dict[str, Any]:
    return {
        "decision": decision.pk,
        "came": "new:call",
        "received_on": clock.today().isoformat(),
        "ground": "loss",
        "grounds": "손실이 다릅니다.",
        "late_reason": "",
        **more,
    }


def test_receipt_number_leads_to_the_claim_and_the_form_records(
    decision: Decision, user_as: UserAs, signed_in: SignedIn
) -> None:
    client = signed_in(user_as("intake_staff"))
    found = client.post(reverse(RECEIVE), {"receipt_number": decision.claim.receipt_number})
    address = f"{reverse(RECEIVE)}?claim={decision.claim_id}"
    assert (found.status_code, found["Location"]) == (302, address)
    assert "200,000" in client.get(address).content.decode()
    answer = client.post(address, posted(decision))
    objection = Objection.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page(objection))
    assert (objection.decision, objection.contact) == (decision, Contact.objects.get())


def test_unknown_receipt_number_is_refused_on_the_page(
    decision: Decision, user_as: UserAs, signed_in: SignedIn
) -> None:
    foreign = factories.ClaimFactory()
    answer = signed_in(user_as("intake_staff")).post(reverse(RECEIVE), {"receipt_number": foreign.receipt_number})
    assert (answer.status_code, len(answer.context["form"].non_field_errors())) == (200, 1)


def test_claim_of_another_incident_is_not_found(decision: Decision, user_as: UserAs, signed_in: SignedIn) -> None:
    foreign = factories.ClaimFactory()
    assert signed_in(user_as("intake_staff")).get(f"{reverse(RECEIVE)}?claim={foreign.pk}").status_code == 404


def test_known_contact_of_the_claim_can_be_chosen_and_no_other(
    decision: Decision, user_as: UserAs, signed_in: SignedIn
) -> None:
    contact = factories.ContactFactory(claim=decision.claim)
    stranger = factories.ContactFactory(claim=factories.ClaimFactory(incident=decision.claim.incident))
    client, address = signed_in(user_as("intake_staff")), f"{reverse(RECEIVE)}?claim={decision.claim_id}"
    assert client.post(address, posted(decision, came=str(stranger.pk))).context["form"].errors.keys() == {"came"}
    assert client.post(address, posted(decision, came=str(contact.pk))).status_code == 302
    assert Objection.objects.get().contact == contact


def test_decision_of_another_claim_is_refused_on_the_page(
    decision: Decision, user_as: UserAs, signed_in: SignedIn
) -> None:
    other = factories.ClaimFactory(incident=decision.claim.incident)
    answer = signed_in(user_as("intake_staff")).post(f"{reverse(RECEIVE)}?claim={other.pk}", posted(decision))
    assert (answer.status_code, len(answer.context["form"].non_field_errors())) == (200, 1)
    assert not Objection.objects.exists()


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("take", {"committee_member", "chair"}),
        ("hand_back", {"committee_member", "chair"}),
        ("uphold", {"committee_member", "chair"}),
        ("change_decision", {"committee_member", "chair"}),
        ("assign", {"secretary"}),
        ("withdraw", {"intake_staff", "secretary"}),
    ],
)
def test_wrong_roles_are_refused_on_post(
    decision: Decision, user_as: UserAs, signed_in: SignedIn, name: str, roles: set[str]
) -> None:
    objection = examined(decision.claim)
    given = {"reasons": "x", "reason": "x", "outcome": "supported", "amount": 1, "reviewer": objection.reviewer_id}
    everybody = {"intake_staff", "committee_member", "secretary", "chair", "manager", "finance", "auditor"}
    for role in sorted(everybody - roles):
        assert signed_in(user_as(role)).post(page(objection, name), given).status_code == 403, role
    objection.refresh_from_db()
    assert objection.state == "assigned"


def test_reviewer_page_has_the_forms_and_marks_what_differs(
    decision: Decision, user_as: UserAs, signed_in: SignedIn
) -> None:
    objection = examined(decision.claim)
    decision.claim.__class__.objects.filter(pk=decision.claim_id).update(claimed_loss=400_000)
    context = signed_in(objection.reviewer).get(page(objection)).context
    assert [(fact.then, fact.now) for fact in context["facts"] if fact.differs] == [("200,000원", "400,000원")]
    assert (context["advice"].outcome, context["advice"].amount) == ("supported", 50_000)
    assert context["change_form"].initial == {"outcome": "supported", "amount": 50_000}
    other = signed_in(user_as("committee_member")).get(page(objection)).context
    assert (other["uphold_form"], other["change_form"]) == (None, None)


def test_reviewer_lets_the_decision_stand_on_the_page(decision: Decision, signed_in: SignedIn) -> None:
    objection = examined(decision.claim)
    answer = signed_in(objection.reviewer).post(page(objection, "uphold"), {"reasons": "장부와 같음"})
    objection.refresh_from_db()
    assert (answer.status_code, objection.state, objection.reasons) == (302, "upheld", "장부와 같음")


def test_reviewer_changes_the_decision_on_the_page(decision: Decision, signed_in: SignedIn) -> None:
    objection = examined(decision.claim)
    client, address = signed_in(objection.reviewer), page(objection, "change_decision")
    without = client.post(address, {"outcome": "supported", "amount": "", "reasons": "x"})
    assert without.context["form"].errors.keys() == {"amount"}
    answer = client.post(address, {"outcome": "not_eligible", "amount": "5", "reasons": "대상 아님"})
    objection.refresh_from_db()
    assert (answer.status_code, objection.state) == (302, "changed")
    assert (objection.changed_to.outcome, objection.changed_to.amount) == ("not_eligible", 0)
    shown = client.get(page(objection)).context
    assert (shown["later"], shown["advice"], shown["panel"].acts) == (objection.changed_to, None, [])


def test_secretary_assigns_takes_from_the_fitting_and_withdraws(
    decision: Decision, user_as: UserAs, signed_in: SignedIn
) -> None:
    objection, member = objected(decision.claim), user_as("committee_member")
    client = signed_in(user_as("secretary"))
    day = (clock.today() + timedelta(days=2)).isoformat()
    unfit = client.post(page(objection, "assign"), {"reviewer": decision.decided_by_id, "answer_by": day})
    assert unfit.context["form"].errors.keys() == {"reviewer"}
    assert client.post(page(objection, "assign"), {"reviewer": member.pk, "answer_by": day}).status_code == 302
    objection.refresh_from_db()
    assert (objection.reviewer, objection.answer_by.isoformat()) == (member, day)
    assert client.post(page(objection, "withdraw"), {"reason": "철회"}).status_code == 302
    objection.refresh_from_db()
    assert objection.state == "withdrawn"


def test_member_takes_it_and_hands_it_back(decision: Decision, user_as: UserAs, signed_in: SignedIn) -> None:
    objection, member = objected(decision.claim), user_as("committee_member")
    client = signed_in(member)
    client.post(page(objection, "take"))
    objection.refresh_from_db()
    assert objection.reviewer == member
    client.post(page(objection, "hand_back"), {"reason": "출장"})
    objection.refresh_from_db()
    assert (objection.state, objection.reviewer) == ("received", None)


def test_who_had_a_part_reads_why_he_cannot_take_it(decision: Decision, user_as: UserAs, signed_in: SignedIn) -> None:
    by = user_as("intake_staff", "committee_member")
    objection = objected(decision.claim, by=by)
    acts = signed_in(by).get(page(objection)).context["panel"].acts
    assert [bool(act.why_not) for act in acts] == [True, False]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("", {"free", "mine"}),
        ("state=all", {"free", "mine", "done"}),
        ("state=upheld", {"done"}),
        ("who=mine", {"mine"}),
        ("who=nobody", {"free"}),
        ("day=soon", {"free"}),
        ("day=overdue", {"mine"}),
        ("day=late&state=all", set()),
    ],
)
def test_list_is_narrowed(incident: Any, user_as: UserAs, signed_in: SignedIn, words: str, shown: set[str]) -> None:
    decided(incident, (100_000, 200_000, 300_000))
    free, mine, done = (decision.claim for decision in Decision.objects.order_by("pk"))
    reviewer = user_as("committee_member")
    rows = {
        "free": objected(free),
        "mine": examined(mine, reviewer=reviewer),
        "done": examined(done),
    }
    signed_in(rows["done"].reviewer).post(page(rows["done"], "uphold"), {"reasons": "x"})
    Objection.objects.filter(pk=rows["free"].pk).update(answer_by=clock.today() + timedelta(days=7))
    Objection.objects.filter(pk=rows["mine"].pk).update(answer_by=clock.today() - timedelta(days=1))
    answer = signed_in(reviewer).get(f"{reverse(LIST)}?{words}")
    found = {row.pk for row in answer.context["cl"].result_list}
    assert found == {rows[name].pk for name in shown}


def test_list_asks_as_often_for_many_as_for_one(
    incident: Any, user_as: UserAs, signed_in: SignedIn, django_assert_num_queries: Any
) -> None:
    decided(incident, (100_000, 200_000, 300_000))
    client = signed_in(user_as("chair"))
    first, *others = (decision.claim for decision in Decision.objects.order_by("pk"))
    examined(first)
    client.get(reverse(LIST))
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse(LIST))
    for claim in others:
        examined(claim)
    with django_assert_num_queries(len(asked)):
        client.get(reverse(LIST))


def test_objection_of_another_incident_is_not_found(decision: Decision, signed_in: SignedIn) -> None:
    objection = objected(decision.claim)
    stranger = factories.UserFactory(chair=True, incident=factories.IncidentFactory())
    client = signed_in(stranger)
    assert client.get(page(objection)).status_code == 404
    assert client.post(page(objection, "take")).status_code == 404
    assert list(Objection.objects.visible_to(stranger)) == []


def test_home_tells_what_waits_for_whom(decision: Decision, user_as: UserAs) -> None:
    member, secretary = user_as("committee_member"), user_as("secretary")
    assert (mine_card(member), unassigned_card(secretary)) == (None, None)
    objection = objected(decision.claim)
    card = unassigned_card(secretary)
    assert card is not None
    assert card.count == 1
    Objection.objects.filter(pk=objection.pk).update(
        state="assigned", reviewer=member, assigned_by=secretary, assigned_at=clock.now()
    )
    mine = mine_card(member)
    assert mine is not None
    assert (mine.count, unassigned_card(secretary), mine_card(user_as("chair"))) == (1, None, None)


def test_page_of_the_decision_leads_to_its_objection(decision: Decision, user_as: UserAs, signed_in: SignedIn) -> None:
    address = reverse("admin:committee_decision_change", args=(decision.pk,))
    both = user_as("intake_staff", "auditor")
    record = f"{reverse(RECEIVE)}?claim={decision.claim_id}"
    assert record in {act.url for act in signed_in(both).get(address).context["panel"].acts}
    objection = objected(decision.claim)
    urls = {act.url for act in signed_in(both).get(address).context["panel"].acts}
    assert page(objection) in urls
    assert record not in urls
