"""Evidence in the back office: what waits for a check, and each item beside its claim's others."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.evidence import bulk_admin, panels
from claims.evidence.filters import EvidenceFilter
from claims.evidence.models import Evidence
from claims.evidence.pages import evidence_urls, person
from claims.evidence.panes import TONES, file_size, panes_context, when
from claims.evidence.selectors import items_to_check
from claims.evidence.services import CHECK
from claims.evidence.viewing import picture_of
from relief.money import format_won
from relief.site.showing import ShownAdmin

__all__ = ("EvidenceAdmin", "bulk_admin", "panels")


@admin.register(Evidence)
class EvidenceAdmin(ShownAdmin):
    """The queue, oldest first; an item's page shows it with the others of its claim."""

    list_display = ("file_name", "kind", "receipt", "loss", "state_word", "uploaded")
    list_select_related = ("claim", "uploaded_by")
    ordering = ("uploaded_at", "id")
    sortable_by = ()
    filterset = EvidenceFilter
    empty = _("Nothing waits for a check. What is handed in on a claim's page, or in bulk, appears here.")
    page_template = "admin/claims/evidence/item.html"
    page_related = ("claim__service", "stored_file")

    class Media:
        css = {"all": ("claims/claims.css", "claims/evidence.css")}

    def list_acts(self, request: HttpRequest) -> list[Any]:
        first = items_to_check().visible_to(person(request)).first()
        if first is None or not request.user.has_perm(CHECK):
            return []
        return [(_("Check, beginning with the oldest"), reverse("admin:claims_evidence_change", args=(first.pk,)))]

    @display(description=_("file"))
    def file_name(self, row: Evidence) -> Any:
        return format_html(
            '<span class="evidence-name">{}</span><span class="evidence-under">{} · {}</span>',
            row.name,
            row.content_type.upper(),
            file_size(row.size),
        )

    @display(description=_("receipt number"))
    def receipt(self, row: Evidence) -> Any:
        return format_html('<span class="claims-whole">{}</span>', row.claim.receipt_number)

    @display(description=_("claimed loss"))
    def loss(self, row: Evidence) -> Any:
        return format_html('<span class="claims-won">{}</span>', format_won(row.claim.claimed_loss))

    @display(description=_("state"))
    def state_word(self, row: Evidence) -> Any:
        tone = TONES[Evidence.State(row.state)]
        return format_html('<span class="claims-mark" data-tone="{}">{}</span>', tone, row.get_state_display())

    @display(description=_("uploaded"))
    def uploaded(self, row: Evidence) -> Any:
        return format_html(
            '<span class="claims-whole">{}</span><span class="evidence-under">{}</span>',
            when(row.uploaded_at),
            row.uploaded_by,
        )

    def page_context(self, request: HttpRequest, row: Evidence) -> dict[str, Any]:
        context = panes_context(
            row.claim,
            person(request),
            key=str(row.pk),
            address=lambda item: reverse("admin:claims_evidence_change", args=(item.pk,)),
            goes_on_in="queue",
        )
        return context | {"tab": context, "claim_url": panels.tab_address(row.claim_id, row.pk)}

    def picture(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answer a page of an item as a picture; 404 outside the user's scope."""
        is_key = object_id.isascii() and object_id.isdecimal() and len(object_id) < 19
        rows = self.get_queryset(request).select_related("stored_file", "claim")
        row = rows.filter(pk=object_id).first() if is_key and self.has_view_permission(request) else None
        if row is None:
            raise Http404
        return picture_of(request, row)

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (*evidence_urls(self), ("<path:object_id>/picture/", "claims_evidence_picture", self.picture))
