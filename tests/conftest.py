"""What every test stands on: a database with the roles in it, clean-up past the triggers, and second connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pgtrigger
import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client, TransactionTestCase
from django.utils.translation import trans_real

from relief.accounts.models import User
from relief.accounts.services import sync_roles
from relief.translations.catalogue import compile_stale
from tests import factories
from tests.template_database import ensure_template

if compile_stale():
    # Something was translated before the catalogue was compiled.
    trans_real._translations.clear()

KEPT = frozenset(
    {"django_migrations", "django_content_type", "auth_group", "auth_permission", "auth_group_permissions"}
)
PATIENCE = 30
"""Seconds after which a test that waits for another connection gives up."""


def _empty_tables() -> None:
    """Empty every table that has rows but the roles', although triggers refuse TRUNCATE and DELETE."""
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables)
        )
        if filled := [name for (name,) in cursor.fetchall()]:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")


def _fixture_teardown(_case: TransactionTestCase) -> None:
    _empty_tables()


@pytest.fixture(scope="session", autouse=True)
def _clean_past_the_triggers() -> Iterator[None]:
    """Replace Django's flush, which the triggers refuse and which would take the roles along."""
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", _fixture_teardown)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Copy every test database from one migrated template instead of migrating each."""
    connection.settings_dict["TEST"]["TEMPLATE"] = ensure_template(settings.DATABASE_URL)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Lay the roles once; tests in transactions and the clean-up above leave them standing."""
    with django_db_blocker.unblock():
        sync_roles()


@pytest.fixture
def private_folder(settings: Any, tmp_path: Path) -> Path:
    """A private storage of the test's own; returns its folder."""
    folder = tmp_path / "private"
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            **settings.STORAGES["private"],
            "OPTIONS": {**settings.STORAGES["private"]["OPTIONS"], "location": str(folder)},
        },
    }
    assert Path(storages["private"].location) == folder
    return folder


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    """Sign a user in and return the client."""

    def sign_in(user: User) -> Client:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def incident(db: None) -> Any:
    """One incident."""
    return factories.IncidentFactory()


@pytest.fixture
def user_as(incident: Any) -> Callable[[str], User]:
    """Make a user of a role (identifier) with his desk at `incident`."""

    def make(*roles: str) -> User:
        return factories.UserFactory(roles=roles, incident=incident)

    return make


@pytest.fixture
def second_connection(transactional_db: None) -> Iterator[DatabaseWrapper]:
    """A second connection to the test database, in autocommit, for raw SQL beside the test's own."""
    other = connection.copy()
    yield other
    other.close()


@pytest.fixture
def elsewhere(transactional_db: None) -> Iterator[Callable[..., Future[Any]]]:
    """Call a function in another thread on its own connection while the test goes on; returns the Future."""
    pool = ThreadPoolExecutor(max_workers=16)

    def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        return pool.submit(_on_own_connection, function, *args, **kwargs)

    yield call
    pool.shutdown(wait=True, cancel_futures=True)


@pytest.fixture
def race(transactional_db: None) -> Callable[[Sequence[Callable[[], Any]]], list[Any]]:
    """Start functions at the same moment, each on its own connection; returns results and raised exceptions."""

    def run(functions: Sequence[Callable[[], Any]]) -> list[Any]:
        barrier = Barrier(len(functions))

        def start(function: Callable[[], Any]) -> Any:
            connection.ensure_connection()
            barrier.wait(PATIENCE)
            return function()

        with ThreadPoolExecutor(max_workers=len(functions)) as pool:
            futures = [pool.submit(_on_own_connection, start, function) for function in functions]
            return [future.exception(PATIENCE) or future.result(PATIENCE) for future in futures]

    return run


def _on_own_connection(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return function(*args, **kwargs)
    finally:
        connections.close_all()
