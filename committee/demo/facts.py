"""The shapes of the catalogue's facts; a fact nobody published is named in the record's ``assumed`` field."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Pricing(StrEnum):
    """How a service is sold; ``BOTH`` leaves the answer to the single claim."""

    PAID = "paid"
    FREE = "free"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class OperatorFacts:
    """Who runs services: the company itself or one of its affiliates."""

    code: str
    name_ko: str
    name_en: str
    is_affiliate: bool


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """One service that stopped.

    ``market_share_bp`` is in basis points; the outage is given as aware datetimes in Seoul.
    """

    code: str
    name_ko: str
    name_en: str
    operator: str
    pricing: Pricing
    alternative_available: bool
    market_share_bp: int
    outage_from: datetime
    outage_to: datetime
    assumed: tuple[str, ...] = ("alternative_available", "market_share_bp", "outage_from", "outage_to")

    def takes(self, *, paid: bool) -> bool:
        """Say whether a claim on this service can be a paid one (or a free one)."""
        return self.pricing in (Pricing.BOTH, Pricing.PAID if paid else Pricing.FREE)


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """One intake round, first and last day inclusive, both business dates in Seoul."""

    number: int
    name_ko: str
    name_en: str
    opens_on: date
    closes_on: date
    first_closes_on: date | None
    small_businesses_only: bool
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """One incident with everything a claim may refer to."""

    code: str
    name_ko: str
    name_en: str
    occurred_on: date
    operators: tuple[OperatorFacts, ...]
    services: tuple[ServiceFacts, ...]
    rounds: tuple[RoundFacts, ...]

    def service(self, code: str) -> ServiceFacts:
        """Return the service with this code; ``KeyError`` where there is none."""
        for service in self.services:
            if service.code == code:
                return service
        raise KeyError(code)
