"""The relief plan in the back office: measures with their values, tier policies from draft to retirement."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.catalogue.models import ReporterType
from committee.panel import Act, Number, Panel, PanelAdmin, Table, person
from committee.plan.models import Measure, MeasureItem, TierPolicy
from committee.plan.pages import AdoptPage, DraftPage, RetirePage, TiersPage, evidence_words
from committee.plan.selectors import measure_value, package_value
from relief.money import format_large_won, format_won
from relief.scope import working_incident_id
from relief.site.home import Card, register_card
from relief.site.options import ReadOnlyInline

STATE_COLOURS = {
    TierPolicy.State.DRAFT: "info",
    TierPolicy.State.ADOPTED: "success",
    TierPolicy.State.RETIRED: "default",
}


class ItemInline(ReadOnlyInline):
    """What a recipient gets."""

    model = MeasureItem
    fields = ("name", "value_text", "pieces", "kept_text")
    readonly_fields = fields
    verbose_name_plural = _("What a recipient gets")

    @display(description=_("unit value"))
    def value_text(self, item: MeasureItem) -> str:
        if item.unit_value_to is not None:
            return f"{format_won(item.unit_value)} – {format_won(item.unit_value_to)}"
        return format_won(item.unit_value)

    @display(description=_("kept"))
    def kept_text(self, item: MeasureItem) -> Any:
        return _("for ever") if item.kept_days is None else _("%(days)s days") % {"days": item.kept_days}


@admin.register(Measure)
class MeasureAdmin(PanelAdmin):
    """Measures with values computed from their items."""

    list_display = ("measure_name", "kind", "state_word", "who", "window", "count_text", "value_text")
    list_filter = ("kind", "state")
    inlines = (ItemInline,)
    fields = ("name", "name_en", "kind", "state", "who", "window", "count_text", "cost_text", "value_text", "note")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("items")

    def list_panel(self, request: HttpRequest) -> Panel:
        incident_id = working_incident_id(person(request))
        if incident_id is None:
            return Panel()
        value = format_large_won(package_value(incident_id))
        return Panel(sentence=_("The general-user package is worth %(value)s.") % {"value": value})

    @display(description=_("measure"), ordering="name")
    def measure_name(self, measure: Measure) -> str:
        return str(measure)

    @display(
        description=_("state"),
        label={Measure.State.DECIDED: "success", Measure.State.UNDER_DISCUSSION: "warning"},
        ordering="state",
    )
    def state_word(self, measure: Measure) -> Any:
        return measure.state, measure.get_state_display()

    @display(description=_("who"))
    def who(self, measure: Measure) -> str:
        return measure.audience_text

    @display(description=_("window"))
    def window(self, measure: Measure) -> str:
        return "–" if measure.opens_on is None else f"{measure.opens_on} – {measure.closes_on or ''}"

    @display(description=_("recipients or quota"))
    def count_text(self, measure: Measure) -> str:
        count = measure.quota if measure.quota is not None else measure.recipients
        return "–" if count is None else f"{count:,}"

    @display(description=_("expected cost"))
    def cost_text(self, measure: Measure) -> str:
        if measure.expected_cost_from is None:
            return "–"
        return f"{format_large_won(measure.expected_cost_from)} – {format_large_won(measure.expected_cost_to)}"

    @display(description=_("value"))
    def value_text(self, measure: Measure) -> str:
        return format_large_won(measure_value(measure))


@admin.register(TierPolicy)
class TierPolicyAdmin(PanelAdmin):
    """Versions of the tier policy; drafting, adopting and retiring are pages of their own."""

    list_display = (
        "version_text",
        "state_word",
        "drafted_by_name",
        "drafted_at",
        "adopted_by_name",
        "adopted_at",
        "retired_at",
    )
    list_filter = ("state",)
    list_select_related = ("measure", "drafted_by", "adopted_by")
    fields = (
        "measure",
        "number",
        "state",
        "types_text",
        "evidence_text",
        "grounds",
        ("drafted_by_name", "drafted_at"),
        ("adopted_by_name", "adopted_at"),
        "retired_at",
    )

    @display(description=_("policy"), ordering="number")
    def version_text(self, policy: TierPolicy) -> str:
        return str(policy)

    @display(description=_("state"), label=STATE_COLOURS, ordering="state")
    def state_word(self, policy: TierPolicy) -> Any:
        return policy.state, policy.get_state_display()

    @display(description=_("drafted by"))
    def drafted_by_name(self, row: Any) -> str:
        return str(row.drafted_by or "–")

    @display(description=_("adopted by"))
    def adopted_by_name(self, row: Any) -> str:
        return str(row.adopted_by or "–")

    @display(description=_("eligible reporter types"))
    def types_text(self, policy: TierPolicy) -> str:
        return ", ".join(str(ReporterType(word).label) for word in policy.eligible_types)

    @display(description=_("required evidence"))
    def evidence_text(self, policy: TierPolicy) -> str:
        return evidence_words(policy)

    def list_panel(self, request: HttpRequest) -> Panel:
        if not request.user.has_perm("committee.draft_tier_policy"):
            return Panel()
        return Panel(acts=[Act(_("Draft a new version"), self.page("draft"))])

    def panel(self, request: HttpRequest, row: TierPolicy) -> Panel:
        return Panel(acts=self._acts(request, row), tables=[tier_table(row)])

    def _acts(self, request: HttpRequest, policy: TierPolicy) -> list[Act]:
        acts = []
        is_draft = policy.state == TierPolicy.State.DRAFT
        if is_draft and request.user.has_perm("committee.draft_tier_policy"):
            acts.append(Act(_("Edit the tiers"), self.page_of(policy, "tiers"), secondary=True))
        if request.user.has_perm("committee.adopt_tier_policy") and policy.state != TierPolicy.State.RETIRED:
            if is_draft:
                acts.append(Act(_("Adopt"), self.page_of(policy, "adopt")))
            label = _("Give up this draft") if is_draft else _("Retire")
            acts.append(Act(label, self.page_of(policy, "retire"), danger=True))
        if policy.state == TierPolicy.State.ADOPTED and request.user.has_perm("committee.run_decisions"):
            acts.append(Act(_("Run the decisions"), reverse("admin:committee_decisionrun_start")))
        return acts

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("draft/", "committee_tierpolicy_draft", DraftPage.as_view(model_admin=self)),
            ("<path:object_id>/tiers/", "committee_tierpolicy_tiers", TiersPage.as_view(model_admin=self)),
            ("<path:object_id>/adopt/", "committee_tierpolicy_adopt", AdoptPage.as_view(model_admin=self)),
            ("<path:object_id>/retire/", "committee_tierpolicy_retire", RetirePage.as_view(model_admin=self)),
        )


def tier_table(policy: TierPolicy) -> Table:
    """Return the tiers as people read them: "1 won to 300,000 won" gives "30,000 won"."""
    rows = [
        (str(tier), Number(tier.span), Number(format_won(tier.amount) if tier.amount else tier.get_outcome_display()))
        for tier in policy.tiers.all()
    ]
    return Table(_("Tiers"), (_("tier"), Number(_("loss")), Number(_("support"))), rows)


def drafts_card(user: Any) -> Card | None:
    """Return how many drafts wait for adoption."""
    count = TierPolicy.objects.visible_to(user).filter(state=TierPolicy.State.DRAFT).count()
    if not count:
        return None
    sentence = _("Drafts of the tier policy wait for their adoption.")
    address = reverse("admin:committee_tierpolicy_changelist") + "?state__exact=draft"
    return Card(_("Policies to adopt"), count, sentence, address)


register_card(permission="committee.adopt_tier_policy", card=drafts_card)
