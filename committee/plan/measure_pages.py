"""Pages that write a measure of the relief plan, and move it between discussion and decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from claims.catalogue.models import Incident, ReporterType
from committee.panel import person
from committee.plan import measures
from committee.plan.measures import ItemDraft, MeasureFields
from committee.plan.models import Measure
from relief.errors import RuleBroken
from relief.money import MAX_WON, format_large_won
from relief.scope import working_incident_id
from relief.site.pages import ActPage, ReasonForm

ROWS = range(1, 7)
ITEM_FIELDS = ("name", "name_en", "unit_value", "unit_value_to", "pieces", "kept_days")
_DAY = {"type": "date", "autocomplete": "off"}


def _text(label: Any, *, required: bool = True, longest: int = 120, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required, widget=UnfoldAdminTextInputWidget, **more
    )


def _whole(label: Any, *, least: int = 0, most: int = MAX_WON, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        **more,
    )


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=UnfoldAdminTextInputWidget(attrs=_DAY))


class MeasureForm(forms.Form):
    """A measure, and up to six things that a recipient gets; a row without a name is no item."""

    name = _text(_("Name"))
    name_en = _text(_("Name in English"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Measure.Kind, widget=UnfoldAdminSelectWidget)
    audience = _text(_("For whom"))
    audience_en = _text(_("For whom, in English"), required=False)
    reporter_type = forms.ChoiceField(
        label=_("For reporters of type"),
        choices=[("", _("Another group")), *ReporterType.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    recipients = _whole(_("Recipients"))
    quota = _whole(_("Quota"), least=1, help_text=_("How many get it, first come, first served. Empty: everybody."))
    opens_on = _day(_("Opens on"))
    closes_on = _day(_("Closes on"))
    expected_cost_from = _whole(_("Expected cost from (won)"))
    expected_cost_to = _whole(_("Expected cost to (won)"))
    note = _text(_("Note"), required=False, longest=300)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Media:
        css = {"all": ("committee/committee.css",)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in ROWS:
            labels = {"row": row}
            self.fields |= {
                f"name_{row}": _text(_("Item %(row)s: name") % labels, required=False),
                f"name_en_{row}": _text(_("Item %(row)s: name in English") % labels, required=False),
                f"unit_value_{row}": _whole(_("Item %(row)s: unit value (won)") % labels),
                f"unit_value_to_{row}": _whole(_("Item %(row)s: unit value up to (won)") % labels),
                f"pieces_{row}": _whole(_("Item %(row)s: pieces") % labels, least=1, most=1_000_000),
                f"kept_days_{row}": _whole(_("Item %(row)s: kept for days") % labels, least=1, most=36_500),
            }
            for name in ITEM_FIELDS:
                widget = self.fields[f"{name}_{row}"].widget
                widget.attrs["aria-label"] = self.fields[f"{name}_{row}"].label

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for row in ROWS:
            others = [cleaned.get(f"{name}_{row}") for name in ITEM_FIELDS if name != "name"]
            if not cleaned.get(f"name_{row}") and any(value not in {None, ""} for value in others):
                self.add_error(f"name_{row}", _("Name the item, or empty its row."))
        return cleaned

    @property
    def plan_fields(self) -> list[forms.BoundField]:
        """The fields of the measure itself, for the page."""
        return [field for field in self.visible_fields() if not field.name.rpartition("_")[2].isdigit()]

    @property
    def rows(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The fields of each item beside each other, for the page."""
        return [(row, [self[f"{name}_{row}"] for name in ITEM_FIELDS]) for row in ROWS]

    def items(self) -> list[ItemDraft]:
        """Return the items as written."""
        data = self.cleaned_data
        return [
            ItemDraft(
                name=data[f"name_{row}"],
                name_en=data[f"name_en_{row}"],
                unit_value=data[f"unit_value_{row}"],
                unit_value_to=data[f"unit_value_to_{row}"],
                pieces=data[f"pieces_{row}"] or 1,
                kept_days=data[f"kept_days_{row}"],
            )
            for row in ROWS
            if data[f"name_{row}"]
        ]

    def values(self) -> MeasureFields:
        """Return the fields of the measure as written."""
        return {name: self.cleaned_data[name] for name in MeasureFields.__annotations__}  # type: ignore[return-value]

    @staticmethod
    def initial_of(measure: Measure) -> dict[str, Any]:
        """Return the form's values for a measure as it stands."""
        initial = {name: getattr(measure, name) for name in (*MeasureFields.__annotations__, "version")}
        for row, item in zip(ROWS, measure.items.order_by("pk"), strict=False):
            initial |= {f"{name}_{row}": getattr(item, name) for name in ITEM_FIELDS}
        return initial


