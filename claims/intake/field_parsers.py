"""The parser of every field for one profile: its formats, its unit, and what its words stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Pricing, ReporterType
from claims.intake import rules
from claims.intake.amounts import amount_in_won
from claims.intake.dates import instant_of
from claims.intake.profile import Profile
from claims.intake.rules import Parser
from claims.intake.words import Vocabulary
from relief.errors import RuleBroken
from relief.korea.banks import folded

NOTHING: Mapping[str, Any] = {
    "reporter_type": ReporterType.UNKNOWN.value,
    "pricing": Pricing.UNKNOWN.value,
    "claimed_loss": None,
}
"""What a field is where nothing is stated; the others are an empty text."""


def parsers_of(profile: Profile, words: Vocabulary) -> dict[str, Parser]:
    """Return the parser of each field. Raises RuleBroken(service_not_in_catalogue) where the profile names one."""
    nothing = frozenset(folded(word) for word in profile.empty)
    meanings = {
        name: {folded(word): _meaning(name, value, words) for word, value in table.items()}
        for name, table in profile.values.items()
    }

    def few(name: str, parse: Parser) -> Parser:
        return rules.remembered(rules.mapped(parse, meanings[name]) if name in meanings else parse)

    loss = rules.amount(profile.unit, profile.currency, nothing)
    return {
        "receipt_number": rules.receipt_number,
        "received_at": rules.received_at(profile.date_formats),
        "channel": few("channel", rules.channel),
        "reporter_type": few("reporter_type", rules.word(words.reporter_types)),
        "name": rules.name,
        "phone": rules.phone,
        "registration_number": rules.registration_number,
        "service": few("service", rules.word({"": "", **words.services})),
        "pricing": few("pricing", rules.word(words.pricings)),
        "claimed_loss": rules.mapped(loss, meanings["claimed_loss"]) if "claimed_loss" in meanings else loss,
        "description": rules.description,
        "bank": few("bank", rules.bank),
        "account": rules.account,
    }


def fixed_values(profile: Profile, words: Vocabulary) -> dict[str, Any]:
    """Return the value of each field that is the same for every row.

    Raises RuleBroken(service_not_in_catalogue) where the profile names a service that the incident has not.
    """
    return {name: _meaning(name, value, words) for name, value in profile.fixed.items()}


def _meaning(name: str, value: str, words: Vocabulary) -> Any:
    if value == "":
        return NOTHING.get(name, "")
    if name == "service":
        return _service(value, words)
    if name == "claimed_loss":
        return amount_in_won(value)
    return instant_of(value) if name == "received_at" else value


def _service(code: str, words: Vocabulary) -> int:
    key = words.services.get(folded(code))
    if key is None:
        raise RuleBroken(
            _('The profile names the service "%(code)s", which this incident does not have. Choose another there.')
            % {"code": code},
            code="service_not_in_catalogue",
        )
    return key
