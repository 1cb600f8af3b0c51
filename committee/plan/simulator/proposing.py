"""What the factors of an incident's services propose, and the table that shows it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from committee.panel import Number, Table
from committee.plan.policies import TierPolicy
from committee.plan.selectors import policy_terms
from committee.plan.simulator.factors import Proposal
from committee.plan.simulator.models import ServiceFactors
from committee.plan.simulator.selectors import medians_by_service
from relief.money import format_won


def proposals_of(incident_id: int) -> list[Proposal]:
    """Return what the factors propose, per service; medians are of the losses that reach the newest version's tiers."""
    policies = TierPolicy.objects.filter(incident_id=incident_id).exclude(state=TierPolicy.State.WITHDRAWN)
    policy = policies.prefetch_related("tiers").order_by("-number").first()
    rows = list(ServiceFactors.objects.filter(incident_id=incident_id).select_related("service").order_by("service"))
    if policy is None or not rows:
        return []
    medians = medians_by_service(incident_id=incident_id, terms=policy_terms(policy))
    return [
        Proposal(
            str(row.service), *medians.get(row.service_id, (0, 0)), row.margin_bp, row.market_share_bp,
            row.unavoidable_bp, row.source,
        )
        for row in rows
    ]  # fmt: skip


def proposals_table(proposals: Sequence[Proposal]) -> Table:
    """Return the proposals with their arithmetic written out."""
    headings = (
        _("service"), Number(_("claims counted")), Number(_("median loss")), _("× margin × market share × unavoidable"),
        Number(_("proposed amount")),
    )  # fmt: skip
    rows = [
        (
            one.service,
            Number(f"{one.claims:,}"),
            Number(format_won(one.median)),
            one.arithmetic,
            Number(format_won(one.amount)),
        )
        for one in proposals
    ]
    return Table(_("What the factors propose"), headings, rows)
