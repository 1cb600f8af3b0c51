"""Handing evidence in and checking it item by item; nothing handed in is ever changed or removed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.evidence.models import Evidence, EvidenceCheck, EvidenceState, EvidenceThreat, Fault, Kind
from claims.evidence.pictures import page_count
from claims.evidence.recognise import FileType, recognise
from claims.evidence.scanning import VirusFound, scan
from claims.evidence.selectors import fingerprint_rows
from claims.register.fingerprints import declare_fingerprint, fingerprints_changed
from claims.register.models import Claim
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, StaleSave, database_rules
from relief.files import services as files
from relief.files.models import StoredFile

if TYPE_CHECKING:
    from relief.accounts.models import User

UPLOAD, CHECK, VIEW = "claims.upload_evidence", "claims.check_evidence", "claims.view_evidence"
PURPOSE = "evidence"
CHECKED = (EvidenceState.ACCEPTED, EvidenceState.REFUSED, EvidenceState.TO_REPLACE)
_BLOCK = 256 * 1024
_followers: list[Callable[[int], None]] = []


def follow_evidence(act: Callable[[int], None]) -> None:
    """Call `act(key of the claim)` after every item handed in or checked, in the same transaction."""
    _followers.append(act)


def _tell(claim_id: int) -> None:
    for act in _followers:
        act(claim_id)


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that may be kept: what it is, its pages (0 where no page shows it) and its size in bytes."""

    type: FileType
    pages: int
    size: int


