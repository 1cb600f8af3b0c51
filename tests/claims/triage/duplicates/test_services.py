"""Verdicts: what they close, what they keep, and who may give and take them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from claims.models import Claim, DuplicateClosure, DuplicateGroup, DuplicateMember, DuplicateVerdict
from claims.register.holds import Step, held, holds_on
from claims.triage.duplicates.services import settle, start_looking, take_back
from committee.models import Payment
from relief.errors import NotAllowed, RuleBroken
from relief.jobs.services import carry_out
from tests import factories
from tests.committee import factories as committee

pytestmark = pytest.mark.django_db

Make = Callable[..., Claim]


@pytest.fixture
def staff(user_as: Any) -> Any:
    return user_as("intake_staff")


@pytest.fixture
def pair(claim: Make) -> tuple[Claim, Claim]:
    return claim(), claim()


@pytest.fixture
def group(pair: tuple[Claim, Claim]) -> DuplicateGroup:
    return factories.DuplicateGroupFactory(claims=pair)


def closed() -> dict[int, int]:
    """Return the claims that are closed now, each with the one kept for it."""
    return dict(DuplicateClosure.objects.filter(ended_at=None).values_list("claim", "kept"))


def is_held(claim: Claim, step: Step) -> bool:
    return Claim.objects.filter(held(step), pk=claim.pk).exists()


def test_same_claim_closes_all_but_the_kept(staff: Any, group: DuplicateGroup, pair: Any) -> None:
    settle(by=staff, group=group, verdict="same_claim", kept=pair[1].pk, reason="같은 글")
    group.refresh_from_db()
    assert (group.state, closed()) == ("settled", {pair[0].pk: pair[1].pk})
    assert is_held(pair[0], Step.PAYMENT)
    assert is_held(pair[0], Step.DECISION)
    assert not is_held(pair[1], Step.PAYMENT)
    assert Claim.objects.filter(pk=pair[0].pk).exists()


@pytest.mark.parametrize("verdict", ["distinct", "unrelated"])
def test_other_verdicts_close_nothing_and_let_both_go(
    staff: Any, group: DuplicateGroup, pair: Any, verdict: str
) -> None:
    assert [hold.code for hold in holds_on(pair[0])] == ["duplicate_open"]
    assert not is_held(pair[0], Step.DECISION)
    settle(by=staff, group=group, verdict=verdict)
    assert closed() == {}
    assert holds_on(pair[0]) == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"verdict": "nonsense"}, "verdict_unknown"),
        ({"verdict": "taken_back"}, "verdict_unknown"),
        ({"verdict": "same_claim"}, "same_claim_keeps_one"),
        ({"verdict": "distinct", "kept": 1}, "same_claim_keeps_one"),
        ({"verdict": "same_claim", "kept": 0}, "kept_not_in_group"),
        ({"verdict": "distinct", "part": [0]}, "part_not_in_group"),
        ({"verdict": "distinct", "part": []}, "part_not_in_group"),
    ],
)
def test_verdict_that_does_not_fit_is_refused(
    staff: Any, group: DuplicateGroup, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        settle(by=staff, group=group, **given)
    assert refusal.value.code == code
    assert not DuplicateVerdict.objects.exists()


def test_settled_group_is_not_settled_again(staff: Any, group: DuplicateGroup) -> None:
    settle(by=staff, group=group, verdict="distinct")
    with pytest.raises(RuleBroken) as refusal:
        settle(by=staff, group=group, verdict="unrelated")
    assert refusal.value.code == "duplicate_group_moves_as_its_table_says"


@pytest.mark.parametrize("role", ["finance", "auditor", "secretary"])
def test_others_neither_settle_nor_take_back_nor_look(user_as: Any, group: DuplicateGroup, role: str) -> None:
    person = user_as(role)
    verdict = settle(by=user_as("intake_staff"), group=group, verdict="distinct")
    with pytest.raises(NotAllowed):
        settle(by=person, group=group, verdict="distinct")
    with pytest.raises(NotAllowed):
        take_back(by=person, verdict=verdict, reason="x")
    with pytest.raises(NotAllowed):
        start_looking(by=person, incident=group.incident)


def test_part_of_a_group_is_settled_and_the_rest_waits(staff: Any, claim: Make) -> None:
    one, two, three = claim(), claim(), claim()
    group = factories.DuplicateGroupFactory(claims=[one, two, three])
    settle(by=staff, group=group, verdict="same_claim", kept=one.pk, part=[two.pk])
    group.refresh_from_db()
    assert (group.state, closed()) == ("open", {two.pk: one.pk})
    assert [is_held(row, Step.PAYMENT) for row in (one, two, three)] == [False, True, True]
    settle(by=staff, group=group, verdict="unrelated")
    group.refresh_from_db()
    assert (group.state, closed()) == ("settled", {two.pk: one.pk})


def test_verdict_taken_back_opens_claims_and_group(staff: Any, group: DuplicateGroup, pair: Any) -> None:
    verdict = settle(by=staff, group=group, verdict="same_claim", kept=pair[0].pk)
    take_back(by=staff, verdict=verdict, reason="다른 접수")
    group.refresh_from_db()
    assert (group.state, closed()) == ("open", {})
    assert [hold.code for hold in holds_on(pair[1])] == ["duplicate_open"]
    assert DuplicateClosure.objects.filter(ended_at__isnull=False).count() == 1
    settle(by=staff, group=group, verdict="same_claim", kept=pair[1].pk)
    assert closed() == {pair[0].pk: pair[1].pk}


def test_taking_back_needs_a_reason_and_works_once(staff: Any, group: DuplicateGroup) -> None:
    verdict = settle(by=staff, group=group, verdict="distinct")
    with pytest.raises(RuleBroken) as refusal:
        take_back(by=staff, verdict=verdict, reason=" ")
    assert refusal.value.code == "reason_missing"
    word = take_back(by=staff, verdict=verdict, reason="다시 봄")
    for again in (verdict, word):
        with pytest.raises(RuleBroken) as refusal:
            take_back(by=staff, verdict=again, reason="다시 봄")
        assert refusal.value.code == "verdict_taken_back"


def test_links_follow_the_claim_that_is_kept_at_last(staff: Any, claim: Make) -> None:
    one, two, three = claim(), claim(), claim()
    first = factories.DuplicateGroupFactory(claims=[one, two])
    settle(by=staff, group=first, verdict="same_claim", kept=one.pk)
    DuplicateMember.objects.filter(group=first).update(is_live=False)
    later = factories.DuplicateGroupFactory(claims=[one, three])
    settle(by=staff, group=later, verdict="same_claim", kept=three.pk)
    assert closed() == {one.pk: three.pk, two.pk: three.pk}


def test_claim_in_a_batch_is_not_closed_but_may_be_kept(staff: Any, incident: Any, claim: Make) -> None:
    committee.decided(incident, [200_000])
    batch = committee.drafted(incident)
    paid = Payment.objects.get(batch=batch).claim
    group = factories.DuplicateGroupFactory(claims=[paid, other := claim()])
    with pytest.raises(RuleBroken) as refusal:
        settle(by=staff, group=group, verdict="same_claim", kept=other.pk)
    assert refusal.value.code == "closed_claim_in_payment"
    assert closed() == {}
    settle(by=staff, group=group, verdict="same_claim", kept=paid.pk)
    assert closed() == {other.pk: paid.pk}


def test_looking_again_runs_as_a_job(staff: Any, incident: Any, claim: Make) -> None:
    claim(phone="01011112222"), claim(phone="01011112222")
    job = start_looking(by=staff, incident=incident)
    assert carry_out(job.pk) == "done"
    job.refresh_from_db()
    assert job.outcome == {"opened": 1, "superseded": 0, "kept": 0}
    again = start_looking(by=staff, incident=incident)
    carry_out(again.pk)
    again.refresh_from_db()
    assert again.outcome == {"opened": 0, "superseded": 0, "kept": 1}
