"""What the page of a claim shows of the intake: what it lacks, who else has its number, and amendments that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.intake.changes import amendment_changes
from claims.intake.facts import Amendment
from claims.register.models import Claim, Claimant
from claims.register.panels import ClaimPanel, Mark, register_claim_panel
from claims.triage.models import Nature

if TYPE_CHECKING:
    from relief.accounts.models import User

_SHOWN = 5


def incomplete_panel(claim: Claim, _user: User) -> ClaimPanel | None:
    """Return what the claim lacks before it can be paid, or None; a question is never paid and lacks nothing."""
    classification: Any = getattr(claim, "classification", None)
    if claim.is_complete or (classification is not None and classification.nature == Nature.INQUIRY):
        return None
    lacking = [
        word
        for word, value in (
            (_("Name"), claim.name),
            (_("Phone"), claim.phone_sealed),
            (_("Bank"), claim.bank_code),
            (_("Account"), claim.account_sealed),
        )
        if not value
    ]
    sentence = _("The claim is registered, but it cannot be paid until these are known. Ask and correct it.")
    return ClaimPanel(_("Incomplete"), [(_("Lacking"), ", ".join(lacking))], sentence)


def same_number_panel(claim: Claim, _user: User) -> ClaimPanel | None:
    """Return who else is known by the number of the claim's claimant under another name, or None."""
    claimant = claim.claimant
    if claimant is None:
        return None
    others = list(
        Claimant.objects.filter(
            incident_id=claimant.incident_id,
            identity_kind=claimant.identity_kind,
            identity_index=bytes(claimant.identity_index),
        )
        .exclude(pk=claimant.pk)
        .annotate(counted=Count("claims"))
        .filter(counted__gt=0)
        .order_by("pk")[: _SHOWN + 1]
    )
    rows = [(other.name or "–", _("%(count)s claims") % {"count": f"{other.counted:,}"}) for other in others[:_SHOWN]]
    if not rows:
        return None
    if len(others) > _SHOWN:
        rows.append(("…", _("and others")))
    return ClaimPanel(
        _("Same number, other name"),
        rows,
        _("The claimant's number (%(number)s) is reported under other names too. They are kept apart: are they one?")
        % {"number": claimant.get_identity_kind_display()},
        Mark(_("Same number, other name"), "warning"),
        reverse("admin:claims_claimant_change", args=(others[0].pk,)),
    )


def amendment_panel(claim: Claim, _user: User) -> ClaimPanel | None:
    """Return the newest amendment of the claim that waits for a person, or None."""
    waiting = list(Amendment.objects.filter(claim=claim, state=Amendment.State.WAITING).order_by("-pk")[: _SHOWN + 1])
    if not waiting:
        return None
    (change,) = amendment_changes(waiting[:1])
    return ClaimPanel(
        _("Amendment waiting"),
        [(str(field.label), f"{field.before} → {field.after}") for field in change.fields],
        _("A later file (import no. %(number)s) reports this claim otherwise. Say what holds.")
        % {"number": waiting[0].claim_import_id},
        Mark(_("Amendment waiting"), "warning"),
        reverse("admin:claims_amendment_change", args=(waiting[0].pk,)),
    )


register_claim_panel(place=1, permission="claims.view_claim", panel=incomplete_panel)
register_claim_panel(place=2, permission="claims.view_claimant", panel=same_number_panel)
register_claim_panel(place=3, permission="claims.view_amendment", panel=amendment_panel)