def examine(file: IO[bytes]) -> Examined:
    """Return what a file is; it costs a process of its own for PDFs and pictures, so call it outside transactions.

    Raises RuleBroken(file_empty, file_too_large, evidence_type_refused, evidence_locked, picture_too_large).
    """
    size = file.seek(0, 2)
    file.seek(0)
    if size == 0:
        raise RuleBroken(_("The file is empty. Choose the file again."), code="file_empty")
    if size > settings.EVIDENCE_FILE_SIZE:
        raise RuleBroken(
            _("The file is larger than %(limit)s MB. Ask for it in a smaller size.")
            % {"limit": settings.EVIDENCE_FILE_SIZE // (1024 * 1024)},
            code="file_too_large",
        )
    kind = recognise(file)
    return Examined(kind, page_count(file, kind.word) if kind.is_shown else 0, size)


def scan_for(*, by: User, file: IO[bytes], name: str, incident_id: int, claim: Claim | None) -> None:
    """Let the virus scanner look at the file, where there is one; what it finds is recorded before it is refused.

    To be called outside transactions. Raises VirusFound(virus_found), RuleBroken(scanner_unreachable).
    """
    try:
        scan(file)
    except VirusFound as virus:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        with transaction.atomic(), acting(by=by, act="claims.refuse_virus"):
            EvidenceThreat.objects.create(
                incident_id=incident_id, claim=claim, name=name[:255], sha256=sha256, found=virus.found, by=by,
                at=clock.now(),
            )  # fmt: skip
        raise


def hand_in(
    *, by: User, claim: Claim, file: IO[bytes], name: str, kind: str, note: str = "", replaces: Evidence | None = None,
) -> Evidence:  # fmt: skip
    """Keep a file as evidence for a claim and return it; it waits for a check.

    The type is what the bytes say: a name that ends otherwise gets the true ending. `replaces`: the item of the same
    claim whose place it takes; that one stays, marked as replaced.
    Raises NotAllowed; RuleBroken(unknown_kind, one_evidence_per_content, replaces_another_claims, claim_gone,
    evidence_moves_as_its_table_says, scanner_unreachable, and what `examine` raises); VirusFound(virus_found).
    """
    require(by, UPLOAD)
    if kind not in Kind.values:
        raise RuleBroken(_("Choose one of the kinds of evidence."), code="unknown_kind")
    examined = examine(file)
    scan_for(by=by, file=file, name=name, incident_id=claim.incident_id, claim=claim)
    return keep(by=by, claim=claim, file=file, examined=examined, name=name, kind=kind, note=note, replaces=replaces)


def keep(
    *, by: User, claim: Claim, file: IO[bytes], examined: Examined, name: str, kind: str, note: str = "",
    replaces: Evidence | None = None,
) -> Evidence:  # fmt: skip
    """Write an examined and scanned file as evidence; see `hand_in`, which is the way to it for one file."""
    require(by, UPLOAD)
    file.seek(0)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.hand_in_evidence"):
        # Who undoes the claim's import waits here, or was quicker.
        if Claim.objects.select_for_update(of=("self",), no_key=True).filter(pk=claim.pk).first() is None:
            raise RuleBroken(
                _("The claim was taken out of the register meanwhile. Nothing was kept."), code="claim_gone"
            )
        stored = files.store(
            chunks=iter(lambda: file.read(_BLOCK), b""),
            name=examined.type.name_of(name),
            content_type=f"evidence/{examined.type.word}",
            purpose=PURPOSE,
            by=by,
            incident_id=claim.incident_id,
            max_size=settings.EVIDENCE_FILE_SIZE,
        )
        evidence = Evidence.objects.create(
            claim=claim,
            kind=kind,
            stored_file=stored,
            sha256=stored.sha256,
            content_type=examined.type.word,
            size=stored.size,
            pages=examined.pages,
            name=stored.name,
            note=note.strip()[:300],
            uploaded_by=by,
            uploaded_at=clock.now(),
        )
        if replaces is not None:
            _replace(replaces, evidence)
        fingerprints_changed(incident_id=claim.incident_id, claims=[claim.pk])
        _tell(claim.pk)
    return evidence


def _replace(old: Evidence, new: Evidence) -> None:
    old = Evidence.objects.select_for_update(of=("self",)).get(pk=old.pk)
    if old.claim_id != new.claim_id:
        raise RuleBroken(
            _("A file replaces one of the same claim. Choose the item on this claim."), code="replaces_another_claims"
        )
    Evidence.STATES.move(old, EvidenceState.REPLACED, replaced_by=new, version=old.version + 1)


def check(
    *, by: User, evidence: Evidence, verdict: str, version: int, code: str = "", note: str = "", kind: str = "",
) -> Evidence:  # fmt: skip
    """Record what a person says about an item (`verdict` is one of CHECKED) and return it; a later check corrects it.

    `version` is the one that the person saw, `kind` what the document really is (empty: as before). What is not
    accepted names a reason (`Fault`); "other" is put into words in `note`.
    Raises NotAllowed, StaleSave, RuleBroken(unknown_verdict, unknown_kind, reason_missing, reason_not_in_words,
    evidence_moves_as_its_table_says).
    """
    require(by, CHECK)
    code, note, kind = code if verdict != EvidenceState.ACCEPTED else "", note.strip()[:300], kind or evidence.kind
    _refuse_unsound(verdict, code, note, kind)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.check_evidence", reason=note):
        locked = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
        if locked.version != version:
            raise StaleSave(
                _("Somebody else checked or replaced this item after you opened it. Reload the page to see how."),
                changes={},
            )
        if locked.state == verdict and locked.kind != kind:
            locked.kind = kind
            locked.version += 1
            locked.save(update_fields=("kind", "version"))
        else:
            Evidence.STATES.move(locked, verdict, kind=kind, version=locked.version + 1)
        EvidenceCheck.objects.create(
            evidence=locked, verdict=verdict, kind=kind, code=code, note=note, by=by, at=clock.now()
        )
        _tell(locked.claim_id)
    return locked


def _refuse_unsound(verdict: str, code: str, note: str, kind: str) -> None:
    if verdict not in CHECKED:
        raise RuleBroken(_("Accept the item, refuse it, or ask for another file."), code="unknown_verdict")
    if kind not in Kind.values:
        raise RuleBroken(_("Choose one of the kinds of evidence."), code="unknown_kind")
    if verdict == EvidenceState.ACCEPTED:
        return
    if code not in Fault.values:
        raise RuleBroken(_("Choose the reason why the item is not accepted."), code="reason_missing")
    if code == Fault.OTHER and not note:
        raise RuleBroken(_("Write the other reason into the note."), code="reason_not_in_words")


def may_open(user: User, row: StoredFile) -> bool:
    """Say whether the user may open a stored file of evidence: he sees the evidence, and it is in his scope."""
    return user.has_perm(VIEW) and Evidence.objects.visible_to(user).filter(stored_file=row).exists()


files.readable_by(PURPOSE, may_open)
declare_fingerprint("evidence", fingerprint_rows)
