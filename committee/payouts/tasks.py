"""The composition of a batch as a job: a key in, one service."""

from typing import Any

from committee.payouts import composing
from committee.payouts.services import COMPOSE
from relief.jobs.services import Run, runner


@runner(COMPOSE, permission="committee.compose_batch", on_end=composing.give_up)
def carry_out_composition(run: Run) -> dict[str, Any]:
    """Fill the batch that the job is about; returns count and sum."""
    return composing.fill(run)
