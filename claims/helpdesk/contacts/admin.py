"""The help centre in the back office: the queue of next steps, and every contact."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.helpdesk.contacts.filters import BOXES, ContactFilter, StepFilter
from claims.helpdesk.contacts.models import Contact, NextStep
from claims.helpdesk.contacts.pages import (
    AssignStepsPage,
    CallerPage,
    CompletePage,
    DropPage,
    LinkPage,
    PostponePage,
    RecordContactPage,
)
from claims.helpdesk.contacts.panels import due_mark, tab_address
from claims.helpdesk.contacts.selectors import box_counts
from claims.helpdesk.contacts.services import PERMISSION
from relief.accounts.models import User
from relief.clock import today
from relief.site.showing import ShownAdmin

_CSS = {"all": ("claims/claims.css", "claims/contacts.css")}
_LONGEST = 90


def _claim_link(receipt_number: str, key: int) -> Any:
    return format_html('<a class="claims-whole" href="{}">{}</a>', tab_address(key), receipt_number)


@admin.register(NextStep)
class NextStepAdmin(ShownAdmin):
    """The queue: open steps, the nearest day first."""

    list_display = ("what", "due_word", "receipt", "claimant", "assignee_name", "state_word")
    list_select_related = ("claim", "assignee")
    list_display_links = ("what",)
    ordering = ("due_on", "id")
    sortable_by = ()
    filterset = StepFilter
    list_before_template = "admin/claims/contacts/queue_head.html"
    empty = _("Nothing is open here. Next steps are written down with a contact, on the page of a claim.")
    page_template = "admin/claims/contacts/step.html"
    page_related = ("claim__service", "assignee", "made_by", "ended_by", "contact")

    class Media:
        css = _CSS

    def list_acts(self, request: HttpRequest) -> list[Any]:
        if not request.user.has_perm(PERMISSION):
            return []
        words = request.GET.urlencode()
        assign = reverse("admin:claims_nextstep_assign") + (f"?{words}" if words else "")
        return [(_("Give these steps to somebody"), assign)]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        user = cast("User", request.user)
        counts = box_counts(user, today()) if request.user.has_perm("claims.view_nextstep") else {}
        boxes = [(words, f"?due={code}", counts.get(code, 0)) for code, words in BOXES]
        mine = (_("Mine"), f"?who={user.pk}", counts.get("mine", 0))
        caller = reverse("admin:claims_contact_caller") if user.has_perm(PERMISSION) else ""
        context = {**(extra_context or {}), "boxes": [*boxes, mine], "caller_url": caller}
        return super().changelist_view(request, context)

    @display(description=_("due"))
    def due_word(self, step: NextStep) -> Any:
        mark = due_mark(step)
        return format_html('<span class="claims-mark" data-tone="{}">{}</span>', mark.tone, mark.word)

    @display(description=_("receipt number"))
    def receipt(self, step: NextStep) -> Any:
        return _claim_link(step.claim.receipt_number, step.claim_id)

    @display(description=_("name"))
    def claimant(self, step: NextStep) -> str:
        return step.claim.name or "–"

    @display(description=_("assignee"))
    def assignee_name(self, step: NextStep) -> str:
        return str(step.assignee or "–")

    @display(description=_("state"))
    def state_word(self, step: NextStep) -> str:
        return str(step.get_state_display())

    def page_context(self, request: HttpRequest, row: NextStep) -> dict[str, Any]:
        return {
            "step": row,
            "mark": due_mark(row),
            "claim_url": tab_address(row.claim_id),
            "may_work": request.user.has_perm(PERMISSION) and row.state == NextStep.State.OPEN,
        }

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        pages = (("complete", CompletePage), ("drop", DropPage), ("postpone", PostponePage))
        return (
            ("assign/", "claims_nextstep_assign", AssignStepsPage.as_view(model_admin=self)),
            *(
                (f"<path:object_id>/{name}/", f"claims_nextstep_{name}", page.as_view(model_admin=self))
                for name, page in pages
            ),
        )


@admin.register(Contact)
class ContactAdmin(ShownAdmin):
    """Every contact, newest first; those of unknown callers wait to be linked."""

    list_display = ("said", "happened", "kind", "way", "receipt", "by")
    list_select_related = ("claim", "by")
    ordering = ("-id",)
    sortable_by = ()
    filterset = ContactFilter
    empty = _("No contact is recorded here. Record one on the page of a claim, or begin with who calls.")
    page_template = "admin/claims/contacts/contact.html"
    page_related = ("claim", "by", "linked_by")

    class Media:
        css = _CSS

    def list_acts(self, request: HttpRequest) -> list[Any]:
        if not request.user.has_perm(PERMISSION):
            return []
        return [
            (_("Who calls?"), reverse("admin:claims_contact_caller")),
            (_("Record a contact without a claim"), reverse("admin:claims_contact_record")),
        ]

    @display(description=_("what was said"))
    def said(self, contact: Contact) -> str:
        return Truncator(contact.text).chars(_LONGEST)

    @display(description=_("at"))
    def happened(self, contact: Contact) -> Any:
        return format_html(
            '<span class="claims-whole">{}</span>', date_format(localtime(contact.at), "SHORT_DATETIME_FORMAT")
        )

    @display(description=_("way"))
    def way(self, contact: Contact) -> str:
        return f"{contact.get_channel_display()} · {contact.get_direction_display()}"

    @display(description=_("receipt number"))
    def receipt(self, contact: Contact) -> Any:
        if contact.claim is None:
            return format_html('<span class="claims-mark" data-tone="warning">{}</span>', _("No claim yet"))
        return _claim_link(contact.claim.receipt_number, contact.claim.pk)

    def page_context(self, request: HttpRequest, row: Contact) -> dict[str, Any]:
        return {
            "contact": row,
            "claim_url": tab_address(row.claim_id) if row.claim_id else "",
            "may_link": request.user.has_perm(PERMISSION) and row.claim_id is None,
        }

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("record/", "claims_contact_record", RecordContactPage.as_view(model_admin=self)),
            ("caller/", "claims_contact_caller", CallerPage.as_view(model_admin=self)),
            ("<path:object_id>/link/", "claims_contact_link", LinkPage.as_view(model_admin=self)),
        )
