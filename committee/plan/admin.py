"""The measures of the relief plan in the back office, with their values."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from committee.ledger.admin import budget_acts
from committee.ledger.pages import available_words, budget_words
from committee.ledger.selectors import standing_of
from committee.panel import Act, Panel, PanelAdmin, person
from committee.plan.measure_pages import DecidePage, DiscussPage, EditPage, WritePage
from committee.plan.models import Measure, MeasureItem
from committee.plan.selectors import measure_value, package_value
from relief.money import format_large_won, format_won
from relief.scope import working_incident_id
from relief.site.options import ReadOnlyInline


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

    list_display = (
        "measure_name",
        "kind",
        "state_word",
        "who",
        "count_text",
        "value_text",
        "budget_large",
        "committed_text",
        "remaining_text",
    )
    list_filter = ("kind", "state")
    inlines = (ItemInline,)
    list_select_related = ("book",)
    fields = (
        ("name", "name_en"),
        ("kind", "state"),
        ("who", "window"),
        ("count_text", "cost_text"),
        ("value_text", "note"),
        ("budget_text", "reserved_text"),
        ("committed_text", "remaining_text"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("items", "book__balances")

    def list_panel(self, request: HttpRequest) -> Panel:
        incident_id = working_incident_id(person(request))
        if incident_id is None:
            return Panel()
        value = format_large_won(package_value(incident_id))
        may_write = request.user.has_perm("committee.plan_measures")
        return Panel(
            sentence=_("The general-user package is worth %(value)s.") % {"value": value},
            acts=[Act(_("Write a measure"), self.page("write"))] if may_write else [],
        )

    def panel(self, request: HttpRequest, row: Measure) -> Panel:
        acts = budget_acts(request, row.book)
        if request.user.has_perm("committee.plan_measures"):
            acts.append(Act(_("Edit the measure"), self.page_of(row, "edit"), secondary=True))
            if row.state == Measure.State.UNDER_DISCUSSION:
                acts.append(Act(_("Record the decision on it"), self.page_of(row, "decide")))
            else:
                acts.append(Act(_("Discuss it again"), self.page_of(row, "discuss"), secondary=True))
        if request.user.has_perm("committee.view_book"):
            statement = reverse("admin:committee_book_change", args=(row.book_id,))
            acts.append(Act(_("Statement of the budget"), statement, secondary=True))
        return Panel(acts=acts)

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("write/", "committee_measure_write", WritePage.as_view(model_admin=self)),
            ("<path:object_id>/edit/", "committee_measure_edit", EditPage.as_view(model_admin=self)),
            ("<path:object_id>/decide/", "committee_measure_decide", DecidePage.as_view(model_admin=self)),
            ("<path:object_id>/discuss/", "committee_measure_discuss", DiscussPage.as_view(model_admin=self)),
        )

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
        return _unbroken(format_large_won(measure_value(measure)))

    @display(description=_("budget"))
    def budget_large(self, measure: Measure) -> Any:
        standing = standing_of(measure.book)
        return budget_words(standing) if standing.budget is None else _unbroken(format_large_won(standing.budget))

    @display(description=_("budget"))
    def budget_text(self, measure: Measure) -> Any:
        return budget_words(standing_of(measure.book))

    @display(description=_("reserved"))
    def reserved_text(self, measure: Measure) -> str:
        return format_won(standing_of(measure.book).of("reserved"))

    @display(description=_("committed"))
    def committed_text(self, measure: Measure) -> str:
        return format_won(standing_of(measure.book).of("committed"))

    @display(description=_("remaining"))
    def remaining_text(self, measure: Measure) -> Any:
        return available_words(standing_of(measure.book))


def _unbroken(amount: str) -> str:
    """Return an amount that stays on one line in a narrow column."""
    return format_html('<span class="committee-amount">{}</span>', amount)