class NewMeasureForm(MeasureForm):
    """The measure, and the code it goes by in files and addresses."""

    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Latin letters, digits and hyphens; it stays as it is."),
    )
    field_order = ("code",)


class _WritingPage(ActPage):
    permission_required = "committee.plan_measures"
    template_name = "admin/committee/measure.html"


class WritePage(_WritingPage):
    """Writes a measure into the plan, under discussion."""

    title = _("Write a measure")
    submit_label = _("Save the measure")
    form_class = NewMeasureForm

    def act(self, form: Any) -> Any:
        incident = Incident.objects.filter(pk=working_incident_id(person(self.request)) or 0).first()
        if incident is None:
            raise RuleBroken(_("Choose the incident you work on first."), code="no_incident")
        self.row = measures.create_measure(
            by=person(self.request),
            incident=incident,
            code=form.cleaned_data["code"],
            items=form.items(),
            **form.values(),
        )
        return _("%(measure)s stands in the plan, under discussion.") % {"measure": self.row}


class EditPage(_WritingPage):
    """Writes a measure anew."""

    title = _("Edit the measure")
    submit_label = _("Save the measure")
    form_class = MeasureForm

    def get_initial(self) -> dict[str, Any]:
        return MeasureForm.initial_of(self.row)

    def act(self, form: Any) -> Any:
        saved = measures.change_measure(
            by=person(self.request),
            measure=self.row,
            version=form.cleaned_data["version"] or 0,
            items=form.items(),
            **form.values(),
        )
        return _("%(measure)s is saved.") % {"measure": saved}


class DecidePage(ActPage):
    """Moves a measure from under discussion to decided."""

    permission_required = "committee.plan_measures"
    title = _("Record that the measure is decided")
    submit_label = _("It is decided")

    def facts(self) -> list[tuple[Any, Any]]:
        return measure_facts(self.row)

    def act(self, form: forms.Form) -> Any:
        saved = measures.decide_measure(by=person(self.request), measure=self.row)
        return _("%(measure)s is decided.") % {"measure": saved}


class DiscussPage(ActPage):
    """Puts a decided measure under discussion again."""

    permission_required = "committee.plan_measures"
    title = _("Discuss the measure again")
    submit_label = _("Put it under discussion")
    danger = True
    form_class = ReasonForm

    def facts(self) -> list[tuple[Any, Any]]:
        return measure_facts(self.row)

    def act(self, form: forms.Form) -> Any:
        reason = form.cleaned_data["reason"]
        saved = measures.discuss_measure(by=person(self.request), measure=self.row, reason=reason)
        return _("%(measure)s is under discussion again.") % {"measure": saved}


def measure_facts(measure: Measure) -> list[tuple[Any, Any]]:
    """Return what a measure is: name, kind, audience, state, and what a recipient gets."""
    cost = (measure.expected_cost_from, measure.expected_cost_to)
    return [
        (_("Measure"), measure),
        (_("Kind"), measure.get_kind_display()),
        (_("For whom"), measure.audience_text),
        (_("State"), measure.get_state_display()),
        (_("What a recipient gets"), ", ".join(str(item) for item in measure.items.all()) or "–"),
        (_("Expected cost"), "–" if None in cost else " – ".join(format_large_won(won) for won in cost)),
    ]
