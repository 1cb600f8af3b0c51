import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from relief.settings.environment import database, key_from_text, required, seal_keys

KEY = bytes(range(32))
TEXT = base64.b64encode(KEY).decode()


def test_required_names_what_is_missing(monkeypatch):
    monkeypatch.setenv("RELIEF_SOMETHING", "")
    with pytest.raises(ImproperlyConfigured) as refusal:
        required("RELIEF_SOMETHING", "the something")
    assert str(refusal.value) == "RELIEF_SOMETHING is not set. It is the something; .env.example describes it."


@pytest.mark.parametrize("text", ["", "short", base64.b64encode(KEY[:16]).decode(), TEXT[:-1] + "!"])
def test_key_that_is_not_32_bytes_is_refused_without_showing_it(text):
    with pytest.raises(ImproperlyConfigured) as refusal:
        key_from_text("RELIEF_BLIND_INDEX_KEY", text)
    assert str(refusal.value).startswith("RELIEF_BLIND_INDEX_KEY must hold 32 bytes")
    assert not text or text not in str(refusal.value)


def test_seal_keys_are_read_by_their_id():
    assert seal_keys("RELIEF_SEAL_KEYS", f"1:{TEXT}, 255:{TEXT}") == {1: KEY, 255: KEY}


@pytest.mark.parametrize("text", ["", TEXT, f"x:{TEXT}", f"-1:{TEXT}", f"256:{TEXT}", f"1:{TEXT},1:{TEXT}", "1:short"])
def test_seal_keys_that_cannot_be_told_apart_are_refused(text):
    with pytest.raises(ImproperlyConfigured, match="RELIEF_SEAL_KEYS must"):
        seal_keys("RELIEF_SEAL_KEYS", text)


def test_database_address_is_taken_apart_with_its_options():
    described = database("postgres://us%40er:p%2Fw@db.example:6543/na%20me?sslmode=verify-full")
    assert {name: described[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "na me",
        "USER": "us@er",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "6543",
    }
    assert described["OPTIONS"] == {"connect_timeout": 10, "sslmode": "verify-full"}
    assert described["CONN_MAX_AGE"] == 60


def test_database_with_a_pool_keeps_no_connection_beside_it():
    described = database("postgresql://user@127.0.0.1/name", pool_size=8)
    assert described["CONN_MAX_AGE"] == 0
    assert described["CONN_HEALTH_CHECKS"] is False
    assert described["OPTIONS"]["pool"]["max_size"] == 8


@pytest.mark.parametrize("url", ["mysql://user@127.0.0.1/name", "sqlite:///x", "nothing"])
def test_database_other_than_postgresql_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="PostgreSQL only"):
        database(url)
