"""Claims and claimants in the back office: lists that are searched and narrowed, and the one page of a claim."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.register import selectors
from claims.register.claim_list import ClaimListing, listing_addresses
from claims.register.claim_page import claim_page
from claims.register.claimant_page import claimant_page
from claims.register.filters import ClaimFilter
from claims.register.models import Claim, Claimant
from claims.register.pages import CorrectPage, RevealClaimPage
from claims.register.services import PERMISSION
from relief.accounts.models import User
from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from relief.scope import working_incident_id
from relief.site.home import Card, register_card
from relief.site.showing import ShownAdmin


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _record_search(request: HttpRequest, table: str, sought: selectors.Sought) -> None:
    """Keep that somebody looked for a person by a number, never the number."""
    record_disclosure(
        by=_person(request),
        kind=Disclosure.Kind.SEARCH,
        subject=table,
        fields=",".join(sought.numbers),
        reason=str(_("Search by a whole number")),
        request_id=request.META.get("RELIEF_REQUEST_ID", ""),
        incident_id=working_incident_id(_person(request)),
    )


class SearchedAdmin(ShownAdmin):
    """A list whose search box goes through `sought`; numbers by blind index, recorded."""

    def sought(self, term: str) -> selectors.Sought:
        """Return what a term asks for."""
        raise NotImplementedError

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term.strip():
            return queryset, False
        sought = self.sought(search_term)
        if sought.is_too_short:
            messages.warning(request, _("Write two syllables of a name or more, or a whole number."))
        if sought.numbers:
            _record_search(request, self.opts.label_lower, sought)
        return queryset.filter(sought.condition), False


@admin.register(Claim)
class ClaimAdmin(ClaimListing, SearchedAdmin):
    """The register: newest arrival first, every number masked."""

    ordering = ("-received_at", "-id")
    sortable_by = ("receipt", "received")
    filterset = ClaimFilter
    search_fields = ("receipt_number", "name")
    search_help_text = _("Name, receipt number, phone, registration or account number")
    empty = _("No claim is registered for this incident yet. Claims come in with claim files, under Imports.")
    page_template = "admin/claims/register/claim.html"
    page_related = (
        "service__operator",
        "intake_round",
        "claim_import__stored_file",
        "claimant",
        "classification__rule_set",
    )

    class Media:
        css = {"all": ("claims/claims.css",)}
        js = ("claims/claim-page.js",)

    def sought(self, term: str) -> selectors.Sought:
        return selectors.sought_claims(term)

    def page_context(self, request: HttpRequest, row: Claim) -> dict[str, Any]:
        return claim_page(request, self, row)

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            *listing_addresses(self),
            ("<path:object_id>/reveal/", "claims_claim_reveal", RevealClaimPage.as_view(model_admin=self)),
            ("<path:object_id>/correct/", "claims_claim_correct", CorrectPage.as_view(model_admin=self)),
        )


@admin.register(Claimant)
class ClaimantAdmin(SearchedAdmin):
    """Persons and businesses, each known by the strongest number that they reported."""

    list_display = ("name", "identity_kind", "claim_count")
    sortable_by = ()
    search_fields = ("name",)
    search_help_text = _("Name, phone, registration or account number")
    empty = _("No claimant is known in this incident yet. Claimants come with the claims of claim files.")
    page_template = "admin/claims/register/claimant.html"

    class Media:
        css = {"all": ("claims/claims.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claimant]:
        of_claimant = Claim.objects.filter(claimant=OuterRef("pk")).order_by().values("claimant")
        counted = Coalesce(Subquery(of_claimant.annotate(count=Count("pk")).values("count")), 0)
        rows: QuerySet[Claimant] = super().get_queryset(request)
        return rows.annotate(counted=counted)

    def sought(self, term: str) -> selectors.Sought:
        return selectors.sought_claimants(term)

    @display(description=_("claims"))
    def claim_count(self, claimant: Any) -> str:
        return f"{claimant.counted:,}"

    def page_context(self, request: HttpRequest, row: Claimant) -> dict[str, Any]:
        return claimant_page(request, row)


def _card(title: Any, sentence: Any, claims: QuerySet[Claim] | None, address: str) -> Card | None:
    count = 0 if claims is None else claims.order_by().count()
    return Card(title, count, sentence, reverse("admin:claims_claim_changelist") + address) if count else None


def incomplete_card(user: User) -> Card | None:
    """Return how many losses in money cannot be paid for want of a name, a contact or an account."""
    incident_id = working_incident_id(user)
    claims = None if incident_id is None else selectors.incomplete_claims(incident_id)
    address = "?nature=monetary&operator_kind=company&completeness=incomplete"
    sentence = _("Claims with a loss in money lack a name, phone or account. Ask and correct them.")
    return _card(_("Incomplete claims"), sentence, claims, address)


def unadmitted_cards(admission: str, title: Any, sentence: Any) -> Any:
    """Return the maker of a card for the claims of one admission."""

    def card(user: User) -> Card | None:
        incident_id = working_incident_id(user)
        claims = None if incident_id is None else Claim.objects.filter(incident_id=incident_id, admission=admission)
        return _card(title, sentence, claims, f"?admission={admission}")

    return card


def unclassified_card(user: User) -> Card | None:
    """Return how many claims no rule has seen."""
    incident_id = working_incident_id(user)
    claims = None if incident_id is None else selectors.unclassified_claims(incident_id)
    sentence = _("No rule has seen these claims. Classify them again.")
    return _card(_("Unclassified claims"), sentence, claims, "?classified=no")


late_card = unadmitted_cards(
    Claim.Admission.LATE, _("Late claims"), _("Received outside every intake round. Look whether they can be helped.")
)
inadmissible_card = unadmitted_cards(
    Claim.Admission.INADMISSIBLE,
    _("Claims not admitted"),
    _("The round does not admit their reporter type. Look whether the type is right."),
)

for _maker in (incomplete_card, late_card, inadmissible_card, unclassified_card):
    register_card(permission=PERMISSION, card=_maker)
