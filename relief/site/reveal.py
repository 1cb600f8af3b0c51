"""Showing personal data in clear: asks for a reason, records it, then shows the values once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from relief.scope import working_incident_id
from relief.site.pages import ActPage, ReasonForm


class RevealPage(ActPage):
    """A page under a model's admin that shows a row's personal data after a recorded reason.

    A subclass sets `permission_required` and `columns` (names kept in the record), and writes `values`: (label, value)
    pairs in clear. They stand on this one response only, never in a message, the session or a cache.
    """

    form_class = ReasonForm
    template_name = "admin/reveal.html"
    title = _("Reveal personal data")
    submit_label = _("Reveal")
    warning = _("What you see, when and why is kept in the record of disclosures.")
    columns: tuple[str, ...] = ()

    def values(self) -> list[tuple[Any, str]]:
        """Return (label, value) pairs of `self.row` in clear; called only after the disclosure is recorded."""
        raise NotImplementedError

    def form_valid(self, form: forms.Form) -> HttpResponse:
        user: Any = self.request.user
        record_disclosure(
            by=user,
            kind=Disclosure.Kind.REVEAL,
            subject=self.model_admin.opts.label_lower,
            subject_key=str(self.row.pk),
            fields=",".join(self.columns),
            reason=form.cleaned_data["reason"],
            request_id=self.request.META.get("RELIEF_REQUEST_ID", ""),
            incident_id=working_incident_id(user),
        )
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form, revealed=self.values()))
        response["Cache-Control"] = "no-store"
        return response
