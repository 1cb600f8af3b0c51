"""Receiving, giving out and ending objections: what each does, and what each refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.db import IntegrityError, transaction

from claims.models import Contact
from claims.triage.by_hand import classify_by_hand
from committee.decisions.redeciding import differences
from committee.decisions.selectors import policy_of
from committee.decisions.services import supersede
from committee.models import Decision, Objection
from committee.payouts.selectors import payable
from committee.review.selectors import parts_in, reviewers_for
from committee.review.services import Came, assign, change, hand_back, receive, take, uphold, withdraw
from relief import clock
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken
from tests import factories
from tests.committee.factories import decided, examined, next_version, objected

pytestmark = pytest.mark.django_db
UserAs = Callable[..., User]


@pytest.fixture
def decision(incident: Any) -> Decision:
    """A standing decision of 30,000 won."""
    decided(incident, (200_000,))
    return Decision.objects.select_related("claim").get()


def refusal(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(RuleBroken) as refused:
        call(**arguments)
    assert str(refused.value)
    return refused.value.code


def superuser(user: User) -> User:
    """The user with every permission: the rules bind him all the same."""
    user.is_superuser = True
    user.save(update_fields=("is_superuser",))
    return User.objects.get(pk=user.pk)


def superseded(decision: Decision) -> Decision:
    """Another decision in the place of this one, by a person of no other part."""
    other = superuser(factories.UserFactory(incident=decision.claim.incident))
    return supersede(by=other, decision=decision, outcome="not_eligible", amount=0, reason="이관")


def said(decision: Decision, by: User, **more: Any) -> dict[str, Any]:
    given = {"ground": "loss", "grounds": "손실이 다릅니다.", "received_on": clock.today()}
    return {"by": by, "decision": decision, **given, **more}


def test_received_objection_keeps_its_days_and_a_new_contact(decision: Decision, user_as: UserAs) -> None:
    intake = user_as("intake_staff")
    objection = receive(**said(decision, intake, came=Came(channel="call")))
    decided_on = clock.seoul_date(decision.decided_at)
    assert (objection.state, objection.claim, objection.late_reason) == ("received", decision.claim, "")
    assert objection.deadline_on == decided_on + timedelta(days=decision.policy.objection_days)
    assert objection.answer_by == clock.today() + timedelta(days=decision.policy.objection_days)
    contact = Contact.objects.get()
    assert (objection.contact, contact.kind, contact.text, contact.by) == (
        contact,
        "objection",
        "손실이 다릅니다.",
        intake,
    )


def test_days_to_object_are_the_policys(incident: Any, user_as: UserAs) -> None:
    policy = factories.TierPolicyFactory(incident=incident, adopted=True, objection_days=7)
    decided(incident, (200_000,))
    objection = objected(Decision.objects.get().claim)
    assert policy_of(objection.decision) == policy
    assert (objection.deadline_on - clock.seoul_date(objection.decision.decided_at)).days == 7


def test_correction_takes_the_days_of_the_decision_before_it(decision: Decision) -> None:
    assert superseded(decision).policy is None
    assert objected(decision.claim).deadline_on == clock.today() + timedelta(days=decision.policy.objection_days)


def test_recorded_contact_of_the_claim_is_linked(decision: Decision, user_as: UserAs) -> None:
    contact = factories.ContactFactory(claim=decision.claim)
    assert receive(**said(decision, user_as("intake_staff"), came=Came(contact=contact))).contact == contact
    assert Contact.objects.count() == 1


def test_contact_of_another_claim_is_refused(decision: Decision, user_as: UserAs) -> None:
    stranger = factories.ContactFactory(claim=factories.ClaimFactory(incident=decision.claim.incident))
    came = Came(contact=stranger)
    assert refusal(receive, **said(decision, user_as("intake_staff"), came=came)) == "objection_is_of_one_claim"


@pytest.mark.parametrize("role", ["committee_member", "secretary", "chair", "manager", "finance", "auditor"])
def test_receiving_without_permission_is_refused(decision: Decision, user_as: UserAs, role: str) -> None:
    with pytest.raises(NotAllowed):
        receive(**said(decision, user_as(role)))
    assert not Objection.objects.exists()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"grounds": "  "}, "objection_has_grounds"),
        ({"ground": "weather"}, "objection_has_grounds"),
        ({"received_on": clock.today() + timedelta(days=1)}, "day_to_come"),
        ({"received_on": clock.today() - timedelta(days=1)}, "objection_before_decision"),
    ],
)
def test_objection_without_ground_or_with_an_impossible_day_is_refused(
    decision: Decision, user_as: UserAs, more: dict[str, Any], code: str
) -> None:
    assert refusal(receive, **said(decision, user_as("intake_staff"), **more)) == code


def test_objection_to_a_superseded_decision_is_refused(decision: Decision, user_as: UserAs) -> None:
    superseded(decision)
    assert refusal(receive, **said(decision, user_as("intake_staff"))) == "decision_superseded"


def test_second_objection_while_one_is_open_is_refused_and_leaves_no_contact(
    decision: Decision, user_as: UserAs
) -> None:
    objected(decision.claim)
    came = Came(channel="mail")
    assert refusal(receive, **said(decision, user_as("intake_staff"), came=came)) == "one_open_objection_per_claim"
    assert Contact.objects.count() == 1


def test_objection_without_any_policy_is_refused(incident: Any, user_as: UserAs) -> None:
    claim = factories.ClaimFactory(incident=incident)
    decision = Decision.objects.create(
        claim=claim,
        outcome="not_eligible",
        reason_code="correction",
        fact_reporter_type="small_business",
        fact_pricing="free",
        fact_nature="monetary",
        fact_admission="admitted",
        fact_operator_kind="company",
        decided_by=user_as("secretary"),
        decided_at=clock.now(),
    )
    assert refusal(receive, **said(decision, user_as("intake_staff"))) == "no_objection_term"


@pytest.fixture
def old(incident: Any) -> Decision:
    """A decision whose last day to object was yesterday."""
    decided(incident, (200_000,))
    made = Decision.objects.select_related("claim", "policy").get()
    made_at = clock.now() - timedelta(days=made.policy.objection_days + 1)
    with pgtrigger.ignore("committee.Decision:append_only"):
        Decision.objects.update(decided_at=made_at)
    made.refresh_from_db()
    return made


def test_late_objection_needs_a_reason(old: Decision, user_as: UserAs) -> None:
    intake = user_as("intake_staff")
    assert refusal(receive, **said(old, intake)) == "objection_late"
    assert refusal(receive, **said(old, intake, late_reason=" ")) == "objection_late"
    objection = receive(**said(old, intake, late_reason="병원에 입원"))
    assert (objection.is_late, objection.late_reason) == (True, "병원에 입원")


def test_objection_on_the_last_day_keeps_no_reason_for_being_late(old: Decision, user_as: UserAs) -> None:
    yesterday = clock.today() - timedelta(days=1)
    objection = receive(**said(old, user_as("intake_staff"), received_on=yesterday, late_reason="x"))
    assert (objection.is_late, objection.received_on) == (False, objection.deadline_on)


def test_open_objection_holds_payment_until_it_ends(decision: Decision) -> None:
    incident = decision.claim.incident
    assert list(payable(incident.pk)) == [decision]
    objection = examined(decision.claim)
    assert list(payable(incident.pk)) == []
    uphold(by=objection.reviewer, objection=objection, reasons="사실 확인")
    assert list(payable(incident.pk)) == [decision]


def test_secretary_gives_it_to_a_reviewer_and_to_another(decision: Decision, user_as: UserAs) -> None:
    objection, secretary = objected(decision.claim), user_as("secretary")
    first, second = user_as("committee_member"), user_as("chair")
    assert set(reviewers_for(objection)) == {first, second}
    objection = assign(by=secretary, objection=objection, reviewer=first)
    assert (objection.state, objection.reviewer, objection.assigned_by) == ("assigned", first, secretary)
    day = clock.today() + timedelta(days=3)
    objection = assign(by=secretary, objection=objection, reviewer=second, answer_by=day)
    objection.refresh_from_db()
    assert (objection.state, objection.reviewer, objection.answer_by) == ("assigned", second, day)


def test_assigning_what_makes_no_sense_is_refused(decision: Decision, user_as: UserAs) -> None:
    objection, secretary, member = objected(decision.claim), user_as("secretary"), user_as("committee_member")
    asked = {"by": secretary, "objection": objection}
    assert refusal(assign, **asked, reviewer=user_as("finance")) == "reviewer_cannot_review"
    stranger = factories.UserFactory(committee_member=True, incident=factories.IncidentFactory())
    assert refusal(assign, **asked, reviewer=stranger) == "assignee_not_on_incident"
    yesterday = clock.today() - timedelta(days=1)
    assert refusal(assign, **asked, reviewer=member, answer_by=yesterday) == "day_is_past"
    assign(**asked, reviewer=member)
    assert refusal(assign, **asked, reviewer=member) == "reviewer_has_it"
    uphold(by=member, objection=objection, reasons="x")
    assert refusal(assign, **asked, reviewer=user_as("chair")) == "objection_moves_as_its_table_says"
    with pytest.raises(NotAllowed):
        assign(by=member, objection=objection, reviewer=member)


def test_who_decided_cannot_examine(decision: Decision) -> None:
    objection = objected(decision.claim)
    by = superuser(decision.decided_by)
    assert by not in set(reviewers_for(objection))
    assert refusal(take, by=by, objection=objection) == "reviewer_had_no_part"


def test_who_decided_an_earlier_link_of_the_chain_cannot_examine(decision: Decision) -> None:
    later = superseded(decision)
    objection = objected(decision.claim)
    assert {decision.decided_by_id, later.decided_by_id} == parts_in(objection).decided
    by = superuser(decision.decided_by)
    assert refusal(take, by=by, objection=objection) == "reviewer_had_no_part"


def test_who_recorded_it_cannot_examine(decision: Decision, user_as: UserAs) -> None:
    by = superuser(user_as("intake_staff"))
    objection = objected(decision.claim, by=by)
    assert refusal(take, by=by, objection=objection) == "reviewer_had_no_part"


def by_hand(decision: Decision, user: User) -> None:
    """Let the user set the reporter type of the claim by hand."""
    claim = decision.claim
    classify_by_hand(
        by=user,
        claim=claim,
        version=claim.classification.version,
        values={"reporter_type": "general_user"},
        reason="전화로 확인",
    )


def test_who_classified_by_hand_cannot_examine(decision: Decision, user_as: UserAs) -> None:
    by = superuser(user_as("intake_staff"))
    by_hand(decision, by)
    objection = objected(decision.claim)
    assert parts_in(objection).classified == {by.pk}
    assert refusal(take, by=by, objection=objection) == "reviewer_had_no_part"


def test_who_classifies_by_hand_while_examining_cannot_end_it(decision: Decision, user_as: UserAs) -> None:
    by = superuser(user_as("committee_member"))
    objection = examined(decision.claim, reviewer=by)
    by_hand(decision, by)
    assert refusal(uphold, by=by, objection=objection, reasons="x") == "reviewer_had_no_part"
    assert hand_back(by=by, objection=objection, reason="분류에 관여").state == "received"


@pytest.mark.parametrize("column", ["decided_by_id", "received_by_id"])
def test_database_refuses_a_reviewer_who_had_a_part(decision: Decision, column: str) -> None:
    objection = objected(decision.claim)
    person = decision.decided_by_id if column == "decided_by_id" else objection.received_by_id
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(
            state="assigned", reviewer=person, assigned_by=person, assigned_at=clock.now()
        )
    assert refused.value.__cause__.diag.constraint_name == "reviewer_had_no_part"


def test_reviewer_takes_it_once(decision: Decision, user_as: UserAs) -> None:
    objection, member = objected(decision.claim), user_as("committee_member")
    assert take(by=member, objection=objection).reviewer == member
    assert refusal(take, by=user_as("chair"), objection=objection) == "objection_moves_as_its_table_says"
    with pytest.raises(NotAllowed):
        take(by=user_as("secretary"), objection=objection)


def test_reviewer_hands_it_back_with_a_reason(decision: Decision, user_as: UserAs) -> None:
    objection = examined(decision.claim)
    assert refusal(hand_back, by=objection.reviewer, objection=objection, reason=" ") == "reason_missing"
    other = user_as("committee_member")
    assert refusal(hand_back, by=other, objection=objection, reason="x") == "objection_is_anothers"
    back = hand_back(by=objection.reviewer, objection=objection, reason="이해 관계")
    assert (back.state, back.reviewer, back.assigned_by) == ("received", None, None)
    assert refusal(hand_back, by=other, objection=objection, reason="x") == "objection_is_nobodys"
    assert take(by=other, objection=objection).reviewer == other


def test_upheld_objection_leaves_the_decision(decision: Decision) -> None:
    objection = examined(decision.claim)
    ended = uphold(by=objection.reviewer, objection=objection, reasons=" 서류와 같음 ")
    assert (ended.state, ended.reasons, ended.ended_by) == ("upheld", "서류와 같음", objection.reviewer)
    assert list(Decision.objects.filter(claim=decision.claim)) == [decision]


def test_changed_objection_writes_the_decision_and_names_it(decision: Decision) -> None:
    objection = examined(decision.claim)
    by = objection.reviewer
    assert not by.has_perm("committee.supersede_decision")
    ended = change(by=by, objection=objection, outcome="supported", amount=50_000, reasons="증빙 확인")
    later = Decision.objects.get(supersedes=decision)
    assert (ended.state, ended.changed_to, ended.ended_by) == ("changed", later, by)
    assert (later.amount, later.reason, later.decided_by) == (50_000, "증빙 확인", by)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reasons": " "}, "reason_missing"),
        ({"outcome": "proof_missing", "amount": 0}, "unknown_outcome"),
        ({"amount": 30_000}, "changes_nothing"),
        ({"amount": 0}, "only_supported_claims_get_money"),
        ({"outcome": "not_eligible"}, "only_supported_claims_get_money"),
    ],
)
def test_change_that_makes_no_decision_leaves_the_objection(
    decision: Decision, given: dict[str, Any], code: str
) -> None:
    objection = examined(decision.claim)
    asked = {"outcome": "supported", "amount": 50_000, "reasons": "x"} | given
    assert refusal(change, by=objection.reviewer, objection=objection, **asked) == code
    objection.refresh_from_db()
    assert (objection.state, Decision.objects.count()) == ("assigned", 1)


@pytest.mark.parametrize("act", ["uphold", "change"])
def test_only_its_reviewer_ends_it(decision: Decision, user_as: UserAs, act: str) -> None:
    acts: dict[str, Any] = {
        "uphold": lambda by, row: uphold(by=by, objection=row, reasons="x"),
        "change": lambda by, row: change(by=by, objection=row, outcome="supported", amount=1, reasons="x"),
    }
    end, objection = acts[act], objected(decision.claim)
    member, chair = user_as("committee_member"), user_as("chair")
    assert refusal(end, by=member, row=objection) == "objection_is_nobodys"
    take(by=member, objection=objection)
    assert refusal(end, by=chair, row=objection) == "objection_is_anothers"
    with pytest.raises(NotAllowed):
        end(user_as("secretary"), objection)
    end(member, objection)
    assert refusal(end, by=member, row=objection) == "objection_moves_as_its_table_says"


def test_objection_to_a_decision_superseded_meanwhile_can_only_be_withdrawn(
    decision: Decision, user_as: UserAs
) -> None:
    objection = examined(decision.claim)
    superseded(decision)
    by = objection.reviewer
    assert refusal(uphold, by=by, objection=objection, reasons="x") == "objection_overtaken"
    changing = {"outcome": "supported", "amount": 1, "reasons": "x"}
    assert refusal(change, by=by, objection=objection, **changing) == "objection_overtaken"
    assert withdraw(by=user_as("secretary"), objection=objection, reason="새 결정").state == "withdrawn"
    assert objected(decision.claim).decision == Decision.objects.get(supersedes=decision)


def test_objection_that_its_own_reviewer_overtook_can_be_withdrawn(decision: Decision, user_as: UserAs) -> None:
    by = superuser(user_as("committee_member"))
    objection = examined(decision.claim, reviewer=by)
    supersede(by=by, decision=decision, outcome="supported", amount=1, reason="x")
    assert withdraw(by=user_as("intake_staff"), objection=objection, reason="새 결정").state == "withdrawn"


@pytest.mark.parametrize("role", ["intake_staff", "secretary"])
def test_withdrawn_objection_needs_a_reason_and_ends(decision: Decision, user_as: UserAs, role: str) -> None:
    objection, by = objected(decision.claim), user_as(role)
    assert refusal(withdraw, by=by, objection=objection, reason="") == "reason_missing"
    ended = withdraw(by=by, objection=objection, reason="신고인이 철회")
    assert (ended.state, ended.ended_by, ended.reasons) == ("withdrawn", by, "신고인이 철회")
    assert refusal(withdraw, by=by, objection=objection, reason="x") == "objection_moves_as_its_table_says"


@pytest.mark.parametrize("role", ["committee_member", "chair", "manager", "auditor"])
def test_withdrawing_without_permission_is_refused(decision: Decision, user_as: UserAs, role: str) -> None:
    with pytest.raises(NotAllowed):
        withdraw(by=user_as(role), objection=objected(decision.claim), reason="x")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grounds": "다른 말"}, "objections_stay_as_received"),
        ({"state": "upheld"}, "objection_moves_as_its_table_says"),
        ({"state": "assigned"}, "assigned_objection_has_reviewer"),
        ({"reasons": "x"}, "ended_objection_has_reasons"),
    ],
)
def test_database_refuses_what_the_services_never_write(decision: Decision, changes: dict[str, Any], code: str) -> None:
    objection = objected(decision.claim)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(**changes)
    assert refused.value.__cause__.diag.constraint_name == code


def test_ended_objection_never_changes_and_none_is_deleted(decision: Decision) -> None:
    objection = examined(decision.claim)
    uphold(by=objection.reviewer, objection=objection, reasons="x")
    for write in (
        lambda: Objection.objects.filter(pk=objection.pk).update(reasons="y"),
        lambda: Objection.objects.filter(pk=objection.pk).delete(),
    ):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            write()
        assert refused.value.__cause__.diag.constraint_name == "objections_stay_as_received"


def test_changed_objection_names_the_decision_that_superseded_its_own(decision: Decision) -> None:
    objection = examined(decision.claim)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(
            state="changed", changed_to=decision, reasons="x", ended_by=objection.reviewer, ended_at=clock.now()
        )
    assert refused.value.__cause__.diag.constraint_name == "objection_is_of_one_claim"
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(
            state="changed", reasons="x", ended_by=objection.reviewer, ended_at=clock.now()
        )
    assert refused.value.__cause__.diag.constraint_name == "changed_objection_has_decision"


def test_claim_with_an_open_objection_is_not_decided_anew(incident: Any) -> None:
    decided(incident, (600_000, 700_000))
    objected(Decision.objects.get(fact_loss=600_000).claim)
    assert [row.claims for row in differences(next_version(incident))] == [1]
