"""Claims that an affiliate sent back, and those of them that are to be referred again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.triage.referral.models import Referral, ReferralFile
from claims.triage.referral.packing import PERMISSION
from claims.triage.referral.rules import MOST_NUMBERS
from claims.triage.referral.selectors import referrals_to_settle
from claims.triage.referral.services import reason_given
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from claims.catalogue.models import Incident
    from relief.accounts.models import User

OUT = (ReferralFile.State.HANDED_OVER, ReferralFile.State.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many claims moved, and which of the given receipt numbers matched none that could."""

    moved: int
    unmatched: list[str] = field(default_factory=list)


def _numbers(numbers: list[str]) -> None:
    if not numbers:
        raise RuleBroken(_("Give at least one receipt number, each on its own line."), code="no_receipt_numbers")
    if len(numbers) > MOST_NUMBERS:
        raise RuleBroken(
            _("At most %(most)s receipt numbers go at once. Split the list.") % {"most": f"{MOST_NUMBERS:,}"},
            code="too_many_receipt_numbers",
        )


def send_back(*, by: User, file: ReferralFile, numbers: list[str], code: str, reason: str) -> Outcome:
    """Record that the affiliate sent back the claims of a file with these receipt numbers, and why.

    Numbers that are not in the file, or came back already, are told in the outcome; the others are written.
    Raises NotAllowed, RuleBroken(reason_missing, code_not_known, no_receipt_numbers, too_many_receipt_numbers,
    file_has_not_left, no_number_matches).
    """
    require(by, PERMISSION)
    reason = reason_given(reason)
    if code not in Referral.Code.values:
        raise RuleBroken(_("Choose why the affiliate sent the claims back."), code="code_not_known")
    _numbers(numbers)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.send_back_referral", reason=reason):
        file = ReferralFile.objects.select_for_update(of=("self",), no_key=True).get(pk=file.pk)
        if file.state not in OUT:
            raise RuleBroken(
                _("The file has not been handed over: nothing can come back. Cancel the file instead."),
                code="file_has_not_left",
            )
        rows = file.referrals.filter(state="referred", claim__receipt_number__in=numbers)
        found = dict(rows.select_for_update(of=("self",)).values_list("claim__receipt_number", "pk"))
        if not found:
            raise RuleBroken(_no_match(), code="no_number_matches")
        Referral.objects.filter(pk__in=found.values()).update(
            state=Referral.State.SENT_BACK, code=code, reason=reason, sent_back_by=by, sent_back_at=clock.now()
        )
    return Outcome(len(found), [number for number in numbers if number not in found])


def refer_again(*, by: User, incident: Incident, numbers: list[str], reason: str) -> Outcome:
    """Let claims that came back wait for referral again: the next file of their affiliate takes them along.

    Raises NotAllowed, RuleBroken(reason_missing, no_receipt_numbers, too_many_receipt_numbers, no_number_matches).
    """
    require(by, PERMISSION)
    reason = reason_given(reason)
    _numbers(numbers)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.refer_again", reason=reason):
        rows = referrals_to_settle().filter(file__incident=incident, claim__receipt_number__in=numbers)
        found = dict(rows.select_for_update(of=("self",)).values_list("claim__receipt_number", "pk"))
        if not found:
            raise RuleBroken(_no_match(), code="no_number_matches")
        Referral.objects.filter(pk__in=found.values()).update(again_by=by, again_at=clock.now(), again_reason=reason)
    return Outcome(len(found), [number for number in numbers if number not in found])


def _no_match() -> StrOrPromise:
    return _("None of these receipt numbers stands where this step can be taken. Compare them with the list.")
