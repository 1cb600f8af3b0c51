"""The page on which a claim file is handed in."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from claims.catalogue.models import Incident
from claims.intake.columns import FIELDS, NEEDED
from claims.intake.services import PERMISSION, receive_file
from relief.accounts.models import User
from relief.errors import RuleBroken
from relief.scope import working_incident_id
from relief.site.pages import ActPage


def person(request: HttpRequest) -> User:
    """Return who is signed in; no page of the back office is open to anybody else."""
    return cast("User", request.user)


class FileForm(forms.Form):
    """A claim file, and who sent it."""

    # The service says what is wrong with an empty file, and what to do.
    file = forms.FileField(
        label=_("Claim file"),
        allow_empty_file=True,
        widget=UnfoldAdminFileFieldWidget(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.ods,.zip"},
        ),
        help_text=_("CSV, TSV, XLSX, XLS or ODS; the file is known by its content, not by its name."),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Who sent the file, such as the federation or an affiliate"),
    )


class ReceivePage(ActPage):
    """Takes a claim file in and leads to its import."""

    permission_required = PERMISSION
    title = _("Import a claim file")
    submit_label = _("Import the file")
    form_class = FileForm
    multipart = True

    def _incident(self) -> Incident | None:
        return Incident.objects.filter(pk=working_incident_id(person(self.request)) or 0).first()

    def facts(self) -> list[tuple[Any, Any]]:
        return [
            (_("Incident"), self._incident() or "–"),
            (_("Columns that the file needs"), ", ".join(str(FIELDS[name]) for name in NEEDED)),
            (_("What happens then"), _("Good rows are registered; every row with a fault is listed with its reasons.")),
        ]

    def act(self, form: forms.Form) -> Any:
        incident = self._incident()
        if incident is None:
            raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
        file = form.cleaned_data["file"]
        self.row = receive_file(
            by=person(self.request),
            incident=incident,
            chunks=file.chunks(),
            name=file.name,
            source=form.cleaned_data["source"],
            content_type=file.content_type or "",
        )
        return _("%(file)s is stored; this page shows how far its import is.") % {"file": self.row}
