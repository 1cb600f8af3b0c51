"""Pages on one claim: saying where it stands by hand, and letting the rules decide again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from claims.register.settled import settled
from claims.triage.by_hand import classify_by_hand, let_rules_decide
from claims.triage.models import Classification
from claims.triage.provenance import source_words
from claims.triage.rules import AXES
from claims.triage.selectors import newest_rule_set, proposals_for
from claims.triage.sentences import AXIS_WORDS, value_words
from claims.triage.services import PERMISSION
from relief.errors import StaleSave
from relief.money import format_won
from relief.site.pages import ActPage


def values_of(axis: str) -> list[tuple[str, str]]:
    """Return the values of an axis as choices, in the order in which its column has them."""
    field: Any = Classification._meta.get_field(axis)
    return [(value, value_words(axis, value)) for value, _label in field.choices if value in AXES[axis]]


def is_decided(claim_key: int) -> bool:
    """Say whether the claim is decided."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {settled('%(claim)s')}", {"claim": claim_key})
        return bool((cursor.fetchone() or (False,))[0])


class HandForm(forms.Form):
    """What each axis should say; left empty, it stays as it is."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Classification, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for axis in AXES:
            now = f"{value_words(axis, getattr(row, axis))} ({source_words(row, axis)})"
            self.fields[axis] = forms.ChoiceField(
                label=AXIS_WORDS[axis],
                required=False,
                choices=[("", _("Stays as it is")), *values_of(axis)],
                widget=UnfoldAdminSelectWidget,
                help_text=_("Now: %(now)s") % {"now": now},
            )
        self.order_fields([*AXES, "reason", "version"])


class TakeBackForm(forms.Form):
    """Which of a person's words are taken back, and why."""

    axes = forms.MultipleChoiceField(label=_("Axes"), widget=UnfoldAdminCheckboxSelectMultipleWidget)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Classification, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spoken = [axis for axis in AXES if getattr(row, f"{axis}_by_id") is not None]
        rule_set = newest_rule_set(row.claim.incident_id)
        said = proposals_for(row.claim, rule_set) if spoken and rule_set is not None else {}
        axes: Any = self.fields["axes"]
        axes.choices = [
            (
                axis,
                f"{AXIS_WORDS[axis]}: {value_words(axis, getattr(row, axis))}"
                + (f" → {value_words(axis, said[axis].value)}" if axis in said else ""),
            )
            for axis in spoken
        ]
        axes.initial = spoken


class _OnClassification(ActPage):
    """A page about the classification of one claim; a stale save shows theirs and yours."""

    permission_required = PERMISSION
    template_name = "admin/claims/register/correct.html"
    row: Classification
    stale: Sequence[tuple[str, object, object]] = ()

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"row": self.row}

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.row.version}

    def facts(self) -> list[tuple[Any, Any]]:
        claim = self.row.claim
        facts: list[tuple[Any, Any]] = [
            (_("Receipt number"), claim.receipt_number),
            (_("Service"), claim.service),
            (_("Claimed loss"), format_won(claim.claimed_loss)),
            (_("Description"), claim.description or "–"),
        ]
        if is_decided(claim.pk):
            facts.append((_("Attention"), _("The claim is decided. The decision stays as it is.")))
        return facts

    def done_url(self) -> str:
        return f"{reverse('admin:claims_claim_change', args=(self.row.pk,))}?tab=classification"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"stale": self.stale}

    def act(self, form: forms.Form) -> Any:
        try:
            return self.write(form.cleaned_data)
        except StaleSave as refusal:
            self.stale = [(label, theirs, yours) for label, (theirs, yours) in refusal.changes.items()]
            raise

    def write(self, given: dict[str, Any]) -> Any:
        """Call the service and return the sentence of success."""
        raise NotImplementedError


class ClassifyByHandPage(_OnClassification):
    title = _("Set by hand")
    submit_label = _("Set by hand")
    warning = _("What you set here stays, whatever the rules say, until somebody lets the rules decide again.")
    form_class = HandForm

    def write(self, given: dict[str, Any]) -> Any:
        classify_by_hand(
            by=self.request.user,  # type: ignore[arg-type]
            claim=self.row.claim,
            values={axis: given[axis] for axis in AXES if given[axis]},
            reason=given["reason"],
            version=given["version"],
        )
        return _("The classification of %(number)s is set.") % {"number": self.row.claim.receipt_number}


class LetRulesDecidePage(_OnClassification):
    title = _("Let the rules decide")
    submit_label = _("Let the rules decide")
    form_class = TakeBackForm

    def write(self, given: dict[str, Any]) -> Any:
        let_rules_decide(
            by=self.request.user,  # type: ignore[arg-type]
            claim=self.row.claim,
            axes=given["axes"],
            reason=given["reason"],
            version=given["version"],
        )
        return _("The rules decide on %(number)s again.") % {"number": self.row.claim.receipt_number}
