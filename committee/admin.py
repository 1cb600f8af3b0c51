"""The committee's pages in the back office, gathered from the slices."""

from committee.decisions import adjustment_admin as adjustments
from committee.decisions import admin as decisions
from committee.decisions import claim_panel as decision_panel
from committee.ledger import admin as ledger
from committee.letters import admin as letters
from committee.payouts import admin as payouts
from committee.payouts import claim_panel as payment_panel
from committee.plan import admin as plan
from committee.plan import policy_admin as policies
from committee.plan.simulator import admin as simulator
from committee.reports import admin as reports
from committee.review import admin as review
from committee.review import claim_panel as objection_panel

__all__ = (
    "adjustments",
    "decision_panel",
    "decisions",
    "ledger",
    "letters",
    "objection_panel",
    "payment_panel",
    "payouts",
    "plan",
    "policies",
    "reports",
    "review",
    "simulator",
)
