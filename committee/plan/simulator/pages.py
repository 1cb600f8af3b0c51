"""Pages that simulate versions of a policy, and list the claims that a draft touches."""

from __future__ import annotations

from functools import cached_property
from io import BytesIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from claims.register.filters import ClaimFilter
from claims.register.models import Claim
from claims.triage.narrowing import address_of, narrowing_of, words_of
from committee.panel import person
from committee.plan.policies import TierPolicy
from committee.plan.selectors import budget_of, policy_terms
from committee.plan.simulator import services, tables
from committee.plan.simulator.charts import HEIGHT, WIDTH, bars_height, cost_bars, histogram
from committee.plan.simulator.proposing import proposals_of, proposals_table
from committee.plan.simulator.results import Told, simulate, variants_of
from committee.plan.simulator.selectors import PAGE, Affected, affected_claims, reading
from relief.errors import RuleBroken
from relief.money import format_signed_won
from relief.scope import working_incident_id
from relief.spreadsheets.writing import write_delimited

VARIANT = "_variant"
AFTER = "_after"
FORMAT = "_format"
OWN = frozenset({VARIANT, AFTER, FORMAT})
"""Words of the address that are the simulator's own; every other is the claims' filter."""


def is_key(text: str) -> bool:
    """Say whether a text of an address can be the key of a row."""
    return text.isdecimal() and len(text) < 19


class Chosen:
    """What an address asks for: versions of one measure, the one in force among them, and a filter of claims."""

    def __init__(self, request: HttpRequest) -> None:
        self.incident_id = working_incident_id(person(request)) or 0
        self.offered = list(
            TierPolicy.objects.visible_to(person(request))
            .filter(incident_id=self.incident_id)
            .exclude(state=TierPolicy.State.WITHDRAWN)
            .select_related("measure")
            .prefetch_related("tiers")
            .order_by("measure", "-number")
        )
        words = request.GET.copy()
        keys = {int(key) for key in words.getlist(VARIANT) if is_key(key)}
        self.policies = self._policies(keys)
        for word in OWN:
            words.pop(word, None)
        self.narrowing = narrowing_of(words)

    def _policies(self, keys: set[int]) -> list[TierPolicy]:
        chosen = [policy for policy in self.offered if policy.pk in keys]
        if not chosen:
            drafts = {TierPolicy.State.DRAFT, TierPolicy.State.PROPOSED}
            chosen = [policy for policy in self.offered if policy.state in drafts][:1] or self.offered[:1]
        if not chosen:
            return []
        measure = chosen[0].measure_id
        in_force = TierPolicy.State.ADOPTED
        return [
            policy
            for policy in self.offered
            if policy.measure_id == measure and (policy in chosen or policy.state == in_force)
        ]

    def address(self) -> str:
        """Return the query string that asks for the same."""
        own = "&".join(f"{VARIANT}={policy.pk}" for policy in self.policies)
        return "&".join(part for part in (own, address_of(self.narrowing)) if part)

    def at(self, page: str, **further: object) -> str:
        """Return the address of a page of the simulator ("run", "affected", "keep") that asks for the same."""
        words = "".join(f"&{word}={value}" for word, value in further.items())
        return f"{reverse(f'admin:committee_simulation_{page}')}?{self.address()}{words}"


