"""Pages that draft, edit, adopt and retire a tier policy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from claims.catalogue.models import ReporterType
from claims.evidence.models import Kind
from committee.panel import person
from committee.plan import services
from committee.plan.models import Measure, TierPolicy
from committee.plan.rules import TierDraft
from committee.plan.selectors import effect_of
from relief.money import format_won
from relief.site.pages import ActPage

ROWS = range(1, 6)


class TiersForm(forms.Form):
    """Up to five tiers with a bound, and the open one above them; an empty amount sends claims to the committee."""

    eligible_types = forms.MultipleChoiceField(
        label=_("Eligible reporter types"), choices=ReporterType, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    grounds = forms.CharField(
        label=_("Grounds"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), max_length=4000
    )
    top_amount = forms.IntegerField(
        label=_("Amount for every loss above (won)"),
        required=False,
        min_value=1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Leave it empty where the committee examines the proof."),
    )
    required_evidence = forms.MultipleChoiceField(
        label=_("Required evidence"),
        choices=Kind,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("What claims need whose loss the committee examines. In force from the adoption."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in ROWS:
            self.fields[f"up_to_{number}"] = forms.IntegerField(
                label=_("Tier %(number)s: loss up to and including (won)") % {"number": number},
                required=False,
                min_value=1,
                widget=UnfoldAdminIntegerFieldWidget,
            )
            self.fields[f"amount_{number}"] = forms.IntegerField(
                label=_("Tier %(number)s: amount (won)") % {"number": number},
                required=False,
                min_value=1,
                widget=UnfoldAdminIntegerFieldWidget,
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for number in ROWS:
            if cleaned.get(f"amount_{number}") is not None and cleaned.get(f"up_to_{number}") is None:
                self.add_error(f"up_to_{number}", _("Write the highest loss of this tier."))
        return cleaned

    @property
    def rows(self) -> list[tuple[int, forms.BoundField, forms.BoundField]]:
        """The fields of each tier beside each other, for the page."""
        return [(number, self[f"up_to_{number}"], self[f"amount_{number}"]) for number in ROWS]

    def tiers(self) -> list[TierDraft]:
        """Return the tiers as written, the open one last."""
        data = self.cleaned_data
        bounded = [
            TierDraft(data[f"up_to_{number}"], data[f"amount_{number}"])
            for number in ROWS
            if data[f"up_to_{number}"] is not None
        ]
        return [*bounded, TierDraft(None, data["top_amount"])]

    @staticmethod
    def initial_of(policy: TierPolicy) -> dict[str, Any]:
        """Return the form's values for a policy as it stands."""
        initial: dict[str, Any] = {
            "eligible_types": policy.eligible_types,
            "grounds": policy.grounds,
            "required_evidence": policy.required_evidence,
            "version": policy.version,
        }
        for tier in policy.tiers.all():
            if tier.up_to is None:
                initial["top_amount"] = tier.amount
            else:
                initial |= {f"up_to_{tier.number}": tier.up_to, f"amount_{tier.number}": tier.amount}
        return initial


class DraftForm(TiersForm):
    """The tiers, and the measure they are of."""

    measure = forms.ModelChoiceField(
        label=_("Measure"), queryset=Measure.objects.none(), widget=UnfoldAdminSelectWidget, empty_label=None
    )


class DraftPage(ActPage):
    """Writes the next version; begins with the tiers of the version before."""

    permission_required = "committee.draft_tier_policy"
    title = _("Draft a new version of the tier policy")
    submit_label = _("Save the draft")
    form_class = DraftForm
    template_name = "admin/committee/tiers.html"

    def get_form(self, form_class: Any = None) -> forms.Form:
        form = super().get_form(form_class)
        measures = Measure.objects.visible_to(person(self.request)).filter(kind=Measure.Kind.CASH_BY_TIER)
        form.fields["measure"].queryset = measures  # type: ignore[attr-defined]
        return form

    def get_initial(self) -> dict[str, Any]:
        before = TierPolicy.objects.visible_to(person(self.request)).order_by("-number").first()
        if before is None:
            kinds = [kind for kind in Kind if kind != Kind.OTHER]
            return {"eligible_types": [ReporterType.SMALL_BUSINESS], "required_evidence": kinds}
        return TiersForm.initial_of(before)

    def act(self, form: Any) -> Any:
        self.row = services.draft_policy(
            by=person(self.request),
            measure=form.cleaned_data["measure"],
            tiers=form.tiers(),
            eligible_types=form.cleaned_data["eligible_types"],
            grounds=form.cleaned_data["grounds"],
            required_evidence=form.cleaned_data["required_evidence"],
        )
        return _("%(policy)s is drafted.") % {"policy": self.row}


