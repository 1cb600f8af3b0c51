"""What the page and the list of claims, and the home page, show of referrals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Sum
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.register.history import event_of
from claims.register.models import Claim
from claims.register.panels import (
    ClaimPanel,
    Event,
    Mark,
    register_claim_flags,
    register_claim_history,
    register_claim_panel,
)
from claims.triage.referral.models import Referral
from claims.triage.referral.packing import PERMISSION
from claims.triage.referral.selectors import (
    CONFLICT,
    TO_SETTLE,
    overdue_files,
    referrals_to_settle,
    waiting_claims,
)
from relief.scope import working_incident_id
from relief.site.home import Card, register_card

if TYPE_CHECKING:
    from relief.accounts.models import User

VIEW = "claims.view_referral"


def sentence_of(referral: Referral) -> str:
    """Return what is to be done about a referral, or an empty text."""
    rows = Referral.objects.filter(pk=referral.pk)
    if rows.filter(CONFLICT).exists():
        return _(
            "The claim no longer counts as this affiliate's. Ask the affiliate to send it back, or classify again."
        )
    if referral.state == Referral.State.REFERRED and referral.claim.version != referral.claim_version:
        return _("The claim was corrected after the packing. Tell the affiliate what changed.")
    if rows.filter(TO_SETTLE).exists():
        return _("The affiliate sent the claim back. Refer it again, or classify it as the own company's.")
    return ""


def referral_panel(claim: Claim, _user: User) -> ClaimPanel | None:
    """Return where the newest referral of the claim stands, or None where it never was in a file."""
    row = claim.referrals.select_related("file__operator", "claim").order_by("-pk").first()
    if row is None:
        return None
    said: list[tuple[str, str]] = [(_("File"), str(row.file)), (_("State"), row.get_state_display())]
    if row.file.handed_over_on:
        said.append((_("Handed over"), date_format(row.file.handed_over_on, "SHORT_DATE_FORMAT")))
    if row.code:
        said.append((_("Sent back by the affiliate"), f"{row.get_code_display()}\n{row.reason}"))
    if row.again_at:
        said.append((_("To be referred again"), row.again_reason))
    return ClaimPanel(
        _("Referral"),
        said,
        sentence_of(row),
        Mark(row.get_state_display(), _MARKS[row.state]) if row.state in _MARKS else None,
        reverse("admin:claims_referral_change", args=(row.pk,)),
    )


_MARKS = {"referred": "info", "sent_back": "warning"}


def referral_flags(keys: Sequence[int]) -> Mapping[int, Sequence[Mark]]:
    """Return "referred" and "sent back" of the claims of a page, in one query."""
    rows = Referral.objects.filter(claim__in=keys).exclude(state="released").order_by("pk")
    # The newest says where the claim stands.
    newest = {row.claim_id: row for row in rows}
    return {
        key: [Mark(row.get_state_display(), _MARKS[row.state])] for key, row in newest.items() if row.again_at is None
    }


def referral_events(claim: Claim) -> Iterator[Event]:
    """Yield how the claim was referred and came back, oldest first."""
    rows = (
        apps.get_model("claims", "ReferralEvent")
        .objects.filter(claim=claim.pk)
        .select_related("pgh_context", "file__operator")
        .order_by("pgh_id")
    )
    for row in rows:
        names = {"file": row.file, "line": f"{row.line:,}", "why": row.get_code_display(), "reason": row.reason}
        if row.again_at:
            said = _("The claim waits to be referred again.")
        elif row.state == Referral.State.SENT_BACK:
            said = _("The affiliate sent the claim back (%(file)s): %(why)s, %(reason)s") % names
        elif row.state == Referral.State.RELEASED:
            said = _("The file %(file)s was cancelled; the claim waits for referral again.") % names
        else:
            said = _("The claim was referred: %(file)s, line %(line)s.") % names
        yield event_of(row, said)


def waiting_card(user: User) -> Card | None:
    """Return how many claims wait for referral, with their losses."""
    claims = waiting_claims(working_incident_id(user) or 0)
    count = claims.count()
    if not count:
        return None
    sentence = _("These claims are affiliates' and in no file yet. Refer them.")
    won = claims.aggregate(won=Sum("claimed_loss"))["won"]
    return Card(_("Claims to refer"), count, sentence, reverse("admin:claims_referralfile_refer"), won)


def sent_back_card(user: User) -> Card | None:
    """Return how many claims came back and wait for a decision."""
    count = referrals_to_settle().filter(file__incident=working_incident_id(user)).count()
    sentence = _("Affiliates sent these claims back. Classify them anew or refer them again.")
    address = reverse("admin:claims_referral_changelist") + "?sign=to_settle"
    return Card(_("Sent back by affiliates"), count, sentence, address) if count else None


def overdue_card(user: User) -> Card | None:
    """Return how many files an affiliate has had for a week without a word."""
    count = overdue_files().filter(incident=working_incident_id(user)).count()
    sentence = _("Affiliates have had these files for 7 days and sent no receipt. Ask them.")
    address = reverse("admin:claims_referralfile_changelist") + "?state=overdue"
    return Card(_("Referrals without receipt"), count, sentence, address) if count else None


register_claim_panel(place=15, permission=VIEW, panel=referral_panel)
register_claim_flags(permission=VIEW, flags=referral_flags)
register_claim_history(permission=VIEW, events=referral_events)
for _maker in (waiting_card, sent_back_card, overdue_card):
    register_card(permission=PERMISSION, card=_maker)
