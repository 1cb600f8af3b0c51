"""Holds: what slices above declare keeps a claim from its next step, and is named on it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.intake.facts import Amendment
from claims.register import holds
from claims.register.holds import Hold, Step, declare_hold, held, held_keys_sql, holds_on, holds_that_stop
from claims.register.models import Claim
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """An amendment that waits stops payments; a dismissed one stops decisions too."""
    monkeypatch.setattr(holds, "_holds", {})
    declare_hold(
        Hold(
            "waits",
            "waits",
            "say what holds",
            lambda: Amendment.objects.filter(state="waiting"),
            frozenset({Step.PAYMENT}),
        )
    )
    declare_hold(
        Hold(
            "closed",
            "closed",
            "nothing to do",
            lambda: Amendment.objects.filter(state="dismissed"),
            frozenset({Step.PAYMENT, Step.DECISION}),
        )
    )


@pytest.fixture
def claims(incident: Any) -> dict[str, Claim]:
    made = {word: factories.ClaimFactory(incident=incident) for word in ("free", "waits", "closed")}
    for line in (1, 2):
        factories.AmendmentFactory(claim=made["waits"], line=line)
    factories.AmendmentFactory(claim=made["closed"], state="waiting")
    Amendment.objects.filter(claim=made["closed"]).update(state="dismissed")
    return made


def test_holds_are_asked_by_step() -> None:
    assert [hold.code for hold in holds_that_stop(Step.PAYMENT)] == ["closed", "waits"]
    assert [hold.code for hold in holds_that_stop(Step.DECISION)] == ["closed"]


@pytest.mark.parametrize(
    ("step", "expected"), [(Step.PAYMENT, ("waits", "closed")), (Step.DECISION, ("closed",))], ids=str
)
def test_claim_that_waits_is_held_by_condition_and_by_sql(
    step: Step, expected: tuple[str, ...], claims: dict[str, Claim]
) -> None:
    keys = {claims[word].pk for word in expected}
    statement, parameters = held_keys_sql(step)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        by_sql = {key for (key,) in cursor.fetchall()}
    assert (set(Claim.objects.filter(held(step)).values_list("pk", flat=True)), by_sql) == (keys, keys)


def test_condition_follows_a_path_to_the_claim(claims: dict[str, Claim]) -> None:
    found = Amendment.objects.filter(held(Step.DECISION, claim="claim_id"))
    assert [row.claim for row in found] == [claims["closed"]]


def test_claim_names_its_holds_in_one_query(claims: dict[str, Claim]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        named = {word: [hold.code for hold in holds_on(claim)] for word, claim in claims.items()}
    assert (named, len(asked)) == ({"free": [], "waits": ["waits"], "closed": ["closed"]}, 3)


def test_nothing_is_held_where_nothing_is_declared(claims: dict[str, Claim], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holds, "_holds", {})
    statement, parameters = held_keys_sql(Step.PAYMENT)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        assert cursor.fetchall() == []
    assert Claim.objects.filter(held(Step.PAYMENT)).count() == 0
    assert holds_on(claims["waits"]) == []
