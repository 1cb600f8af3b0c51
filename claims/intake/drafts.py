"""A profile while a person works at it: laid over one file as far as it fits, what does not fit told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from claims.intake.columns import FIELDS, NEEDED, guessed_field
from claims.intake.file_heads import FileHead, head_of
from claims.intake.layout import lay_out
from claims.intake.masking import masked
from claims.intake.models import ClaimImport, ImportProfile
from claims.intake.profile import Column, Profile
from claims.intake.proposals import propose
from claims.intake.proposing import LOOKED_AT
from claims.intake.reading import form_of, stored_layout
from claims.intake.selectors import vocabulary
from relief.errors import RuleBroken
from relief.korea.banks import folded

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_NO_ROW = _("The file holds no row at all. Ask the sender for the file with its rows.")


@dataclass(slots=True)
class Draft:
    """Where a person stands with the columns of a file: the profile, its columns from 0, and the head of the file.

    `head` is None where the file cannot be read so; `refusals` say why, `notes` what a person must look at.
    `alternatives` has the fields that a column could feed too, by its place.
    """

    profile: Profile
    head: FileHead | None = None
    headings: tuple[str, ...] = ()
    columns: dict[str, int] = field(default_factory=dict)
    saved: ImportProfile | None = None
    alternatives: dict[int, list[str]] = field(default_factory=dict)
    notes: list[StrOrPromise] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def refuse(self, refusal: RuleBroken) -> None:
        """Tell a refusal once; needed fields by name alone, because the columns stand on the page anyway."""
        sentence = str(refusal)
        if refusal.code == "columns_not_recognised":
            lacking = [str(FIELDS[name]) for name in NEEDED if name not in {*self.columns, *self.profile.fixed}]
            sentence = str(
                _("No column and no value is chosen yet for: %(lacking)s.") % {"lacking": ", ".join(lacking)}
            )
        if (shown := masked(sentence)) not in self.refusals:
            self.refusals.append(shown)


def begun(claim_import: ClaimImport, *, afresh: bool = False) -> Draft:
    """Return the draft of the profile that stands on the import, or of the one that its first rows suggest."""
    if claim_import.profile and not afresh:
        return laid(claim_import, stored_layout(claim_import).profile, claim_import.saved_profile)
    return proposed(claim_import, Profile())


def proposed(claim_import: ClaimImport, written: Profile) -> Draft:
    """Return the draft that the first rows suggest, read in the sheet, encoding and delimiter of `written`."""
    try:
        head = head_of(claim_import, written)
    except RuleBroken as refusal:
        return Draft(written, refusals=[masked(str(refusal))])
    if not head.rows:
        return Draft(written, head, refusals=[str(_NO_ROW)])
    rows = {row.pk: row for row in ImportProfile.objects.filter(incident_id=claim_import.incident_id)}
    proposal = propose(
        [cells for _line, cells in head.rows[:LOOKED_AT]],
        vocabulary(claim_import.incident),
        [(key, profile) for key, row in rows.items() if (profile := _sound(row)) is not None],
    )
    profile = proposal.profile
    if proposal.saved is not None and form_of(profile) != form_of(written):
        again = laid(claim_import, profile, rows[proposal.saved])
        if again.head is not None:
            return again
    profile = replace(profile, sheet=written.sheet, encoding=written.encoding, delimiter=written.delimiter)
    saved = rows[proposal.saved] if proposal.saved is not None else None
    draft = Draft(profile, head, proposal.headings, placed(profile, proposal.headings), saved)
    draft.notes.extend(proposal.notes)
    for name, places in proposal.alternatives.items():
        for place in places:
            draft.alternatives.setdefault(place, []).append(name)
    return draft


def laid(claim_import: ClaimImport, profile: Profile, saved: ImportProfile | None = None) -> Draft:
    """Return the draft of a profile laid over the file; columns that the file does not have are told and left out."""
    try:
        head = head_of(claim_import, profile)
    except RuleBroken as refusal:
        return Draft(profile, saved=saved, refusals=[masked(str(refusal))])
    headings = head.headings(profile)
    columns = placed(profile, headings)
    notes: list[StrOrPromise] = [
        _('The profile has "%(heading)s" for "%(field)s"; the file has no such column.')
        % {"heading": column.heading or column.place, "field": FIELDS[name]}
        for name, column in profile.columns.items()
        if name not in columns
    ]
    return Draft(with_columns(profile, headings, columns), head, headings, columns, saved, notes=notes)


def _sound(row: ImportProfile) -> Profile | None:
    try:
        return Profile.from_json(row.spec)
    except RuleBroken:
        return None


def placed(profile: Profile, headings: Sequence[str]) -> dict[str, int]:
    """Return the column, from 0, of each field whose column stands in a file with these headings."""
    plain = [folded(heading) for heading in headings]
    columns: dict[str, int] = {}
    for name, column in profile.columns.items():
        places = [place for place, heading in enumerate(plain) if heading == folded(column.heading)]
        if column.place is not None and column.place - 1 in places:
            columns[name] = column.place - 1
        elif len(places) == 1 and column.heading:
            columns[name] = places[0]
    return columns


def with_columns(profile: Profile, headings: Sequence[str], columns: Mapping[str, int]) -> Profile:
    """Return the profile with these columns of a file; what is fixed for a field that has a column now is left out."""
    return replace(
        profile,
        columns={name: Column(headings[columns[name]], columns[name] + 1) for name in FIELDS if name in columns},
        fixed={name: value for name, value in profile.fixed.items() if name not in columns},
    )


def moved(columns: Mapping[str, int], before: Sequence[str], now: Sequence[str]) -> dict[str, int]:
    """Return the columns under other headings of the same file: by the same heading, else by what a heading names."""
    plain = [folded(heading) for heading in now]
    found: dict[str, int] = {}
    for name, place in columns.items():
        same = [other for other, heading in enumerate(plain) if heading and heading == folded(before[place])]
        if len(same) == 1:
            found[name] = same[0]
    for place, heading in enumerate(now):
        guess = guessed_field(heading)
        if guess is not None and place not in found.values():
            found.setdefault(guess.field, place)
    return found


def is_saved_so(draft: Draft) -> bool:
    """Say whether the draft is what its saved profile would read the file by."""
    saved = _sound(draft.saved) if draft.saved is not None else None
    if saved is None:
        return False
    try:
        layout = lay_out(saved, draft.headings)
    except RuleBroken:
        return False
    return layout.columns == draft.columns and replace(saved, columns={}) == replace(draft.profile, columns={})
