"""The profile that a stored file suggests: what the page shows first, and what `--profile auto` takes."""

from __future__ import annotations

from contextlib import closing
from itertools import islice

from claims.intake.layout import Layout, Row, headings_of, lay_out
from claims.intake.models import ClaimImport, ImportProfile
from claims.intake.profile import Profile
from claims.intake.proposals import Proposal, propose
from claims.intake.reading import form_of
from claims.intake.selectors import vocabulary
from relief.files import services as files
from relief.spreadsheets import open_sheet

LOOKED_AT = 200
"""Rows that a proposal is made of."""


def first_rows(claim_import: ClaimImport, profile: Profile | None = None, most: int = LOOKED_AT) -> list[Row]:
    """Return the first rows of the stored file with their lines, headings among them.

    Read as `profile` says that files are written, else as the bytes suggest. Raises RuleBroken where it cannot be.
    """
    with closing(files.open_stored(claim_import.stored_file)) as file:
        sheet = open_sheet(file, form=form_of(profile or Profile()))
        with closing(sheet.rows) as rows:
            return list(islice(rows, most))


def headings_under(claim_import: ClaimImport, profile: Profile) -> tuple[str, ...]:
    """Return the headings of the stored file as a profile reads them. Raises RuleBroken where it cannot be read."""
    headings, _rest = headings_of(first_rows(claim_import, profile), profile)
    return headings


def propose_for(claim_import: ClaimImport) -> Proposal:
    """Return what the first rows of the file and the incident's saved profiles suggest. Raises RuleBroken."""
    saved = [
        (key, Profile.from_json(spec))
        for key, spec in ImportProfile.objects.filter(incident_id=claim_import.incident_id).values_list("pk", "spec")
    ]
    rows = [cells for _line, cells in first_rows(claim_import)]
    return propose(rows, vocabulary(claim_import.incident), saved)


def layout_for(claim_import: ClaimImport) -> tuple[Layout, ImportProfile | None]:
    """Return the layout of the proposed profile, and the saved profile that it is. Raises RuleBroken."""
    proposal = propose_for(claim_import)
    saved = ImportProfile.objects.filter(pk=proposal.saved).first() if proposal.saved else None
    return lay_out(proposal.profile, proposal.headings), saved
