"""The column map of a source, independent of any one file: what stands where, and what its words stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

FORMAT = "relief-profile/1"
UNITS = (1, 1_000, 10_000, 1_000_000, 100_000_000)
"""How many won 1 may stand for: 원, 천원, 만원, 백만원, 억원."""
MOST_HEADING_ROWS = 3
MAPPED = ("channel", "reporter_type", "service", "pricing", "claimed_loss", "bank")
"""Fields whose reported words a profile may map."""
FIXED = ("received_at", "channel", "reporter_type", "service", "pricing")
"""Fields that one value may fill for every row; what is somebody's own stands in no profile."""


class Column(NamedTuple):
    """A column of a source: its heading, and its place from 1, which counts where the heading alone does not tell."""

    heading: str
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """How a source writes its files down.

    `values` has, by field, the value of each reported word ("" for nothing): a service's code, the value of a reporter
    type or pricing, a bank's code, an amount in won. `fixed` has the value of a field that no column feeds.
    """

    columns: Mapping[str, Column] = field(default_factory=dict)
    sheet: str = ""
    skip_rows: int = 0
    heading_rows: int = 1
    encoding: str = ""
    delimiter: str = ""
    date_formats: tuple[str, ...] = ()
    unit: int = 1
    currency: str = ""
    empty: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def from_json(data: object) -> Profile:
        """Return the profile that `as_json` wrote, or that a person wrote like it; what is left out is as by default.

        Raises RuleBroken(profile_not_valid) that names the place and what is wrong there.
        """
        from claims.intake.profile_reading import profile_of

        return profile_of(data)

    def as_json(self) -> dict[str, Any]:
        """Return the profile as plain JSON, every part of it written out."""
        return {
            "format": FORMAT,
            "sheet": self.sheet,
            "skip_rows": self.skip_rows,
            "heading_rows": self.heading_rows,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "columns": {
                name: {"heading": column.heading, "place": column.place} for name, column in self.columns.items()
            },
            "date_formats": list(self.date_formats),
            "unit": self.unit,
            "currency": self.currency,
            "empty": list(self.empty),
            "values": {name: dict(words) for name, words in self.values.items()},
            "fixed": dict(self.fixed),
        }
