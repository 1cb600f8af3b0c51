"""The page of the published figures, its exports, and the page that fixes a reporting date."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminTextInputWidget

from claims.catalogue.models import Incident
from committee.panel import person
from committee.reports import exports
from committee.reports.figures import Section
from committee.reports.selectors import report_of
from committee.reports.services import fix_reporting_date
from relief import clock
from relief.errors import RuleBroken
from relief.scope import working_incident_id
from relief.site.pages import ActPage


def _incident(request: HttpRequest) -> Incident | None:
    key = working_incident_id(person(request))
    return None if key is None else Incident.objects.get(pk=key)


class PublishedPage(UnfoldModelAdminViewMixin, TemplateView):
    """Every published figure of the incident one works on, computed while one waits."""

    permission_required = "committee.view_published_figures"
    title = _("Published figures")
    template_name = "admin/committee/published_figures.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # The address hands the model admin over once more; the view has it already.
        context: dict[str, Any] = super().get_context_data()
        incident = _incident(self.request)
        sections: tuple[Section, ...] = () if incident is None else report_of(incident=incident)
        return context | {"incident": incident, "sections": sections, "made_at": clock.now()}


class ExportView(UnfoldModelAdminViewMixin, View):
    """The same figures as a file."""

    permission_required = "committee.view_published_figures"
    title = _("Published figures")
    KINDS = {
        "csv": (exports.as_csv, "text/csv; charset=utf-8"),
        "xlsx": (exports.as_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    }

    def get(self, request: HttpRequest, kind: str, **_context: Any) -> HttpResponse:
        incident = _incident(request)
        if kind not in self.KINDS or incident is None:
            raise Http404
        write, content_type = self.KINDS[kind]
        response = HttpResponse(write(report_of(incident=incident)), content_type=content_type)
        response["Content-Disposition"] = f'attachment; filename="published-figures-{incident.code}.{kind}"'
        return response


class FixForm(forms.Form):
    """What the reporting date is called."""

    code = forms.SlugField(label=_("Code"), max_length=40, widget=UnfoldAdminTextInputWidget)
    name = forms.CharField(label=_("Name"), max_length=120, widget=UnfoldAdminTextInputWidget)


class FixPage(ActPage):
    """Keeps this instant as one as of which figures are told."""

    permission_required = "committee.add_reportingdate"
    title = _("Fix a reporting date")
    submit_label = _("Fix this instant")
    form_class = FixForm
    warning = _("The figures as they stand now can be told again later. A reporting date is never changed.")

    def act(self, form: forms.Form) -> Any:
        incident = _incident(self.request)
        if incident is None:
            raise RuleBroken(_("Choose an incident to work on first."), code="no_incident")
        self.row = fix_reporting_date(by=person(self.request), incident=incident, **form.cleaned_data)
        return _("%(date)s is fixed.") % {"date": self.row}
