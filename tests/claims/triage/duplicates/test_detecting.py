"""Groups found and kept: by numbers, by likeness, and only as long as the facts stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from claims.models import Claim, DuplicateGroup, DuplicateMember, SharedAccount
from claims.register import fingerprints
from claims.register.services import correct_claim
from claims.triage.duplicates.detecting import Found
from claims.triage.duplicates.services import settle
from tests import factories

pytestmark = pytest.mark.django_db

Make = Callable[..., Claim]
Look = Callable[..., Found]
TEXT = "토요일 오후부터 메신저가 안 되어 손님의 예약을 하나도 받지 못했습니다."


def groups() -> list[set[int]]:
    """Return the live groups as sets of claims."""
    found: dict[int, set[int]] = {}
    for group, claim in DuplicateMember.objects.filter(is_live=True).values_list("group", "claim"):
        found.setdefault(group, set()).add(claim)
    return [found[key] for key in sorted(found)]


def test_claims_that_share_nothing_make_no_group(claim: Make, look: Look) -> None:
    for _ in range(5):
        claim()
    assert look() == Found(opened=0, superseded=0, kept=0)


def test_one_registration_number_makes_a_group_on_any_service(claim: Make, look: Look, incident: Any) -> None:
    one = claim(registration_number="1208147521")
    two = claim(registration_number="1208147521", service=factories.ServiceFactory(incident=incident))
    claim(registration_number="2208162517")
    assert look().opened == 1
    assert groups() == [{one.pk, two.pk}]


def test_one_phone_on_one_service_makes_a_group(claim: Make, look: Look) -> None:
    one, two = claim(phone="01011112222"), claim(phone="01011112222")
    look()
    assert groups() == [{one.pk, two.pk}]


def test_person_who_claims_for_another_service_with_other_words_is_no_duplicate(
    claim: Make, look: Look, incident: Any
) -> None:
    person = {"phone": "01011112222", "name": "김민서", "claimed_loss": 10_000}
    claim(**person)
    claim(**person, service=factories.ServiceFactory(incident=incident))
    assert look().opened == 0


def test_likeness_without_a_phone_makes_a_group(claim: Make, look: Look) -> None:
    one = claim(name="(주)행복꽃집", description=TEXT)
    two = claim(name="주식회사 행복꽃집", description=f"{TEXT} 다시 보냅니다.", phone=None)
    other = claim(name="바다횟집", description=TEXT, phone=None)
    look()
    assert groups() == [{one.pk, two.pk}]
    assert not DuplicateMember.objects.filter(claim=other).exists()


def test_slip_in_the_name_with_the_same_text_makes_a_group(claim: Make, look: Look) -> None:
    one, two = claim(name="행복꽃집", description=TEXT), claim(name="행복꽃짐", description=TEXT, phone=None)
    look()
    assert groups() == [{one.pk, two.pk}]


def test_two_people_of_one_name_with_one_text_are_no_duplicates(claim: Make, look: Look) -> None:
    claim(name="김민서", description=TEXT)
    claim(name="김민서", description=TEXT)
    assert look().opened == 0


def test_likeness_on_another_service_makes_no_group(claim: Make, look: Look, incident: Any) -> None:
    claim(name="김민서", description=TEXT)
    claim(name="김민서", description=TEXT, phone=None, service=factories.ServiceFactory(incident=incident))
    assert look().opened == 0


def test_claims_of_another_incident_are_not_compared(claim: Make, look: Look) -> None:
    claim(registration_number="1208147521")
    factories.ClaimFactory(registration_number="1208147521")
    assert look().opened == 0


def test_shared_fingerprint_makes_a_group(claim: Make, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprints, "_declared", {})
    fingerprints.declare_fingerprint(
        "paper", lambda: Claim.objects.annotate(claim_id=F("pk"), fingerprint=F("channel")).filter(channel="same paper")
    )
    one, two = claim(channel="same paper"), claim(channel="same paper")
    claim(channel="another")
    look()
    assert groups() == [{one.pk, two.pk}]


def test_pairs_hold_together_to_one_group(claim: Make, look: Look) -> None:
    one = claim(phone="01011112222", registration_number="1208147521")
    two, three = claim(phone="01011112222"), claim(registration_number="1208147521")
    look()
    assert groups() == [{one.pk, two.pk, three.pk}]


def test_second_search_changes_nothing(claim: Make, look: Look) -> None:
    claim(phone="01011112222"), claim(phone="01011112222")
    assert look() == Found(opened=1, superseded=0, kept=0)
    assert look() == Found(opened=0, superseded=0, kept=1)


def test_new_claim_joins_by_opening_a_new_group(claim: Make, look: Look) -> None:
    one, two = claim(phone="01011112222"), claim(phone="01011112222")
    look()
    three = claim(phone="01011112222")
    assert look(three) == Found(opened=1, superseded=1, kept=0)
    assert groups() == [{one.pk, two.pk, three.pk}]
    assert DuplicateGroup.objects.get(state="superseded").member_count == 2


def test_search_for_one_claim_finds_what_a_whole_search_finds(claim: Make, look: Look) -> None:
    for number in ("01011112222", "01033334444"):
        claim(phone=number), claim(phone=number)
    look()
    bridge = claim(phone="01011112222", registration_number="1208147521")
    claim(phone="01033334444", registration_number="1208147521")
    look(bridge)
    look(Claim.objects.latest("pk"))
    found = groups()
    assert len(found) == 1
    assert look() == Found(opened=0, superseded=0, kept=1)
    assert groups() == found


def test_settled_group_stays_settled_until_a_fact_changes(claim: Make, look: Look, user_as: Any) -> None:
    staff = user_as("intake_staff")
    one, _two = claim(phone="01011112222"), claim(phone="01011112222")
    look()
    group = DuplicateGroup.objects.get()
    settle(by=staff, group=group, verdict="distinct")
    assert look() == Found(opened=0, superseded=0, kept=1)
    assert look(one) == Found(opened=0, superseded=0, kept=1)
    correct_claim(by=staff, claim=one, version=1, reason="전화로 확인", changes={"claimed_loss": "5000"})
    group.refresh_from_db()
    assert group.state == "superseded"
    assert DuplicateGroup.objects.exclude(pk=group.pk).get().state == "open"


def test_correction_that_parts_two_claims_ends_their_group(claim: Make, look: Look, user_as: Any) -> None:
    one, _two = claim(phone="01011112222"), claim(phone="01011112222")
    look()
    correct_claim(
        by=user_as("intake_staff"), claim=one, version=1, reason="번호 착오", changes={"phone": "010-9999-8888"}
    )
    assert groups() == []
    assert DuplicateGroup.objects.get().state == "superseded"


def test_number_shared_by_2000_claims_makes_one_group_in_constant_queries(
    incident: Any, service: Any, look: Look
) -> None:
    one = factories.ClaimFactory(
        incident=incident, service=service, registration_number=None, account=None, bank_code=""
    )
    columns = [field for field in Claim._meta.fields if field.name != "id"]
    rows = []
    for serial in range(1_999):
        copy = Claim(**{field.attname: getattr(one, field.attname) for field in columns})
        copy.receipt_number = f"M-{serial:05}"
        copy.description = f"{serial}번째 접수합니다. {TEXT}"
        rows.append(copy)
    Claim.objects.bulk_create(rows)
    with CaptureQueriesContext(connection) as queries:
        assert look().opened == 1
    assert DuplicateGroup.objects.get().member_count == 2_000
    assert len(queries) < 60


def test_account_of_unrelated_claimants_is_a_risk_and_no_duplicate(claim: Make, look: Look) -> None:
    shared = {"account": "110123456789", "bank_code": "004"}
    one, _two = claim(**shared, claimed_loss=10_000), claim(**shared, claimed_loss=12_000)
    assert look().opened == 0
    risk = SharedAccount.objects.get()
    assert (risk.claim_count, risk.name_count, risk.loss_sum) == (2, 2, 22_000)
    assert bytes(risk.account_index) == bytes(one.account_index or b"")


def test_account_of_one_person_under_two_names_is_no_risk(claim: Make, look: Look) -> None:
    shared = {"account": "110123456789", "bank_code": "004", "phone": "01011112222"}
    claim(**shared), claim(**shared)
    look()
    assert not SharedAccount.objects.exists()


def test_risk_ends_with_its_cause(claim: Make, look: Look, user_as: Any) -> None:
    shared = {"account": "110123456789", "bank_code": "004"}
    one, _two = claim(**shared), claim(**shared)
    look()
    correct_claim(
        by=user_as("intake_staff"), claim=one, version=1, reason="계좌 착오", changes={"account": "110999999999"}
    )
    assert not SharedAccount.objects.exists()


def test_group_with_a_shared_account_shows_the_risk(claim: Make, look: Look) -> None:
    shared = {"account": "110123456789", "bank_code": "004", "description": TEXT}
    claim(**shared), claim(**shared)
    look()
    assert DuplicateGroup.objects.get().is_risk


def test_member_of_another_incident_is_refused(claim: Make) -> None:
    stranger = factories.ClaimFactory()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        factories.DuplicateGroupFactory(claims=[claim(), stranger])
    assert refusal.value.__cause__.diag.constraint_name == "duplicates_stay_within_incident"  # type: ignore[union-attr]


def test_claim_in_two_live_groups_is_refused(claim: Make) -> None:
    one, two = claim(), claim()
    factories.DuplicateGroupFactory(claims=[one, two])
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        factories.DuplicateGroupFactory(claims=[one, two])
    assert refusal.value.__cause__.diag.constraint_name == "one_live_group_per_claim"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"score": 99}, "duplicate_group_stays_as_found"),
        ({"state": "superseded"}, None),
    ],
)
def test_group_stays_as_it_was_found(claim: Make, change: dict[str, Any], rule: str | None) -> None:
    group = factories.DuplicateGroupFactory(claims=[claim(), claim()])
    rows = DuplicateGroup.objects.filter(pk=group.pk)
    if rule is None:
        assert rows.update(**change) == 1
        return
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        rows.update(**change)
    assert refusal.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]
