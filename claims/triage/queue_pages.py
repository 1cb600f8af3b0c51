"""The page of the queue: one uncertain claim at a time, its facts beside the four axes as numbered choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from claims.register.models import Claim
from claims.triage.hand_pages import is_decided, values_of
from claims.triage.models import Classification
from claims.triage.provenance import standings
from claims.triage.queue import confirm, held_by, may_open_last, open_last_again, pass_over, take_turn
from claims.triage.rules import AXES
from claims.triage.selectors import uncertain_claims
from claims.triage.services import PERMISSION
from relief.errors import RuleBroken
from relief.scope import working_incident_id


class QueuePage(UnfoldModelAdminViewMixin, TemplateView):
    """GET shows the claim that the person holds; every act is a POST with `act`, and leads back here.

    Acts: "begin" takes a claim, "confirm" writes what was said and takes the next, "skip" takes the next, "reopen"
    takes the one before.
    """

    permission_required = PERMISSION
    title = gettext_lazy("Uncertain claims")
    template_name = "admin/claims/triage/queue.html"
    given: Mapping[str, str] = {}
    refusal = ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        acts: dict[str, Callable[[], None]] = {
            "begin": lambda: None,
            "confirm": self._confirm,
            "skip": self._skip,
            "reopen": self._reopen,
        }
        act = request.POST.get("act", "")
        user: Any = request.user
        try:
            acts.get(act, lambda: None)()
            if act != "reopen":
                take_turn(by=user)
        except RuleBroken as refusal:
            self.refusal = str(refusal)
            self.given = request.POST.dict()
            return self.render_to_response(self.get_context_data(**kwargs))
        return HttpResponseRedirect(reverse("admin:claims_classification_queue"))

    def _claim(self) -> Claim | None:
        key = self.request.POST.get("claim", "")
        rows = Claim.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        return rows.filter(pk=key).first() if key.isascii() and key.isdecimal() and len(key) < 19 else None

    def _confirm(self) -> None:
        claim, given = self._claim(), self.request.POST
        version = given.get("version", "")
        if claim is None or not (version.isascii() and version.isdecimal() and len(version) < 10):
            raise RuleBroken(_("This page is out of date. Take the next claim."), code="turn_is_over")
        confirm(
            by=self.request.user,  # type: ignore[arg-type]
            claim=claim,
            values={axis: given[axis] for axis in AXES if given.get(axis)},
            reason=given.get("reason", ""),
            version=int(version),
        )
        messages.success(self.request, _("%(number)s is classified.") % {"number": claim.receipt_number})

    def _skip(self) -> None:
        claim = self._claim()
        if claim is not None:
            pass_over(by=self.request.user, claim=claim)  # type: ignore[arg-type]

    def _reopen(self) -> None:
        open_last_again(by=self.request.user)  # type: ignore[arg-type]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        incident_id = working_incident_id(user)
        row = held_by(user)
        same = row is not None and self.given.get("claim") == str(row.pk)
        return super().get_context_data(**kwargs) | {
            "opts": self.model_admin.opts,
            "title": self.title,
            "waiting": 0 if incident_id is None else uncertain_claims(incident_id).count(),
            "row": row,
            "claim": None if row is None else row.claim,
            "decided": row is not None and is_decided(row.pk),
            "masked": () if row is None else _masked(row.claim),
            "axes": () if row is None else _groups(row, self.given if same else {}),
            "reason": self.given["reason"] if same and "reason" in self.given else _("Checked in the queue"),
            "refusal": self.refusal,
            "may_reopen": may_open_last(user),
        }


def _masked(claim: Claim) -> list[tuple[Any, str]]:
    return [
        (_("Phone"), claim.masked("phone")),
        (_("Business registration number"), claim.masked("registration_number")),
    ]


def _groups(row: Classification, given: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the axes with their numbered choices; the first uncertain one is where the work begins."""
    groups: list[dict[str, Any]] = []
    begun = False
    for standing in standings(row):
        chosen = given.get(standing.axis) or getattr(row, standing.axis)
        begins = standing.is_uncertain and not begun
        begun = begun or begins
        groups.append(
            {
                "standing": standing,
                "begins": begins,
                "choices": [
                    (number, value, words, value == chosen)
                    for number, (value, words) in enumerate(values_of(standing.axis), 1)
                ],
            }
        )
    if not begun:
        groups[0]["begins"] = True
    return groups
