"""Referring claims to an affiliate: a file started, taken away, handed over, acknowledged, or cancelled."""

from __future__ import annotations

from datetime import date
from typing import IO, TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Operator
from claims.triage.referral.models import ReferralFile
from claims.triage.referral.packing import KIND, PERMISSION, release
from claims.triage.referral.rules import NUMBERS, chosen
from claims.triage.referral.selectors import waiting_claims
from relief import clock
from relief.access import require
from relief.audit.models import Disclosure
from relief.audit.services import acting, record_disclosure
from relief.errors import RuleBroken, database_rules
from relief.files.models import StoredFile
from relief.files.services import may_read, open_stored
from relief.jobs import services as jobs

if TYPE_CHECKING:
    from relief.accounts.models import User

REVEAL = "claims.reveal_personal_data"


def reason_given(reason: str) -> str:
    """Return the reason without spaces around it. Raises RuleBroken(reason_missing)."""
    reason = reason.strip()
    if not reason:
        raise RuleBroken(_("Give a reason: it stands in the record."), code="reason_missing")
    return reason


def start_referral(
    *, by: User, operator: Operator, ground: str, columns: list[str], clear_reason: str = "", in_clear: bool = False
) -> ReferralFile:
    """Open the affiliate's next file and have a job pack all its claims that wait; return it in state "packing".

    `columns` are names of `claims.triage.referral.rules.COLUMNS`. Numbers leave masked unless `in_clear`, which needs
    a reason and the permission to reveal. Raises NotAllowed, RuleBroken(reason_missing, not_an_affiliate,
    clear_numbers_need_reason, nothing_waits_for_referral, one_packing_file_per_affiliate).
    """
    require(by, PERMISSION)
    ground = reason_given(ground)
    if in_clear:
        require(by, REVEAL)
    if operator.kind != Operator.Kind.AFFILIATE:
        raise RuleBroken(_("Claims are referred to affiliates only. Choose an affiliate."), code="not_an_affiliate")
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.start_referral", reason=ground):
        Operator.objects.select_for_update(of=("self",), no_key=True).get(pk=operator.pk)
        if not waiting_claims(operator.incident_id, operator.pk).exists():
            raise RuleBroken(_("No claim of this affiliate waits for referral."), code="nothing_waits_for_referral")
        last = ReferralFile.objects.filter(operator=operator).aggregate(last=Max("number"))["last"]
        file = ReferralFile.objects.create(
            incident_id=operator.incident_id,
            operator=operator,
            number=(last or 0) + 1,
            ground=ground,
            columns=chosen(columns),
            numbers_in_clear=in_clear,
            clear_reason=clear_reason.strip() if in_clear else "",
            made_by=by,
            made_at=clock.now(),
        )
        file.job = jobs.enqueue(kind=KIND, by=by, subject_key=file.pk, incident_id=file.incident_id)
        file.save(update_fields=("job",))
    return file


def _locked(file: ReferralFile) -> ReferralFile:
    return ReferralFile.objects.select_for_update(of=("self",)).get(pk=file.pk)


def hand_over(*, by: User, file: ReferralFile, on: date, to: str, how: str) -> ReferralFile:
    """Record that the packed file went to the affiliate, on which Seoul day, to whom and how.

    Raises NotAllowed, RuleBroken(reason_missing, day_not_possible, referral_file_moves_as_its_table_says).
    """
    require(by, PERMISSION)
    to, how = reason_given(to), reason_given(how)
    if not clock.seoul_date(file.made_at) <= on <= clock.today():
        raise RuleBroken(
            _("The file was handed over on a day between its making and today. Correct the day."),
            code="day_not_possible",
        )
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.hand_over_referral"):
        file = _locked(file)
        state = ReferralFile.State.HANDED_OVER
        ReferralFile.STATES.move(file, state, handed_over_on=on, handed_over_to=to, handed_over_how=how)
    return file


def acknowledge(
    *, by: User, file: ReferralFile, on: date, number: str, count: int, difference: str = ""
) -> ReferralFile:
    """Record the affiliate's receipt: its number, its day, and how many claims it confirms.

    A count that is not the file's is taken only with a word on why. Raises NotAllowed, RuleBroken(reason_missing,
    day_not_possible, count_differs, referral_file_moves_as_its_table_says).
    """
    require(by, PERMISSION)
    number = reason_given(number)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.acknowledge_referral", reason=difference):
        file = _locked(file)
        if file.handed_over_on is not None and not file.handed_over_on <= on <= clock.today():
            raise RuleBroken(
                _("The affiliate confirms on a day between the handing over and today. Correct the day."),
                code="day_not_possible",
            )
        if count != file.line_count and not difference.strip():
            raise RuleBroken(
                _(
                    "The file holds %(held)s claims, the affiliate confirms %(count)s. Ask which are missing, record "
                    "those as sent back; write here what the affiliate answered."
                )
                % {"held": f"{file.line_count:,}", "count": f"{count:,}"},
                code="count_differs",
            )
        ReferralFile.STATES.move(
            file,
            ReferralFile.State.ACKNOWLEDGED,
            acknowledged_on=on,
            acknowledged_number=number,
            acknowledged_count=count,
            difference=difference.strip() if count != file.line_count else "",
        )
    return file


def cancel(*, by: User, file: ReferralFile, reason: str) -> ReferralFile:
    """Cancel a packed file that has not left; its claims wait for referral again.

    A file that is being packed is cancelled by its job. Raises NotAllowed, RuleBroken(reason_missing, still_packing,
    referral_file_moves_as_its_table_says).
    """
    require(by, PERMISSION)
    reason = reason_given(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.cancel_referral", reason=reason):
        file = _locked(file)
        if file.state == ReferralFile.State.PACKING:
            raise RuleBroken(_("The file is being packed: cancel its work on this page."), code="still_packing")
        release(file, reason)
    return file


def download(
    *, by: User, file: ReferralFile, stored: StoredFile | None, reason: str, request_id: str = ""
) -> IO[bytes]:
    """Open the workbook or the text file after recording who took it and why; always the bytes of the packing.

    Raises NotAllowed, RuleBroken(reason_missing, file_not_packed, file_damaged).
    """
    require(by, PERMISSION)
    if file.numbers_in_clear:
        require(by, REVEAL)
    reason = reason_given(reason)
    if stored is None or stored.pk not in {file.workbook_id, file.text_file_id}:
        raise RuleBroken(
            _("The file is not packed. Wait for its work, or refer the claims anew."), code="file_not_packed"
        )
    may_read(by=by, row=stored)
    content = open_stored(stored)
    record_disclosure(
        by=by,
        kind=Disclosure.Kind.DOWNLOAD,
        subject="claims.referralfile",
        subject_key=str(file.pk),
        fields=",".join(name for name in file.columns if name == "name" or name in NUMBERS),
        reason=reason,
        request_id=request_id,
        incident_id=file.incident_id,
    )
    return content
