"""Holds the published figures against what the database says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from claims.catalogue.models import Incident
from committee.demo.figures import FIGURES, Figure
from committee.reports.selectors import published_figures


@dataclass(frozen=True, slots=True)
class Comparison:
    """One published figure beside the found value; `found` is None where the report does not have it."""

    figure: Figure
    found: int | Decimal | None

    @property
    def agrees(self) -> bool:
        """Whether the found value is the published one, or lies in the published range."""
        return self.found is not None and self.figure.agrees_with(self.found)


def compare(incident: Incident, figures: Iterable[Figure] = FIGURES) -> list[Comparison]:
    """Return every published figure with the value that the database gives for it now."""
    found = {figure.key: figure.value for figure in published_figures(incident=incident)}
    return [Comparison(figure, found.get(figure.key)) for figure in figures]
