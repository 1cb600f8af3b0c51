"""What the pages of referral ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from claims.catalogue.models import Operator
from claims.triage.referral.models import SentBackCode
from claims.triage.referral.rules import ALWAYS, COLUMNS, USUAL, receipt_numbers
from relief import clock
from relief.site.pages import ReasonForm

LONGEST_LIST = 5 * 1024 * 1024


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, initial=clock.today, widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}))


def _line(label: Any, *, length: int = 200, needed: bool = True, said: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=needed, widget=UnfoldAdminTextInputWidget, help_text=said
    )


class ReferForm(forms.Form):
    """To whom, on which ground, and what leaves."""

    operator = forms.ModelChoiceField(
        label=_("Affiliate"), queryset=Operator.objects.none(), widget=UnfoldAdminSelectWidget
    )
    ground = _line(_("Legal ground"), length=500, said=_("It stands in the file, such as the claimants' consent."))
    columns = forms.MultipleChoiceField(
        label=_("Columns that leave"),
        choices=[(name, label) for name, label in COLUMNS.items() if name not in ALWAYS],
        initial=USUAL,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Receipt number and service always leave."),
    )
    in_clear = forms.BooleanField(
        label=_("Numbers leave in clear"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_("Phone, registration number and account; otherwise all but their last four characters are hidden."),
    )
    clear_reason = _line(_("Why numbers leave in clear"), length=500, needed=False)

    def __init__(self, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        affiliates = Operator.objects.filter(incident_id=incident_id or 0, kind=Operator.Kind.AFFILIATE)
        field: Any = self.fields["operator"]
        field.queryset = affiliates.order_by("name")


class HandOverForm(forms.Form):
    """When, to whom and how."""

    on = _day(_("Handed over on"))
    to = _line(_("Handed over to"), said=_("The person or desk of the affiliate"))
    how = _line(_("How"), said=_("Such as encrypted mail, or a carrier"))


class AcknowledgeForm(forms.Form):
    """What the affiliate's receipt says."""

    on = _day(_("Date of the receipt"))
    number = _line(_("The affiliate's receipt number"), length=100)
    count = forms.IntegerField(
        label=_("Claims that the affiliate confirms"),
        min_value=0,
        max_value=2**31 - 1,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    difference = _line(_("Why the count differs"), length=500, needed=False, said=_("Only where it differs"))


class DownloadForm(ReasonForm):
    """Which form of the file, and why it is taken."""

    kind = forms.ChoiceField(
        label=_("File"), choices=(("xlsx", "XLSX"), ("csv", "CSV")), widget=UnfoldAdminSelectWidget
    )
    field_order = ("kind", "reason")


class ClaimSentBackForm(ReasonForm):
    """Why the affiliate does not take a claim."""

    code = forms.ChoiceField(
        label=_("Why it was sent back"), choices=SentBackCode.choices, widget=UnfoldAdminSelectWidget
    )
    field_order: tuple[str, ...] = ("code", "reason")


class NumbersForm(ReasonForm):
    """A list of receipt numbers, pasted or as a file."""

    numbers = forms.CharField(
        label=_("Receipt numbers"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("One on each line"),
    )
    file = forms.FileField(
        label=_("or as a CSV file"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt"}),
        help_text=_("Receipt numbers in the first column"),
    )
    field_order: tuple[str, ...] = ("numbers", "file", "reason")

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size > LONGEST_LIST:
            raise forms.ValidationError(_("A list of receipt numbers is at most 5 MB. Split it."))
        content = file.read()
        for encoding in ("utf-8-sig", "cp949"):
            try:
                return str(content.decode(encoding))
            except UnicodeDecodeError:
                continue
        raise forms.ValidationError(_("The file is not text. Save it as CSV in UTF-8."))

    def given(self) -> list[str]:
        """Return the receipt numbers of both, each once."""
        return receipt_numbers(f"{self.cleaned_data['numbers']}\n{self.cleaned_data['file']}")


class ClaimsSentBackForm(NumbersForm, ClaimSentBackForm):
    """Receipt numbers that came back, and why."""

    field_order = ("numbers", "file", "code", "reason")
