"""Objections in the back office: the list of those that wait, and the page on which one is examined."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.evidence.panels import tab_address as evidence_address
from claims.helpdesk.contacts.panels import tab_address as contacts_address
from claims.register.panels import Mark
from committee.decisions.claim_panel import mark_of
from committee.decisions.sentences import explain
from committee.panel import Panel, person
from committee.review import cards
from committee.review.acts import acts_of, address_of, is_examined_by
from committee.review.answering import AnswerPage
from committee.review.comparing import advice_on, compared, facts_now
from committee.review.filters import ObjectionFilter
from committee.review.forms import ChangeForm, UpholdForm
from committee.review.models import Objection
from committee.review.pages import (
    AssignPage,
    ChangePage,
    HandBackPage,
    ReceivePage,
    TakePage,
    UpholdPage,
    WithdrawPage,
    advised,
    receive_address,
    tab_address,
)
from committee.review.services import RECEIVE
from committee.review.words import day_text, due_mark, state_mark, waited
from relief.clock import today
from relief.site.showing import ShownAdmin

__all__ = ("ObjectionAdmin", "cards")

_PAGES = {
    "assign": AssignPage,
    "take": TakePage,
    "hand_back": HandBackPage,
    "uphold": UpholdPage,
    "change_decision": ChangePage,
    "withdraw": WithdrawPage,
    "answer": AnswerPage,
}


def _shown(*marks: Mark) -> Any:
    pairs = ((mark.tone, mark.word) for mark in marks)
    return format_html_join(" ", '<span class="claims-mark" data-tone="{}">{}</span>', pairs)


LATE = Mark(_("Came late"), "warning")


@admin.register(Objection)
class ObjectionAdmin(ShownAdmin):
    """Objections, those first whose answer is due first; and each with its decision and the facts then and now."""

    list_display = ("number", "receipt", "ground_word", "state_word", "reviewer_name", "came", "open_for", "due_word")
    list_select_related = ("claim", "reviewer")
    ordering = ("answer_by", "id")
    sortable_by = ("came", "due_word")
    filterset = ObjectionFilter
    search_fields = ("claim__receipt_number__exact",)
    search_help_text = _("Receipt number, whole")
    empty = _("No objection is open. They are recorded on the page of a claim, or here with its receipt number.")
    page_template = "admin/committee/objection.html"
    page_related = (
        "claim__service",
        "decision__tier__policy",
        "decision__policy",
        "decision__decided_by",
        "decision__claim",
        "contact__by",
        "reviewer",
        "received_by",
        "ended_by",
        "changed_to__tier",
    )

    class Media:
        css = {"all": ("claims/claims.css", "committee/committee.css", "committee/review.css")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # The pages of the acts read the decision's tier and the claim too.
        return super().get_queryset(request).select_related("claim", "decision__tier__policy", "reviewer")

    @display(description=_("number"))
    def number(self, row: Objection) -> str:
        return str(row)

    @display(description=_("receipt number"))
    def receipt(self, row: Objection) -> Any:
        return format_html(
            '<a class="claims-whole" href="{}">{}</a>', tab_address(row.claim_id), row.claim.receipt_number
        )

    @display(description=_("ground of the objection"))
    def ground_word(self, row: Objection) -> str:
        return str(row.get_ground_display())

    @display(description=_("state"))
    def state_word(self, row: Objection) -> Any:
        return _shown(state_mark(row), *([LATE] if row.is_late else []))

    @display(description=_("reviewer"))
    def reviewer_name(self, row: Objection) -> str:
        return str(row.reviewer or "–")

    @display(description=_("received on"), ordering="received_on")
    def came(self, row: Objection) -> str:
        return day_text(row.received_on)

    @display(description=_("open for"))
    def open_for(self, row: Objection) -> str:
        return waited(row, today())

    @display(description=_("answer due"), ordering="answer_by")
    def due_word(self, row: Objection) -> Any:
        return _shown(due_mark(row, today())) if row.is_open else "–"

    def list_acts(self, request: HttpRequest) -> list[Any]:
        return [(_("Record an objection"), receive_address())] if request.user.has_perm(RECEIVE) else []

    def page_context(self, request: HttpRequest, row: Objection) -> dict[str, Any]:
        user, decision, now = person(request), row.decision, facts_now(row.claim)
        facts = compared(decision, now)
        marks = [state_mark(row), *([LATE] if row.is_late else []), *([due_mark(row, today())] if row.is_open else [])]
        examines = is_examined_by(row, user)
        may_see = user.has_perm("committee.view_decision")
        later = row.changed_to
        return {
            "objection": row,
            "marks": marks,
            "waited": waited(row, today()),
            "panel": Panel(acts=acts_of(row, user)),
            "claim_url": tab_address(row.claim_id),
            "evidence_url": evidence_address(row.claim_id) if user.has_perm("claims.view_evidence") else "",
            "contacts_url": contacts_address(row.claim_id) if user.has_perm("claims.view_contact") else "",
            "decision_url": reverse("admin:committee_decision_change", args=(decision.pk,)) if may_see else "",
            "sentence": explain(decision),
            "decision_mark": mark_of(decision),
            "facts": facts,
            "differs": any(fact.differs for fact in facts),
            "advice": advice_on(decision, now) if row.is_open else None,
            "examines": examines,
            "later": later,
            "later_sentence": "" if later is None else explain(later),
            "later_mark": None if later is None else mark_of(later),
            "later_url": reverse("admin:committee_decision_change", args=(later.pk,)) if later and may_see else "",
            "uphold_form": UpholdForm(auto_id="uphold_%s") if examines else None,
            "uphold_url": address_of(row, "uphold"),
            "change_form": ChangeForm(auto_id="change_%s", initial=advised(decision)) if examines else None,
            "change_url": address_of(row, "change_decision"),
        }

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("receive/", "committee_objection_receive", ReceivePage.as_view(model_admin=self)),
            *(
                (
                    f"<path:object_id>/{name.replace('_', '-')}/",
                    f"committee_objection_{name}",
                    page.as_view(model_admin=self),
                )
                for name, page in _PAGES.items()
            ),
        )
