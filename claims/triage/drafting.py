"""Rules as rows of a form and back: pure, so that a draft may be half-written and still be kept and shown.

A row is {"name", "axis", "value", "confidence", "when"}; all texts but "when", a list of {"question", "operand"} whose
operand is the list of what the form sent. What cannot be read becomes None, which no question takes for sound.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from claims.catalogue.models import Operator, Pricing, ReporterType
from claims.triage.certainty import SURE
from claims.triage.rules import AXES, MAX_RULES, faults_of

Row = dict[str, Any]

CHOICES: Mapping[str, Any] = {
    "reporter_type": ReporterType,
    "pricing": Pricing,
    "service_pricing": Pricing,
    "operator_kind": Operator.Kind,
}
FLAGS = frozenset({"has_registration_number", "has_phone", "has_account", "loss_stated"})
NUMBERS = frozenset({"loss_over", "loss_up_to", "longer_than", "not_longer_than"})
DAYS = frozenset({"received_from", "received_to"})


def kind_of(question: str) -> str:
    """Return how the operand of a question is typed: "choice", "flag", "number", "day" or "lines"."""
    if question in CHOICES:
        return "choice"
    kinds = (("flag", FLAGS), ("number", NUMBERS), ("day", DAYS))
    return next((kind for kind, questions in kinds if question in questions), "lines")


def rows_of(rules: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return sound rules as rows, grouped by axis."""
    rows = [
        {
            "name": rule["name"],
            "axis": rule["axis"],
            "value": rule["value"],
            "confidence": str(rule.get("confidence", SURE)),
            "when": [{"question": q, "operand": _typed(q, x)} for q, x in sorted(rule["when"].items())],
        }
        for rule in rules
    ]
    return _grouped(rows)


def _grouped(rows: list[Row]) -> list[Row]:
    order = list(AXES)
    return sorted(rows, key=lambda row: order.index(row["axis"]))


def _typed(question: str, operand: Any) -> list[str]:
    kind = kind_of(question)
    if kind == "choice":
        return list(operand)
    if kind == "lines":
        return ["\n".join(operand)]
    return [str(operand).lower() if kind == "flag" else str(operand)]


def rules_of(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return what rows say as rules; see `claims.triage.rules.faults_of` for whether they are sound."""
    rules = []
    for row in rows:
        rule = {
            "name": row["name"].strip(),
            "axis": row["axis"],
            "value": row["value"],
            "when": {each["question"]: _read(each["question"], each["operand"]) for each in row["when"]},
        }
        confidence = _number(row["confidence"] or str(SURE))
        if confidence != SURE:
            rule["confidence"] = confidence
        rules.append(rule)
    return rules


def _number(text: str) -> int | None:
    bare = text.replace(",", "").strip()
    return int(bare) if bare.isascii() and bare.isdecimal() and len(bare) <= 16 else None


def _read(question: str, operand: list[str]) -> Any:
    kind, first = kind_of(question), (operand or [""])[0]
    if kind == "choice":
        return operand
    if kind == "lines":
        return [line.strip() for line in first.splitlines() if line.strip()]
    if kind == "flag":
        return {"true": True, "false": False}.get(first)
    return _number(first) if kind == "number" else first.strip()


def digest_of(rules: Sequence[Mapping[str, Any]], base_version: int) -> str:
    """Return what tells these rules on top of this version from all others."""
    text = json.dumps([base_version, rules], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def faults_of_rows(rows: Sequence[Row]) -> tuple[dict[int, list[str]], list[str]]:
    """Return the faults of each row (its place from 0), and those that belong to no row."""
    by_row: dict[int, list[str]] = {}
    general: list[str] = []
    for fault in faults_of(rules_of(rows)):
        kind, _colon, place = fault.partition(":")
        if place.isdecimal():
            by_row.setdefault(int(place) - 1, []).append(fault)
        else:
            general.append(fault)
        if kind == "unreachable":
            by_row[int(place) - 1] = [fault]
    return by_row, general


def posted_rows(given: Any) -> list[Row]:
    """Read the rows out of a posted form (a QueryDict)."""
    rows: list[Row] = []
    for place in range(MAX_RULES + 1):
        axis = given.get(f"r{place}-axis", "")
        if axis not in AXES:
            break
        when = []
        for each in range(40):
            question = given.get(f"r{place}-c{each}-question")
            if question is None:
                break
            when.append({"question": question[:60], "operand": given.getlist(f"r{place}-c{each}-operand")})
        rows.append(
            {
                "name": given.get(f"r{place}-name", ""),
                "axis": axis,
                "value": given.get(f"r{place}-value", ""),
                "confidence": given.get(f"r{place}-confidence", ""),
                "when": when,
            }
        )
    return rows


def edited(rows: Sequence[Row], act: str, given: Any) -> list[Row]:
    """Return the rows after a button: "up:N", "down:N", "remove:N", "add:AXIS", "ask:N", "drop:N:M"; else as they are.

    A rule is added before the last of its axis, which takes all that remain.
    """
    rows = [{**row, "when": list(row["when"])} for row in rows]
    word, _colon, rest = act.partition(":")
    if word == "add" and rest in AXES:
        return _added(rows, rest)
    places = [int(part) for part in rest.split(":") if part.isascii() and part.isdecimal()]
    if not places or places[0] >= len(rows):
        return rows
    place = places[0]
    row = rows[place]
    if word == "remove":
        del rows[place]
    elif word in {"up", "down"}:
        other = place + (-1 if word == "up" else 1)
        if 0 <= other < len(rows) and rows[other]["axis"] == row["axis"]:
            rows[place], rows[other] = rows[other], rows[place]
    elif word == "ask":
        question = given.get(f"r{place}-new", "")
        if question and question not in {each["question"] for each in row["when"]}:
            row["when"].append({"question": question, "operand": ["true"] if question in FLAGS else []})
    elif word == "drop" and len(places) > 1 and places[1] < len(row["when"]):
        del row["when"][places[1]]
    return rows


def _added(rows: list[Row], axis: str) -> list[Row]:
    fresh = {"name": "", "axis": axis, "value": "", "confidence": str(SURE), "when": []}
    of_axis = [place for place, row in enumerate(rows) if row["axis"] == axis]
    if of_axis:
        last = of_axis[-1]
        rows.insert(last + (1 if rows[last]["when"] else 0), fresh)
        return rows
    return _grouped([*rows, fresh])
