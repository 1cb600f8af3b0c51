"""Batches from composing to approval: every step, and every refusal."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from committee.decisions.services import supersede
from committee.models import Approval, Batch, Decision, Payment
from committee.payouts.selectors import payable, preview, waiting_for
from committee.payouts.services import approve, cancel, compose, send_back, submit, withdraw
from relief.errors import NotAllowed, RuleBroken
from relief.jobs.models import Job
from relief.jobs.services import cancel as cancel_job
from tests import factories
from tests.committee.factories import approved, carried_out, classified, decided, drafted, submitted

pytestmark = pytest.mark.django_db


def refusal(act: Any, **kwargs: Any) -> str:
    """Return the code of the refusal."""
    with pytest.raises(RuleBroken) as refused:
        act(**kwargs)
    return refused.value.code


def test_compose_takes_supported_and_complete_claims_in_numbered_lines(incident: Any) -> None:
    decided(incident, (200_000, 400_000, 900_000))
    classified(incident, (1,), account=None)
    batch = drafted(incident)
    lines = list(batch.payments.order_by("line").values_list("line", "amount", "claim__claimed_loss", "is_live"))
    assert lines == [(1, 30_000, 200_000, True), (2, 50_000, 400_000, True)]
    assert (batch.state, batch.line_count, batch.line_sum, batch.number) == ("draft", 2, 80_000, 1)


def test_payment_keeps_name_and_account_of_composing(incident: Any) -> None:
    claim = classified(incident, (100,), name="김소상", account="110123456789")[0]
    decided(incident, ())
    payment = drafted(incident).payments.get()
    claim.name = "다른 이름"
    claim.save()
    payment.refresh_from_db()
    assert (payment.payee_name, bytes(payment.account_sealed)) == ("김소상", bytes(claim.account_sealed))


def test_preview_counts_what_is_payable_and_what_is_left_out(incident: Any) -> None:
    classified(incident, (100_000,), account=None, bank_code="")
    decided(incident, (200_000, 400_000, 400_001, 900_000, None))
    drafted(incident, tier="1")
    seen = preview(incident.pk, {})
    assert (seen.claims, seen.total, seen.tiers) == (2, 100_000, ((2, 2, 100_000),))
    assert (seen.in_live_batch, seen.incomplete, seen.in_review) == (1, 1, 1)


@pytest.mark.parametrize(
    ("selection", "amounts"),
    [
        ({"tier": "2"}, [50_000]),
        ({"amount_from": "30001"}, [50_000]),
        ({"amount_to": "30000"}, [30_000]),
        ({"pricing": "free"}, [30_000, 50_000]),
        ({"pricing": "paid"}, []),
        ({"bank": "004"}, [30_000, 50_000]),
        ({"bank": "088"}, []),
        ({"received_from": "2022-10-20"}, [30_000, 50_000]),
        ({"received_from": "2022-10-21"}, []),
        ({"received_to": "2022-10-20"}, [30_000, 50_000]),
        ({"received_to": "2022-10-19"}, []),
    ],
)
def test_selection_narrows_what_is_payable(incident: Any, selection: dict[str, str], amounts: list[int]) -> None:
    decided(incident, (200_000, 400_000))
    assert sorted(payable(incident.pk, selection).values_list("amount", flat=True)) == amounts


def test_selection_that_does_not_fit_is_refused(incident: Any, user_as: Any) -> None:
    decided(incident, (200_000,))
    code = refusal(compose, by=user_as("finance"), incident=incident, selection={"amount_from": "많이"})
    assert code == "selection_not_understood"


def test_compose_of_nothing_is_refused(incident: Any, user_as: Any) -> None:
    assert refusal(compose, by=user_as("finance"), incident=incident, selection={}) == "nothing_payable"
    assert Batch.objects.count() == 0


def test_form_sent_twice_composes_once(incident: Any, user_as: Any) -> None:
    decided(incident)
    finance, key = user_as("finance"), uuid.uuid4()
    batch = compose(by=finance, incident=incident, selection={}, form_key=key)
    again = {"by": finance, "incident": incident, "selection": {}, "form_key": key}
    assert refusal(compose, **again) == "one_batch_per_form"
    carried_out(batch.job)
    assert refusal(compose, **again) == "one_batch_per_form"
    assert Batch.objects.count() == 1


@pytest.mark.parametrize("act", [compose, submit, approve, send_back, withdraw, cancel])
def test_every_act_needs_its_permission(incident: Any, user_as: Any, act: Any) -> None:
    batch = factories_batch(incident, user_as)
    extra: dict[Any, dict[str, Any]] = {
        compose: {"incident": incident, "selection": {}},
        submit: {"batch": batch},
        approve: {"batch": batch, "lines_sha256": ""},
        send_back: {"batch": batch, "lines_sha256": "", "reason": "x"},
        withdraw: {"batch": batch, "reason": "x"},
        cancel: {"batch": batch, "reason": "x"},
    }
    with pytest.raises(NotAllowed):
        act(by=user_as("auditor"), **extra[act])


def factories_batch(incident: Any, user_as: Any) -> Batch:
    return Batch.objects.create(incident=incident, number=1, composed_by=user_as("finance"), composed_at=factories.WHEN)


def test_submit_freezes_totals_under_a_check_sum(incident: Any) -> None:
    decided(incident)
    batch = submitted(incident)
    assert (batch.state, batch.submission, batch.line_count, batch.line_sum) == ("submitted", 1, 2, 80_000)
    assert len(batch.lines_sha256) == 64


def test_submit_by_another_person_is_refused(incident: Any, user_as: Any) -> None:
    decided(incident)
    assert refusal(submit, by=user_as("finance"), batch=drafted(incident)) == "composer_submits"


def test_submit_twice_is_refused(incident: Any) -> None:
    decided(incident)
    batch = submitted(incident)
    assert refusal(submit, by=batch.composed_by, batch=batch) == "batch_moves_as_its_table_says"


def test_submit_of_superseded_decision_is_refused(incident: Any) -> None:
    decided(incident)
    batch = drafted(incident)
    decision = Decision.objects.get(amount=30_000)
    supersede(
        by=factories.UserFactory(is_superuser=True), decision=decision, outcome="supported", amount=1, reason="정정"
    )
    assert refusal(submit, by=batch.composed_by, batch=batch) == "lines_outdated"


def test_approve_by_another_person_stands_bound_to_the_lines(incident: Any) -> None:
    decided(incident)
    batch = approved(incident)
    approval = Approval.objects.get()
    assert batch.state == "approved"
    assert (approval.verdict, approval.submission, approval.lines_sha256) == ("approved", 1, batch.lines_sha256)


def test_approve_with_another_check_sum_is_refused(incident: Any, user_as: Any) -> None:
    decided(incident)
    batch = submitted(incident)
    code = refusal(approve, by=user_as("manager"), batch=batch, lines_sha256="0" * 64)
    assert code == "approval_binds_the_lines"


def test_approve_twice_is_refused(incident: Any, user_as: Any) -> None:
    decided(incident)
    batch = approved(incident)
    code = refusal(approve, by=user_as("manager"), batch=batch, lines_sha256=batch.lines_sha256)
    assert code == "batch_moves_as_its_table_says"
    assert Approval.objects.count() == 1


def test_approve_of_decision_superseded_meanwhile_is_refused(incident: Any, user_as: Any) -> None:
    decided(incident)
    batch = submitted(incident)
    supersede(
        by=factories.UserFactory(is_superuser=True),
        decision=Decision.objects.get(amount=30_000),
        outcome="not_eligible",
        amount=0,
        reason="정정",
    )
    code = refusal(approve, by=user_as("manager"), batch=batch, lines_sha256=batch.lines_sha256)
    assert code == "lines_outdated"
    assert Approval.objects.count() == 0


def test_send_back_returns_the_draft_with_its_reason(incident: Any, user_as: Any) -> None:
    decided(incident)
    batch = submitted(incident)
    manager = user_as("manager")
    assert refusal(send_back, by=manager, batch=batch, lines_sha256=batch.lines_sha256, reason=" ") == "reason_missing"
    batch = send_back(by=manager, batch=batch, lines_sha256=batch.lines_sha256, reason="예금주 확인")
    assert (batch.state, batch.reason) == ("draft", "예금주 확인")
    assert Approval.objects.get().verdict == "sent_back"
    batch = submit(by=batch.composed_by, batch=batch)
    assert (batch.state, batch.submission) == ("submitted", 2)
    assert approve(by=manager, batch=batch, lines_sha256=batch.lines_sha256).state == "approved"


def test_withdraw_lets_an_approval_lapse(incident: Any, user_as: Any) -> None:
    decided(incident)
    batch = approved(incident)
    batch = withdraw(by=batch.composed_by, batch=batch, reason="계좌 정정")
    batch = submit(by=batch.composed_by, batch=batch)
    assert (batch.state, batch.submission) == ("submitted", 2)
    assert approve(by=user_as("manager"), batch=batch, lines_sha256=batch.lines_sha256).state == "approved"


def test_cancelled_claims_are_payable_again_exactly_once(incident: Any) -> None:
    decided(incident)
    first = drafted(incident)
    assert payable(incident.pk).count() == 0
    cancel(by=first.composed_by, batch=first, reason="다시 구성")
    assert payable(incident.pk).count() == 2
    second = drafted(incident)
    assert payable(incident.pk).count() == 0
    assert (second.line_count, Payment.objects.filter(is_live=True).count(), Payment.objects.count()) == (2, 2, 4)


def test_cancel_of_submitted_batch_is_refused(incident: Any) -> None:
    decided(incident)
    batch = submitted(incident)
    assert refusal(cancel, by=batch.composed_by, batch=batch, reason="x") == "batch_moves_as_its_table_says"


def test_cancelled_composition_gives_its_batch_up(incident: Any, user_as: Any) -> None:
    decided(incident)
    finance = user_as("finance")
    batch = compose(by=finance, incident=incident, selection={})
    assert batch.job is not None
    cancel_job(job=batch.job, by=finance)
    batch.refresh_from_db()
    assert (batch.state, Payment.objects.count()) == ("cancelled", 0)


def test_composition_that_finds_nothing_left_gives_its_batch_up(incident: Any, user_as: Any) -> None:
    decided(incident)
    late = compose(by=user_as("finance"), incident=incident, selection={})
    drafted(incident)
    assert carried_out(late.job).state == Job.State.FAILED
    late.refresh_from_db()
    assert (late.state, late.payments.count()) == ("cancelled", 0)


def test_waiting_batches_leave_out_ones_own(incident: Any, user_as: Any) -> None:
    decided(incident)
    both = user_as("finance", "manager")
    batch = submitted(incident, by=both)
    assert list(waiting_for(both, incident)) == []
    assert list(waiting_for(user_as("manager"), incident)) == [batch]
