"""What the page of the columns shows beside its form: the file, its columns with samples, and the first outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from claims.intake.columns import FIELDS, NEEDED
from claims.intake.faults import SENTENCES
from claims.intake.masking import masked
from claims.intake.reading_form import delimiter_words
from claims.intake.rules import text_of
from relief.money import format_won

if TYPE_CHECKING:
    from django.forms import BoundField

    from claims.intake.drafts import Draft
    from claims.intake.file_heads import FileHead
    from claims.intake.layout import Layout
    from claims.intake.mapping_forms import MappingForm
    from claims.intake.models import ClaimImport
    from claims.intake.previews import Preview

KIND_WORDS = {
    "text": _("Text (CSV, TSV)"),
    "xlsx": _("Workbook (XLSX)"),
    "xlsb": _("Workbook (XLSB)"),
    "xls": _("Workbook (XLS)"),
    "ods": _("Workbook (ODS)"),
}
_LONGEST = 60
_GIST_CELLS, _GIST_CELL = 8, 30


def _cut(text: str, longest: int = _LONGEST) -> str:
    plain = masked(" ".join(text.split()))
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def file_facts(claim_import: ClaimImport, draft: Draft) -> list[tuple[Any, Any]]:
    """Return (label, value) of what the file is and what its sender says that it holds."""
    facts: list[tuple[Any, Any]] = [(_("Size"), filesizeformat(claim_import.stored_file.size))]
    head = draft.head
    if head is not None:
        facts.append((_("Kind"), KIND_WORDS.get(head.kind, head.kind)))
        for label, value in (
            (_("Encoding"), head.encoding),
            (_("Delimiter"), delimiter_words(head.delimiter)),
            (_("Sheet"), _sheet_words(head)),
        ):
            if value:
                facts.append((label, value))
    if claim_import.source:
        facts.append((_("Source"), claim_import.source))
    if claim_import.declared_rows is not None:
        facts.append((_("Rows that the sender declared"), f"{claim_import.declared_rows:,}"))
    if claim_import.declared_sum is not None:
        facts.append((_("Sum that the sender declared"), format_won(int(claim_import.declared_sum))))
    return facts


def _sheet_words(head: FileHead) -> str:
    if len(head.sheets) < 2:
        return head.sheet
    place = {"sheet": head.sheet, "count": len(head.sheets)}
    return str(_("%(sheet)s, one of %(count)s sheets") % place)


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column of the file: its number from 1, its heading, a few of its values, and the choice of its field.

    `alternatives` names the fields that it could feed as well.
    """

    number: int
    heading: str
    samples: list[str]
    field: BoundField
    fed: str
    alternatives: str


def column_lines(draft: Draft, form: MappingForm) -> list[ColumnLine]:
    """Return a line for each column of the file."""
    samples = draft.head.samples(draft.profile) if draft.head is not None else []
    return [
        ColumnLine(
            number=place + 1,
            heading=_cut(heading),
            samples=[_cut(text) for text in (samples[place] if place < len(samples) else ())],
            field=form[f"column_{place}"],
            fed=str(form[f"column_{place}"].value() or ""),
            alternatives=", ".join(str(FIELDS[name]) for name in draft.alternatives.get(place, ())),
        )
        for place, heading in enumerate(draft.headings)
    ]


@dataclass(frozen=True, slots=True)
class UnfedField:
    """A field that no column feeds, and where one value for every row may be given."""

    label: Any
    is_needed: bool
    field: BoundField | None


def unfed_fields(form: MappingForm, lines: list[ColumnLine]) -> list[UnfedField]:
    """Return the fields that no column feeds, those first that a claim cannot be without or that may be fixed."""
    fed = {line.fed for line in lines}
    unfed = [
        UnfedField(label, name in NEEDED, form[f"fixed_{name}"] if f"fixed_{name}" in form.fields else None)
        for name, label in FIELDS.items()
        if name not in fed
    ]
    return sorted(unfed, key=lambda one: (not one.is_needed, one.field is None))


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A row that would be rejected: its line, the beginning of its cells, and (column, value, sentence) by fault."""

    line: int
    gist: str
    faults: list[tuple[str, str, Any]]


def rejected_lines(found: Preview, layout: Layout) -> list[RejectedLine]:
    """Return the first rejected rows in words."""
    return [
        RejectedLine(
            line,
            " · ".join(_cut(text, _GIST_CELL) for cell in cells[:_GIST_CELLS] if (text := text_of(cell).strip())),
            [
                (
                    _cut(layout.headings[layout.columns[one.field]], _GIST_CELL) if one.field in layout.columns else "",
                    _cut(one.value),
                    SENTENCES[one.fault],
                )
                for one in faults
            ],
        )
        for line, cells, faults in found.rejected_rows
    ]


def fault_lines(found: Preview) -> list[tuple[Any, int]]:
    """Return (sentence, rows) of each fault, the most frequent first."""
    return [(SENTENCES[fault], count) for fault, count in found.faults.items()]
