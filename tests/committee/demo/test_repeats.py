"""The duplicates of the official file are all found, and next to nothing beyond them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from claims.models import Claim, DuplicateGroup, DuplicateMember, SharedAccount
from claims.triage.duplicates.detecting import look_for_duplicates
from committee.demo.files import seeded_repeats
from committee.demo.repeats import Repeat, RepeatKind
from relief.korea import phones
from relief.sealed import blind_index
from tests import factories

pytestmark = pytest.mark.django_db
MOST_BEYOND = 5
STRIDE = 12
"""Every how many of the ordinary rows stand beside the repeats: all of them would take a minute."""


def _indexed(column: str, number: str) -> bytes | None:
    digits = phones.digits_of(number)
    return blind_index(digits, domain=column) if digits else None


def _registered(rows: Any, incident: Any) -> Iterator[Claim]:
    services: dict[str, Any] = {}
    for row in rows:
        name = f"{row.own}{row.paid}{row.service}"
        if name not in services:
            services[name] = factories.ServiceFactory(incident=incident)
        yield Claim(
            incident=incident,
            service=services[name],
            receipt_number=row.receipt_number,
            received_at=row.received_at.replace(tzinfo=factories.WHEN.tzinfo),
            reporter_type="unknown",
            pricing="paid" if row.paid else "free",
            claimed_loss=row.loss,
            description=row.text,
            name=row.name,
            phone_index=_indexed("phone", row.phone),
            registration_number_index=_indexed("registration_number", row.registration_number),
            account_index=_indexed("account", row.account),
            content_hash=row.receipt_number.encode(),
        )


@pytest.fixture
def repeats() -> list[Repeat]:
    return seeded_repeats()


def test_repeats_are_of_every_kind(repeats: list[Repeat]) -> None:
    assert Counter(repeat.kind for repeat in repeats) == {
        RepeatKind.PHONE: 130,
        RepeatKind.WITHOUT_NUMBERS: 52,
        RepeatKind.REGISTRATION: 26,
        RepeatKind.ACCOUNT: 13,
    }


def test_search_finds_every_repeat_and_few_groups_beyond(claims: Any, incident: Any, repeats: list[Repeat]) -> None:
    repeated = {number for repeat in repeats for number in (repeat.earlier, repeat.later)}
    rows = [row for place, row in enumerate(claims) if place % STRIDE == 0 or row.receipt_number in repeated]
    Claim.objects.bulk_create(_registered(rows, incident), batch_size=5_000)
    with transaction.atomic():
        look_for_duplicates(incident.pk, Claim.objects.filter(incident=incident))
    group_of = dict(DuplicateMember.objects.values_list("claim__receipt_number", "group"))
    paired = [repeat for repeat in repeats if repeat.kind is not RepeatKind.ACCOUNT]
    missed = [
        repeat
        for repeat in paired
        if repeat.earlier not in group_of or group_of[repeat.earlier] != group_of.get(repeat.later)
    ]
    assert missed == []
    beyond = DuplicateGroup.objects.exclude(pk__in={group_of[repeat.earlier] for repeat in paired}).count()
    assert beyond <= MOST_BEYOND
    shared = {bytes(index) for index in SharedAccount.objects.values_list("account_index", flat=True)}
    risky = [repeat.later for repeat in repeats if repeat.kind is RepeatKind.ACCOUNT]
    risks = Claim.objects.filter(receipt_number__in=risky).values_list("account_index", flat=True)
    assert {bytes(index or b"") for index in risks} - shared == set()
