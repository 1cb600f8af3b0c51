"""Evidence in bulk: a zip is stored, a job puts its files to their claims, and people assign what did not match."""

from __future__ import annotations

import hashlib
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.evidence.bulk_models import ASSIGNABLE, ArchivedFile, EvidenceArchive, Outcome
from claims.evidence.models import Evidence, Kind
from claims.evidence.rules import kind_of_name, numbers_in
from claims.evidence.scanning import VirusFound
from claims.evidence.services import UPLOAD, examine, keep, scan_for
from claims.evidence.unpacking import Packed, opened, unpacked
from claims.register.models import Claim
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.files import services as files
from relief.files.models import StoredFile
from relief.jobs import services as jobs

if TYPE_CHECKING:
    import zipfile

    from relief.accounts.models import User

MATCH = "claims.match_evidence"
PURPOSE = "evidence_archive"
_BLOCK = 1024 * 1024
_OUTCOMES = {"file_too_large": Outcome.TOO_LARGE, "file_empty": Outcome.EMPTY, "picture_too_large": Outcome.TOO_LARGE}
_SAME = "one_evidence_per_content"


class ArchiveKnown(RuleBroken):
    """The same bytes were handed in before; `archive` is the one that has them."""

    def __init__(self, archive: EvidenceArchive) -> None:
        super().__init__(
            _('This very archive was handed in as "%(name)s" on %(on)s. Nothing was added.')
            % {"name": archive, "on": clock.seoul_date(archive.uploaded_at)},
            code="one_archive_per_content",
        )
        self.archive = archive


def receive_archive(*, by: User, incident: Incident, file: IO[bytes], name: str, kind: str = "") -> EvidenceArchive:
    """Store a zip of evidence and queue the matching of its files; `kind` empty: by a word in each file's name.

    Raises NotAllowed; RuleBroken(unknown_kind, file_empty, file_too_large, archive_broken, archive_locked,
    archive_empty, archive_too_large); ArchiveKnown(one_archive_per_content).
    """
    require(by, UPLOAD)
    if kind and kind not in Kind.values:
        raise RuleBroken(_("Choose one of the kinds of evidence."), code="unknown_kind")
    file.seek(0)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.receive_evidence_archive"):
        stored = files.store(
            chunks=iter(lambda: file.read(_BLOCK), b""),
            name=name,
            content_type="application/zip",
            purpose=PURPOSE,
            by=by,
            incident_id=incident.pk,
            max_size=settings.EVIDENCE_ARCHIVE_SIZE,
        )
        with opened(file):
            pass
        known = EvidenceArchive.objects.filter(incident=incident, sha256=stored.sha256).first()
        if known is not None:
            raise ArchiveKnown(known)
        archive = EvidenceArchive.objects.create(
            incident=incident, stored_file=stored, sha256=stored.sha256, kind=kind, uploaded_by=by,
            uploaded_at=clock.now(),
        )  # fmt: skip
        archive.job = jobs.enqueue(kind=MATCH, by=by, subject_key=archive.pk, incident_id=incident.pk)
        archive.save(update_fields=("job",))
    return archive


@jobs.runner(MATCH, permission=UPLOAD, label=_("Matching of evidence"), subject="claims.evidencearchive")
def match_archive(run: jobs.Run) -> dict[str, Any]:
    """Put each file of an archive to the claim whose receipt number it begins with; returns files by outcome.

    Each file is settled in a transaction of its own: a worker that dies leaves those done, the next goes on with the
    others. Raises RuleBroken(scanner_unreachable, archive_broken, file_damaged).
    """
    archive = EvidenceArchive.objects.select_related("stored_file", "incident").get(pk=run.job.subject_key)
    done = set(archive.files.values_list("number", flat=True))
    with files.open_stored(archive.stored_file) as file, opened(file) as (packing, listed):
        for place, packed in enumerate(listed, 1):
            run.advance(done=place - 1, total=len(listed), stage="matching")
            if packed.number not in done:
                _settle(run, archive, packing, packed)
        run.advance(done=len(listed))
    outcomes = archive.files.order_by().values_list("outcome", flat=True)
    return {outcome.value: sum(found == outcome for found in outcomes) for outcome in Outcome}