class SimulatorPage(UnfoldModelAdminViewMixin, TemplateView):
    """Shows what the chosen versions would give on the claims of today; the address says all, and can be passed on."""

    permission_required = "committee.view_tierpolicy"
    title = gettext_lazy("Simulator")
    template_name = "admin/committee/simulator.html"

    @cached_property
    def chosen(self) -> Chosen:
        return Chosen(self.request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chosen = self.chosen
        rows = Claim.objects.none()
        form: Any = ClaimFilter(self.request.GET, queryset=rows, incident_id=chosen.incident_id).form
        context: dict[str, Any] = super().get_context_data() | {
            "chosen": chosen,
            "keys": [policy.pk for policy in chosen.policies],
            "filter_form": form,
            "opts": self.model_admin.opts,
            "kept_url": reverse("admin:committee_simulation_changelist"),
            "affected_url": chosen.at("affected"),
        }
        if not chosen.policies:
            return context
        try:
            variants = variants_of(chosen.policies)
            told = simulate(incident_id=chosen.incident_id, variants=variants, narrowing=chosen.narrowing)
            words = words_of(chosen.narrowing, incident_id=chosen.incident_id)
        except RuleBroken as refusal:
            return context | {"refused": str(refusal)}
        if self.request.user.has_perm(services.PERMISSION):
            context["keep_url"] = chosen.at("keep")
        proposals = proposals_of(chosen.incident_id)
        context |= {"words": words, "proposals": proposals_table(proposals) if proposals else None}
        return context | figures(told, budget_of(chosen.policies[0].measure))


def figures(told: list[Told], budget: int | None) -> dict[str, Any]:
    """Return the tables and charts of a simulation for the page."""
    shown = told[-1]
    bars = cost_bars(told)
    return {
        "told": told,
        "overview": tables.overview_table(told, budget),
        "terms": tables.terms_table([one.variant for one in told]),
        "lines": [tables.lines_table(one) for one in told],
        "spread": tables.spread_table(told),
        "shifts": [tables.shifts_table(one) for one in told if one.shifts],
        "moves": [tables.moves_table(one) for one in told if one.moves],
        "histogram": histogram(shown),
        "histogram_of": shown.variant.label,
        "bars": bars,
        "bars_height": bars_height(bars),
        "chart_width": WIDTH,
        "chart_height": HEIGHT,
    }


class AffectedPage(UnfoldModelAdminViewMixin, TemplateView):
    """Lists the claims that a draft treats otherwise than the version in force; `_format=csv` gives all as a file."""

    permission_required = "committee.view_tierpolicy"
    title = gettext_lazy("Claims that the draft touches")
    template_name = "admin/committee/affected.html"

    @cached_property
    def chosen(self) -> Chosen:
        return Chosen(self.request)

    def _pair(self) -> tuple[TierPolicy, TierPolicy] | None:
        policies = self.chosen.policies
        base = next((policy for policy in policies if policy.state == TierPolicy.State.ADOPTED), None)
        drafts = [policy for policy in policies if policy is not base]
        return None if base is None or not drafts else (base, max(drafts, key=lambda policy: policy.number))

    def _rows(self, above: int, limit: int | None) -> list[Affected]:
        pair = self._pair()
        if pair is None:
            return []
        before, after = map(policy_terms, pair)
        with reading():
            return affected_claims(
                incident_id=self.chosen.incident_id,
                before=before,
                after=after,
                narrowing=self.chosen.narrowing,
                above=above,
                limit=limit,
            )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get(FORMAT) != "csv":
            return super().get(request, *args, **kwargs)
        try:
            rows = self._rows(0, None)
        except RuleBroken as refusal:
            raise Http404 from refusal
        file = BytesIO()
        headings = (
            _("receipt number"),
            _("reported loss"),
            _("in force"),
            _("they get now"),
            _("draft"),
            _("they would get"),
        )
        write_delimited(
            file,
            headings=headings,
            rows=[
                (
                    row.receipt_number,
                    "" if row.loss is None else str(row.loss),
                    tables.outcome_word(row.was),
                    str(row.won_before),
                    tables.outcome_word(row.becomes),
                    str(row.won_after),
                )
                for row in rows
            ],
        )
        answer = HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="affected-claims.csv"'
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data() | {"opts": self.model_admin.opts}
        typed = self.request.GET.get(AFTER, "")
        try:
            found = self._rows(int(typed) if is_key(typed) else 0, PAGE + 1)
        except RuleBroken as refusal:
            return context | {"refused": str(refusal)}
        rows = [
            (
                reverse("admin:claims_claim_change", args=(row.claim_id,)),
                row.receipt_number,
                row.loss,
                tables.outcome_word(row.was),
                row.won_before,
                tables.outcome_word(row.becomes),
                row.won_after,
                format_signed_won(row.won_after - row.won_before),
            )
            for row in found[:PAGE]
        ]
        chosen = self.chosen
        return context | {
            "rows": rows,
            "pair": self._pair(),
            "back_url": chosen.at("run"),
            "csv_url": chosen.at("affected", _format="csv"),
            "further_url": chosen.at("affected", _after=found[PAGE - 1].claim_id) if len(found) > PAGE else "",
        }
