"""Rules, faults and classifications in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.catalogue.models import Operator, Pricing, ReporterType
from claims.triage.models import Classification, Nature
from claims.triage.rules import AXES, MAX_NAME, MAX_RULES, QUESTIONS, Rule
from relief.money import format_won

AXIS_WORDS: Mapping[str, Any] = {
    field.name: field.verbose_name for field in Classification._meta.concrete_fields if field.name in AXES
}
_VALUES: Mapping[str, Any] = {
    "reporter_type": ReporterType,
    "pricing": Pricing,
    "nature": Nature,
    "operator_kind": Operator.Kind,
}
_FAULTS: Mapping[str, Any] = {
    "shape": gettext_lazy(
        'Rule %(place)s: a rule has "name", "axis", "value" and "when", perhaps "confidence", and nothing else.'
    ),
    "name": gettext_lazy("Rule %(place)s: the name is a text of 1 to %(longest)s characters."),
    "axis": gettext_lazy("Rule %(place)s: the axis is not one of %(axes)s."),
    "value": gettext_lazy("Rule %(place)s: the value is not one that its axis has."),
    "question": gettext_lazy('Rule %(place)s: "when" may ask %(questions)s and nothing else.'),
    "operand": gettext_lazy(
        "Rule %(place)s: a condition is compared with something of the wrong kind (a list of texts, a whole number, "
        "a day such as 2022-10-19, true or false)."
    ),
    "confidence": gettext_lazy("Rule %(place)s: the confidence is a whole number from 1 to 100."),
    "unreachable": gettext_lazy(
        "Rule %(place)s stands behind a rule of its axis without conditions; it is never asked."
    ),
}


def value_words(axis: str, value: str) -> str:
    """Return a value of an axis in words."""
    return str(_VALUES[axis](value).label)


def _listed(kind: Any) -> Callable[[list[str]], str]:
    return lambda operand: ", ".join(str(kind(word).label) if word in kind.values else word for word in operand)


_CONDITIONS: Mapping[str, Callable[[Any], str]] = {
    "reporter_type": lambda x: _("reported as %(words)s") % {"words": _listed(ReporterType)(x)},
    "pricing": lambda x: _("reported as %(words)s") % {"words": _listed(Pricing)(x)},
    "service_pricing": lambda x: _("the service is %(words)s") % {"words": _listed(Pricing)(x)},
    "operator_kind": lambda x: _("the service belongs to: %(words)s") % {"words": _listed(Operator.Kind)(x)},
    "has_registration_number": lambda x: (
        _("has a business registration number") if x else _("has no business registration number")
    ),
    "loss_over": lambda x: _("claimed loss over %(won)s") % {"won": format_won(x)},
    "loss_stated": lambda x: _("states a loss") if x else _("states no loss"),
    "loss_up_to": lambda x: _("claimed loss up to %(won)s") % {"won": format_won(x)},
    "has_phone": lambda x: _("has a phone number") if x else _("has no phone number"),
    "has_account": lambda x: _("has an account number") if x else _("has no account number"),
    "service": lambda x: _("the service is one of: %(codes)s") % {"codes": ", ".join(x)},
    "channel": lambda x: _("came in through: %(channels)s") % {"channels": ", ".join(x)},
    "received_from": lambda x: _("received on %(day)s or later") % {"day": x},
    "received_to": lambda x: _("received on %(day)s or earlier") % {"day": x},
    "all_words": lambda x: _("the description has all of: %(words)s") % {"words": ", ".join(x)},
    "without_words": lambda x: _("the description has none of: %(words)s") % {"words": ", ".join(x)},
    "longer_than": lambda x: _("the description is longer than %(count)s characters") % {"count": x},
    "not_longer_than": lambda x: _("the description has at most %(count)s characters") % {"count": x},
    "words": lambda x: _("the description has one of: %(words)s") % {"words": ", ".join(x)},
}


def conditions_in_words(rule: Rule) -> list[str]:
    """Return the conditions of a rule in words, all of which must hold; one sentence where it has none."""
    return [_CONDITIONS[question](operand) for question, operand in rule.when] or [_("everything else")]


def fault_sentence(fault: str) -> str:
    """Return what a fault of `claims.triage.rules.fault_of` means, with its place."""
    kind, _colon, place = fault.partition(":")
    if kind == "not_a_list":
        return _("The rules are a list: [ … ].")
    if kind == "too_many":
        return _("There are at most %(count)s rules.") % {"count": MAX_RULES}
    if kind == "default":
        axis = AXIS_WORDS.get(place, place)
        return _('The axis "%(axis)s" does not end with a rule without conditions.') % {"axis": axis}
    facts = {
        "place": place,
        "longest": MAX_NAME,
        "axes": ", ".join(AXES),
        "questions": ", ".join(QUESTIONS),
    }
    return str(_FAULTS[kind]) % facts


def standing_in_words(row: Any) -> str:
    """Return where a classification, or an event of one, puts its claim: the four values in words."""
    return ", ".join(value_words(axis, getattr(row, axis)) for axis in AXES)


def moves_in_words(before: Any, after: Any) -> Iterator[str]:
    """Yield each axis that differs between two events of a classification, with its rule."""
    for axis in AXES:
        was, now = getattr(before, axis), getattr(after, axis)
        if was != now:
            yield _("%(field)s: %(was)s → %(now)s") % {
                "field": AXIS_WORDS[axis],
                "was": value_words(axis, was),
                "now": value_words(axis, now),
            }
