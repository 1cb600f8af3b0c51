"""Stored decisions recomputed from their own facts and version."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from committee.decisions.services import supersede
from committee.decisions.verifying import Mismatch, Verification, verify
from committee.models import Decision
from tests import factories
from tests.committee.factories import BOUNDS, classified, decided

pytestmark = pytest.mark.django_db


def tampered(statement: str, *parameters: Any) -> None:
    """Change stored decisions behind the back of their triggers, as only the owner of the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE committee_decision DISABLE TRIGGER USER")
        cursor.execute(statement, parameters)
        cursor.execute("ALTER TABLE committee_decision ENABLE TRIGGER USER")


def verified(incident: Any = None) -> tuple[Verification, list[Mismatch]]:
    found = Verification()
    return found, list(verify(found, incident_id=incident and incident.pk))


def test_decisions_of_a_run_agree_with_their_facts(incident: Any) -> None:
    classified(incident, (1,), reporter_type="general_user")
    decided(incident, (None, *BOUNDS))
    supersede(
        by=factories.UserFactory(chair=True, incident=incident),
        decision=Decision.objects.get(fact_loss=500_001),
        outcome="supported",
        amount=80_000,
        reason="증빙 확인",
    )
    found, mismatches = verified()
    assert (found, mismatches) == (Verification(recomputed=len(BOUNDS) + 2, by_people=1, differing=0), [])


@pytest.mark.parametrize(
    "change",
    [
        "amount = 30001",
        "outcome = 'not_eligible', amount = 0",
        "reason_code = 'above_tiers'",
        "fact_loss = 400000",
        "fact_reporter_type = 'general_user'",
        "tier_id = NULL",
    ],
)
def test_altered_decision_is_found(incident: Any, change: str) -> None:
    decided(incident, (200_000, 100_000))
    tampered(f"UPDATE committee_decision SET {change} WHERE fact_loss = %s", 200_000)
    found, mismatches = verified(incident)
    assert (found.recomputed, found.differing, len(mismatches)) == (2, 1, 1)
    assert mismatches[0].stored != mismatches[0].recomputed


def test_other_incident_is_left_out(incident: Any) -> None:
    decided(incident, (200_000,))
    assert verified(factories.IncidentFactory())[0] == Verification()


def test_command_exits_with_one_where_a_decision_differs(incident: Any, capsys: Any) -> None:
    decided(incident, (200_000, 400_000))
    call_command("verify_decisions", incident=incident.code)
    assert capsys.readouterr().out == "2 decisions recomputed, 0 made by people, 0 differ.\n"
    tampered("UPDATE committee_decision SET amount = 31000 WHERE fact_loss = 200000")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_decisions", json=True)
    told = json.loads(capsys.readouterr().out)
    assert (ended.value.code, told["differing"], told["mismatches"][0]["stored"][3]) == (1, 1, 31_000)
    with pytest.raises(SystemExit):
        call_command("verify_decisions")
    assert "31000" in capsys.readouterr().err
