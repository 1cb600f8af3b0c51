"""What an affiliate sends back is open again, waits for a person, and may go once more."""

from __future__ import annotations

from typing import Any

import pytest

from claims.models import Classification, Referral
from claims.register.services import correct_claim
from claims.triage.referral.panels import referral_events, referral_flags, referral_panel
from claims.triage.referral.returns import refer_again, send_back
from claims.triage.referral.selectors import referrals_to_settle, standing_of, waiting_claims
from relief.errors import NotAllowed, RuleBroken

pytestmark = pytest.mark.django_db


def back(staff: Any, file: Any, *numbers: str, code: str = "not_ours", reason: str = "당사 아님") -> Any:
    return send_back(by=staff, file=file, numbers=list(numbers), code=code, reason=reason)


def test_claim_sent_back_waits_for_a_person_and_goes_again(
    affiliate: Any, claim_of: Any, handed_over: Any, packed: Any, staff: Any
) -> None:
    incident = affiliate.incident
    claim, _kept = claim_of(affiliate), claim_of(affiliate)
    outcome = back(staff, handed_over(affiliate), claim.receipt_number, "X-1")
    assert (outcome.moved, outcome.unmatched) == (1, ["X-1"])
    assert [row.claim for row in referrals_to_settle()] == [claim]
    assert not waiting_claims(incident.pk).exists()
    again = refer_again(by=staff, incident=incident, numbers=[claim.receipt_number, "X-1"], reason="보완")
    assert (again.moved, again.unmatched, referrals_to_settle().count()) == (1, ["X-1"], 0)
    file = packed(affiliate)
    assert (file.number, file.line_count) == (2, 1)
    assert list(claim.referrals.order_by("pk").values_list("state", flat=True)) == ["sent_back", "referred"]


def test_claim_classified_as_the_own_company_leaves_the_queue(
    affiliate: Any, claim_of: Any, handed_over: Any, staff: Any
) -> None:
    claim = claim_of(affiliate)
    back(staff, handed_over(affiliate), claim.receipt_number)
    Classification.objects.filter(claim=claim).update(operator_kind="company")
    assert not referrals_to_settle().exists()


def test_claim_that_moved_away_or_was_corrected_is_counted(
    affiliate: Any, claim_of: Any, handed_over: Any, staff: Any
) -> None:
    moved, corrected = claim_of(affiliate), claim_of(affiliate)
    file = handed_over(affiliate)
    Classification.objects.filter(claim=moved).update(operator_kind="company")
    correct_claim(by=staff, claim=corrected, version=1, reason="정정", changes={"name": "김정정"})
    standing = standing_of(file)
    assert (standing.sent_back, standing.changed, standing.conflicts) == (0, 1, 1)
    sentences = [
        referral_panel(claim, staff).sentence for claim in (moved, type(corrected).objects.get(pk=corrected.pk))
    ]  # type: ignore[union-attr]
    assert all(sentences)
    assert sentences[0] != sentences[1]


@pytest.mark.parametrize(
    "case",
    [
        ({"reason": " "}, "reason_missing"),
        ({"code": "unknown"}, "code_not_known"),
        ({"numbers": []}, "no_receipt_numbers"),
        ({"numbers": [str(number) for number in range(50_001)]}, "too_many_receipt_numbers"),
        ({"numbers": ["X-1"]}, "no_number_matches"),
    ],
)
def test_sending_back_that_says_too_little_is_refused(
    affiliate: Any, claim_of: Any, handed_over: Any, staff: Any, case: tuple[dict[str, Any], str]
) -> None:
    given, code = case
    claim = claim_of(affiliate)
    words = {"numbers": [claim.receipt_number], "code": "other", "reason": "사유", **given}
    with pytest.raises(RuleBroken) as refusal:
        send_back(by=staff, file=handed_over(affiliate), **words)
    assert (refusal.value.code, Referral.objects.filter(state="sent_back").count()) == (code, 0)


def test_sending_back_of_a_file_that_has_not_left_is_refused(
    affiliate: Any, claim_of: Any, packed: Any, staff: Any
) -> None:
    claim = claim_of(affiliate)
    with pytest.raises(RuleBroken) as refusal:
        back(staff, packed(affiliate), claim.receipt_number)
    assert refusal.value.code == "file_has_not_left"


def test_sending_back_twice_is_refused(affiliate: Any, claim_of: Any, handed_over: Any, staff: Any) -> None:
    claim = claim_of(affiliate)
    file = handed_over(affiliate)
    back(staff, file, claim.receipt_number)
    with pytest.raises(RuleBroken) as refusal:
        back(staff, file, claim.receipt_number)
    assert refusal.value.code == "no_number_matches"


def test_referring_again_what_did_not_come_back_is_refused(
    affiliate: Any, claim_of: Any, handed_over: Any, staff: Any, incident: Any
) -> None:
    claim = claim_of(affiliate)
    handed_over(affiliate)
    with pytest.raises(RuleBroken) as refusal:
        refer_again(by=staff, incident=incident, numbers=[claim.receipt_number], reason="보완")
    assert refusal.value.code == "no_number_matches"


def test_sending_back_by_an_auditor_is_refused(
    affiliate: Any, claim_of: Any, handed_over: Any, user_as: Any, incident: Any
) -> None:
    claim = claim_of(affiliate)
    file, auditor = handed_over(affiliate), user_as("auditor")
    with pytest.raises(NotAllowed):
        back(auditor, file, claim.receipt_number)
    with pytest.raises(NotAllowed):
        refer_again(by=auditor, incident=incident, numbers=[claim.receipt_number], reason="보완")


def test_claim_tells_its_referrals(affiliate: Any, claim_of: Any, handed_over: Any, staff: Any, incident: Any) -> None:
    claim = claim_of(affiliate)
    assert referral_panel(claim, staff) is None
    file = handed_over(affiliate)
    assert [mark.tone for mark in referral_flags([claim.pk])[claim.pk]] == ["info"]
    back(staff, file, claim.receipt_number)
    assert [mark.tone for mark in referral_flags([claim.pk])[claim.pk]] == ["warning"]
    refer_again(by=staff, incident=incident, numbers=[claim.receipt_number], reason="보완")
    assert referral_flags([claim.pk]) == {}
    events = list(referral_events(claim))
    assert [event.act for event in events][1:] == ["claims.send_back_referral", "claims.refer_again"]
    assert len({event.sentence for event in events}) == 3
