"""The published figures of an incident, in sections and flat."""

from __future__ import annotations

from claims.catalogue.models import Incident
from committee.reports import intake, programme
from committee.reports.figures import Figure, Section, with_shares
from committee.reports.models import ReportingDate


def report_of(*, incident: Incident) -> tuple[Section, ...]:
    """Return every section of the report, computed from the database; the interim count of the last reporting date."""
    date = ReportingDate.objects.filter(incident=incident).order_by("-as_of_at").first()
    sections = (
        intake.rounds(incident),
        intake.present(incident),
        intake.as_told(date) if date else None,
        programme.cash(incident),
        *programme.measures(incident),
        programme.committee(incident),
    )
    return tuple(section for section in sections if section is not None and section.figures)


def published_figures(*, incident: Incident) -> tuple[Figure, ...]:
    """Return every published figure, shares included, each under its own key."""
    return with_shares(figure for section in report_of(incident=incident) for figure in section.figures)
