"""The form of a tier policy: a row a tier, the open one last, and for whom and for what the policy is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanWidget,
)

from claims.catalogue.models import IntakeRound, Operator, Pricing, ReporterType, Service
from claims.evidence.models import Kind
from committee.plan.models import Measure
from committee.plan.policies import TierPolicy
from committee.plan.services import Conditions
from committee.plan.terms import TierDraft

ROWS = ("1", "2", "3", "4", "5")
TOP = "top"
"""The row of every loss above the others: it has no bound."""
_PRICINGS = [(word.value, word.label) for word in (Pricing.PAID, Pricing.FREE, Pricing.UNKNOWN)]


class TiersForm(forms.Form):
    """Up to five tiers with a bound, and the open one above them; an empty row is no tier.

    A tier gives a fixed amount, or a share of the loss, or, with neither, goes to the committee.
    """

    eligible_types = forms.MultipleChoiceField(
        label=_("Eligible reporter types"), choices=ReporterType, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    pricing = forms.MultipleChoiceField(
        label=_("Only for services that are"),
        choices=_PRICINGS,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None chosen: paid and free alike."),
    )
    rounds = forms.MultipleChoiceField(
        label=_("Only for the intake rounds"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None chosen: every round."),
    )
    services = forms.MultipleChoiceField(
        label=_("Only for the services"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None chosen: every service of the company."),
    )
    required_evidence = forms.MultipleChoiceField(
        label=_("Required evidence"),
        choices=Kind,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("What claims need which the committee examines, or whose tier needs proof. From the adoption on."),
    )
    objection_days = forms.IntegerField(
        label=_("Days to object, from the day of the decision"),
        min_value=1,
        max_value=365,
        initial=30,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    grounds = forms.CharField(
        label=_("Grounds"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), max_length=4000
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, incident_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = Service.objects.filter(incident=incident_id, operator__kind=Operator.Kind.COMPANY).order_by("pk")
        rounds = IntakeRound.objects.filter(incident=incident_id).order_by("pk")
        self.fields["services"].choices = [(str(row.pk), str(row)) for row in services]  # type: ignore[attr-defined]
        self.fields["rounds"].choices = [(str(row.pk), str(row)) for row in rounds]  # type: ignore[attr-defined]
        for row in (*ROWS, TOP):
            self._add_row(row)

    def _add_row(self, row: str) -> None:
        names = {"tier": _("every loss above") if row == TOP else row}
        if row != TOP:
            self.fields[f"up_to_{row}"] = _won(_("Tier %(tier)s: loss up to and including (won)") % names)
        self.fields[f"amount_{row}"] = _won(_("Tier %(tier)s: amount (won)") % names)
        self.fields[f"share_{row}"] = forms.DecimalField(
            label=_("Tier %(tier)s: share of the loss (%%)") % names,
            required=False,
            min_value=Decimal("0.01"),
            max_value=100,
            decimal_places=2,
            widget=UnfoldAdminDecimalFieldWidget,
        )
        self.fields[f"floor_{row}"] = _won(_("Tier %(tier)s: at least (won)") % names)
        self.fields[f"cap_{row}"] = _won(_("Tier %(tier)s: at most (won)") % names)
        self.fields[f"proof_{row}"] = forms.BooleanField(
            label=_("Tier %(tier)s: needs proof") % names, required=False, widget=UnfoldBooleanWidget
        )
        for part in ("up_to", "amount", "share", "floor", "cap", "proof"):
            field = self.fields.get(f"{part}_{row}")
            if field is not None:
                field.widget.attrs["aria-label"] = field.label

    class Media:
        css = {"all": ("committee/committee.css",)}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for row in ROWS:
            gives = any(cleaned.get(f"{part}_{row}") for part in ("amount", "share", "floor", "cap", "proof"))
            if gives and cleaned.get(f"up_to_{row}") is None and f"up_to_{row}" not in self.errors:
                self.add_error(f"up_to_{row}", _("Write the highest loss of this tier."))
        return cleaned

    @property
    def rows(self) -> list[tuple[str, list[forms.BoundField | None]]]:
        """The fields of each tier beside each other, for the page; the open tier has no bound."""
        parts = ("up_to", "amount", "share", "floor", "cap", "proof")
        return [
            (row, [self[f"{part}_{row}"] if f"{part}_{row}" in self.fields else None for part in parts])
            for row in (*ROWS, TOP)
        ]

    @property
    def conditions_fields(self) -> list[forms.BoundField]:
        """The fields under the tiers."""
        names = ("eligible_types", "pricing", "rounds", "services", "required_evidence", "objection_days", "grounds")
        return [self[name] for name in names]

    def tiers(self) -> list[TierDraft]:
        """Return the tiers as written, the open one last."""
        data = self.cleaned_data
        bounded = [self._tier(row) for row in ROWS if data[f"up_to_{row}"] is not None]
        return [*bounded, self._tier(TOP)]

    def _tier(self, row: str) -> TierDraft:
        data = self.cleaned_data
        share = data[f"share_{row}"]
        return TierDraft(
            up_to=data.get(f"up_to_{row}"),
            amount=data[f"amount_{row}"],
            share_bp=None if share is None else int(share * 100),
            floor=data[f"floor_{row}"],
            cap=data[f"cap_{row}"],
            needs_proof=data[f"proof_{row}"],
        )

    def conditions(self) -> Conditions:
        """Return for whom and for what the policy is."""
        data = self.cleaned_data
        return Conditions(
            eligible_types=data["eligible_types"],
            pricing=data["pricing"],
            services=[int(key) for key in data["services"]],
            rounds=[int(key) for key in data["rounds"]],
            required_evidence=data["required_evidence"],
            objection_days=data["objection_days"],
            grounds=data["grounds"],
        )

    @staticmethod
    def initial_of(policy: TierPolicy) -> dict[str, Any]:
        """Return the form's values for a policy as it stands."""
        initial: dict[str, Any] = {
            "eligible_types": policy.eligible_types,
            "pricing": policy.pricing,
            "services": [str(key) for key in policy.services],
            "rounds": [str(key) for key in policy.rounds],
            "required_evidence": policy.required_evidence,
            "objection_days": policy.objection_days,
            "grounds": policy.grounds,
            "version": policy.version,
        }
        for tier in policy.tiers.all():
            row = TOP if tier.up_to is None else str(tier.number)
            initial |= {
                f"up_to_{row}": tier.up_to,
                f"amount_{row}": tier.amount,
                f"share_{row}": None if tier.share_bp is None else Decimal(tier.share_bp) / 100,
                f"floor_{row}": tier.floor,
                f"cap_{row}": tier.cap,
                f"proof_{row}": tier.needs_proof,
            }
        return initial


def _won(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, widget=UnfoldAdminIntegerFieldWidget)


class DraftForm(TiersForm):
    """The tiers, and the measure they are of."""

    measure = forms.ModelChoiceField(
        label=_("Measure"), queryset=Measure.objects.none(), widget=UnfoldAdminSelectWidget, empty_label=None
    )
