"""The published figures as a page, and the dates on which they were told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.triage.progress import register_progress_dates
from committee.panel import Act, Panel, PanelAdmin
from committee.reports.models import ReportingDate
from committee.reports.pages import ExportView, FixPage, PublishedPage


@admin.register(ReportingDate)
class ReportingDateAdmin(PanelAdmin):
    """Instants as of which figures were told; the published figures are a page beside them."""

    list_display = ("name", "code", "as_of_at", "fixed_by_name")
    list_select_related = ("fixed_by",)
    fields = ("name", "code", "as_of_at", "fixed_by_name")

    @display(description=_("by"))
    def fixed_by_name(self, row: Any) -> str:
        return str(row.fixed_by or "–")

    def list_panel(self, request: HttpRequest) -> Panel:
        acts = []
        if request.user.has_perm("committee.add_reportingdate"):
            acts.append(Act(_("Fix a reporting date"), reverse("admin:committee_reportingdate_fix")))
        if request.user.has_perm("committee.view_published_figures"):
            acts.append(Act(_("Published figures"), reverse("admin:published_figures"), secondary=True))
        return Panel(acts=acts)

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("published/", "published_figures", PublishedPage.as_view(model_admin=self)),
            ("published/<str:kind>/", "published_figures_export", ExportView.as_view(model_admin=self)),
            ("fix/", "committee_reportingdate_fix", FixPage.as_view(model_admin=self)),
        )


def _reporting_dates(incident_id: int) -> list[tuple[str, datetime]]:
    dates = ReportingDate.objects.filter(incident_id=incident_id)
    return [(date.name, date.as_of_at) for date in dates]


register_progress_dates(_reporting_dates)
