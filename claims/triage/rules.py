"""Classification rules as data: what a rule may ask, whether a list of rules is sound, and what it says of a claim.

A rule is {"name": "loss_stated", "axis": "nature", "value": "monetary", "when": {"loss_over": 0}}. The first rule of
an axis whose conditions all hold sets its value; the last rule of each axis has no condition, so that every claim has
its place. A rule may say how sure it is, "confidence": 60; without the word it is sure. One description is read by
Python (`verdict`) and by PostgreSQL (`Rule.test`), so that they cannot drift.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from typing import Any

from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from claims.catalogue.models import Operator, Pricing, ReporterType
from claims.triage.certainty import SURE
from claims.triage.days import begin_of, day_of, end_of
from claims.triage.models import Nature
from claims.triage.words import HasAll, HasAny, has_all, has_any
from relief.money import MAX_WON

AXES: Mapping[str, frozenset[str]] = {
    "reporter_type": frozenset(ReporterType.values),
    "pricing": frozenset({Pricing.PAID.value, Pricing.FREE.value, Pricing.UNKNOWN.value}),
    "nature": frozenset(Nature.values),
    "operator_kind": frozenset(Operator.Kind.values),
}
"""The four axes and the values each may have (programme: how the 105,116 reports were sorted)."""

MAX_RULES = 200
MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules may ask of a claim; `loss` is in won, None where none was stated."""

    reporter_type: str
    pricing: str
    service_pricing: str
    operator_kind: str
    has_registration_number: bool
    loss: int | None
    description: str
    channel: str = ""
    service: str = ""
    received_at: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    has_phone: bool = False
    has_account: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of condition: the shape of its operand, its Python answer and its Q over claims."""

    sound: Callable[[Any], bool]
    holds: Callable[[Facts, Any], bool]
    q: Callable[[Any], Q]


def _texts(operand: Any) -> bool:
    return isinstance(operand, list) and bool(operand) and all(isinstance(text, str) and text for text in operand)


def _whole(operand: Any) -> bool:
    return isinstance(operand, int) and not isinstance(operand, bool) and 0 <= operand <= MAX_WON


def _flag(operand: Any) -> bool:
    return isinstance(operand, bool)


def _day(operand: Any) -> bool:
    try:
        return isinstance(operand, str) and date.fromisoformat(operand).isoformat() == operand
    except ValueError:
        return False


QUESTIONS: Mapping[str, Question] = {
    "reporter_type": Question(_texts, lambda f, x: f.reporter_type in x, lambda x: Q(reporter_type__in=x)),
    "pricing": Question(_texts, lambda f, x: f.pricing in x, lambda x: Q(pricing__in=x)),
    "service_pricing": Question(_texts, lambda f, x: f.service_pricing in x, lambda x: Q(service__pricing__in=x)),
    "operator_kind": Question(_texts, lambda f, x: f.operator_kind in x, lambda x: Q(service__operator__kind__in=x)),
    "has_registration_number": Question(
        _flag,
        lambda f, x: f.has_registration_number == x,
        lambda x: Q(registration_number_index__isnull=not x),
    ),
    "has_phone": Question(_flag, lambda f, x: f.has_phone == x, lambda x: Q(phone_index__isnull=not x)),
    "has_account": Question(_flag, lambda f, x: f.has_account == x, lambda x: Q(account_index__isnull=not x)),
    "service": Question(_texts, lambda f, x: f.service in x, lambda x: Q(service__code__in=x)),
    "channel": Question(_texts, lambda f, x: f.channel in x, lambda x: Q(channel__in=x)),
    "received_from": Question(
        _day,
        lambda f, x: day_of(f.received_at) >= x,
        lambda x: Q(received_at__gte=begin_of(x)),
    ),
    "received_to": Question(
        _day,
        lambda f, x: day_of(f.received_at) <= x,
        lambda x: Q(received_at__lt=end_of(x)),
    ),
    "loss_over": Question(_whole, lambda f, x: f.loss is not None and f.loss > x, lambda x: Q(claimed_loss__gt=x)),
    "loss_stated": Question(_flag, lambda f, x: (f.loss is not None) == x, lambda x: Q(claimed_loss__isnull=not x)),
    "loss_up_to": Question(_whole, lambda f, x: f.loss is not None and f.loss <= x, lambda x: Q(claimed_loss__lte=x)),
    "words": Question(_texts, lambda f, x: has_any(f.description, x), lambda x: Q(HasAny("description", x))),
    "all_words": Question(_texts, lambda f, x: has_all(f.description, x), lambda x: Q(HasAll("description", x))),
    "without_words": Question(
        _texts, lambda f, x: not has_any(f.description, x), lambda x: ~Q(HasAny("description", x))
    ),
    "longer_than": Question(
        _whole, lambda f, x: len(f.description) > x, lambda x: Q(GreaterThan(Length("description"), x))
    ),
    "not_longer_than": Question(
        _whole, lambda f, x: len(f.description) <= x, lambda x: Q(LessThanOrEqual(Length("description"), x))
    ),
}
"""Every condition a rule may carry under "when"; all of a rule's conditions must hold."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One parsed rule; `when` holds (question, operand) pairs."""

    name: str
    axis: str
    value: str
    when: tuple[tuple[str, Any], ...]
    confidence: int = SURE

    def holds(self, facts: Facts) -> bool:
        """Say whether every condition holds for the facts."""
        return all(QUESTIONS[question].holds(facts, operand) for question, operand in self.when)

    def test(self) -> Q:
        """Return the same conditions as a Q over claims; a rule without conditions has an empty one."""
        return reduce(lambda every, pair: every & QUESTIONS[pair[0]].q(pair[1]), self.when, Q())


