"""What a person may do with a batch in its present state, and why not; the services refuse by themselves too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from committee.payouts.models import Batch

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from relief.accounts.models import User


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a batch: its name in addresses, its words, who may take it and in which states it is offered."""

    name: str
    label: StrOrPromise
    permission: str
    states: frozenset[str]
    why_not: Callable[[Batch, User], StrOrPromise] = lambda _batch, _user: ""
    danger: bool = False
    secondary: bool = False


def _not_own(batch: Batch, user: User) -> StrOrPromise:
    return _("You composed this batch yourself; another person approves it.") if batch.composed_by_id == user.pk else ""


def _own(batch: Batch, user: User) -> StrOrPromise:
    if batch.composed_by_id == user.pk:
        return ""
    return _("Only who composed the batch submits it: %(name)s.") % {"name": batch.composed_by}


_STATE = Batch.State
STEPS = (
    Step("submit", _("Submit for approval"), "committee.compose_batch", frozenset({_STATE.DRAFT}), _own),
    Step("approve", _("Approve"), "committee.approve_batch", frozenset({_STATE.SUBMITTED}), _not_own),
    Step(
        "send_back", _("Send back"), "committee.approve_batch", frozenset({_STATE.SUBMITTED}), _not_own, secondary=True
    ),
    Step("export", _("Make the bank file"), "committee.export_bank_file", frozenset({_STATE.APPROVED})),
    Step(
        "withdraw",
        _("Withdraw"),
        "committee.compose_batch",
        frozenset({_STATE.SUBMITTED, _STATE.APPROVED}),
        secondary=True,
    ),
    Step("cancel", _("Cancel the batch"), "committee.compose_batch", frozenset({_STATE.DRAFT}), danger=True),
)


def acts_on(batch: Batch, user: User) -> list[tuple[Step, StrOrPromise]]:
    """Return the steps that the batch's state offers, each with the sentence that says why not ("": he may).

    The composer sees the approval he may not give, with the sentence, even without the permission.
    """
    offered = [step for step in STEPS if batch.state in step.states]
    return [
        (step, step.why_not(batch, user))
        for step in offered
        if user.has_perm(step.permission) or (step.name == "approve" and batch.composed_by_id == user.pk)
    ]
