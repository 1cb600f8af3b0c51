"""The way to the bank: the file of an approved batch, made once, and handed out with a reason."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from committee.payouts.bank_file import BULK_TRANSFER, write_workbook
from committee.payouts.lines import lines_of
from committee.payouts.models import Approval, BankFile, Batch
from committee.payouts.services import locked, refuse_altered, refuse_outdated
from relief import clock
from relief.access import require
from relief.audit.models import Disclosure
from relief.audit.services import acting, record_disclosure
from relief.errors import RuleBroken, database_rules
from relief.files.models import StoredFile
from relief.files.services import may_read, open_stored, readable_by, store

if TYPE_CHECKING:
    from relief.accounts.models import User

PURPOSE = "bank_file"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_SIZE = 1024**3


def _open_to(user: User, row: StoredFile) -> bool:
    files = BankFile.objects.visible_to(user)
    return user.has_perm("committee.export_bank_file") and files.filter(stored_file=row).exists()


readable_by(PURPOSE, _open_to, own_page=True)


def export(*, by: User, batch: Batch) -> BankFile:
    """Make the bank file of an approved batch from its frozen lines, store it and return its row with control totals.

    Raises NotAllowed, RuleBroken(batch_moves_as_its_table_says, not_approved, lines_outdated, lines_altered).
    """
    require(by, "committee.export_bank_file")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.export_bank_file"):
        batch = locked(batch)
        if not Batch.STATES.allows(batch.state, Batch.State.EXPORTED):
            raise RuleBroken(
                _("Only an approved batch goes to the bank, and it goes once. Download the file that was made."),
                code=Batch.STATES.rule,
            )
        _require_approval(batch)
        content, totals = write_workbook(title=f"{batch.incident.code}-{batch.number:04}", lines=lines_of(batch))
        refuse_altered(batch, totals.sha256)
        refuse_outdated(batch)
        stored = store(
            chunks=[content],
            name=f"{batch.incident.code}-{batch.number:04}.xlsx",
            content_type=CONTENT_TYPE,
            purpose=PURPOSE,
            by=by,
            incident_id=batch.incident_id,
            max_size=MAX_SIZE,
        )
        row = BankFile.objects.create(
            batch=batch,
            stored_file=stored,
            layout=BULK_TRANSFER,
            sha256=stored.sha256,
            line_count=totals.count,
            line_sum=totals.won,
            exported_by=by,
            exported_at=clock.now(),
        )
        Batch.STATES.move(batch, Batch.State.EXPORTED)
    return row


def _require_approval(batch: Batch) -> None:
    approvals = Approval.objects.filter(
        batch=batch,
        submission=batch.submission,
        verdict=Approval.Verdict.APPROVED,
        lines_sha256=batch.lines_sha256,
    )
    if not approvals.exclude(approved_by=batch.composed_by_id).exists():
        raise RuleBroken(_("The batch has no approval for its present lines."), code="not_approved")


def download(*, by: User, bank_file: BankFile, reason: str, request_id: str = "") -> IO[bytes]:
    """Open the bank file for reading after recording who took it and why; always the bytes made at the export.

    Raises NotAllowed, RuleBroken(reason_missing).
    """
    require(by, "committee.export_bank_file")
    if not reason.strip():
        raise RuleBroken(_("Say why: the reason is kept with the batch."), code="reason_missing")
    may_read(by=by, row=bank_file.stored_file)
    record_disclosure(
        by=by,
        kind=Disclosure.Kind.DOWNLOAD,
        subject="committee.bankfile",
        subject_key=str(bank_file.pk),
        fields="account,payee_name",
        reason=reason.strip(),
        request_id=request_id,
        incident_id=bank_file.batch.incident_id,
    )
    return open_stored(bank_file.stored_file)
