"""Personal data at rest: AES-GCM with a key id and the row as associated data, and a keyed blind index.

A sealed value is `version (1) | key id (1) | nonce (12) | ciphertext and tag`. The associated data is
"table.column:row key", so that a value copied to another row or column no longer opens.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VERSION = b"\x01"
_NONCE = 12
INDEX_LENGTH = 16
"""Bytes of a blind index: 128 bits of keyed BLAKE2b."""


class SealBroken(Exception):
    """The sealed value does not open: wrong key, altered bytes, or bytes moved from another row."""


@cache
def _cipher(key_id: int) -> AESGCM:
    try:
        return AESGCM(settings.SEAL_KEYS[key_id])
    except KeyError:
        raise SealBroken(f"no key with id {key_id} in RELIEF_SEAL_KEYS") from None


def seal(value: str, *, bound_to: str) -> bytes:
    """Encrypt text under the active key, bound to "table.column:row key"; every call yields other bytes."""
    key_id: int = settings.SEAL_ACTIVE_KEY
    nonce = os.urandom(_NONCE)
    return b"".join(
        (
            _VERSION,
            bytes((key_id,)),
            nonce,
            _cipher(key_id).encrypt(nonce, value.encode(), bound_to.encode()),
        )
    )


def bulk_sealer(count: int) -> Callable[[str, str], bytes]:
    """Return `seal` for up to `count` values (text, bound to), with key and randomness fetched once for all of them."""
    key_id: int = settings.SEAL_ACTIVE_KEY
    head = _VERSION + bytes((key_id,))
    encrypt = _cipher(key_id).encrypt
    randomness = io.BytesIO(os.urandom(_NONCE * count)).read

    def sealed(value: str, bound_to: str) -> bytes:
        nonce = randomness(_NONCE)
        return head + nonce + encrypt(nonce, value.encode(), bound_to.encode())

    return sealed


def unseal(sealed: bytes, *, bound_to: str) -> str:
    """Decrypt what `seal` made for the same row and column; raises `SealBroken` for anything else."""
    data = bytes(sealed)
    if data[:1] != _VERSION or len(data) < 2 + _NONCE + 16:
        raise SealBroken("not a sealed value")
    try:
        return _cipher(data[1]).decrypt(data[2 : 2 + _NONCE], data[2 + _NONCE :], bound_to.encode()).decode()
    except InvalidTag:
        raise SealBroken("the sealed value does not belong here or was altered") from None


def key_id_of(sealed: bytes) -> int:
    """Return the id of the key a sealed value was made with, for rotation."""
    return bytes(sealed)[1]


def blind_indexer(domain: str) -> Callable[[str], bytes]:
    """Return `blind_index` of one domain, for many values: the key is taken in once.

    Keyed BLAKE2b (RFC 7693) is a MAC of its own, at a quarter of the time of an HMAC.
    """
    keyed = hashlib.blake2b(f"{domain}:".encode(), key=settings.BLIND_INDEX_KEY[:64], digest_size=INDEX_LENGTH)

    def index(value: str) -> bytes:
        digest = keyed.copy()
        digest.update(value.encode())
        return digest.digest()

    return index


def blind_index(value: str, *, domain: str) -> bytes:
    """Return 16 bytes that are equal for equal values of one domain ("phone", "account", …) and tell nothing else.

    The value is to be normalised by the caller (digits only), so that equal numbers are equal texts.
    """
    return blind_indexer(domain)(value)


def mask(value: str, *, shown: int = 4) -> str:
    """Return the value with all but its last `shown` characters as bullets; short values are hidden whole."""
    if len(value) <= shown:
        return "•" * len(value)
    return "•" * (len(value) - shown) + value[-shown:]
