"""The rows of the rule editor as its page shows them: labels, choices, and what is wrong where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.triage.drafting import CHOICES, Row, faults_of_rows, kind_of, rules_of
from claims.triage.rules import AXES, QUESTIONS
from claims.triage.sentences import AXIS_WORDS, fault_sentence, value_words

QUESTION_WORDS: Mapping[str, Any] = {
    "reporter_type": gettext_lazy("Reported type is one of"),
    "pricing": gettext_lazy("Reported price is one of"),
    "service_pricing": gettext_lazy("Price of the service is one of"),
    "operator_kind": gettext_lazy("Operator of the service is one of"),
    "service": gettext_lazy("Service is one of (codes, one a line)"),
    "channel": gettext_lazy("Channel is one of (one a line)"),
    "received_from": gettext_lazy("Received from (day)"),
    "received_to": gettext_lazy("Received until (day)"),
    "has_registration_number": gettext_lazy("Has a business registration number"),
    "has_phone": gettext_lazy("Has a phone number"),
    "has_account": gettext_lazy("Has an account number"),
    "loss_stated": gettext_lazy("States a loss"),
    "loss_over": gettext_lazy("Loss over (won)"),
    "loss_up_to": gettext_lazy("Loss up to (won)"),
    "words": gettext_lazy("Description has one of the words (one a line)"),
    "all_words": gettext_lazy("Description has all of the words (one a line)"),
    "without_words": gettext_lazy("Description has none of the words (one a line)"),
    "longer_than": gettext_lazy("Description longer than (characters)"),
    "not_longer_than": gettext_lazy("Description at most (characters)"),
}
_WANTED: Mapping[str, Any] = {
    "choice": gettext_lazy("Tick one or more."),
    "flag": gettext_lazy("Choose yes or no."),
    "number": gettext_lazy("Write a whole number."),
    "day": gettext_lazy("Write a day such as 2022-10-19."),
    "lines": gettext_lazy("Write one or more, one a line."),
}


def shown_axes(rows: list[Row], decided: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    """Return the rows by axis for the page; `decided` tells how many claims each rule would decide, where counted."""
    faults, _general = faults_of_rows(rows)
    rules = rules_of(rows)
    shown = [
        _shown(place, row, rule, faults.get(place, []), decided)
        for place, (row, rule) in enumerate(zip(rows, rules, strict=True))
    ]
    axes = []
    for axis in AXES:
        mine = [row for row in shown if row["axis"] == axis]
        if mine:
            mine[0]["is_first"] = mine[-1]["is_last"] = True
        axes.append({"code": axis, "name": AXIS_WORDS[axis], "rows": mine})
    return axes


def general_faults(rows: list[Row]) -> list[str]:
    """Return in words the faults that belong to no rule."""
    return [fault_sentence(fault) for fault in faults_of_rows(rows)[1]]


def _shown(
    place: int, row: Row, rule: dict[str, Any], faults: list[str], decided: Mapping[tuple[str, str], int]
) -> dict[str, Any]:
    asked = {each["question"] for each in row["when"]}
    values = [(value, value_words(row["axis"], value), value == row["value"]) for value in sorted(AXES[row["axis"]])]
    return {
        "place": place,
        "number": place + 1,
        "axis": row["axis"],
        "name": row["name"],
        "values": values,
        "confidence": row["confidence"],
        "conditions": list(_conditions(row, rule)),
        "questions": [(code, label) for code, label in QUESTION_WORDS.items() if code not in asked],
        "faults": [fault_sentence(fault) for fault in faults],
        "wrong": {fault.partition(":")[0] for fault in faults},
        "claims": decided.get((row["axis"], rule["name"])),
        "is_first": False,
        "is_last": False,
    }


def _conditions(row: Row, rule: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for place, each in enumerate(row["when"]):
        question, typed = each["question"], each["operand"]
        known = question in QUESTIONS
        kind = kind_of(question)
        sound = known and QUESTIONS[question].sound(rule["when"][question])
        choices = CHOICES[question].choices if kind == "choice" else ()
        if kind == "flag":
            choices = [("true", _("yes")), ("false", _("no"))]
        yield {
            "place": place,
            "question": question,
            "label": QUESTION_WORDS.get(question, question),
            "kind": kind,
            "choices": [(code, label, code in typed) for code, label in choices],
            "text": (typed or [""])[0],
            "fault": "" if sound else _WANTED[kind],
        }
