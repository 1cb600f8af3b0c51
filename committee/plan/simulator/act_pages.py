"""Pages that keep a simulation, and that write the factors of a service."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from claims.catalogue.models import Operator, Service
from claims.triage.narrowing import words_of
from committee.panel import person
from committee.plan.simulator import services
from committee.plan.simulator.models import ServiceFactors
from committee.plan.simulator.pages import Chosen, is_key
from relief.errors import RuleBroken
from relief.scope import working_incident_id
from relief.site.pages import ActPage


class KeepForm(forms.Form):
    """What the kept simulation is called."""

    name = forms.CharField(
        label=gettext_lazy("Name of the simulation"), max_length=120, widget=UnfoldAdminTextInputWidget
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=500,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class KeepPage(ActPage):
    """Keeps what the address asks for, with the data it is made of."""

    permission_required = services.PERMISSION
    title = gettext_lazy("Keep this simulation")
    submit_label = gettext_lazy("Keep the simulation")
    form_class = KeepForm

    @cached_property
    def chosen(self) -> Chosen:
        return Chosen(self.request)

    def facts(self) -> list[tuple[Any, Any]]:
        chosen = self.chosen
        try:
            words = words_of(chosen.narrowing, incident_id=chosen.incident_id)
        except RuleBroken:
            words = []
        return [(_("Versions"), ", ".join(map(str, chosen.policies)) or "–"), *words]

    def act(self, form: forms.Form) -> Any:
        kept = services.keep(
            by=person(self.request),
            policies=self.chosen.policies,
            narrowing=self.chosen.narrowing,
            **form.cleaned_data,
        )
        self._kept = kept
        return _("The simulation is kept; it can be printed and computed again.")

    def done_url(self) -> str:
        kept = getattr(self, "_kept", None)
        if kept is not None:
            return reverse("admin:committee_simulation_change", args=(kept.pk,))
        return self.chosen.at("run")


class FactorsForm(forms.Form):
    """The factors of one service, as rates in per cent."""

    service = forms.ModelChoiceField(
        label=gettext_lazy("Service"), queryset=Service.objects.none(), widget=UnfoldAdminSelectWidget
    )
    margin = forms.DecimalField(
        label=gettext_lazy("Operating margin (%)"), min_value=0, max_value=100, decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )  # fmt: skip
    market_share = forms.DecimalField(
        label=gettext_lazy("Share of the market (%)"), min_value=0, max_value=100, decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )  # fmt: skip
    unavoidable = forms.DecimalField(
        label=gettext_lazy("Part of the loss that no other service could have avoided (%)"), min_value=0,
        max_value=100, decimal_places=2, initial=100, widget=UnfoldAdminDecimalFieldWidget,
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("Source"), max_length=300, widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Where the figures are from: a statistic, a report, its year."),
    )  # fmt: skip

    def __init__(self, *args: Any, incident_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Service.objects.filter(incident=incident_id, operator__kind=Operator.Kind.COMPANY)
        self.fields["service"].queryset = offered.order_by("pk")  # type: ignore[attr-defined]


class FactorsPage(ActPage):
    """Writes the factors of one service."""

    permission_required = "committee.draft_tier_policy"
    title = gettext_lazy("Write the factors of a service")
    submit_label = gettext_lazy("Save the factors")
    form_class = FactorsForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "incident_id": working_incident_id(person(self.request)) or 0}

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("service", "")
        visible = ServiceFactors.objects.visible_to(person(self.request))
        known = visible.filter(service=int(asked)).first() if is_key(asked) else None
        if known is None:
            return {"unavoidable": 100}
        return {
            "service": known.service_id,
            "margin": known.margin_bp / 100,
            "market_share": known.market_share_bp / 100,
            "unavoidable": known.unavoidable_bp / 100,
            "source": known.source,
        }

    def act(self, form: forms.Form) -> Any:
        told = form.cleaned_data
        services.set_factors(
            by=person(self.request),
            service=told["service"],
            margin_bp=int(told["margin"] * 100),
            market_share_bp=int(told["market_share"] * 100),
            unavoidable_bp=int(told["unavoidable"] * 100),
            source=told["source"],
        )
        return _("The factors of %(service)s are saved.") % {"service": told["service"]}
