"""The tables of the committee, gathered from the slices."""

from committee.decisions.adjustments import Adjustment
from committee.decisions.models import Decision, DecisionRun
from committee.payouts.models import Approval, BankFile, Batch, Payment
from committee.plan.models import Measure, MeasureItem
from committee.plan.policies import Tier, TierPolicy
from committee.reports.models import ReportingDate
from committee.review.models import Objection

__all__ = (
    "Adjustment",
    "Approval",
    "BankFile",
    "Batch",
    "Decision",
    "DecisionRun",
    "Measure",
    "MeasureItem",
    "Objection",
    "Payment",
    "ReportingDate",
    "Tier",
    "TierPolicy",
)
