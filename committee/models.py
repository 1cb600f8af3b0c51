"""The tables of the committee, gathered from the slices."""

from committee.decisions.adjustments import Adjustment
from committee.decisions.models import Decision, DecisionRun
from committee.ledger.models import Balance, Book, Entry, Posting
from committee.letters.models import LetterRun
from committee.payouts.models import Approval, BankFile, Batch, Payment
from committee.plan.models import Measure, MeasureItem
from committee.plan.policies import Tier, TierPolicy
from committee.plan.simulator.models import ServiceFactors, Simulation
from committee.reports.models import ReportingDate
from committee.review.models import Objection

__all__ = (
    "Adjustment",
    "Approval",
    "Balance",
    "BankFile",
    "Batch",
    "Book",
    "Decision",
    "DecisionRun",
    "Entry",
    "LetterRun",
    "Measure",
    "MeasureItem",
    "Objection",
    "Payment",
    "Posting",
    "ReportingDate",
    "ServiceFactors",
    "Simulation",
    "Tier",
    "TierPolicy",
)
