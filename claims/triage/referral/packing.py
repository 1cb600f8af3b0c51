"""The job that packs a referral file: lines frozen first, then written as CSV and as a workbook, and stored."""

from __future__ import annotations

import tempfile
from typing import IO, Any

from django.db import connection, transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from claims.register.models import Claim
from claims.register.stages import Stage, declare_stage
from claims.triage.referral.contents import rows_of
from claims.triage.referral.models import Referral, ReferralFile
from claims.triage.referral.rules import COLUMNS
from claims.triage.referral.selectors import waiting_claims
from relief import clock
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.files.models import StoredFile
from relief.files.services import readable_by, store
from relief.jobs import services as jobs
from relief.jobs.models import Job
from relief.money import format_won
from relief.spreadsheets.writing import write_cells, write_delimited

KIND = "claims.pack_referral"
PERMISSION = "claims.refer_claims"
PURPOSE = "referral_file"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_SIZE = 1024**3
_CHUNK = 1024 * 1024
# What leaves the house is written in the language of the affiliates, whoever packs it.
_LANGUAGE = "ko"


def control_of(file: ReferralFile, *, text_file: StoredFile) -> list[tuple[Any, Any]]:
    """Return the pairs of the file's control sheet, which its receipt shows too."""
    return [
        (_("Affiliate"), str(file.operator)),
        (_("Incident"), str(file.incident)),
        (_("File number"), str(file.number)),
        (_("Claims"), f"{file.line_count:,}"),
        (_("Sum of losses"), format_won(file.loss_sum)),
        (_("Legal ground"), file.ground),
        (_("Numbers"), _("in clear") if file.numbers_in_clear else _("masked")),
        (_("Made by"), str(file.made_by)),
        (_("Made at (Seoul)"), file.made_at.astimezone(clock.SEOUL).strftime("%Y-%m-%d %H:%M")),
        (_("SHA-256 of the text file"), text_file.sha256),
    ]


def freeze_lines(file: ReferralFile) -> None:
    """Write one referral for each claim that waits, by receipt number, and the file's totals; once.

    To be called inside a transaction. Claims are locked, so that none is corrected or taken by another file at the
    same moment. Raises RuleBroken(nothing_waits_for_referral).
    """
    if not file.referrals.exists():
        keys = waiting_claims(file.incident_id, file.operator_id).values("pk")
        locked = Claim.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",), no_key=True)
        versions = list(locked.values_list("pk", "version", "claimed_loss", "receipt_number"))
        still = set(waiting_claims(file.incident_id, file.operator_id).values_list("pk", flat=True))
        frozen = sorted((row for row in versions if row[0] in still), key=lambda row: row[3])
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO claims_referral (file_id, line, claim_id, claim_version, claimed_loss, state, code, "
                "reason, again_reason) SELECT %s, line, claim, version, loss, 'referred', '', '', '' FROM "
                "unnest(%s::bigint[], %s::int[], %s::bigint[]) WITH ORDINALITY AS f(claim, version, loss, line)",
                [file.pk, *([row[column] for row in frozen] for column in range(3))],
            )
    totals = file.referrals.order_by().aggregate(count=Count("pk"), won=Sum("claimed_loss"))
    if not totals["count"]:
        raise RuleBroken(
            gettext_lazy("No claim of this affiliate waits for referral any more."), code="nothing_waits_for_referral"
        )
    file.line_count, file.loss_sum = totals["count"], int(totals["won"] or 0)
    file.save(update_fields=("line_count", "loss_sum"))


def _stored(file: ReferralFile, content: IO[bytes], ending: str, content_type: str) -> StoredFile:
    content.seek(0)
    return store(
        chunks=iter(lambda: content.read(_CHUNK), b""),
        name=f"{file.incident.code}-{file.operator.code}-{file.number:03}.{ending}",
        content_type=content_type,
        purpose=PURPOSE,
        by=file.made_by,
        incident_id=file.incident_id,
        max_size=MAX_SIZE,
    )


def _release(job: Job) -> None:
    """Cancel the file of a job that failed or was cancelled: its claims wait for referral again."""
    file = ReferralFile.objects.select_for_update(of=("self",)).get(pk=job.subject_key)
    if file.state == ReferralFile.State.PACKING:
        reason = job.error or str(gettext_lazy("The packing was cancelled."))
        with acting(by=job.by, act="claims.cancel_referral", reason=reason[:500]):
            release(file, reason[:500])


def release(file: ReferralFile, reason: str) -> None:
    """Cancel a locked file that has not left, and free its claims; to be called inside a transaction."""
    ReferralFile.STATES.move(file, ReferralFile.State.CANCELLED, cancel_reason=reason)
    Referral.objects.filter(file=file, state="referred").update(state="released")


@jobs.runner(
    KIND,
    permission=PERMISSION,
    on_end=_release,
    label=gettext_lazy("Packing of a referral file"),
    subject="claims.referralfile",
)
def pack(run: jobs.Run) -> dict[str, int]:
    """Freeze the lines, write and store both files; returns {"claims"}. Taken up again, it keeps the frozen lines."""
    file = ReferralFile.objects.select_related("incident", "operator", "made_by").get(pk=run.job.subject_key)
    if file.state != ReferralFile.State.PACKING:
        raise RuleBroken(gettext_lazy("This file was cancelled. Start a new one."), code=ReferralFile.STATES.rule)
    run.advance(done=0, stage="freezing")
    with database_rules(), transaction.atomic():
        run.hold()
        freeze_lines(file)
    count = file.line_count
    run.advance(done=0, total=2 * count, stage="writing")
    with override(_LANGUAGE), tempfile.TemporaryFile() as text, tempfile.TemporaryFile() as book:
        headings = [COLUMNS[name] for name in file.columns]
        write_delimited(text, headings=headings, rows=rows_of(file, told=lambda done: run.advance(done=done)))
        text_file = _stored(file, text, "csv", "text/csv")
        write_cells(
            book,
            title=_("Claims"),
            headings=headings,
            rows=rows_of(file, told=lambda done: run.advance(done=count + done)),
            control=(_("Control sheet"), control_of(file, text_file=text_file)),
        )
        workbook = _stored(file, book, "xlsx", WORKBOOK)
    with database_rules(), transaction.atomic():
        run.hold()
        ReferralFile.STATES.move(file, ReferralFile.State.PACKED, workbook=workbook, text_file=text_file)
    return {"claims": count}


def _open_to(user: Any, row: StoredFile) -> bool:
    files = ReferralFile.objects.visible_to(user)
    return user.has_perm(PERMISSION) and (files.filter(workbook=row) | files.filter(text_file=row)).exists()


readable_by(PURPOSE, _open_to, own_page=True)
declare_stage(
    Stage(25, "referred", gettext_lazy("Referred"), lambda: Referral.objects.filter(state="referred"), "info")
)
