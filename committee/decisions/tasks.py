"""The decision run as a job: a key in, one service."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from committee.decisions.redeciding import DECIDE_AGAIN, decide_again
from committee.decisions.services import DECIDE, decide
from relief.jobs.services import Run, runner


@runner(
    DECIDE,
    permission="committee.run_decisions",
    label=_("Tier decisions"),
    subject="committee.decisionrun",
)
def carry_out_run(run: Run) -> dict[str, Any]:
    """Decide the claims of the run that the job is about; returns the counts."""
    return decide(run)


@runner(
    DECIDE_AGAIN,
    permission="committee.run_decisions",
    label=_("Tier decisions anew"),
    subject="committee.decisionrun",
)
def carry_out_run_again(run: Run) -> dict[str, Any]:
    """Decide anew the claims of the run that the job is about; returns the counts."""
    return decide_again(run)
