"""Two people at one group, and a group that opens while its claim is put into a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Barrier
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection, transaction

from claims.models import Claim, DuplicateClosure, DuplicateGroup, DuplicateMember, DuplicateVerdict
from claims.triage.duplicates.detecting import look_for_duplicates
from claims.triage.duplicates.services import settle
from committee.models import Batch, Payment
from committee.payouts.selectors import waiting_lines
from committee.payouts.services import compose, submit
from relief.errors import RuleBroken, database_rules
from relief.jobs.services import carry_out
from tests import factories
from tests.committee import factories as committee
from tests.conftest import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

Race = Callable[[Sequence[Callable[[], Any]]], list[Any]]
Elsewhere = Callable[..., Future[Any]]


def test_two_people_settle_at_once_and_one_wins(incident: Any, user_as: Any, race: Race) -> None:
    pair = [factories.ClaimFactory(incident=incident) for _ in range(2)]
    group = factories.DuplicateGroupFactory(claims=pair)
    staff = [factories.UserFactory(intake_staff=True, incident=incident) for _ in range(2)]
    outcomes = race(
        [
            lambda person=person, kept=kept: settle(by=person, group=group, verdict="same_claim", kept=kept.pk)
            for person, kept in zip(staff, pair, strict=True)
        ]
    )
    refused = [outcome.code for outcome in outcomes if isinstance(outcome, RuleBroken)]
    assert refused == ["duplicate_group_moves_as_its_table_says"]
    assert DuplicateVerdict.objects.count() == DuplicateClosure.objects.count() == 1


def test_second_verdict_waits_for_the_first_and_is_refused(incident: Any, elsewhere: Elsewhere) -> None:
    one, two = pair = [factories.ClaimFactory(incident=incident) for _ in range(2)]
    group = factories.DuplicateGroupFactory(claims=pair)
    first, second = (factories.UserFactory(intake_staff=True, incident=incident) for _ in range(2))
    with transaction.atomic():
        settle(by=first, group=group, verdict="same_claim", kept=one.pk)
        later = elsewhere(settle, by=second, group=DuplicateGroup(pk=group.pk, incident=incident),
            verdict="same_claim", kept=two.pk)  # fmt: skip
        _wait_for_a_lock_or_the_end(later)
        assert not later.done()
    refusal = later.exception(PATIENCE)
    assert isinstance(refusal, RuleBroken)
    assert refusal.code == "duplicate_group_moves_as_its_table_says"
    assert list(DuplicateClosure.objects.values_list("claim", "kept")) == [(two.pk, one.pk)]


def test_without_taking_turns_each_verdict_closes_what_the_other_kept(incident: Any, race: Race) -> None:
    pair = [factories.ClaimFactory(incident=incident) for _ in range(2)]
    group = factories.DuplicateGroupFactory(claims=pair)
    staff = [factories.UserFactory(intake_staff=True, incident=incident) for _ in range(2)]
    both_looked = Barrier(2)

    def settle_unlocked(by: Any, kept: Claim, closed: Claim) -> None:
        with transaction.atomic():
            assert DuplicateGroup.objects.get(pk=group.pk).state == "open"
            both_looked.wait(PATIENCE)
            verdict = DuplicateVerdict.objects.create(
                group=group, verdict="same_claim", kept=kept, claim_count=2, by=by, at=factories.WHEN
            )
            DuplicateClosure.objects.create(claim=closed, kept=kept, verdict=verdict, closed_at=factories.WHEN)

    one, two = pair
    race([lambda: settle_unlocked(staff[0], one, two), lambda: settle_unlocked(staff[1], two, one)])
    assert set(DuplicateClosure.objects.values_list("claim", flat=True)) == {one.pk, two.pk}


def _two_alike(incident: Any) -> list[Claim]:
    committee.decided(
        incident, [200_000, 200_000], phone="01011112222", registration_number=None, account="110123456789"
    )
    return list(Claim.objects.filter(incident=incident).order_by("pk"))


def _composing(incident: Any) -> Batch:
    return compose(by=factories.UserFactory(finance=True, incident=incident), incident=incident, selection={})


def _composed_while_a_group_opens(incident: Any, elsewhere: Elsewhere) -> Any:
    """Let a group open and not commit; compose beside it; commit, and return how the composition's job ended."""
    _two_alike(incident)
    batch = _composing(incident)
    with transaction.atomic():
        look_for_duplicates(incident.pk, Claim.objects.filter(incident=incident))
        assert DuplicateGroup.objects.count() == 1
        ended = elsewhere(carry_out, batch.job_id)
        _wait_for_a_lock_or_the_end(ended)
    return ended.result(PATIENCE)


def _wait_for_a_lock_or_the_end(ended: Future[Any]) -> None:
    """Return once another connection waits for a lock, or the work is over."""
    until = monotonic() + PATIENCE
    while not ended.done():
        with connection.cursor() as cursor:
            # Within a transaction the view stays as it was first seen.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone() != (0,):
                return
        assert monotonic() < until, "neither a lock nor an end"
        sleep(0.02)


def test_group_that_opens_while_its_claims_are_composed_stops_the_batch(incident: Any, elsewhere: Elsewhere) -> None:
    assert _composed_while_a_group_opens(incident, elsewhere) == "failed"
    assert not Payment.objects.exists()


def test_without_the_guard_claims_of_an_open_group_come_into_a_batch(incident: Any, elsewhere: Elsewhere) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE committee_payment DISABLE TRIGGER USER")
    try:
        assert _composed_while_a_group_opens(incident, elsewhere) == "done"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE committee_payment ENABLE TRIGGER USER")
    assert Payment.objects.filter(claim__duplicate_members__is_live=True).count() == 2


def test_payment_of_a_member_or_a_closed_claim_is_refused_by_the_database(incident: Any, user_as: Any) -> None:
    one, two = _two_alike(incident)
    batch = _composing(incident)
    group = factories.DuplicateGroupFactory(claims=[one, two])
    line = {"batch": batch, "amount": 1, "payee_name": "x", "bank_code": "004", "account_sealed": b"x"}
    for number, claim in enumerate((one, two), start=1):
        with pytest.raises(RuleBroken) as refusal, database_rules(), transaction.atomic():
            Payment.objects.create(claim=claim, decision=claim.decisions.get(), line=number, **line)
        assert refusal.value.code == "payment_waits_for_duplicates"
        if claim == one:
            settle(by=user_as("intake_staff"), group=group, verdict="same_claim", kept=one.pk)
    Payment.objects.create(claim=one, decision=one.decisions.get(), line=3, **line)


def test_claim_of_a_drafted_batch_that_joins_a_group_is_shown_and_breaks_nothing(incident: Any) -> None:
    one, _two = _two_alike(incident)
    batch = _composing(incident)
    assert carry_out(batch.job_id) == "done"  # type: ignore[arg-type]
    batch.refresh_from_db()
    with transaction.atomic():
        look_for_duplicates(incident.pk, Claim.objects.filter(incident=incident))
    assert waiting_lines(batch).count() == 2
    with pytest.raises(RuleBroken) as refusal:
        submit(by=batch.composed_by, batch=batch)
    assert refusal.value.code == "lines_wait"
    assert DuplicateMember.objects.filter(claim=one, is_live=True).exists()