class TiersPage(ActPage):
    """Changes the tiers of a draft."""

    permission_required = "committee.draft_tier_policy"
    title = _("Edit the tiers")
    submit_label = _("Save the draft")
    form_class = TiersForm
    template_name = "admin/committee/tiers.html"

    def get_initial(self) -> dict[str, Any]:
        return TiersForm.initial_of(self.row)

    def act(self, form: Any) -> Any:
        services.set_tiers(
            by=person(self.request),
            policy=self.row,
            tiers=form.tiers(),
            eligible_types=form.cleaned_data["eligible_types"],
            grounds=form.cleaned_data["grounds"],
            required_evidence=form.cleaned_data["required_evidence"],
            version=form.cleaned_data["version"],
        )
        return _("The tiers are saved.")


class AdoptPage(ActPage):
    """Puts a draft into force, after showing what it would decide."""

    permission_required = "committee.adopt_tier_policy"
    title = _("Adopt this tier policy")
    submit_label = _("Adopt")
    warning = _("An adopted policy is frozen. The version in force before is retired; what it decided stands.")

    def facts(self) -> list[tuple[Any, Any]]:
        before = TierPolicy.objects.filter(measure=self.row.measure, state=TierPolicy.State.ADOPTED).first()
        return [
            (_("Policy"), self.row),
            (_("Drafted by"), self.row.drafted_by),
            (_("In force now"), before or "–"),
            (_("Required evidence"), evidence_words(self.row)),
            *effect_facts(self.row),
        ]

    def act(self, form: Any) -> Any:
        services.adopt_policy(by=person(self.request), policy=self.row)
        return _("%(policy)s is adopted.") % {"policy": self.row}


def evidence_words(policy: TierPolicy) -> str:
    """Return the kinds of evidence that a policy requires, in words."""
    return ", ".join(str(Kind(kind).label) for kind in policy.required_evidence) or "–"


def effect_facts(policy: TierPolicy) -> list[tuple[Any, Any]]:
    """Return what a policy says about all classified claims: per tier claims and cost, and in all."""
    shares = effect_of(policy)
    facts: list[tuple[Any, Any]] = [
        (
            _("Tier %(number)s") % {"number": share.verdict.tier.number},
            _("%(claims)s claims, %(cost)s") % {"claims": f"{share.claims:,}", "cost": format_won(share.cost)}
            if share.verdict.amount
            else _("%(claims)s claims to the committee") % {"claims": f"{share.claims:,}"},
        )
        for share in shares
        if share.verdict.tier is not None
    ]
    refused = sum(share.claims for share in shares if share.verdict.tier is None)
    return [
        *facts,
        (_("Not eligible"), _("%(claims)s claims") % {"claims": f"{refused:,}"}),
        (_("Cost in all"), format_won(sum(share.cost for share in shares))),
    ]


class RetirePage(ActPage):
    """Takes a policy out of force, or gives a draft up."""

    permission_required = "committee.adopt_tier_policy"
    title = _("Retire this tier policy")
    submit_label = _("Retire")
    danger = True
    warning = _("What the policy decided stands. No further claim is decided until another version is adopted.")

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Policy"), self.row), (_("State"), self.row.get_state_display())]

    def act(self, form: Any) -> Any:
        services.retire_policy(by=person(self.request), policy=self.row)
        return _("%(policy)s is retired.") % {"policy": self.row}
