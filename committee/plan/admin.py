"""The measures of the relief plan in the back office, with their values."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from committee.panel import Panel, PanelAdmin, person
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
