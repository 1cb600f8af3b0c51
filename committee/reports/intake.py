"""The figures of the intake: as they stand, and as they stood when the committee was told them."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident, IntakeRound
from claims.triage.progress import progress_at
from committee.reports.figures import Figure, Section, Unit
from committee.reports.models import ReportingDate

# The own reports in one partition: paid, free with a loss, without a loss, and a loss on a service of unknown price.
_PARTS = """
    count(*) FILTER (WHERE own),
    count(*) FILTER (WHERE own AND pricing = 'paid'),
    count(*) FILTER (WHERE own AND pricing = 'free' AND nature = 'monetary'),
    count(*) FILTER (WHERE own AND pricing <> 'paid' AND nature = 'inquiry'),
    count(*) FILTER (WHERE own AND pricing = 'unknown' AND nature = 'monetary')
"""
_PRESENT = f"""
    SELECT count(*), count(*) FILTER (WHERE operator_kind = 'affiliate'), {_PARTS},
           count(*) FILTER (WHERE own AND payable AND pricing = 'paid'),
           count(*) FILTER (WHERE own AND payable AND pricing <> 'paid')
    FROM (
        SELECT t.operator_kind, t.operator_kind = 'company' AS own, t.pricing, t.nature,
               t.reporter_type = 'small_business' AND t.nature = 'monetary' AND c.admission = 'regular'
               AND c.claimed_loss > 0 AS payable
        FROM claims_claim c LEFT JOIN claims_classification t ON t.claim_id = c.id
        WHERE c.incident_id = %(incident)s
    ) reports
"""  # noqa: S608 - built of our own names


def _counts(statement: str, **values: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchone() or ())


def rounds(incident: Incident) -> Section:
    """Return the length and extensions of the intake rounds, both ends of a round included."""
    names = {1: "round", 2: "second_round"}
    figures: list[Figure] = []
    for row in IntakeRound.objects.filter(incident=incident).order_by("number"):
        key = names.get(row.number, f"round_{row.number}")
        number = {"number": row.number}
        days = (row.closes_on - row.opens_on).days + 1
        figures.append(Figure(f"{key}_days", _("Round %(number)s: length") % number, days, Unit.DAYS))
        extensions = 0 if row.extended_from is None else 1
        figures.append(Figure(f"{key}_extensions", _("Round %(number)s: extended") % number, extensions, Unit.TIMES))
    return Section("rounds", _("Intake rounds"), _("From the intake rounds of the catalogue."), tuple(figures))


def present(incident: Incident) -> Section:
    """Return the reports received and the analysis of the company's own, as register and triage stand now."""
    counts = _counts(_PRESENT, incident=incident.pk)
    reports, referred, own, paid, free_loss, inquiries, unknown, payable_paid, payable_free = counts
    figures = [
        Figure("reports", _("Reports received"), reports),
        Figure("referred", _("Belonging to affiliates, referred to them"), referred).of(reports),
        Figure("own", _("The company's own reports"), own, share_key="final_own_share").of(reports),
        Figure("paid", _("… on a paid service"), paid).of(own),
        Figure("free_loss", _("… on a free service, with a loss in money"), free_loss).of(own),
        Figure("inquiries", _("… without a loss in money: questions and protests"), inquiries).of(own),
    ]
    if unknown:
        figures.append(Figure("price_unknown", _("… with a loss, on a service of unknown price"), unknown).of(own))
    if reports - referred - own:
        figures.append(Figure("unclassified", _("Reports not classified yet"), reports - referred - own).of(reports))
    figures += [
        Figure("payable", _("Small businesses with a payable loss"), payable_paid + payable_free),
        Figure("payable_paid", _("… on a paid service"), payable_paid),
        Figure("payable_free", _("… on a free service"), payable_free),
    ]
    source = _("Counted from the register of claims and its classification; shares of the own reports.")
    return Section("intake", _("Reports and their analysis"), source, tuple(figures))


def as_told(date: ReportingDate) -> Section:
    """Return the interim count as the history says it stood at the reporting date's instant."""
    told = progress_at(date.incident_id, date.as_of_at)
    figures = (
        Figure("interim_reports", _("Reports received"), told.reports),
        Figure("interim_own", _("Classified as the company's own"), told.own, share_key="own_share").of(told.reports),
        Figure("interim_general_users", _("… by general users"), told.general_user, share_key="general_users_share").of(
            told.own
        ),
        Figure(
            "interim_small_businesses",
            _("… by small businesses"),
            told.small_business,
            share_key="small_businesses_share",
        ).of(told.own),
        Figure(
            "interim_enterprises",
            _("… by mid-size and large companies"),
            told.enterprise,
            share_key="enterprises_share",
        ).of(told.own),
        Figure("interim_paid", _("… on a paid service"), told.paid),
        Figure("interim_free_loss", _("… on a free service, with a loss in money"), told.free_loss),
    )
    source = _("Worked out from the history of the classification, as it stood at that instant.")
    return Section("interim", _("Interim count: %(date)s") % {"date": date.name}, source, figures)
