"""Changing the key: everything lies under the new one, opens as before, and no guard or history notices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import override_settings

from claims.models import Claim
from committee.models import Payment
from committee.payouts.lines import totals_of
from relief import sealed
from relief.sealed import SealBroken, key_id_of
from relief.sealed.rotation import rotate, sealed_columns
from tests import factories
from tests.committee import factories as committee

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture(autouse=True)
def _fresh_ciphers() -> Any:
    sealed._cipher.cache_clear()
    yield
    sealed._cipher.cache_clear()


def keys_in_use() -> dict[str, set[int]]:
    found = {}
    for column in sealed_columns():
        values = apps.get_model(column.model)._default_manager.exclude(**{column.column: None})
        found[f"{column.model}.{column.column}"] = {
            key_id_of(value) for value in values.values_list(column.column, flat=True)
        }
    return found


def test_every_sealed_column_is_declared() -> None:
    columns = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.name.endswith("_sealed")
    }
    assert {(column.model, column.column) for column in sealed_columns()} == columns


def test_rotation_moves_claims_history_and_frozen_payments(incident: Any, private_folder: Path) -> None:
    with override_settings(SEAL_KEYS={1: OLD}, SEAL_ACTIVE_KEY=1):
        committee.decided(incident)
        batch = committee.approved(incident)
        claims = {claim.pk: claim.reveal("account") for claim in Claim.objects.all()}
        events = apps.get_model("claims", "ClaimEvent").objects.count()
        assert set.union(*keys_in_use().values()) == {1}
    with override_settings(SEAL_KEYS={1: OLD, 2: NEW}, SEAL_ACTIVE_KEY=2):
        assert rotate(tell=lambda _column, _count: None) > 0
        assert rotate(tell=lambda _column, _count: None) == 0
        assert set.union(*keys_in_use().values()) == {2}
    sealed._cipher.cache_clear()
    with override_settings(SEAL_KEYS={2: NEW}, SEAL_ACTIVE_KEY=2):
        assert {claim.pk: claim.reveal("account") for claim in Claim.objects.all()} == claims
        assert apps.get_model("claims", "ClaimEvent").objects.count() == events
        assert totals_of(batch).sha256 == batch.lines_sha256
        assert Payment.objects.filter(batch=batch).count() == batch.line_count


def test_rotation_without_the_old_key_is_refused_and_changes_nothing(incident: Any) -> None:
    with override_settings(SEAL_KEYS={1: OLD}, SEAL_ACTIVE_KEY=1):
        factories.ClaimFactory(incident=incident)
    sealed._cipher.cache_clear()
    with override_settings(SEAL_KEYS={2: NEW}, SEAL_ACTIVE_KEY=2):
        with pytest.raises(SealBroken):
            rotate(tell=lambda _column, _count: None)
        with pytest.raises(CommandError):
            call_command("rotate_seals")
    assert keys_in_use()["claims.Claim.phone_sealed"] == {1}
