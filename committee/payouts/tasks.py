"""The composition of a batch as a job: a key in, one service."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from committee.payouts import composing
from committee.payouts.services import COMPOSE
from relief.jobs.services import Run, runner


@runner(
    COMPOSE,
    permission="committee.compose_batch",
    on_end=composing.give_up,
    label=_("Composing a payout batch"),
    subject="committee.batch",
)
def carry_out_composition(run: Run) -> dict[str, Any]:
    """Fill the batch that the job is about; returns count and sum."""
    return composing.fill(run)
