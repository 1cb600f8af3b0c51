"""The one page of a claim: its head, its next step, its tabs, and the way to the claims beside it in the list."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.register.claim_tabs import event_lines
from claims.register.holds import Hold, Step, holds_on
from claims.register.models import Claim
from claims.register.neighbours import neighbours_of
from claims.register.next_steps import SENTENCES, LeadsTo, Next, Standing, next_step
from claims.register.panels import (
    ClaimPanel,
    ClaimTab,
    Mark,
    OpenPoint,
    Verdict,
    events_of,
    flags_of,
    head_facts_of,
    open_point_of,
    panels_of,
    tabs_of,
    verdict_of,
)
from claims.register.services import PERMISSION
from claims.register.stages import Stage, stage_of
from relief.accounts.models import User
from relief.korea.banks import bank_name

LISTED = "_changelist_filters"
"""The word of the address that carries the words of the list; the admin's own, written by the list's links."""

NEWEST = 8
"""Lines of the history that the overview shows."""


def claim_page(request: HttpRequest, model_admin: Any, claim: Claim) -> dict[str, Any]:
    """Return what the page of a claim shows to the user of the request.

    An unknown tab, or one that the user may not open, is the overview.
    """
    user = cast("User", request.user)
    tabs = tabs_of(user)
    opened = next((tab for tab in tabs if tab.code == request.GET.get("tab")), None)
    holds = holds_on(claim)
    stage, verdict = stage_of(claim), verdict_of(claim, user)
    panels = panels_of(claim, user)
    point = _open_point(claim, user, stage, verdict)
    return {
        "claim": claim,
        "bank": bank_name(claim.bank_code),
        "masked": [(label, claim.masked(column)) for column, label in _NUMBERS],
        "stage": stage,
        "verdict": verdict,
        "holds": holds,
        "panels": panels,
        "signs": _signs(panels, flags_of([claim.pk], user).get(claim.pk, []), verdict, holds),
        "head_facts": head_facts_of(claim, user),
        "next_step": _next(request, claim, _standing(claim, stage, verdict, holds, point), holds, point),
        "tabs": [(tab, tab.count(claim) if tab.count else None, _address(claim, request, tab)) for tab in tabs],
        "overview": _address(claim, request, None),
        "opened": opened,
        "tab": {} if opened is None else opened.context(claim, request),
        "may_reveal": user.has_perm("claims.reveal_personal_data"),
        "may_correct": user.has_perm(PERMISSION),
        **_overview(claim, user, opened),
        **_way(request, model_admin, claim, opened),
    }


_NUMBERS = (
    ("phone", _("Phone")),
    ("registration_number", _("Business registration number")),
    ("account", _("Account")),
)


def _signs(panels: list[ClaimPanel], flags: list[Mark], verdict: Verdict | None, holds: list[Hold]) -> list[Mark]:
    """Return the marks of the boxes and the signs of the list, each once, without the decision's own and the holds'."""
    marks = [panel.mark for panel in panels if panel.mark is not None]
    told = {str(hold.word) for hold in holds} | ({str(verdict.mark.word)} if verdict else set())
    return list({str(mark.word): mark for mark in [*marks, *flags] if str(mark.word) not in told}.values())


def _overview(claim: Claim, user: User, opened: ClaimTab | None) -> dict[str, Any]:
    """Return the newest lines of the history, asked only while the overview is open."""
    if opened is not None:
        return {}
    events = events_of(claim, user)
    return {
        "events": event_lines(events[:NEWEST]),
        "older": max(0, len(events) - NEWEST),
        "may_see_import": user.has_perm("claims.view_claimimport"),
    }


def _address(claim: Claim, request: HttpRequest, tab: ClaimTab | None, key: int | None = None) -> str:
    """Return the address of a tab of the claim, or of another's with this key, within the same list."""
    words = {} if tab is None else {"tab": tab.code}
    if request.GET.get(LISTED):
        words[LISTED] = request.GET[LISTED]
    path = reverse("admin:claims_claim_change", args=(key or claim.pk,))
    return f"{path}?{urlencode(words)}" if words else path


def _way(request: HttpRequest, model_admin: Any, claim: Claim, opened: ClaimTab | None) -> dict[str, Any]:
    listed = request.GET.get(LISTED, "")
    around = neighbours_of(request, model_admin, claim, QueryDict(listed))
    addresses = [
        None if key is None else _address(claim, request, opened, key) for key in (around.previous, around.next)
    ]
    back = reverse("admin:claims_claim_changelist")
    return {
        "around": around,
        "previous_url": addresses[0],
        "next_url": addresses[1],
        "list_url": f"{back}?{listed}" if listed else back,
    }


def _open_point(claim: Claim, user: User, stage: Stage | None, verdict: Verdict | None) -> OpenPoint | None:
    """Return what staff have to do before the committee examines; asked only where the next step can name it."""
    if stage is None or stage.code != "decided" or (verdict is not None and verdict.leads_to is LeadsTo.PAYMENT):
        return None
    point = open_point_of(claim, user)
    is_ended = verdict is not None and verdict.leads_to is LeadsTo.END
    return None if is_ended and point is not None and not point.outlasts_the_end else point


def _standing(
    claim: Claim, stage: Stage | None, verdict: Verdict | None, holds: list[Hold], point: OpenPoint | None
) -> Standing:
    classification: Any = getattr(claim, "classification", None)
    return Standing(
        stage="" if stage is None else stage.code,
        leads_to=None if verdict is None else verdict.leads_to,
        is_classified=classification is not None,
        is_monetary=classification is not None and classification.nature == "monetary",
        is_complete=claim.is_complete,
        decision_is_held=any(Step.DECISION in hold.stops for hold in holds),
        payment_is_held=any(Step.PAYMENT in hold.stops for hold in holds),
        has_open_point=point is not None,
        point_outlasts_end=point is not None and point.outlasts_the_end,
    )


def _next(
    request: HttpRequest, claim: Claim, standing: Standing, holds: list[Hold], point: OpenPoint | None
) -> dict[str, Any]:
    """Return the sentence of what is next, and where to do it as far as the user may."""
    user = cast("User", request.user)
    step = next_step(standing)
    sentence: Any = SENTENCES[step]
    code = _TABS.get(step, "")
    if step is Next.HELD:
        stopped = Step.DECISION if standing.stage not in {"decided", "in_batch"} else Step.PAYMENT
        hold = next(hold for hold in holds if stopped in hold.stops)
        sentence, code = hold.sentence, hold.code
    if step is Next.PROVE and point is not None:
        sentence, code = point.sentence, point.tab
    tab = next((tab for tab in tabs_of(user) if tab.code == code), None)
    address = "" if tab is None else _address(claim, request, tab)
    if step is Next.COMPLETE and user.has_perm(PERMISSION):
        address = reverse("admin:claims_claim_correct", args=(claim.pk,))
    return {"code": step.value, "sentence": sentence, "address": address}


_TABS = {
    Next.CLASSIFY: "classification",
    Next.EXAMINE: "decision",
    Next.COMPOSE: "decision",
    Next.PAY: "payment",
    Next.SETTLE: "payment",
}
