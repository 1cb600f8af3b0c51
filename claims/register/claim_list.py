"""The list of claims: its columns, the counts beside its filter, and the views and acts above it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.catalogue.models import Pricing, ReporterType
from claims.register.assigning import PERMISSION as ASSIGN
from claims.register.counting import FACETS, Counted, counted_claims
from claims.register.list_pages import AssignPage, DeleteViewPage, SaveViewPage, ViewPage
from claims.register.models import Claim
from claims.register.panels import flags_of, marks_of, may_see_marks
from claims.register.saved_views import default_view, views_of, words_of
from claims.register.standing import stages_of
from relief import clock
from relief.accounts.models import User
from relief.money import format_won
from relief.scope import working_incident_id
from relief.site.keyset import KeysetList

BULK_ACTS = (
    (_("Reclassify these"), "admin:claims_reclassification_new", "claims.classify_claims"),
    (_("Request documents"), "admin:claims_documentrequest_bulk", "claims.send_letters"),
    (_("Assign"), "admin:claims_claim_assign", ASSIGN),
)
"""Acts on the whole narrowed list: word, address, permission; those of slices that are not installed stay out."""


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


class ClaimList(KeysetList):
    """Asks the slices above for what they say of the page's claims, all at once, and the roll-up for counts."""

    day_column = "received_at"
    summed = "claimed_loss"
    counts: Counted | None = None

    def counted(self) -> tuple[int, int | None] | None:
        incident_id = working_incident_id(self.user)
        if incident_id is None or not self.filterset.is_valid():
            return None
        chosen = {name: self.filter_params[name][-1] for name in self.narrowing}
        facets = {name: value for name, value in chosen.items() if name in FACETS}
        self.counts = counted_claims(incident_id, facets)
        for name in FACETS if self.counts else ():
            widget = self.filterset.form.fields[name].widget
            widget.choices = _with_counts(widget.choices, self.counts.choices[name])  # type: ignore[union-attr]
        if self.counts is None or not self.counts.is_fresh or facets != chosen or self.query:
            return None
        return self.counts.claims, self.counts.loss

    def get_results(self, request: HttpRequest) -> None:
        self.user = _person(request)
        super().get_results(request)
        claims: list[Any] = self.result_list
        keys = [claim.pk for claim in claims]
        marks, flags, stages = marks_of(keys, self.user), flags_of(keys, self.user), stages_of(keys)
        for claim in claims:
            claim.mark = marks.get(claim.pk)
            claim.flags = flags.get(claim.pk, ())
            claim.stage = stages[claim.pk]

    @property
    def summary(self) -> list[tuple[Any, str]]:
        """What stands above the list: the sum of losses, and when the counts beside the choices were made."""
        lines: list[tuple[Any, str]] = []
        if self.result_sum is not None:
            lines.append((_("Sum of losses"), format_won(int(self.result_sum))))
        if self.counts is not None:
            lines.append((_("Counts by filter as of"), date_format(localtime(self.counts.at), "H:i")))
        return lines


def _with_counts(choices: Iterable[tuple[Any, Any]], counts: Any) -> list[tuple[Any, Any]]:
    return [(value, f"{label} ({counts.get(str(value), 0):,})" if str(value) else label) for value, label in choices]


