"""Taking claim files in: stored, read into staging, looked at by a person, and accepted or refused as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.intake.layout import Layout
from claims.intake.loading import clear
from claims.intake.models import IMPORT_STATES, ClaimImport, ImportProfile, ImportState
from claims.intake.selectors import import_of_same_bytes, totals_differ
from claims.intake.undoing import refuse_where_built_on
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.files import services as files
from relief.jobs import services as jobs
from relief.spreadsheets import Limits

if TYPE_CHECKING:
    from relief.accounts.models import User

IMPORT, ACCEPT, UNDO = "claims.import", "claims.accept_import", "claims.undo_import"
PERMISSION = "claims.import_claims"
PURPOSE = "claim_file"


class FileKnown(RuleBroken):
    """The same bytes were handed in before; `claim_import` is the import that has them."""

    def __init__(self, before: ClaimImport) -> None:
        super().__init__(
            _(
                'This very file is import no. %(number)s, "%(name)s", handed in by %(by)s on %(on)s. '
                "No row was taken again."
            )
            % {
                "number": before.pk,
                "name": before.stored_file.name,
                "by": before.imported_by,
                "on": clock.seoul_date(before.created_at),
            },
            code="one_import_per_file",
        )
        self.claim_import = before


def receive_file(
    *, by: User, incident: Incident, chunks: Iterable[bytes], name: str, source: str = "", content_type: str = "",
    declared_rows: int | None = None, declared_sum: int | None = None, continues: ClaimImport | None = None,
) -> ClaimImport:  # fmt: skip
    """Store a claim file; returns its import in state "proposed": nothing of it is read until `load`.

    `declared_rows` and `declared_sum` (won) are what the sender says it holds. `continues`: the accepted or staged
    import whose rejected rows come corrected in this file; its columns are that one's.
    Raises NotAllowed; RuleBroken(file_empty, file_too_large, import_not_continued); FileKnown(one_import_per_file)
    where the same bytes were handed in before, whatever their name.
    """
    require(by, PERMISSION)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.receive_file"):
        stored = files.store(
            chunks=chunks,
            name=name,
            content_type=content_type or "application/octet-stream",
            purpose=PURPOSE,
            by=by,
            incident_id=incident.pk,
            max_size=Limits().size,
        )
        before = import_of_same_bytes(incident, stored.sha256)
        if before is not None:
            raise FileKnown(before)
        if continues is not None:
            continues = ClaimImport.objects.select_for_update(of=("self",)).get(pk=continues.pk)
            if continues.state != ImportState.ACCEPTED:
                raise RuleBroken(
                    _("Corrected rows continue an import that has been accepted. Accept it first."),
                    code="import_not_continued",
                )
        return ClaimImport.objects.create(
            incident=incident,
            stored_file=stored,
            sha256=stored.sha256,
            source=source or (continues.source if continues else ""),
            continues=continues,
            profile=continues.profile if continues else {},
            saved_profile=continues.saved_profile if continues else None,
            declared_rows=declared_rows,
            declared_sum=declared_sum,
            imported_by=by,
            created_at=clock.now(),
        )


def load(
    *, by: User, claim_import: ClaimImport, layout: Layout | None = None, saved_profile: ImportProfile | None = None
) -> ClaimImport:
    """Queue the reading of a proposed file into staging under the layout of its columns; returns it "waiting".

    A continuing file has its layout already. Raises NotAllowed, RuleBroken(columns_not_confirmed),
    RuleBroken(import_moves_as_its_table_says).
    """
    require(by, PERMISSION)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.load_import"):
        locked = _locked(claim_import)
        if layout is not None:
            locked.profile, locked.saved_profile = layout.as_json(), saved_profile
        if not locked.profile:
            raise RuleBroken(_("Say first which column feeds which field."), code="columns_not_confirmed")
        IMPORT_STATES.move(
            locked,
            ImportState.WAITING,
            profile=locked.profile,
            saved_profile=locked.saved_profile,
            job=jobs.enqueue(kind=IMPORT, by=by, subject_key=locked.pk, incident_id=locked.incident_id),
        )
    return locked


def reopen(*, by: User, claim_import: ClaimImport) -> ClaimImport:
    """Take a staged or failed import back to its columns: what was read is thrown away, the file stays.

    Raises NotAllowed, RuleBroken(import_moves_as_its_table_says).
    """
    return _give_up(by=by, claim_import=claim_import, to=ImportState.PROPOSED, act="claims.reopen_import")


def refuse(*, by: User, claim_import: ClaimImport, reason: str) -> ClaimImport:
    """Refuse a file as a whole before it is accepted: nothing of it is left but the stored file.

    Raises NotAllowed, RuleBroken(reason_missing, import_moves_as_its_table_says).
    """
    reason = _reason(reason)
    return _give_up(by=by, claim_import=claim_import, to=ImportState.REFUSED, act="claims.refuse_import", reason=reason)


def _give_up(*, by: User, claim_import: ClaimImport, to: ImportState, act: str, reason: str = "") -> ClaimImport:
    require(by, PERMISSION)
    with database_rules(), transaction.atomic(), acting(by=by, act=act, reason=reason):
        locked = _locked(claim_import)
        counts = dict.fromkeys(("rows_read", "rows_new", "rows_same", "rows_changed", "rows_rejected"), 0)
        ended = clock.now() if to == ImportState.REFUSED else None
        IMPORT_STATES.move(
            locked, to, **counts, sum_of_losses=0, summary={}, ended_at=ended, end_reason=reason, job=None
        )
        clear(locked.pk)
    return locked


def accept(*, by: User, claim_import: ClaimImport, reason: str = "") -> ClaimImport:
    """Queue the registering of a staged import as its summary says; returns it "accepting".

    Where the totals are not those that the sender declared, a reason is needed.
    Raises NotAllowed, RuleBroken(totals_differ, import_moves_as_its_table_says).
    """
    require(by, PERMISSION)
    reason = reason.strip()
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.accept_import", reason=reason):
        locked = _locked(claim_import)
        if totals_differ(locked) and not reason:
            raise RuleBroken(
                _("The totals differ from those that the sender declared. Say why the file is accepted all the same."),
                code="totals_differ",
            )
        job = jobs.enqueue(kind=ACCEPT, by=by, subject_key=locked.pk, incident_id=locked.incident_id)
        IMPORT_STATES.move(locked, ImportState.ACCEPTING, end_reason=reason, job=job)
    return locked


def undo(*, by: User, claim_import: ClaimImport, reason: str) -> ClaimImport:
    """Queue the taking out of an accepted import; returns it "undoing".

    Raises NotAllowed, RuleBroken(reason_missing, import_decided, import_continued, import_reported_again,
    import_built_on, import_moves_as_its_table_says).
    """
    require(by, PERMISSION)
    reason = _reason(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.undo_import", reason=reason):
        locked = _locked(claim_import)
        refuse_where_built_on(locked)
        job = jobs.enqueue(kind=UNDO, by=by, subject_key=locked.pk, incident_id=locked.incident_id)
        IMPORT_STATES.move(locked, ImportState.UNDOING, end_reason=reason, job=job)
    return locked


def _locked(claim_import: ClaimImport) -> ClaimImport:
    return (
        ClaimImport.objects.select_for_update(of=("self",))
        .select_related("incident", "stored_file")
        .get(pk=claim_import.pk)
    )


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise RuleBroken(_("Give a reason: it stands in the record."), code="reason_missing")
    return reason
