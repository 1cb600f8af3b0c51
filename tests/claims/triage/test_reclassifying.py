"""One person's word on many claims: counted before, written as one act, undone as one act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.http import QueryDict

from claims.models import Claim, Reclassification, ReclassificationLine
from claims.triage.by_hand import classify_by_hand
from claims.triage.narrowing import address_of, claims_of, narrowing_of, preview, words_of
from claims.triage.reclassifying import standing_lines, start_reclassification, undo_reclassification
from committee.demo.rule_sets import INTERIM_RULES
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken, database_rules
from relief.jobs.models import Job
from relief.jobs.services import cancel, carry_out, retry
from tests import factories
from tests.claims.triage.classified import rules, run, standing, unsure
from tests.committee.factories import decided

UserAs = Callable[..., User]


def started(by: User, incident: Any, **changes: Any) -> Reclassification:
    given: dict[str, Any] = {"narrowing": {}, "axis": "nature", "value": "monetary", "keeps_words": True} | changes
    seen = given.pop("seen", None)
    if seen is None:
        would = preview(incident_id=incident.pk, **{key: given[key] for key in given if key != "reason"})
        seen = (would.claims, would.sum_of_losses)
    return start_reclassification(by=by, incident=incident, seen=seen, **({"reason": "전화로 확인"} | given))


def done(act: Reclassification) -> Reclassification:
    act.refresh_from_db()
    assert act.job is not None
    carry_out(act.job.pk)
    act.refresh_from_db()
    return act


def applied(by: User, incident: Any, **changes: Any) -> Reclassification:
    return done(started(by, incident, **changes))


def undone(by: User, act: Reclassification) -> Reclassification:
    return done(undo_reclassification(by=by, act=act, reason="잘못된 필터"))


def says(by: User, claim: Claim, **values: str) -> None:
    classify_by_hand(by=by, claim=claim, values=values, reason="서류 확인", version=standing(claim).version)


def test_preview_counts_what_would_change(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    factories.ClaimFactory(incident=incident, claimed_loss=70_000)
    spoken, *_rest = unsure(staff, incident, 3)
    says(staff, spoken, nature="inquiry")
    factories.ClaimFactory(incident=incident)
    would = preview({}, incident_id=incident.pk, axis="nature", value="monetary", keeps_words=True)
    assert (would.found, would.unclassified, would.already, would.kept, would.claims) == (5, 1, 1, 1, 2)
    assert (would.decided, would.spoken, would.sum_of_losses) == (0, 0, 0)
    assert [(part.value, part.claims, part.sum_of_losses) for part in would.parts] == [
        ("inquiry", 3, 0),
        ("", 1, 200_000),
        ("monetary", 1, 70_000),
    ]
    all_of_them = preview({}, incident_id=incident.pk, axis="nature", value="monetary", keeps_words=False)
    assert (all_of_them.claims, all_of_them.spoken, all_of_them.kept) == (3, 1, 0)


def test_preview_tells_the_decided_and_their_losses(incident: Any) -> None:
    decided(incident, [200_000, 300_000])
    would = preview({}, incident_id=incident.pk, axis="nature", value="inquiry", keeps_words=True)
    assert (would.claims, would.decided, would.sum_of_losses) == (2, 2, 500_000)


def test_filtered_set_gets_the_persons_word_and_nothing_else_moves(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    sure = factories.ClaimFactory(incident=incident, claimed_loss=None, description="", pricing="free")
    elsewhere = unsure(staff, factories.IncidentFactory())[0]
    claims = unsure(staff, incident, 2)
    act = applied(staff, incident, narrowing={"certainty": ["uncertain"]})
    assert (act.state, act.claims, ReclassificationLine.objects.count()) == ("applied", 2, 2)
    for claim in claims:
        row = standing(claim)
        assert (row.nature, row.nature_by, row.nature_rule, row.nature_reason) == ("monetary", staff, "", "전화로 확인")
        assert (row.confidence, row.pricing_by) == (100, None)
    assert [standing(claim).nature for claim in (sure, elsewhere)] == ["inquiry", "inquiry"]
    past = apps.get_model("claims", "ClassificationEvent").objects.filter(pgh_obj_id=claims[0].pk).latest("pgh_id")
    assert (past.pgh_context.metadata["user"], past.pgh_context.metadata["reason"]) == (staff.pk, "전화로 확인")


@pytest.mark.parametrize(("keeps", "nature", "count"), [(True, "inquiry", 1), (False, "monetary", 2)])
def test_words_of_people_are_left_alone_or_overwritten(
    incident: Any, user_as: UserAs, keeps: bool, nature: str, count: int
) -> None:
    staff = user_as("intake_staff")
    spoken, _other = unsure(staff, incident, 2)
    says(staff, spoken, nature="inquiry")
    act = applied(staff, incident, keeps_words=keeps)
    assert (standing(spoken).nature, act.claims) == (nature, count)


def test_rerun_leaves_a_reclassified_set_alone(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    applied(staff, incident, axis="operator_kind", value="affiliate")
    run(staff, rules(staff, incident, INTERIM_RULES))
    row = standing(claim)
    assert (row.operator_kind, row.nature) == ("affiliate", "monetary")


def test_undoing_puts_back_rules_and_words(incident: Any, user_as: UserAs) -> None:
    staff, chief = user_as("intake_staff"), user_as("intake_staff")
    spoken, ruled = unsure(staff, incident, 2)
    says(staff, spoken, nature="inquiry")
    act = undone(chief, applied(staff, incident, keeps_words=False))
    assert (act.state, act.restored, act.undone_by, act.undo_reason) == ("undone", 2, chief, "잘못된 필터")
    by_rule, by_person = standing(ruled), standing(spoken)
    assert (by_rule.nature, by_rule.nature_rule, by_rule.nature_by) == ("inquiry", "words_without_amount", None)
    assert (by_rule.nature_confidence, by_rule.confidence) == (60, 60)
    assert (by_person.nature, by_person.nature_by, by_person.nature_reason) == ("inquiry", staff, "서류 확인")


def test_undoing_leaves_what_was_moved_since(incident: Any, user_as: UserAs) -> None:
    staff, other = user_as("intake_staff"), user_as("intake_staff")
    moved, stays = unsure(staff, incident, 2)
    act = applied(staff, incident)
    says(other, moved, nature="inquiry")
    says(other, stays, pricing="paid")
    assert standing_lines(act) == 1
    act = undone(staff, act)
    assert (act.restored, standing(moved).nature_by, standing(stays).nature_by) == (1, other, None)
    assert standing(stays).pricing == "paid"


def test_undoing_leaves_what_a_later_act_set(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    first = applied(staff, incident)
    says(staff, claim, nature="inquiry")
    second = applied(staff, incident, keeps_words=False)
    assert standing_lines(first) == 0
    assert undone(staff, first).restored == 0
    assert standing(claim).nature == "monetary"
    assert undone(staff, second).restored == 1
    assert (standing(claim).nature, standing(claim).nature_reason) == ("inquiry", "서류 확인")


def test_undoing_lets_newer_rules_decide(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    act = applied(staff, incident, value="monetary")
    run(staff, rules(staff, incident, INTERIM_RULES))
    undone(staff, act)
    row = standing(claim)
    assert (row.nature, row.nature_rule, row.nature_by) == ("monetary", "words_of_money", None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": " "}, "reason_missing"),
        ({"axis": "colour", "seen": (1, 0)}, "axis_not_known"),
        ({"value": "paid"}, "value_not_known"),
        ({"value": "inquiry"}, "nothing_changes"),
        ({"seen": (2, 0)}, "set_moved"),
        ({"seen": (1, 5)}, "set_moved"),
        ({"narrowing": {"phone_index": ["1"]}, "seen": (1, 0)}, "filter_not_valid"),
        ({"narrowing": {"nature": ["all"]}, "seen": (1, 0)}, "filter_not_valid"),
        ({"narrowing": {"q": ["010-1234-5678"]}, "seen": (1, 0)}, "search_by_number"),
        ({"narrowing": {"q": ["김"]}, "seen": (1, 0)}, "search_by_number"),
    ],
)
def test_act_that_cannot_stand_is_refused(incident: Any, user_as: UserAs, changes: dict[str, Any], code: str) -> None:
    staff = user_as("intake_staff")
    unsure(staff, incident)
    with pytest.raises(RuleBroken) as refusal:
        started(staff, incident, **changes)
    assert (refusal.value.code, Reclassification.objects.count()) == (code, 0)


def test_set_that_moved_after_its_confirmation_fails_whole(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    first, _second = unsure(staff, incident, 2)
    act = started(staff, incident)
    says(staff, first, nature="monetary")
    act = done(act)
    assert (act.state, act.job and act.job.state, ReclassificationLine.objects.count()) == (
        "failed",
        Job.State.FAILED,
        0,
    )
    assert standing(_second).nature == "inquiry"


def test_failed_act_succeeds_once_the_set_is_as_confirmed(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    first, second = unsure(staff, incident, 2)
    act = started(staff, incident)
    says(staff, first, nature="monetary")
    act = done(act)
    assert act.job is not None
    unsure(staff, incident)
    retry(job=act.job, by=staff)
    assert (done(act).state, standing(second).nature) == ("applied", "monetary")


def test_cancelled_act_writes_nothing(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    act = started(staff, incident)
    assert act.job is not None
    cancel(job=act.job, by=staff)
    act.refresh_from_db()
    assert (act.state, standing(claim).nature) == ("cancelled", "inquiry")


def test_cancelled_undoing_leaves_the_act_applied(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    unsure(staff, incident)
    act = undo_reclassification(by=staff, act=applied(staff, incident), reason="잘못")
    assert act.job is not None
    cancel(job=act.job, by=staff)
    act.refresh_from_db()
    assert (act.state, act.undone_by, act.undo_reason) == ("applied", None, "")


def test_act_is_undone_only_once(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    unsure(staff, incident)
    act = undone(staff, applied(staff, incident))
    with pytest.raises(RuleBroken) as refusal:
        undo_reclassification(by=staff, act=act, reason="다시")
    assert refusal.value.code == "reclassification_moves_as_its_table_says"


def test_undoing_without_a_reason_is_refused(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    unsure(staff, incident)
    with pytest.raises(RuleBroken) as refusal:
        undo_reclassification(by=staff, act=applied(staff, incident), reason=" ")
    assert refusal.value.code == "reason_missing"


@pytest.mark.parametrize("role", ["committee_member", "finance", "auditor"])
def test_act_of_another_role_is_refused(incident: Any, user_as: UserAs, role: str) -> None:
    staff = user_as("intake_staff")
    unsure(staff, incident)
    act = applied(staff, incident)
    with pytest.raises(NotAllowed):
        started(user_as(role), incident, value="inquiry", keeps_words=False)
    with pytest.raises(NotAllowed):
        undo_reclassification(by=user_as(role), act=act, reason="확인")


def test_two_acts_at_once_on_the_same_claims_leave_one(race: Any, transactional_db: None) -> None:
    incident = factories.IncidentFactory()
    people = [factories.UserFactory(intake_staff=True, incident=incident) for _ in range(2)]
    claims = unsure(people[0], incident, 3)
    acts = [
        started(by, incident, axis="pricing", value=value) for by, value in zip(people, ["paid", "paid"], strict=True)
    ]
    race([lambda act=act: carry_out(act.job.pk) for act in acts])
    states = sorted(Reclassification.objects.values_list("state", flat=True))
    assert (states, ReclassificationLine.objects.count()) == (["applied", "failed"], 3)
    assert len({standing(claim).pricing_by_id for claim in claims}) == 1


def test_line_is_never_changed(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    unsure(staff, incident)
    applied(staff, incident)
    with pytest.raises(RuleBroken) as refusal, database_rules(), transaction.atomic():
        ReclassificationLine.objects.update(was="monetary")
    assert refusal.value.code == "reclassification_lines_are_append_only"


def test_words_of_the_lists_address_are_taken_over() -> None:
    address = QueryDict("nature=inquiry&o=1&p=3&loss_from=&q=%ED%99%8D%EA%B8%B8")
    assert narrowing_of(address) == {"nature": ["inquiry"], "q": ["홍길"]}
    assert QueryDict(address_of(narrowing_of(address))) == QueryDict("nature=inquiry&q=%ED%99%8D%EA%B8%B8")


def test_search_by_name_narrows_as_in_the_list(incident: Any) -> None:
    found = factories.ClaimFactory(incident=incident, name="홍길동")
    factories.ClaimFactory(incident=incident, name="이순신")
    assert list(claims_of({"q": ["홍길"]}, incident_id=incident.pk)) == [found]


def test_filter_is_told_in_words(incident: Any) -> None:
    (label, value), (_searched, term) = words_of({"nature": ["inquiry"], "q": ["홍길"]}, incident_id=incident.pk)
    assert (label != "nature", value != "inquiry", term) == (True, True, "홍길")
    assert len(words_of({}, incident_id=incident.pk)) == 1
