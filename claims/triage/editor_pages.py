"""The editor of the rules: a draft of rows, its trial on claims, its effect, and its saving as the next version."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from claims.catalogue.models import Incident
from claims.triage.drafting import digest_of, edited, posted_rows, rules_of
from claims.triage.editor_words import general_faults, shown_axes
from claims.triage.effect import Effect, effect_of, moved_claims, sample
from claims.triage.models import RuleSet
from claims.triage.rules import AXES, faults_of
from claims.triage.saving import discard_draft, draft_of, keep_draft, save_draft, see_effect
from claims.triage.selectors import newest_rule_set
from claims.triage.sentences import AXIS_WORDS, value_words
from claims.triage.services import PERMISSION
from relief.errors import RuleBroken
from relief.money import format_won
from relief.scope import working_incident_id

EXCERPT = 80


class EditorPage(UnfoldModelAdminViewMixin, TemplateView):
    """GET shows the person's draft (or the newest rules); every button is a POST that keeps what was typed first.

    Words of the address: "effect" shows what was counted, "move" the claims of one move, "try" a sample of claims.
    """

    permission_required = PERMISSION
    title = gettext_lazy("New version of the rules")
    template_name = "admin/claims/triage/editor.html"
    refusal = ""

    def _incident(self) -> Incident | None:
        user: Any = self.request.user
        return Incident.objects.visible_to(user).filter(pk=working_incident_id(user) or 0).first()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return HttpResponseRedirect(self._carry_out(request))
        except RuleBroken as refusal:
            self.refusal = str(refusal)
            return self.render_to_response(self.get_context_data(**kwargs))

    def _carry_out(self, request: HttpRequest) -> str:
        user: Any = request.user
        given = request.POST
        act = given.get("act", "")
        incident = self._incident()
        here = reverse("admin:claims_ruleset_new_version")
        if incident is None:
            raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
        if act == "discard":
            discard_draft(by=user, incident=incident)
            messages.success(request, _("The draft is thrown away; these are the newest rules."))
            return here
        base = given.get("base", "")
        version = int(base) if base.isascii() and base.isdecimal() and len(base) < 5 else 0
        newest = newest_rule_set(incident.pk)
        if act == "rebase" and newest is not None:
            version = newest.version
        rows = edited(posted_rows(given), act, given)
        draft = keep_draft(by=user, incident=incident, base_version=version, rows=rows, note=given.get("note", ""))
        if act == "save":
            made = save_draft(by=user, incident=incident)
            messages.success(request, _("%(rules)s is saved. Classify now, or later on its page.") % {"rules": made})
            return reverse("admin:claims_ruleset_classify", args=(made.pk,))
        if act == "effect":
            see_effect(by=user, draft=draft)
            return f"{here}?effect=1#effect"
        if act == "try":
            return f"{here}?{urlencode({'try': '1', 'receipts': given.get('receipts', '')[:2000]})}#trial"
        word, _colon, rest = act.partition(":")
        place = rest.partition(":")[0]
        return f"{here}#rule-{place}" if word in {"ask", "drop", "up", "down"} else f"{here}#axis-{rest}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        incident = self._incident()
        context = super().get_context_data(**kwargs) | {"refusal": self.refusal, "opts": self.model_admin.opts}
        if incident is None:
            return context | {"nowhere": True}
        draft = draft_of(user, incident.pk)
        newest = newest_rule_set(incident.pk)
        rules = rules_of(draft.rows)
        sound = not any(faults_of(rules))
        unsaved = RuleSet(incident=incident, rules=rules)
        is_seen = sound and draft.seen == digest_of(rules, draft.base_version)
        effect = effect_of(unsaved) if is_seen and "effect" in self.request.GET else None
        return context | {
            "draft": draft,
            "is_kept": draft.pk is not None,
            "newest": newest,
            "moved_on": newest is not None and newest.version != draft.base_version,
            "axes": shown_axes(draft.rows, effect.by_rule if effect else {}),
            "general_faults": general_faults(draft.rows),
            "is_sound": sound,
            "is_seen": is_seen,
            "effect": effect,
            "moves": _moves(effect) if effect else [],
            "spoken": [(AXIS_WORDS[axis], f"{count:,}") for axis, count in effect.spoken.items()] if effect else [],
            "won": format_won(effect.won) if effect else "",
            "listed": self._listed(unsaved) if effect else None,
            "trial": self._trial(unsaved) if sound and "try" in self.request.GET else None,
            "receipts": self.request.GET.get("receipts", ""),
        }

    def _listed(self, rules: RuleSet) -> dict[str, Any] | None:
        axis, was, now = [*self.request.GET.get("move", "").split(":"), "", ""][:3]
        if axis not in AXES or now not in AXES[axis] or was not in {*AXES[axis], ""}:
            return None
        claims = moved_claims(rules, axis=axis, was=was, now=now)
        return {"words": f"{AXIS_WORDS[axis]}: {_words(axis, was)} → {_words(axis, now)}", "rows": _tried(claims)}

    def _trial(self, rules: RuleSet) -> list[dict[str, Any]]:
        return _tried(sample(rules, self.request.GET.get("receipts", "").replace(",", " ").split()))


def _words(axis: str, value: str) -> str:
    return value_words(axis, value) if value else _("Not classified")


def _moves(effect: Effect) -> list[dict[str, Any]]:
    ordered = sorted(effect.moves.items(), key=lambda pair: -pair[1].claims)
    return [
        {
            "axis": AXIS_WORDS[axis],
            "was": _words(axis, was),
            "now": _words(axis, now),
            "claims": f"{move.claims * effect.step:,}",
            "won": format_won(move.won * effect.step),
            "decided": f"{move.decided * effect.step:,}",
            "link": urlencode({"effect": "1", "move": f"{axis}:{was}:{now}"}),
        }
        for (axis, was, now), move in ordered
    ]


def _tried(claims: list[Any]) -> list[dict[str, Any]]:
    """Return claims with what each axis says now and what the rules would say."""
    rows = []
    for claim in claims:
        row = getattr(claim, "classification", None)
        axes = []
        for axis in AXES:
            was = getattr(row, axis, "")
            spoken = row is not None and getattr(row, f"{axis}_by_id") is not None
            now = was if spoken else getattr(claim, f"{axis}_value")
            axes.append(
                {
                    "was": _words(axis, was),
                    "now": _words(axis, now),
                    "moves": was != now,
                    "rule": _("a person") if spoken else getattr(claim, f"{axis}_rule"),
                }
            )
        text = claim.description
        rows.append(
            {
                "claim": claim,
                "loss": format_won(claim.claimed_loss),
                "text": f"{text[:EXCERPT]}…" if len(text) > EXCERPT else text,
                "axes": axes,
            }
        )
    return rows
