"""Pages about one claim: showing its numbers for a reason, and correcting what was reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from claims.catalogue.models import ReporterType
from claims.register.models import Claim
from claims.register.rules import READERS, SEALED
from claims.register.services import PERMISSION, correct_claim, field_label
from relief.errors import StaleSave
from relief.korea import registration
from relief.korea.banks import BANKS, bank_name
from relief.money import format_won
from relief.site.pages import ActPage
from relief.site.reveal import RevealPage


class RevealClaimPage(RevealPage):
    """Shows phone, registration number and account of a claim, once, after a recorded reason."""

    permission_required = "claims.reveal_personal_data"
    columns = SEALED
    row: Claim

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Receipt number"), self.row.receipt_number), (_("Name"), self.row.name or "–")]

    def values(self) -> list[tuple[Any, str]]:
        number = self.row.reveal("registration_number")
        return [
            (field_label("phone"), self.row.reveal("phone")),
            (field_label("registration_number"), registration.written(number) if number else ""),
            (field_label("account"), " ".join((bank_name(self.row.bank_code), self.row.reveal("account"))).strip()),
        ]


def _text(**attributes: Any) -> UnfoldAdminTextInputWidget:
    return UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", **attributes})


class CorrectForm(forms.Form):
    """What can be corrected; every field may stay empty. Numbers are never filled in."""

    name = forms.CharField(max_length=200, required=False, widget=_text())
    reporter_type = forms.ChoiceField(choices=ReporterType.choices, required=False, widget=UnfoldAdminSelectWidget)
    claimed_loss = forms.CharField(max_length=30, required=False, widget=_text(inputmode="numeric"))
    phone = forms.CharField(max_length=40, required=False, widget=_text(inputmode="tel"))
    registration_number = forms.CharField(max_length=40, required=False, widget=_text(inputmode="numeric"))
    bank_code = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    account = forms.CharField(max_length=40, required=False, widget=_text(inputmode="numeric"))
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "autocomplete": "off"})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, claim: Claim, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in READERS:
            self.fields[field].label = field_label(field)
        banks: Any = self.fields["bank_code"]
        banks.choices = [("", "–"), *((bank.code, f"{bank.name} ({bank.code})") for bank in BANKS)]
        for field in SEALED:
            now = claim.masked(field) or _("none")
            self.fields[field].help_text = _("Registered: %(now)s. Empty: it stays.") % {"now": now}


class CorrectPage(ActPage):
    """Corrects what a claim says, with a reason; a stale save is refused and shows theirs and yours."""

    permission_required = PERMISSION
    title = _("Correct the claim")
    submit_label = _("Save the correction")
    warning = _(
        "What was reported stays in the history. A payment that is under way keeps its own copy of the account."
    )
    template_name = "admin/claims/register/correct.html"
    form_class = CorrectForm
    row: Claim
    stale: Sequence[tuple[str, object, object]] = ()

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"claim": self.row}

    def get_initial(self) -> dict[str, Any]:
        claim = self.row
        loss = "" if claim.claimed_loss is None else f"{claim.claimed_loss:,}"
        return {
            "name": claim.name,
            "reporter_type": claim.reporter_type,
            "claimed_loss": loss,
            "bank_code": claim.bank_code,
            "version": claim.version,
        }

    def facts(self) -> list[tuple[Any, Any]]:
        return [
            (_("Receipt number"), self.row.receipt_number),
            (_("Service"), self.row.service),
            (_("Claimed loss"), format_won(self.row.claimed_loss)),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"stale": self.stale}

    def act(self, form: forms.Form) -> Any:
        given = form.cleaned_data
        user: Any = self.request.user
        try:
            self.row = correct_claim(
                by=user,
                claim=self.row,
                version=given["version"],
                reason=given["reason"],
                changes={field: given[field] for field in READERS},
            )
        except StaleSave as refusal:
            self.stale = [(label, theirs, yours) for label, (theirs, yours) in refusal.changes.items()]
            raise
        return _("The claim %(number)s is corrected.") % {"number": self.row.receipt_number}
