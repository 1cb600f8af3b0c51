"""Two pages that only show: the progress of the classification at any instant, and two versions compared."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from claims.triage.comparing import differences
from claims.triage.models import RuleSet
from claims.triage.progress import Progress, named_dates, progress_at
from claims.triage.rules import parse
from claims.triage.sentences import AXIS_WORDS, conditions_in_words, value_words
from relief import clock
from relief.money import percentage
from relief.scope import working_incident_id
from relief.spreadsheets.writing import write_delimited


class ProgressPage(UnfoldModelAdminViewMixin, TemplateView):
    """Takes `at`, a day and time in Seoul; without it the present. `?format=csv` gives the same figures as a file."""

    permission_required = "claims.view_classification"
    title = gettext_lazy("Progress of the classification")
    template_name = "admin/claims/triage/progress.html"

    def _at(self) -> tuple[datetime, bool]:
        text = self.request.GET.get("at", "")
        if not text:
            return clock.now(), True
        try:
            given = datetime.fromisoformat(text)
            aware = given if given.tzinfo else given.replace(tzinfo=clock.SEOUL)
            return aware.astimezone(UTC), True
        except (ValueError, OverflowError):
            return clock.now(), False

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") != "csv":
            return super().get(request, *args, **kwargs)
        at, _understood = self._at()
        incident_id = working_incident_id(request.user)  # type: ignore[arg-type]
        rows = [] if incident_id is None else figures(progress_at(incident_id, at))
        file = BytesIO()
        stamp = at.astimezone(clock.SEOUL)
        write_delimited(
            file,
            headings=(_("As of"), _("Part"), _("What"), _("Claims"), _("Share")),
            rows=[(f"{stamp:%Y-%m-%d %H:%M:%S}", part, what, str(count), share) for part, what, count, share in rows],
        )
        answer = HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="progress-{stamp:%Y%m%d-%H%M}.csv"'
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        at, understood = self._at()
        incident_id = working_incident_id(self.request.user)  # type: ignore[arg-type]
        context = super().get_context_data(**kwargs) | {
            "at": at,
            "typed": f"{at.astimezone(clock.SEOUL):%Y-%m-%dT%H:%M:%S}",
            "understood": understood,
            "opts": self.model_admin.opts,
        }
        if incident_id is None:
            return context | {"sentence": _("You work on no incident. Choose one at the top right first.")}
        told = progress_at(incident_id, at)
        parts: dict[str, list[tuple[str, int, str]]] = {}
        for part, what, count, share in figures(told):
            parts.setdefault(part, []).append((what, count, share))
        dates = [
            (name, instant, f"{instant.astimezone(clock.SEOUL):%Y-%m-%dT%H:%M:%S.%f}")
            for name, instant in named_dates(incident_id)
        ]
        return context | {"sentence": sentence(told), "parts": parts, "dates": dates, "told": told}


def _share(part: int, whole: int) -> str:
    return f"{percentage(part, whole)}%" if whole else "–"


def sentence(told: Progress) -> str:
    """Return the progress in the words in which the committee was told it."""
    if not told.reports:
        return _("No claim was registered by then.")
    return _(
        "%(own)s of %(reports)s claims classified as the company's own (%(share)s); of these general users %(users)s, "
        "small businesses %(small)s, mid-size and large companies %(large)s."
    ) % {
        "own": f"{told.own:,}",
        "reports": f"{told.reports:,}",
        "share": _share(told.own, told.reports),
        "users": _share(told.general_user, told.own),
        "small": _share(told.small_business, told.own),
        "large": _share(told.enterprise, told.own),
    }


def figures(told: Progress) -> list[tuple[str, str, int, str]]:
    """Return every figure as (part, what, claims, share of its whole)."""
    everything = (
        (_("All claims"), _("Registered until then"), told.reports, told.reports),
        (_("All claims"), _("The company's own"), told.own, told.reports),
        (_("All claims"), _("Of affiliates"), told.affiliate, told.reports),
        (_("All claims"), _("Not classified"), told.unclassified, told.reports),
        (_("Own claims by reporter"), _("General users"), told.general_user, told.own),
        (_("Own claims by reporter"), _("Small businesses"), told.small_business, told.own),
        (_("Own claims by reporter"), _("Mid-size and large companies"), told.enterprise, told.own),
        (_("Own claims by reporter"), _("Unknown"), told.type_unknown, told.own),
        (_("Own claims by money"), _("Paid service"), told.paid, told.own),
        (_("Own claims by money"), _("Free service, with a loss in money"), told.free_loss, told.own),
        (_("Own claims by money"), _("No loss in money: questions, protests"), told.inquiry, told.own),
        (_("Own claims by money"), _("A loss, price of the service unknown"), told.price_unknown_loss, told.own),
        (_("Who classified"), _("Rules alone"), told.by_rule, told.classified),
        (_("Who classified"), _("A person, on one axis or more"), told.by_person, told.classified),
    )
    return [(part, what, count, _share(count, whole)) for part, what, count, whole in everything]


class ComparePage(UnfoldModelAdminViewMixin, TemplateView):
    """Takes two versions, `before` and `after`; without them the newest and the one before it."""

    permission_required = "claims.view_ruleset"
    title = gettext_lazy("Versions compared")
    template_name = "admin/claims/triage/compare.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        versions = list(RuleSet.objects.visible_to(user).select_related("created_by").order_by("-version"))
        by_version = {str(row.version): row for row in versions}
        after = by_version.get(self.request.GET.get("after", ""), versions[0] if versions else None)
        older = [row for row in versions if after is not None and row.version < after.version]
        before = by_version.get(self.request.GET.get("before", ""), older[0] if older else after)
        rows = [] if before is None or after is None else differences(before.rules, after.rules)
        words = {"added": _("Added"), "removed": _("Removed"), "changed": _("Changed"), "moved": _("Another place")}
        return super().get_context_data(**kwargs) | {
            "versions": versions,
            "before": before,
            "after": after,
            "opts": self.model_admin.opts,
            "rows": [
                {
                    "kind": row.kind,
                    "words": words[row.kind],
                    "axis": AXIS_WORDS[row.axis],
                    "name": row.name,
                    "sides": [_side(row.before), _side(row.after)],
                }
                for row in rows
            ],
        }


def _side(rule: Any) -> dict[str, Any] | None:
    if rule is None:
        return None
    parsed = parse([rule])[0]
    return {
        "conditions": conditions_in_words(parsed),
        "value": value_words(parsed.axis, parsed.value),
        "confidence": parsed.confidence,
    }