class ClaimListing:
    """The list's part of the claims' admin."""

    list_display = (
        "receipt",
        "received",
        "name",
        "state",
        "type_word",
        "service",
        "pricing_word",
        "loss",
        "nature_word",
        "outcome",
        "completeness",
        "assignee",
        "signs",
    )
    list_select_related = ("service", "classification", "assignment__user")
    main_filters: tuple[str, ...] = ("state", "assignee", "nature", "reporter_type", "completeness", "service")
    actions = ("assign_chosen",)

    def get_list_display(self, request: HttpRequest) -> list[str]:
        shown = list(super().get_list_display(request))  # type: ignore[misc]
        return shown if may_see_marks(_person(request)) else [name for name in shown if name != "outcome"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return ClaimList

    def has_assign_permission(self, request: HttpRequest) -> bool:
        """Say whether the user may give claims to people."""
        return _person(request).has_perm(ASSIGN)

    @admin.action(description=_("Assign the chosen claims"), permissions=["assign"])
    def assign_chosen(self, request: HttpRequest, rows: Any) -> HttpResponse:
        """Lead to the page that asks whom to give them to."""
        keys = ",".join(str(key) for key in rows.order_by().values_list("pk", flat=True)[:100])
        return HttpResponseRedirect(f"{reverse('admin:claims_claim_assign')}?keys={keys}")

    def list_acts(self, request: HttpRequest) -> list[tuple[Any, str]]:
        words = request.GET.urlencode()
        acts = [(word, _address(name)) for word, name, permission in BULK_ACTS if _person(request).has_perm(permission)]
        return [(word, f"{address}?{words}" if words else address) for word, address in acts if address]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        user = _person(request)
        if request.method == "GET" and not request.GET and user.has_perm("claims.view_claim"):
            view = default_view(user)
            if view is not None and view.words:
                return HttpResponseRedirect(f"{request.path}?{view.words}")
        words = words_of(request.GET)
        context = {
            **(extra_context or {}),
            "saved_views": [(view, view.words == words, view.user_id == user.pk) for view in views_of(user)],
            "view_words": words,
        }
        return super().changelist_view(request, context)  # type: ignore[misc]

    @display(description=_("receipt number"), ordering="receipt_number")
    def receipt(self, claim: Claim) -> Any:
        return _whole(claim.receipt_number)

    @display(description=_("received at"), ordering="received_at")
    def received(self, claim: Claim) -> Any:
        days = _("%(days)s days ago") % {"days": (clock.now() - claim.received_at).days}
        said = date_format(localtime(claim.received_at), "SHORT_DATETIME_FORMAT")
        return format_html('<span class="claims-whole" title="{}">{}</span>', days, said)

    @display(description=_("reporter type"))
    def type_word(self, claim: Claim) -> Any:
        return ReporterType(axis_of(claim, "reporter_type")).label

    @display(description=_("paid or free"))
    def pricing_word(self, claim: Claim) -> Any:
        return Pricing(axis_of(claim, "pricing")).label

    @display(description=_("claimed loss"))
    def loss(self, claim: Claim) -> Any:
        return format_html('<span class="claims-won">{}</span>', format_won(claim.claimed_loss))

    @display(description=_("nature"))
    def nature_word(self, claim: Claim) -> Any:
        classification = _classification(claim)
        return _("Not classified") if classification is None else classification.get_nature_display()

    @display(description=_("decision"))
    def outcome(self, claim: Any) -> Any:
        if claim.mark is None:
            return "–"
        return format_html('<span class="claims-mark" data-tone="{}">{}</span>', claim.mark.tone, claim.mark.word)

    @display(description=_("completeness"))
    def completeness(self, claim: Claim) -> Any:
        if claim.is_complete:
            return _("Complete")
        classification = _classification(claim)
        if classification is not None and classification.nature == "inquiry":
            # Nobody pays a question: nothing is missing.
            return "–"
        return format_html('<span class="claims-mark" data-tone="warning">{}</span>', _("Incomplete"))

    @display(description=_("signs"))
    def signs(self, claim: Any) -> Any:
        shown = [(flag.tone, flag.word) for flag in claim.flags]
        return format_html_join(" ", '<span class="claims-mark" data-tone="{}">{}</span>', shown) or "–"

    @display(description=_("state"))
    def state(self, claim: Any) -> Any:
        return format_html('<span class="claims-mark" data-tone="{}">{}</span>', claim.stage.tone, claim.stage.word)

    @display(description=_("assignee"))
    def assignee(self, claim: Claim) -> str:
        assignment = getattr(claim, "assignment", None)
        return "–" if assignment is None else str(assignment.user)


def _whole(text: str) -> Any:
    return format_html('<span class="claims-whole">{}</span>', text)


def _classification(claim: Claim) -> Any:
    return getattr(claim, "classification", None)


def axis_of(claim: Claim, axis: str) -> str:
    """Return what the classification says on an axis, or what was reported where there is none."""
    word: str = getattr(_classification(claim) or claim, axis)
    return word


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def listing_addresses(model_admin: Any) -> tuple[tuple[str, str, Any], ...]:
    """Return the addresses of the pages that belong to the list."""
    return (
        ("assign/", "claims_claim_assign", AssignPage.as_view(model_admin=model_admin)),
        ("views/save/", "claims_claim_save_view", SaveViewPage.as_view(model_admin=model_admin)),
        ("views/<int:view_id>/", "claims_claim_view", ViewPage.as_view(model_admin=model_admin)),
        ("views/<int:view_id>/delete/", "claims_claim_delete_view", DeleteViewPage.as_view(model_admin=model_admin)),
    )
