"""What the claim's page and the list of claims show of evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.evidence.models import Evidence, EvidenceCheck, EvidenceState, EvidenceThreat
from claims.evidence.panes import documents_words, panes_context, requirement_rows
from claims.evidence.selectors import items_to_check, standing_of_claim, standings_of
from claims.evidence.services import CHECK, VIEW
from claims.register.models import Claim
from claims.register.panels import (
    ClaimPanel,
    ClaimTab,
    Event,
    Mark,
    OpenPoint,
    register_claim_flags,
    register_claim_history,
    register_claim_open_point,
    register_claim_panel,
    register_claim_tab,
)
from relief.site.home import Card, register_card

if TYPE_CHECKING:
    from relief.accounts.models import User

TAB = "evidence"


def tab_address(claim_id: int, item: int | None = None) -> str:
    """Return the address of the claim's tab, with an item in the viewer where one is named."""
    address = f"{reverse('admin:claims_claim_change', args=(claim_id,))}?tab={TAB}"
    return address if item is None else f"{address}&item={item}"


def tab_context(claim: Claim, request: HttpRequest) -> Mapping[str, Any]:
    """Return what the tab shows: items, viewer, check and upload."""
    user: Any = request.user
    return panes_context(
        claim,
        user,
        key=request.GET.get("item", ""),
        address=lambda item: tab_address(claim.pk, item.pk),
        goes_on_in="claim",
    )


def open_points(claim: Claim) -> int:
    """Return how many items wait for a check and how many required kinds nobody handed in."""
    standing = standing_of_claim(claim)
    return standing.to_check + len(standing.missing)


def evidence_point(claim: Claim) -> OpenPoint | None:
    """Return the check or the request that the claim's evidence waits for; what is there is checked first."""
    standing = standing_of_claim(claim)
    if standing.to_check:
        return OpenPoint(gettext_lazy("Check the evidence that was handed in; then the committee examines it."), TAB)
    if standing.missing:
        return OpenPoint(gettext_lazy("Ask the claimant for the evidence that is missing and hand it in."), TAB)
    return None


def evidence_panel(claim: Claim, _user: User) -> ClaimPanel | None:
    """Return each required kind with its state, or None where nothing is required and nothing there."""
    standing = standing_of_claim(claim)
    if not standing.required:
        return None
    return ClaimPanel(
        _("Evidence"),
        [(kind, word) for kind, word, _tone in requirement_rows(standing)],
        mark=Mark(documents_words(standing), "success" if standing.is_complete else "warning"),
        address=tab_address(claim.pk),
    )


def evidence_flags(keys: Sequence[int]) -> dict[int, list[Mark]]:
    """Return for each claim how many required documents are accepted, and what waits for a check."""
    flags: dict[int, list[Mark]] = {}
    for key, standing in standings_of(keys).items():
        marks = []
        if standing.required:
            marks.append(Mark(documents_words(standing), "success" if standing.is_complete else "warning"))
        if standing.to_check:
            words = ngettext("%(count)s item to check", "%(count)s items to check", standing.to_check)
            marks.append(Mark(words % {"count": standing.to_check}, "info"))
        if marks:
            flags[key] = marks
    return flags


def evidence_events(claim: Claim) -> Iterator[Event]:
    """Yield what was handed in, what the checks said, and which files the virus scanner refused."""
    for item in Evidence.objects.filter(claim=claim).select_related("replaces").order_by("pk"):
        words = {"kind": item.get_kind_display(), "name": item.name}
        old = getattr(item, "replaces", None)
        if old is None:
            said = _('%(kind)s handed in: "%(name)s".') % words
        else:
            said = _('%(kind)s handed in: "%(name)s". It takes the place of "%(old)s".') % {**words, "old": old.name}
        yield Event(item.uploaded_at, item.uploaded_by_id, "claims.hand_in_evidence", said, item.note)
    checks = EvidenceCheck.objects.filter(evidence__claim=claim).select_related("evidence").order_by("pk")
    for check in checks:
        said = _('"%(name)s" (%(kind)s): %(verdict)s.') % {
            "name": check.evidence.name,
            "kind": check.get_kind_display(),
            "verdict": check.get_verdict_display(),
        }
        why = ", ".join(filter(None, (str(check.get_code_display()) if check.code else "", check.note)))
        yield Event(check.at, check.by_id, "claims.check_evidence", said, why)
    for threat in EvidenceThreat.objects.filter(claim=claim).order_by("pk"):
        said = _('The virus scanner refused "%(name)s" (%(found)s).') % {"name": threat.name, "found": threat.found}
        yield Event(threat.at, threat.by_id, "claims.refuse_virus", said)


def to_check_card(user: User) -> Card | None:
    """Return how many items of the user's incident wait for a check."""
    count = items_to_check().filter(state=EvidenceState.RECEIVED).visible_to(user).order_by().count()
    if not count:
        return None
    sentence = gettext_lazy("Documents were handed in that nobody has checked. Begin with the oldest.")
    return Card(gettext_lazy("Evidence to check"), count, sentence, reverse("admin:claims_evidence_changelist"))


register_claim_tab(
    ClaimTab(
        TAB,
        gettext_lazy("Evidence"),
        40,
        VIEW,
        "admin/claims/evidence/tab.html",
        tab_context,
        open_points,
    )
)
register_claim_panel(place=15, permission=VIEW, panel=evidence_panel)
register_claim_open_point(permission=VIEW, point=evidence_point)
register_claim_flags(permission=VIEW, flags=evidence_flags)
register_claim_history(permission=VIEW, events=evidence_events)
register_card(permission=CHECK, card=to_check_card)
