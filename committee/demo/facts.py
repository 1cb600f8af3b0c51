"""The shapes of the catalogue's facts, field for field as the catalogue's tables keep them.

A fact nobody published is named in the record's ``assumed`` field.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Pricing(StrEnum):
    """How a service is sold; ``BOTH`` leaves the answer to the single claim."""

    PAID = "paid"
    FREE = "free"
    BOTH = "both"


class Reporter(StrEnum):
    """Who reported; the values are the reporter types of the register."""

    GENERAL_USER = "general_user"
    SMALL_BUSINESS = "small_business"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class OperatorFacts:
    """Who runs services: the company itself (``kind`` "company") or one of its affiliates ("affiliate")."""

    code: str
    name: str
    name_en: str
    kind: str


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """One service that stopped; ``market_share_bp`` is in basis points, the outage in aware datetimes.

    ``aliases`` are other names claim files use for it.
    """

    code: str
    name: str
    name_en: str
    operator: str
    pricing: Pricing
    has_alternative: bool
    market_share_bp: int
    outage_from: datetime
    outage_to: datetime
    aliases: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ("has_alternative", "market_share_bp", "outage_from", "outage_to")

    def takes(self, *, paid: bool) -> bool:
        """Say whether a claim on this service can be a paid one (or a free one)."""
        return self.pricing in (Pricing.BOTH, Pricing.PAID if paid else Pricing.FREE)


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """One intake round in Seoul dates, first and last day included; ``admits`` is empty where everybody may claim."""

    number: int
    opens_on: date
    closes_on: date
    extended_from: date | None = None
    admits: tuple[Reporter, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """One incident with everything a claim may refer to."""

    code: str
    name: str
    name_en: str
    started_at: datetime
    ended_at: datetime
    summary: str
    operators: tuple[OperatorFacts, ...]
    services: tuple[ServiceFacts, ...]
    rounds: tuple[RoundFacts, ...]
    assumed: tuple[str, ...] = ("ended_at",)
