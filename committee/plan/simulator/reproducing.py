"""The page that computes a kept simulation again."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from committee.panel import Number, Table
from committee.plan.simulator import services
from committee.plan.simulator.models import Simulation
from relief.errors import RuleBroken
from relief.money import format_signed_won, format_won


class ReproducePage(UnfoldModelAdminViewMixin, TemplateView):
    """Says whether a kept simulation comes out the same to the won, and what its terms give on today's claims."""

    permission_required = "committee.view_simulation"
    title = gettext_lazy("A simulation computed again")
    template_name = "admin/committee/reproduce.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept: Simulation | None = self.model_admin.get_object(self.request, self.kwargs["object_id"])
        if kept is None:
            raise Http404
        context = super().get_context_data() | {"kept": kept, "original": kept, "opts": self.model_admin.opts}
        context["back_url"] = reverse("admin:committee_simulation_change", args=(kept.pk,))
        try:
            again = services.reproduce(kept)
        except RuleBroken as refusal:
            return context | {"refused": str(refusal)}
        return context | {"again": again, "table": _table(kept, again)}


def _table(kept: Simulation, again: services.Reproduction) -> Table:
    headings = (
        _("version"), Number(_("kept")), Number(_("computed again")), Number(_("on the claims of today")),
        Number(_("difference")),
    )  # fmt: skip
    rows = [
        (
            told["label"],
            Number(format_won(told["cost"])),
            Number(format_won(then.cost)),
            Number(format_won(now.cost)),
            Number(format_signed_won(now.cost - then.cost)),
        )
        for told, then, now in zip(kept.results, again.then, again.now, strict=True)
    ]
    return Table(_("Cost in all"), headings, rows)
