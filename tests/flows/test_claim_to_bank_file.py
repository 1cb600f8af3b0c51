"""End to end: a claim file comes in, and a bank file leaves that pays exactly what was decided."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count, Sum
from python_calamine import CalamineWorkbook

from claims.intake.proposing import layout_for
from claims.intake.services import accept, load, receive_file
from claims.models import Claim, ClaimImport
from claims.triage.services import create_rule_set
from committee.decisions.models import Decision
from committee.decisions.services import start_run
from committee.demo.catalogue import OUTAGE
from committee.demo.files import write_scaled_file
from committee.demo.rule_sets import FINAL_RULES
from committee.demo.setting import lay_incidents, lay_plan, seat_people
from committee.demo.walk import carry_out
from committee.payouts import exports
from committee.payouts import services as payouts
from committee.payouts.models import Batch, Payment
from relief.errors import RuleBroken
from relief.files.services import open_stored
from relief.jobs.models import Job

ROWS = 600


@pytest.fixture
def set_up(transactional_db: None, private_folder: Path, tmp_path: Path) -> dict[str, Any]:
    """The demo's people, incident and plan, and a claim file of ROWS rows in the published proportions."""
    cast = seat_people()
    incidents = lay_incidents(cast)
    policy = lay_plan(cast, incidents)
    file = write_scaled_file(tmp_path / "claims.csv", rows=ROWS).path
    return {"cast": cast, "incident": incidents[OUTAGE.code], "policy": policy, "file": file}


def take_in(set_up: dict[str, Any]) -> ClaimImport:
    cast = set_up["cast"]
    create_rule_set(by=cast["intake"], incident=set_up["incident"], rules=FINAL_RULES)
    received = receive_file(
        by=cast["intake"], incident=set_up["incident"], chunks=[set_up["file"].read_bytes()], name="claims.csv"
    )
    layout, _saved = layout_for(received)
    carry_out(load(by=cast["intake"], claim_import=received, layout=layout).job)
    carry_out(accept(by=cast["intake"], claim_import=ClaimImport.objects.get(pk=received.pk)).job)
    return ClaimImport.objects.get(pk=received.pk)


def test_claim_file_becomes_a_bank_file_of_the_decided_sum(set_up: dict[str, Any]) -> None:
    cast, incident = set_up["cast"], set_up["incident"]
    received = take_in(set_up)
    assert (received.rows_read, received.rows_new, received.rows_rejected) == (ROWS, ROWS, 0)

    run = start_run(by=cast["secretary"], policy=set_up["policy"])
    assert carry_out(run.job).outcome == {"decided": ROWS, "unclassified": 0}
    decided = Decision.objects.filter(outcome="supported").aggregate(claims=Count("pk"), won=Sum("amount"))
    assert decided["claims"] > 0

    batch = payouts.compose(by=cast["finance"], incident=incident, selection={})
    carry_out(batch.job)
    batch.refresh_from_db()
    batch = payouts.submit(by=cast["finance"], batch=batch)
    with pytest.raises(RuleBroken):
        payouts.approve(by=cast["finance"], batch=batch, lines_sha256=batch.lines_sha256)
    batch = payouts.approve(by=cast["manager"], batch=batch, lines_sha256=batch.lines_sha256)
    bank_file = exports.export(by=cast["finance"], batch=batch)

    batch.refresh_from_db()
    assert batch.state == Batch.State.EXPORTED
    assert (bank_file.line_count, bank_file.line_sum) == (decided["claims"], decided["won"])
    with open_stored(bank_file.stored_file) as file:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
    rows = workbook.get_sheet_by_index(0).to_python()
    paid = Payment.objects.filter(batch=batch).values_list("payee_name", "amount")
    texts = [[str(cell) for cell in row] for row in rows]
    for name, _amount in paid:
        assert any(name in row for row in texts)


def test_same_file_under_another_name_adds_nothing(set_up: dict[str, Any]) -> None:
    take_in(set_up)
    with pytest.raises(RuleBroken) as refusal:
        receive_file(
            by=set_up["cast"]["intake"],
            incident=set_up["incident"],
            chunks=[set_up["file"].read_bytes()],
            name="other.csv",
        )
    assert (refusal.value.code, Claim.objects.count(), Job.objects.count()) == ("one_import_per_file", ROWS, 2)
