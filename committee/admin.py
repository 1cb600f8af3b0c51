"""The committee's pages in the back office, gathered from the slices."""

from committee.decisions import admin as decisions
from committee.payouts import admin as payouts
from committee.plan import admin as plan
from committee.reports import admin as reports

__all__ = ("decisions", "payouts", "plan", "reports")
