"""The page on which a claim file is handed in."""

from __future__ import annotations

import re
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from claims.catalogue.models import Incident
from claims.intake.columns import FIELDS, NEEDED
from claims.intake.models import ClaimImport
from claims.intake.services import PERMISSION, FileKnown, receive_file
from relief.accounts.models import User
from relief.errors import RuleBroken
from relief.scope import working_incident_id
from relief.site.pages import ActPage

LONGEST_SUM = 24
"""Digits of the largest sum that an import keeps."""


def person(request: HttpRequest) -> User:
    """Return who is signed in; no page of the back office is open to anybody else."""
    return cast("User", request.user)


class CountField(forms.IntegerField):
    """A count as people write it: `8,418`, also with its unit."""

    def to_python(self, value: Any) -> int | None:
        text = "".join(str(value or "").split()).replace(",", "")
        return super().to_python(re.sub("[행건]$", "", text))


class FileForm(forms.Form):
    """A claim file, who sent it, and what its sender says that it holds."""

    # The service says what is wrong with an empty file, and what to do.
    file = forms.FileField(
        label=_("Claim file"),
        allow_empty_file=True,
        widget=UnfoldAdminFileFieldWidget(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,.xlsb,.xls,.ods,.zip"},
        ),
        help_text=_(
            "CSV, TSV, XLSX, XLS or ODS, also one of them in a zip; the file is known by its content, not by its name. "
            "It may be dropped here."
        ),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Who sent the file, such as the federation or an affiliate"),
    )
    declared_rows = CountField(
        label=_("Rows that the sender declared"),
        min_value=0,
        max_value=2_000_000_000,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text=_("What the sender says the file holds, without the heading. Empty: nothing is compared."),
    )
    declared_sum = forms.CharField(
        label=_("Sum of losses that the sender declared (won)"),
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text=_("Whole won, also of a file in thousands. Empty: nothing is compared."),
    )

    def clean_declared_sum(self) -> int | None:
        text = "".join(self.cleaned_data["declared_sum"].replace(",", "").removesuffix("원").split())
        if not text:
            return None
        if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_SUM:
            raise forms.ValidationError(_("Write the sum in whole won, such as 1,234,567,000."))
        return int(text)


class ReceivePage(ActPage):
    """Takes a claim file in and leads to its columns, or to the import that has the very file already."""

    permission_required = PERMISSION
    title = _("Import a claim file")
    submit_label = _("Go on to the columns")
    template_name = "admin/claims/intake/receive.html"
    form_class = FileForm
    multipart = True
    next_page = "columns"

    def _incident(self) -> Incident | None:
        return Incident.objects.filter(pk=working_incident_id(person(self.request)) or 0).first()

    def facts(self) -> list[tuple[Any, Any]]:
        return [
            (_("Incident"), self._incident() or "–"),
            (_("Columns that the file needs"), ", ".join(str(FIELDS[name]) for name in NEEDED)),
            (
                _("What happens then"),
                _(
                    "You say which column feeds which field and see what would become of the first rows. "
                    "Nothing is registered before you accept the file."
                ),
            ),
        ]

    def act(self, form: forms.Form) -> Any:
        incident = self._incident()
        if incident is None:
            raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
        file, given = form.cleaned_data["file"], form.cleaned_data
        try:
            self.row = receive_file(
                by=person(self.request),
                incident=incident,
                chunks=file.chunks(),
                name=file.name,
                source=given["source"],
                content_type=file.content_type or "",
                declared_rows=given["declared_rows"],
                declared_sum=given["declared_sum"],
            )
        except FileKnown as known:
            self.row, self.next_page, self.tone = known.claim_import, "change", messages.WARNING
            return str(known)
        return _("%(file)s is stored. Look at its columns.") % {"file": self.row}

    def done_url(self) -> str:
        if isinstance(self.row, ClaimImport):
            return reverse(f"admin:claims_claimimport_{self.next_page}", args=(self.row.pk,))
        return super().done_url()
