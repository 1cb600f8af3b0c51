"""What the claim's page, the list of claims and the home page show of requests and letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.helpdesk.letters.models import (
    ContactAddress,
    Delivery,
    DeliveryState,
    DocumentRequest,
    RequestState,
)
from claims.helpdesk.letters.pages import TAB, tab_address
from claims.helpdesk.letters.selectors import live_address, open_request_of
from claims.helpdesk.letters.services import PERMISSION, VIEW
from claims.register.models import Claim
from claims.register.panels import (
    ClaimPanel,
    ClaimTab,
    Event,
    Mark,
    register_claim_flags,
    register_claim_history,
    register_claim_panel,
    register_claim_tab,
)
from relief import clock
from relief.site.home import Card, register_card

if TYPE_CHECKING:
    from relief.accounts.models import User

REQUEST_TONES = {
    RequestState.OPEN: "warning",
    RequestState.FULFILLED: "success",
    RequestState.LAPSED: "danger",
    RequestState.WITHDRAWN: "default",
}
LETTER_TONES = {
    DeliveryState.QUEUED: "info",
    DeliveryState.SENDING: "info",
    DeliveryState.SENT: "success",
    DeliveryState.FAILED: "danger",
    DeliveryState.UNKNOWN: "warning",
}
AGAIN = frozenset({DeliveryState.FAILED, DeliveryState.UNKNOWN})


def tab_context(claim: Claim, request: HttpRequest) -> Mapping[str, Any]:
    """Return what the tab shows: the address, requests and letters, newest first."""
    user: Any = request.user
    requests = DocumentRequest.objects.filter(claim=claim).select_related("asked_by").order_by("-pk")
    letters = Delivery.objects.filter(claim=claim).select_related("by").order_by("-pk")
    return {
        "address": live_address(claim),
        "phone": claim.masked("phone"),
        "requests": [(row, REQUEST_TONES[RequestState(row.state)]) for row in requests],
        "letters": [(row, LETTER_TONES[DeliveryState(row.state)], row.state in AGAIN) for row in letters],
        "may_send": user.has_perm(PERMISSION),
        "may_reveal": user.has_perm("claims.reveal_personal_data"),
        "is_open": open_request_of(claim) is not None,
    }


def open_points(claim: Claim) -> int:
    """Return how many requests are open and how many letters did not go."""
    requests = DocumentRequest.objects.filter(claim=claim, state=RequestState.OPEN).count()
    return requests + Delivery.objects.filter(claim=claim, state__in=AGAIN).count()


def deadline_mark(request: DocumentRequest) -> Mark:
    """Return the sign of an open request: until when, red where the day is past."""
    is_past = request.deadline_on < clock.today()
    return Mark(
        _("Documents asked for until %(day)s") % {"day": request.deadline_on}, "danger" if is_past else "warning"
    )


def request_panel(claim: Claim, _user: User) -> ClaimPanel | None:
    """Return the open request of the claim, or None."""
    request = open_request_of(claim)
    if request is None:
        return None
    return ClaimPanel(
        _("Documents asked for"),
        [(_("Documents"), request.kind_words()), (_("Deadline"), str(request.deadline_on))],
        mark=deadline_mark(request),
        address=tab_address(claim.pk),
    )


def request_flags(keys: Sequence[int]) -> dict[int, list[Mark]]:
    """Return for each claim until when documents are asked for, and that a letter did not go."""
    flags: dict[int, list[Mark]] = {}
    for request in DocumentRequest.objects.filter(claim_id__in=keys, state=RequestState.OPEN):
        flags.setdefault(request.claim_id, []).append(deadline_mark(request))
    failed = Delivery.objects.filter(claim_id__in=keys, state=DeliveryState.FAILED).order_by()
    for key in failed.values_list("claim_id", flat=True).distinct():
        flags.setdefault(key, []).append(Mark(_("Letter not sent"), "danger"))
    return flags


def letter_events(claim: Claim) -> Iterator[Event]:
    """Yield the addresses set, the requests with their ends, and the letters written."""
    for address in ContactAddress.objects.filter(claim=claim).order_by("pk"):
        said = _("Email address set: %(address)s.") % {"address": address.masked()}
        yield Event(address.set_at, address.set_by_id, "claims.set_address", said, address.reason)
    for request in DocumentRequest.objects.filter(claim=claim).order_by("pk"):
        words = {"documents": request.kind_words(), "day": request.deadline_on}
        said = _("Asked for documents until %(day)s: %(documents)s.") % words
        yield Event(request.asked_at, request.asked_by_id, "claims.ask_for_documents", said)
        if request.ended_at is not None:
            said = _("The request for documents ended: %(state)s.") % {"state": request.get_state_display()}
            yield Event(request.ended_at, None, "claims.withdraw_request", said, request.reason)
    for letter in Delivery.objects.filter(claim=claim).order_by("pk"):
        said = _("%(letter)s by %(channel)s to %(address)s: %(state)s.") % {
            "letter": letter.get_code_display(),
            "channel": letter.get_channel_display(),
            "address": letter.masked(),
            "state": letter.get_state_display(),
        }
        yield Event(letter.at, letter.by_id, "claims.remind", said, letter.error)


def failed_card(user: User) -> Card | None:
    """Return how many letters of the user's incident did not go."""
    count = Delivery.objects.visible_to(user).filter(state__in=AGAIN).order_by().count()
    if not count:
        return None
    sentence = gettext_lazy("These letters did not go, or nobody knows. See why, and send them again.")
    return Card(gettext_lazy("Letters not sent"), count, sentence, reverse("admin:claims_delivery_changelist"))


def lapsed_card(user: User) -> Card | None:
    """Return how many requests of the user's incident passed their deadline without documents."""
    count = DocumentRequest.objects.visible_to(user).filter(state=RequestState.LAPSED).order_by().count()
    if not count:
        return None
    address = f"{reverse('admin:claims_documentrequest_changelist')}?state={RequestState.LAPSED}"
    sentence = gettext_lazy("The documents did not come in time. Ask again, or examine what is there.")
    return Card(gettext_lazy("Requests past their deadline"), count, sentence, address)


register_claim_tab(
    ClaimTab(
        TAB, gettext_lazy("Requests and letters"), 55, VIEW, "admin/claims/letters/tab.html", tab_context, open_points
    )
)
register_claim_panel(place=17, permission=VIEW, panel=request_panel)
register_claim_flags(permission=VIEW, flags=request_flags)
register_claim_history(permission=VIEW, events=letter_events)
register_card(permission=PERMISSION, card=failed_card)
register_card(permission=PERMISSION, card=lapsed_card)
