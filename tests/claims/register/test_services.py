"""Correcting a claim: sealed anew, refused where it does not fit, kept in its history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps

from claims.models import Claim, Claimant, Classification
from claims.register.services import correct_claim
from claims.triage.services import create_rule_set
from committee.demo.rule_sets import FINAL_RULES
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken, StaleSave
from relief.sealed import blind_index
from tests import factories

UserAs = Callable[..., User]


def corrected(by: User, claim: Claim, *, version: int = 1, reason: str = "전화로 확인", **changes: str) -> Claim:
    return correct_claim(by=by, claim=claim, version=version, reason=reason, changes=changes)


def test_correction_seals_numbers_anew_and_raises_the_version(incident: Any, user_as: UserAs) -> None:
    claim = factories.ClaimFactory(incident=incident)
    before = bytes(claim.account_sealed)
    corrected(
        user_as("intake_staff"),
        claim,
        phone="+82 10-7777-8888",
        account="333-22-4444444",
        bank_code="카카오뱅크",
        claimed_loss="1,234,000",
        name="  김  하나 ",
    )
    row = Claim.objects.get(pk=claim.pk)
    assert (row.reveal("phone"), row.reveal("account"), row.bank_code) == ("01077778888", "333224444444", "090")
    assert (row.claimed_loss, row.name, row.version) == (1_234_000, "김 하나", 2)
    assert bytes(row.phone_index) == blind_index("01077778888", domain="phone")
    assert bytes(row.account_sealed) != before


def test_correction_leaves_empty_fields_as_they_are(incident: Any, user_as: UserAs) -> None:
    claim = factories.ClaimFactory(incident=incident, phone="01012345678")
    corrected(user_as("intake_staff"), claim, phone="", name=" ", claimed_loss="5")
    row = Claim.objects.get(pk=claim.pk)
    assert (row.reveal("phone"), row.name, row.claimed_loss) == ("01012345678", claim.name, 5)


def test_corrected_number_names_another_claimant(incident: Any, user_as: UserAs) -> None:
    known = factories.ClaimantFactory(incident=incident, identity="01055556666", name="김 하나")
    claim = factories.ClaimFactory(incident=incident, registration_number=None, name="김하나")
    assert corrected(user_as("intake_staff"), claim, phone="010-5555-6666").claimant == known


def test_corrected_number_of_somebody_with_another_name_makes_a_claimant(incident: Any, user_as: UserAs) -> None:
    known = factories.ClaimantFactory(incident=incident, identity="01055556666", name="김하나")
    claim = factories.ClaimFactory(incident=incident, registration_number=None, name="이둘")
    claimant = corrected(user_as("intake_staff"), claim, phone="010-5555-6666").claimant
    assert (claimant.name, bytes(claimant.identity_index)) == ("이둘", known.identity_index)


def test_corrected_name_names_another_claimant(incident: Any, user_as: UserAs) -> None:
    known = factories.ClaimantFactory(incident=incident, identity="01055556666", name="이둘")
    claim = factories.ClaimFactory(incident=incident, registration_number=None, name="이 들", phone="01055556666")
    assert corrected(user_as("intake_staff"), claim, name="이둘").claimant == known


def test_corrected_number_that_nobody_gave_makes_a_claimant(incident: Any, user_as: UserAs) -> None:
    claim = factories.ClaimFactory(incident=incident, registration_number=None, name="이둘")
    claimant = corrected(user_as("intake_staff"), claim, phone="010-5555-6666").claimant
    assert (claimant.name, claimant.identity_kind, Claimant.objects.count()) == ("이둘", "phone", 1)


def test_registration_number_stays_the_strongest(incident: Any, user_as: UserAs) -> None:
    claim = factories.ClaimFactory(incident=incident, registration_number="1208147521")
    assert corrected(user_as("intake_staff"), claim, phone="010-5555-6666").claimant.identity_kind == "registration"


def test_correction_is_kept_with_who_and_why(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    claim = factories.ClaimFactory(incident=incident, claimed_loss=100)
    corrected(staff, claim, claimed_loss="200")
    events = apps.get_model("claims", "ClaimEvent").objects.filter(pgh_obj_id=claim.pk).order_by("pgh_id")
    assert list(events.values_list("claimed_loss", flat=True)) == [100, 200]
    assert events[1].pgh_context.metadata == {
        "user": staff.pk,
        "username": staff.username,
        "act": "claims.correct_claim",
        "reason": "전화로 확인",
    }


def test_classification_follows_the_correction(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    claim = factories.ClaimFactory(incident=incident, claimed_loss=None)
    create_rule_set(by=staff, incident=incident, rules=FINAL_RULES)
    corrected(staff, claim, name="박셋")
    assert Classification.objects.get(claim=claim).nature == "inquiry"
    corrected(staff, claim, version=2, claimed_loss="70000")
    assert Classification.objects.get(claim=claim).nature == "monetary"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("phone", "12345"),
        ("registration_number", "1208147522"),
        ("account", "12-34"),
        ("account", "1e15"),
        ("bank_code", "없는은행"),
        ("claimed_loss", "-5"),
        ("claimed_loss", "3만원"),
        ("claimed_loss", "1000000000000001"),
        ("name", "a\x00b"),
        ("name", "가" * 201),
        ("reporter_type", "emperor"),
    ],
)
def test_correction_that_does_not_fit_is_refused(incident: Any, user_as: UserAs, field: str, text: str) -> None:
    claim = factories.ClaimFactory(incident=incident)
    with pytest.raises(RuleBroken) as refusal:
        corrected(user_as("intake_staff"), claim, **{field: text})
    assert (refusal.value.code, Claim.objects.get(pk=claim.pk).version) == (f"{field}_not_valid", 1)


@pytest.mark.parametrize("field", ["version", "phone_sealed", "receipt_number", "incident"])
def test_correction_of_another_field_is_refused(incident: Any, user_as: UserAs, field: str) -> None:
    claim = factories.ClaimFactory(incident=incident)
    with pytest.raises(RuleBroken) as refusal:
        correct_claim(by=user_as("intake_staff"), claim=claim, version=1, reason="x", changes={field: "1"})
    assert refusal.value.code == "field_not_correctable"


def test_correction_without_reason_is_refused(incident: Any, user_as: UserAs) -> None:
    claim = factories.ClaimFactory(incident=incident)
    with pytest.raises(RuleBroken) as refusal:
        corrected(user_as("intake_staff"), claim, reason="  ", name="최넷")
    assert (refusal.value.code, Claim.objects.get(pk=claim.pk).version) == ("reason_missing", 1)


def test_correction_that_changes_nothing_is_refused(incident: Any, user_as: UserAs) -> None:
    claim = factories.ClaimFactory(incident=incident, phone="01012345678")
    with pytest.raises(RuleBroken) as refusal:
        corrected(user_as("intake_staff"), claim, phone="010 1234 5678")
    assert refusal.value.code == "nothing_to_correct"


@pytest.mark.parametrize("role", ["committee_member", "secretary", "chair", "manager", "finance", "auditor"])
def test_correction_by_another_role_is_refused(incident: Any, user_as: UserAs, role: str) -> None:
    claim = factories.ClaimFactory(incident=incident)
    with pytest.raises(NotAllowed):
        corrected(user_as(role), claim, name="정다섯")
    assert Claim.objects.get(pk=claim.pk).version == 1


def test_stale_correction_is_refused_and_shows_numbers_masked(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    claim = factories.ClaimFactory(incident=incident, account="110000001234")
    corrected(staff, claim, account="220000005678")
    with pytest.raises(StaleSave) as refusal:
        corrected(staff, claim, account="330000009999")
    assert list(refusal.value.changes.values()) == [("••••••••5678", "••••••••9999")]
    assert Claim.objects.get(pk=claim.pk).reveal("account") == "220000005678"


def test_two_corrections_at_once_leave_one(transactional_db: None, race: Any) -> None:
    incident = factories.IncidentFactory()
    staff = factories.UserFactory(intake_staff=True, incident=incident)
    claim = factories.ClaimFactory(incident=incident)
    results = race([lambda: corrected(staff, claim, name="가가가"), lambda: corrected(staff, claim, name="나나나")])
    assert sorted(type(result).__name__ for result in results) == ["Claim", "StaleSave"]
    assert Claim.objects.get(pk=claim.pk).version == 2
