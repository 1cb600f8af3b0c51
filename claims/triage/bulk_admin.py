"""Reclassifications in the back office: every act on many claims, newest first, and its undoing."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.triage.bulk import Reclassification, ReclassificationState
from claims.triage.bulk_pages import ReclassifyPage, UndoReclassificationPage
from claims.triage.narrowing import address_of, words_of
from claims.triage.sentences import AXIS_WORDS, value_words
from claims.triage.services import PERMISSION
from relief.money import format_won
from relief.site.showing import ShownAdmin

STATE_COLOURS = {
    ReclassificationState.WAITING: "info",
    ReclassificationState.APPLIED: "success",
    ReclassificationState.FAILED: "danger",
    ReclassificationState.CANCELLED: "default",
    ReclassificationState.UNDOING: "info",
    ReclassificationState.UNDONE: "warning",
}


@admin.register(Reclassification)
class ReclassificationAdmin(ShownAdmin):
    """Every act of the incident, with what it set and what became of it."""

    list_display = ("number", "state_word", "what", "count", "won", "reason", "by", "when")
    list_select_related = ("by",)
    ordering = ("-id",)
    sortable_by = ()
    empty = _("Nobody has reclassified a set of claims yet. Filter the list of claims, then reclassify what it shows.")
    page_template = "admin/claims/triage/reclassification.html"
    page_related = ("by", "undone_by", "job")

    class Media:
        css = {"all": ("claims/claims.css", "claims/triage-queue.css")}

    @display(description=_("number"))
    def number(self, act: Reclassification) -> str:
        return str(_("no. %(number)s") % {"number": act.pk})

    @display(description=_("state"), label=STATE_COLOURS)
    def state_word(self, act: Reclassification) -> Any:
        return act.state, act.get_state_display()

    @display(description=_("new value"))
    def what(self, act: Reclassification) -> str:
        return f"{AXIS_WORDS[act.axis]}: {value_words(act.axis, act.value)}"

    @display(description=_("claims"))
    def count(self, act: Reclassification) -> str:
        return f"{act.claims:,}"

    @display(description=_("sum of losses"))
    def won(self, act: Reclassification) -> Any:
        return format_html('<span class="claims-won">{}</span>', format_won(int(act.sum_of_losses)))

    @display(description=_("when"))
    def when(self, act: Reclassification) -> str:
        return date_format(localtime(act.at), "SHORT_DATETIME_FORMAT")

    def list_acts(self, request: HttpRequest) -> list[Any]:
        if not request.user.has_perm(PERMISSION):
            return []
        return [(_("Reclassify a filtered set"), reverse("admin:claims_reclassification_new"))]

    def page_context(self, request: HttpRequest, row: Reclassification) -> dict[str, Any]:
        is_applied = row.state == ReclassificationState.APPLIED
        return {
            "act": row,
            "tone": STATE_COLOURS[ReclassificationState(row.state)],
            "what": self.what(row),
            "words": words_of(row.narrowing, incident_id=row.incident_id),
            "list_url": f"{reverse('admin:claims_claim_changelist')}?{address_of(row.narrowing)}",
            "moved": None if row.restored is None else row.claims - row.restored,
            "may_undo": is_applied and request.user.has_perm(PERMISSION),
            "job": row.job,
        }

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        new, undo = ReclassifyPage.as_view(model_admin=self), UndoReclassificationPage.as_view(model_admin=self)
        return (
            ("new/", "claims_reclassification_new", new),
            ("<path:object_id>/undo/", "claims_reclassification_undo", undo),
        )