def fault_of(raw: Any) -> str | None:
    """Return the code of the first thing that is wrong with a list of rules as data, or None where it is sound."""
    return next(faults_of(raw), None)


def faults_of(raw: Any) -> Iterator[str]:
    """Yield the codes of what is wrong with a list of rules as data; nothing where it is sound.

    Codes: "not_a_list", "too_many", "shape:N", "name:N", "axis:N", "value:N", "question:N", "operand:N",
    "confidence:N" (N is the place from 1), "default:AXIS" where the last rule of an axis has conditions or there is
    none, and "unreachable:N" for a rule that stands behind one without conditions. A rule has one fault at a time.
    """
    if not isinstance(raw, list):
        yield "not_a_list"
        return
    if len(raw) > MAX_RULES:
        yield "too_many"
        return
    closed: set[str] = set()
    for place, entry in enumerate(raw, 1):
        fault = _entry_fault(entry, closed)
        if fault is not None:
            yield f"{fault}:{place}"
        elif not entry["when"]:
            closed.add(entry["axis"])
    for axis in sorted(set(AXES) - closed):
        yield f"default:{axis}"


def _entry_fault(entry: Any, closed: set[str]) -> str | None:
    if not isinstance(entry, dict) or set(entry) - {"confidence"} != {"name", "axis", "value", "when"}:
        return "shape"
    name, when, confidence = entry["name"], entry["when"], entry.get("confidence", SURE)
    checks = (
        ("name", isinstance(name, str) and 0 < len(name) <= MAX_NAME),
        ("axis", isinstance(entry["axis"], str) and entry["axis"] in AXES),
        ("value", isinstance(entry["value"], str) and entry["value"] in AXES.get(str(entry["axis"]), ())),
        ("shape", isinstance(when, dict)),
        ("question", isinstance(when, dict) and set(when) <= set(QUESTIONS)),
        ("confidence", _whole(confidence) and 1 <= confidence <= SURE),
        ("unreachable", entry["axis"] not in closed),
    )
    fault = next((code for code, held in checks if not held), None)
    if fault is None and not all(QUESTIONS[question].sound(operand) for question, operand in when.items()):
        return "operand"
    return fault


def parse(raw: list[dict[str, Any]]) -> tuple[Rule, ...]:
    """Turn sound rules as data (see `fault_of`) into rules, in order."""
    return tuple(
        Rule(r["name"], r["axis"], r["value"], tuple(sorted(r["when"].items())), r.get("confidence", SURE)) for r in raw
    )


def verdict(rules: Sequence[Rule], facts: Facts) -> dict[str, tuple[str, str]]:
    """Return for each axis the value and the name of the rule that set it."""
    return {
        axis: next((rule.value, rule.name) for rule in rules if rule.axis == axis and rule.holds(facts))
        for axis in AXES
    }
