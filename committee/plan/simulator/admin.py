"""Simulations in the back office: the simulator, kept simulations, and the factors of services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.triage.narrowing import words_of
from committee.panel import Act, Number, Panel, PanelAdmin, Table, person
from committee.plan.simulator.act_pages import FactorsPage, KeepPage
from committee.plan.simulator.models import ServiceFactors, Simulation
from committee.plan.simulator.pages import AffectedPage, SimulatorPage
from committee.plan.simulator.printing import PrintView
from committee.plan.simulator.proposing import proposals_of, proposals_table
from committee.plan.simulator.reproducing import ReproducePage
from relief.money import format_basis_points, format_signed_won, format_won
from relief.scope import working_incident_id


@admin.register(Simulation)
class SimulationAdmin(PanelAdmin):
    """Kept simulations; the simulator itself is a page of its own."""

    list_display = ("name", "measure", "cost_text", "kept_by_name", "kept_at")
    list_select_related = ("measure", "kept_by")
    fields = ("name", "note", "measure", "filter_text", ("kept_by_name", "kept_at"), "snapshot_sha256")
    empty = _("No simulation is kept yet. Open the simulator, look at a draft, and keep what the meeting should see.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("snapshot")

    @display(description=_("cost"))
    def cost_text(self, simulation: Simulation) -> str:
        return ", ".join(format_won(one["cost"]) for one in simulation.results)

    @display(description=_("kept by"))
    def kept_by_name(self, simulation: Simulation) -> str:
        return str(simulation.kept_by)

    @display(description=_("filter"))
    def filter_text(self, simulation: Simulation) -> str:
        words = words_of(simulation.narrowing, incident_id=simulation.incident_id)
        return " · ".join(f"{label}: {value}" for label, value in words)

    def list_panel(self, request: HttpRequest) -> Panel:
        return Panel(acts=[Act(_("Open the simulator"), self.page("run"))])

    def panel(self, request: HttpRequest, row: Simulation) -> Panel:
        headings = (_("version"), Number(_("cost")), Number(_("get more")), Number(_("get less")), Number(_("median")))
        rows: list[Sequence[Any]] = [
            (
                one["label"],
                Number(format_won(one["cost"])),
                Number(f"{one['winners'][0]:,} ({format_signed_won(one['winners'][1])})"),
                Number(f"{one['losers'][0]:,} ({format_signed_won(one['losers'][1])})"),
                Number(format_won(one["spread"][3])),
            )
            for one in row.results
        ]
        return Panel(
            acts=[
                Act(_("Print for the meeting (PDF)"), self.page_of(row, "print")),
                Act(_("Compute it again"), self.page_of(row, "reproduce"), secondary=True),
            ],
            tables=[Table(_("What it came to"), headings, rows)],
        )

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("run/", "committee_simulation_run", SimulatorPage.as_view(model_admin=self)),
            ("affected/", "committee_simulation_affected", AffectedPage.as_view(model_admin=self)),
            ("keep/", "committee_simulation_keep", KeepPage.as_view(model_admin=self)),
            ("<path:object_id>/print/", "committee_simulation_print", PrintView.as_view(model_admin=self)),
            ("<path:object_id>/reproduce/", "committee_simulation_reproduce", ReproducePage.as_view(model_admin=self)),
        )


@admin.register(ServiceFactors)
class ServiceFactorsAdmin(PanelAdmin):
    """The factors that the committee weighs, and the amount that they propose for each service."""

    list_display = ("service", "margin_text", "share_text", "unavoidable_text", "source", "set_by_name", "set_at")
    list_select_related = ("service", "set_by")
    fields = ("service", "margin_text", "share_text", "unavoidable_text", "source", ("set_by_name", "set_at"))
    empty = _("No factors are written yet. Write operating margin and market share of a service with their source.")

    @display(description=_("operating margin"))
    def margin_text(self, row: ServiceFactors) -> str:
        return f"{format_basis_points(row.margin_bp)} %"

    @display(description=_("market share"))
    def share_text(self, row: ServiceFactors) -> str:
        return f"{format_basis_points(row.market_share_bp)} %"

    @display(description=_("unavoidable part"))
    def unavoidable_text(self, row: ServiceFactors) -> str:
        return f"{format_basis_points(row.unavoidable_bp)} %"

    @display(description=_("set by"))
    def set_by_name(self, row: ServiceFactors) -> str:
        return str(row.set_by)

    def list_panel(self, request: HttpRequest) -> Panel:
        incident_id = working_incident_id(person(request))
        acts = []
        if request.user.has_perm("committee.draft_tier_policy"):
            acts.append(Act(_("Write the factors of a service"), self.page("write")))
        proposals = [] if incident_id is None else proposals_of(incident_id)
        return Panel(acts=acts, tables=[proposals_table(proposals)] if proposals else [])

    def panel(self, request: HttpRequest, row: ServiceFactors) -> Panel:
        if not request.user.has_perm("committee.draft_tier_policy"):
            return Panel()
        return Panel(acts=[Act(_("Edit these factors"), f"{self.page('write')}?service={row.service_id}")])

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (("write/", "committee_servicefactors_write", FactorsPage.as_view(model_admin=self)),)
