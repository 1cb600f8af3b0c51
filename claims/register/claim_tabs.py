"""The register's own tabs on the page of a claim: the facts as reported, and the whole history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from claims.register.history import act_of, claim_events
from claims.register.models import Claim
from claims.register.panels import ClaimTab, Event, events_of, register_claim_history, register_claim_tab
from relief.accounts.models import User

PER_PAGE = 50


def event_lines(events: Sequence[Event]) -> list[tuple[Event, User | None, Any]]:
    """Return events with who did them and the act in words; the people in one query."""
    people = User.objects.in_bulk({event.by for event in events if event.by is not None})
    return [(event, people.get(event.by or 0), act_of(event)) for event in events]


def history_tab(claim: Claim, request: HttpRequest) -> dict[str, Any]:
    """Return one page of the claim's history; `kind` in the address keeps one act, `page` turns the pages."""
    events = events_of(claim, cast("User", request.user))
    counted = Counter(event.act for event in events)
    kinds = {event.act: act_of(event) for event in events}
    kind = request.GET.get("kind", "")
    kept = [event for event in events if event.act == kind] if kind in kinds and kind else events
    page = Paginator(kept, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "lines": event_lines(list(page)),
        "page": page,
        "kinds": [(act, word, counted[act], _within(request, kind=act)) for act, word in kinds.items() if act],
        "kind": kind,
        "count": len(events),
        "all_url": _within(request),
        "newer_url": _within(request, kind=kind, page=str(page.number - 1)) if page.has_previous() else "",
        "older_url": _within(request, kind=kind, page=str(page.number + 1)) if page.has_next() else "",
    }


def _within(request: HttpRequest, **words: str) -> str:
    kept = {name: value for name, value in request.GET.items() if name not in {"kind", "page"}}
    return "?" + urlencode(kept | {name: value for name, value in words.items() if value})


def facts_tab(claim: Claim, request: HttpRequest) -> dict[str, Any]:
    """Return what the file said and what was corrected since, newest first."""
    may_see_import = request.user.has_perm("claims.view_claimimport")
    events = list(claim_events(claim))[::-1]
    return {"corrections": event_lines(events[:PER_PAGE]), "may_see_import": may_see_import}


register_claim_tab(
    ClaimTab("facts", _("As reported"), 5, "claims.view_claim", "admin/claims/register/facts_tab.html", facts_tab)
)
register_claim_tab(
    ClaimTab("history", _("History"), 90, "claims.view_claim", "admin/claims/register/history_tab.html", history_tab)
)
register_claim_history(permission="claims.view_claim", events=claim_events)