def _settle(run: jobs.Run, archive: EvidenceArchive, packing: zipfile.ZipFile, packed: Packed) -> None:
    """Write what becomes of one file; what a file is, and whether it is clean, is found out before the transaction."""
    by = run.job.by
    claims = list(Claim.objects.filter(incident=archive.incident, receipt_number__in=numbers_in(packed.name))[:2])
    claim = claims[0] if len(claims) == 1 else None
    row = ArchivedFile(archive=archive, number=packed.number, name=packed.name[-400:], size=packed.size)
    try:
        with unpacked(packing, packed) as file:
            examined = examine(file)
            scan_for(by=by, file=file, name=packed.name[-255:], incident_id=archive.incident_id, claim=claim)
            with transaction.atomic():
                run.hold()
                if claim is None:
                    row.outcome = Outcome.AMBIGUOUS if claims else Outcome.UNKNOWN_NUMBER
                    row.detail = ", ".join(sorted(found.receipt_number for found in claims))
                else:
                    row.outcome = Outcome.MATCHED
                    row.evidence = keep(
                        by=by, claim=claim, file=file, examined=examined, name=packed.name,
                        kind=archive.kind or kind_of_name(packed.name),
                    )  # fmt: skip
                row.save()
    except RuleBroken as refusal:
        if refusal.code == "scanner_unreachable":
            raise
        with transaction.atomic():
            run.hold()
            _refused(row, refusal, claim, packing, packed)
            row.save()


def _refused(
    row: ArchivedFile, refusal: RuleBroken, claim: Claim | None, packing: zipfile.ZipFile, packed: Packed
) -> None:
    """Say on the row why its file was not taken."""
    row.evidence, row.detail = None, str(refusal)[:300]
    if refusal.code == _SAME and claim is not None:
        row.outcome, row.detail = Outcome.ALREADY_THERE, ""
        row.evidence = _same_on(claim, packing, packed)
    elif isinstance(refusal, VirusFound):
        row.outcome = Outcome.INFECTED
    else:
        row.outcome = _OUTCOMES.get(refusal.code, Outcome.WRONG_TYPE)
        if refusal.code == "evidence_type_refused" and packed.name.lower().endswith((".zip", ".7z", ".rar", ".egg")):
            row.detail = str(_("An archive within the archive: unpack it and hand in its files."))


def _same_on(claim: Claim, packing: zipfile.ZipFile, packed: Packed) -> Evidence:
    with unpacked(packing, packed) as file:
        return _same_as(claim, file)


def _same_as(claim: Claim, file: IO[bytes]) -> Evidence:
    """Return the evidence of the claim that has the very bytes."""
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    return Evidence.objects.get(claim=claim, sha256=sha256)


def assign(*, by: User, archived: ArchivedFile, receipt_number: str, kind: str) -> ArchivedFile:
    """Put a file that matched no claim, or several, to the claim that a person names; return its row.

    Raises NotAllowed, RuleBroken(archived_files_settle_once, claim_not_found, unknown_kind, and what
    `claims.evidence.services.hand_in` raises).
    """
    require(by, UPLOAD)
    archive = archived.archive
    claim = Claim.objects.filter(incident_id=archive.incident_id, receipt_number=receipt_number.strip()).first()
    if claim is None:
        raise RuleBroken(
            _("No claim of this incident has the receipt number %(number)s. Look it up in the list of claims.")
            % {"number": receipt_number.strip()},
            code="claim_not_found",
        )
    if kind not in Kind.values:
        raise RuleBroken(_("Choose one of the kinds of evidence."), code="unknown_kind")
    if archived.outcome not in ASSIGNABLE:
        raise _settled()
    with files.open_stored(archive.stored_file) as whole, opened(whole) as (packing, listed):
        packed = next(packed for packed in listed if packed.number == archived.number)
        with unpacked(packing, packed) as file:
            examined = examine(file)
            scan_for(by=by, file=file, name=packed.name[-255:], incident_id=archive.incident_id, claim=claim)
            with database_rules(), transaction.atomic(), acting(by=by, act="claims.assign_evidence"):
                row = ArchivedFile.objects.select_for_update(of=("self",)).get(pk=archived.pk)
                if row.outcome not in ASSIGNABLE:
                    raise _settled()
                row.outcome, row.detail = Outcome.ASSIGNED, ""
                row.assigned_by, row.assigned_at = by, clock.now()
                try:
                    row.evidence = _same_as(claim, file)
                    row.outcome = Outcome.ALREADY_THERE
                except Evidence.DoesNotExist:
                    row.evidence = keep(by=by, claim=claim, file=file, examined=examined, name=packed.name, kind=kind)
                row.save(update_fields=("outcome", "evidence", "detail", "assigned_by", "assigned_at"))
    return row


def _settled() -> RuleBroken:
    return RuleBroken(
        _("What became of this file is settled. Reload the page to see it."), code="archived_files_settle_once"
    )


def may_open(user: User, row: StoredFile) -> bool:
    """Say whether the user may take a stored zip away."""
    return user.has_perm(UPLOAD) and EvidenceArchive.objects.visible_to(user).filter(stored_file=row).exists()


files.readable_by(PURPOSE, may_open)
