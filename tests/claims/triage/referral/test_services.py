"""Taken away with a reason, handed over, acknowledged, cancelled: each step once, and in this order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from claims.triage.duplicates.services import settle
from claims.triage.referral.selectors import overdue_files, waiting_claims
from claims.triage.referral.services import acknowledge, cancel, download, hand_over
from relief import clock
from relief.audit.models import Disclosure
from relief.errors import NotAllowed, RuleBroken
from tests import factories

pytestmark = pytest.mark.django_db


def test_download_gives_the_same_bytes_and_is_recorded(affiliate: Any, claim_of: Any, packed: Any, staff: Any) -> None:
    claim_of(affiliate)
    file = packed(affiliate)
    contents = []
    for _ in range(2):
        with download(by=staff, file=file, stored=file.workbook, reason="전달") as content:
            contents.append(content.read())
    rows = Disclosure.objects.filter(subject="claims.referralfile", reason="전달", fields="name,phone")
    assert (contents[0] == contents[1], rows.count()) == (True, 2)


def test_download_without_a_reason_is_refused(affiliate: Any, claim_of: Any, packed: Any, staff: Any) -> None:
    claim_of(affiliate)
    file = packed(affiliate)
    with pytest.raises(RuleBroken) as refusal:
        download(by=staff, file=file, stored=file.workbook, reason=" ")
    assert (refusal.value.code, Disclosure.objects.count()) == ("reason_missing", 0)


def test_claim_closed_as_a_duplicate_is_not_referred(affiliate: Any, claim_of: Any, incident: Any, staff: Any) -> None:
    first, second = claim_of(affiliate), claim_of(affiliate)
    assert set(waiting_claims(incident.pk)) == {first, second}
    group = factories.DuplicateGroupFactory(claims=[first, second])
    settle(by=staff, group=group, verdict="same_claim", kept=first.pk, reason="같은 신고")
    assert set(waiting_claims(incident.pk)) == {first}


def test_download_before_packing_is_refused(affiliate: Any, claim_of: Any, packed: Any, staff: Any) -> None:
    claim_of(affiliate)
    with pytest.raises(RuleBroken) as refusal:
        download(by=staff, file=packed(affiliate), stored=None, reason="전달")
    assert refusal.value.code == "file_not_packed"


def test_download_by_an_auditor_is_refused(affiliate: Any, claim_of: Any, packed: Any, user_as: Any) -> None:
    claim_of(affiliate)
    file = packed(affiliate)
    with pytest.raises(NotAllowed):
        download(by=user_as("auditor"), file=file, stored=file.workbook, reason="감사")


@pytest.mark.parametrize("days", [-2, 1])
def test_handing_over_on_an_impossible_day_is_refused(
    affiliate: Any, claim_of: Any, packed: Any, staff: Any, days: int
) -> None:
    claim_of(affiliate)
    on = clock.today() + timedelta(days=days)
    with pytest.raises(RuleBroken) as refusal:
        hand_over(by=staff, file=packed(affiliate), on=on, to="보상팀", how="메일")
    assert refusal.value.code == "day_not_possible"


def test_handing_over_twice_is_refused(affiliate: Any, claim_of: Any, handed_over: Any, staff: Any) -> None:
    claim_of(affiliate)
    file = handed_over(affiliate)
    with pytest.raises(RuleBroken) as refusal:
        hand_over(by=staff, file=file, on=clock.today(), to="보상팀", how="메일")
    assert refusal.value.code == "referral_file_moves_as_its_table_says"


def test_acknowledgement_of_another_count_needs_a_word(
    affiliate: Any, claim_of: Any, handed_over: Any, staff: Any
) -> None:
    claim_of(affiliate)
    file = handed_over(affiliate)
    receipt = {"by": staff, "file": file, "on": clock.today(), "number": "A-1"}
    with pytest.raises(RuleBroken) as refusal:
        acknowledge(**receipt, count=2)
    assert refusal.value.code == "count_differs"
    done = acknowledge(**receipt, count=2, difference="한 건 중복")
    assert (done.state, done.acknowledged_count, done.difference) == ("acknowledged", 2, "한 건 중복")


def test_acknowledgement_before_the_handing_over_is_refused(
    affiliate: Any, claim_of: Any, packed: Any, handed_over: Any, staff: Any
) -> None:
    claim_of(affiliate)
    file = packed(affiliate)
    with pytest.raises(RuleBroken) as refusal:
        acknowledge(by=staff, file=file, on=clock.today(), number="A-1", count=1)
    assert refusal.value.code == "referral_file_moves_as_its_table_says"
    file = hand_over(by=staff, file=file, on=clock.today(), to="보상팀", how="메일")
    with pytest.raises(RuleBroken) as refusal:
        acknowledge(by=staff, file=file, on=clock.today() - timedelta(days=1), number="A-1", count=1)
    assert refusal.value.code == "day_not_possible"


def test_cancelled_file_frees_its_claims(affiliate: Any, claim_of: Any, packed: Any, staff: Any) -> None:
    claim = claim_of(affiliate)
    file = packed(affiliate)
    assert not waiting_claims(claim.incident_id).exists()
    cancel(by=staff, file=file, reason="잘못 작성")
    assert list(waiting_claims(claim.incident_id)) == [claim]


def test_cancelling_a_file_that_left_is_refused(affiliate: Any, claim_of: Any, handed_over: Any, staff: Any) -> None:
    claim_of(affiliate)
    with pytest.raises(RuleBroken) as refusal:
        cancel(by=staff, file=handed_over(affiliate), reason="잘못 작성")
    assert refusal.value.code == "referral_file_moves_as_its_table_says"


def test_file_just_handed_over_is_not_overdue(affiliate: Any, claim_of: Any, handed_over: Any) -> None:
    claim_of(affiliate)
    file = handed_over(affiliate)
    assert not overdue_files().exists()
    type(file).objects.filter(pk=file.pk).update(handed_over_on=clock.today() - timedelta(days=7))
    assert list(overdue_files()) == [file]
