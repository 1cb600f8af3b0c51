"""Requests, letters and their texts in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.helpdesk.letters import panels
from claims.helpdesk.letters.bulk_pages import BulkAskPage, TemplatePage
from claims.helpdesk.letters.filters import LetterFilter, RequestFilter
from claims.helpdesk.letters.models import Delivery, DocumentRequest, LetterTemplate
from claims.helpdesk.letters.pages import (
    RemindPage,
    SendAgainPage,
    WithdrawPage,
    claim_urls,
    letter_facts,
    request_facts,
    tab_address,
)
from claims.helpdesk.letters.printing import LetterPdfView
from claims.helpdesk.letters.services import PERMISSION
from relief.site.showing import ShownAdmin

_FAILED_FIRST = Case(
    When(state=Delivery.State.FAILED, then=Value(0)),
    When(state=Delivery.State.UNKNOWN, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def _mark(tone: str, words: Any) -> Any:
    return format_html('<span class="claims-mark" data-tone="{}">{}</span>', tone, words)


@admin.register(DocumentRequest)
class DocumentRequestAdmin(ShownAdmin):
    """Requests for documents; the nearest deadline first."""

    list_display = ("receipt", "documents", "deadline_on", "state_word", "reminded", "asked_at")
    list_select_related = ("claim",)
    ordering = ("deadline_on", "id")
    sortable_by = ()
    filterset = RequestFilter
    empty = _("No documents were asked for. Ask on a claim's page, or filter the list of claims and ask them all.")
    page_template = "admin/claims/letters/request.html"
    page_related = ("claim", "asked_by")

    class Media:
        css = {"all": ("claims/claims.css", "claims/letters.css")}

    def list_acts(self, request: HttpRequest) -> list[Any]:
        if not request.user.has_perm(PERMISSION):
            return []
        return [(_("Ask for documents in bulk"), reverse("admin:claims_documentrequest_bulk"))]

    @display(description=_("receipt number"))
    def receipt(self, row: DocumentRequest) -> Any:
        return format_html('<span class="claims-whole">{}</span>', row.claim.receipt_number)

    @display(description=_("documents"))
    def documents(self, row: DocumentRequest) -> str:
        return row.kind_words()

    @display(description=_("state"))
    def state_word(self, row: DocumentRequest) -> Any:
        return _mark(panels.REQUEST_TONES[DocumentRequest.State(row.state)], row.get_state_display())

    def page_context(self, request: HttpRequest, row: DocumentRequest) -> dict[str, Any]:
        letters = Delivery.objects.filter(request=row).select_related("by").order_by("-pk")
        return {
            "title": f"{_('Request for documents')} · {row.claim.receipt_number}",
            "facts": [*request_facts(row), *([(_("Reason"), row.reason)] if row.reason else [])],
            "letters": [(one, panels.LETTER_TONES[Delivery.State(one.state)]) for one in letters],
            "claim_url": tab_address(row.claim_id),
            "may_act": row.state == DocumentRequest.State.OPEN and request.user.has_perm(PERMISSION),
            "row": row,
        }

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            *claim_urls(),
            ("bulk/", "claims_documentrequest_bulk", BulkAskPage.as_view(model_admin=self)),
            (
                "<path:object_id>/withdraw/",
                "claims_documentrequest_withdraw",
                WithdrawPage.as_view(model_admin=self),
            ),
            ("<path:object_id>/remind/", "claims_documentrequest_remind", RemindPage.as_view(model_admin=self)),
        )


@admin.register(Delivery)
class DeliveryAdmin(ShownAdmin):
    """What was sent to whom and whether it went; what did not go comes first."""

    ordering = (_FAILED_FIRST.asc(), "-id")
    list_display = ("receipt_number", "letter", "to", "state_word", "error", "at")
    list_select_related = ("claim",)
    sortable_by = ()
    filterset = LetterFilter
    empty = _("No letter was written. Asking a claim for documents writes the first.")
    page_template = "admin/claims/letters/letter.html"
    page_related = ("claim", "by")

    class Media:
        css = {"all": ("claims/claims.css", "claims/letters.css")}

    @display(description=_("receipt number"))
    def receipt_number(self, row: Delivery) -> Any:
        return format_html('<span class="claims-whole">{}</span>', row.claim.receipt_number)

    @display(description=_("letter"))
    def letter(self, row: Delivery) -> str:
        return f"{row.get_code_display()} · {row.get_channel_display()}"

    @display(description=_("recipient"))
    def to(self, row: Delivery) -> str:
        return row.masked()

    @display(description=_("state"))
    def state_word(self, row: Delivery) -> Any:
        return _mark(panels.LETTER_TONES[Delivery.State(row.state)], row.get_state_display())

    def page_context(self, request: HttpRequest, row: Delivery) -> dict[str, Any]:
        return {
            "facts": letter_facts(row),
            "letter": row,
            "claim_url": tab_address(row.claim_id),
            "may_send": row.state in panels.AGAIN and request.user.has_perm(PERMISSION),
        }

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        again = SendAgainPage.as_view(model_admin=self)
        return (
            ("<path:object_id>/send-again/", "claims_delivery_send_again", again),
            ("<path:object_id>/pdf/", "claims_delivery_pdf", LetterPdfView.as_view(model_admin=self)),
        )


@admin.register(LetterTemplate)
class LetterTemplateAdmin(ShownAdmin):
    """The texts of letters, the newest version first; where there is none the default text holds."""

    list_display = ("code", "language", "version", "subject", "saved_by", "saved_at")
    list_select_related = ("saved_by",)
    sortable_by = ()
    empty = _("No text was written; the default texts hold. Write one of your own to take their place.")
    page_template = "admin/claims/letters/text.html"
    page_related = ("saved_by",)

    class Media:
        css = {"all": ("claims/claims.css", "claims/letters.css")}

    def list_acts(self, request: HttpRequest) -> list[Any]:
        if not request.user.has_perm(PERMISSION):
            return []
        return [(_("Write the text of a letter"), reverse("admin:claims_lettertemplate_write"))]

    def page_context(self, request: HttpRequest, row: LetterTemplate) -> dict[str, Any]:
        return {"letter": row}

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (("write/", "claims_lettertemplate_write", TemplatePage.as_view(model_admin=self)),)
