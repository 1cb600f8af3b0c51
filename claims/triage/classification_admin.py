"""Classifications in the back office: the list of uncertain ones, the queue that works them, and pages on one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.triage.certainty import UNCERTAIN_BELOW
from claims.triage.hand_pages import ClassifyByHandPage, LetRulesDecidePage
from claims.triage.models import Classification
from claims.triage.panels import classification_tab
from claims.triage.queue_pages import QueuePage
from claims.triage.selectors import uncertain_claims
from claims.triage.services import PERMISSION
from relief.accounts.models import User
from relief.money import format_won
from relief.scope import working_incident_id
from relief.site.home import Card, register_card
from relief.site.showing import NarrowedList, ShownAdmin


class UncertainList(NarrowedList):
    """Lists the classifications of which no rule is sure; the page of one is there for every claim."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        return super().get_queryset(request, exclude_parameters).filter(confidence__lt=UNCERTAIN_BELOW)


@admin.register(Classification)
class ClassificationAdmin(ShownAdmin):
    """Uncertain claims in the order in which the queue gives them out."""

    list_display = ("receipt", "name", "service", "loss", "reporter_type", "pricing", "nature", "sureness")
    list_select_related = ("claim__service",)
    ordering = ("claim_id",)
    sortable_by = ()
    empty = _("No claim is uncertain. There is nothing to do here.")
    page_template = "admin/claims/triage/classification.html"
    page_related = ("claim", "rule_set")

    class Media:
        css = {"all": ("claims/claims.css",)}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return UncertainList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"title": _("Uncertain claims"), **(extra_context or {})})

    @display(description=_("receipt number"))
    def receipt(self, row: Classification) -> Any:
        return format_html('<span class="claims-whole">{}</span>', row.claim.receipt_number)

    @display(description=_("name"))
    def name(self, row: Classification) -> str:
        return row.claim.name or "–"

    @display(description=_("service"))
    def service(self, row: Classification) -> str:
        return str(row.claim.service)

    @display(description=_("claimed loss"))
    def loss(self, row: Classification) -> Any:
        return format_html('<span class="claims-won">{}</span>', format_won(row.claim.claimed_loss))

    @display(description=_("confidence"))
    def sureness(self, row: Classification) -> str:
        return str(row.confidence)

    def list_acts(self, request: HttpRequest) -> list[Any]:
        if not request.user.has_perm(PERMISSION):
            return []
        return [(_("Work through them one by one"), reverse("admin:claims_classification_queue"))]

    def page_context(self, request: HttpRequest, row: Classification) -> dict[str, Any]:
        row.claim.classification = row
        return {"claim": row.claim, "tab": classification_tab(row.claim, request)}

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        by_hand, by_rules = ClassifyByHandPage.as_view(model_admin=self), LetRulesDecidePage.as_view(model_admin=self)
        return (
            ("queue/", "claims_classification_queue", QueuePage.as_view(model_admin=self)),
            ("<path:object_id>/classify/", "claims_claim_classify", by_hand),
            ("<path:object_id>/let-rules-decide/", "claims_claim_let_rules_decide", by_rules),
        )


def uncertain_card(user: User) -> Card | None:
    """Return how many claims wait for a person's word."""
    incident_id = working_incident_id(user)
    count = 0 if incident_id is None else uncertain_claims(incident_id).count()
    sentence = _("No rule is sure of these claims. Say where they stand, one by one.")
    return Card(_("Uncertain claims"), count, sentence, reverse("admin:claims_classification_queue")) if count else None


register_card(permission=PERMISSION, card=uncertain_card)
