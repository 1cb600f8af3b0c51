from __future__ import annotations

import os
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from relief import sealed
from relief.sealed import SealBroken, blind_index, key_id_of, mask, seal, unseal

HERE = "claims_claim.phone:1"
NUMBER = "01012345678"


@given(st.text(max_size=200))
def test_sealed_value_opens_to_itself_in_its_own_place(value: str) -> None:
    assert unseal(seal(value, bound_to=HERE), bound_to=HERE) == value


def test_sealing_twice_yields_other_bytes_and_never_the_value() -> None:
    first, second = seal(NUMBER, bound_to=HERE), seal(NUMBER, bound_to=HERE)
    assert first != second
    assert NUMBER.encode() not in first + second


@pytest.mark.parametrize("elsewhere", ["claims_claim.phone:2", "claims_claim.account:1", ""])
def test_value_moved_to_another_row_or_column_does_not_open(elsewhere: str) -> None:
    with pytest.raises(SealBroken):
        unseal(seal(NUMBER, bound_to=HERE), bound_to=elsewhere)


def test_altered_cut_or_foreign_bytes_do_not_open() -> None:
    good = seal(NUMBER, bound_to=HERE)
    for position in range(len(good)):
        altered = bytearray(good)
        altered[position] ^= 1
        with pytest.raises(SealBroken):
            unseal(bytes(altered), bound_to=HERE)
    for bad in (b"", good[:10], good[:-1], NUMBER.encode(), b"\x01" * 60):
        with pytest.raises(SealBroken):
            unseal(bad, bound_to=HERE)


def test_old_key_opens_after_a_new_one_is_active(settings: Any) -> None:
    old = seal(NUMBER, bound_to=HERE)
    keys = {**settings.SEAL_KEYS, 200: os.urandom(32)}
    with override_settings(SEAL_KEYS=keys, SEAL_ACTIVE_KEY=200):
        new = seal(NUMBER, bound_to=HERE)
        assert (key_id_of(old), key_id_of(new)) == (settings.SEAL_ACTIVE_KEY, 200) or key_id_of(new) == 200
        assert (unseal(old, bound_to=HERE), unseal(new, bound_to=HERE)) == (NUMBER, NUMBER)
    sealed._cipher.cache_clear()
    with pytest.raises(SealBroken):
        unseal(new, bound_to=HERE)


def test_blind_index_is_equal_for_equal_numbers_of_one_domain() -> None:
    assert blind_index(NUMBER, domain="phone") == blind_index(NUMBER, domain="phone")
    assert blind_index(NUMBER, domain="phone") != blind_index(NUMBER, domain="account")
    assert blind_index(NUMBER, domain="phone") != blind_index("01012345679", domain="phone")
    assert len(blind_index("", domain="phone")) == sealed.INDEX_LENGTH


def test_blind_index_changes_with_its_key() -> None:
    before = blind_index(NUMBER, domain="phone")
    with override_settings(BLIND_INDEX_KEY=b"z" * 32):
        assert blind_index(NUMBER, domain="phone") != before


@pytest.mark.parametrize(("value", "shown"), [("01012345678", "•••••••5678"), ("1234", "••••"), ("12", "••"), ("", "")])
def test_mask_shows_the_last_four_of_a_longer_value(value: str, shown: str) -> None:
    assert mask(value) == shown
