"""Amendments in the back office: the list of those that wait, a page with before and after, and what holds."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.intake.amendments import PERMISSION, apply_amendment, dismiss_amendment
from claims.intake.changes import amendment_changes, changed_fields
from claims.intake.facts import Amendment, AmendmentState
from claims.intake.pages import person
from relief.money import format_won
from relief.site.pages import ActPage, ReasonForm
from relief.site.showing import ShownAdmin

STATE_COLOURS = {
    AmendmentState.WAITING: "warning",
    AmendmentState.APPLIED: "success",
    AmendmentState.DISMISSED: "default",
    AmendmentState.WITHDRAWN: "default",
}


class AmendmentFilter(django_filters.FilterSet):
    """Amendments by what became of them, and of one import."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=AmendmentState.choices, empty_label=_("All"))
    claim_import = django_filters.NumberFilter(label=_("Import no."), min_value=1, max_value=2**31 - 1)

    class Meta:
        model = Amendment
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        # No choice of this filter depends on the incident.
        super().__init__(*args, **kwargs)


@admin.register(Amendment)
class AmendmentAdmin(ShownAdmin):
    """Every amendment of the incident, newest first."""

    list_display = ("receipt", "state_word", "name", "changes", "loss_now", "loss_reported", "import_number", "decided")
    list_select_related = ("claim", "claim_import", "decided_by")
    ordering = ("-id",)
    sortable_by = ()
    filterset = AmendmentFilter
    empty = _("No file has reported a decided or corrected claim otherwise. There is nothing to do here.")
    page_template = "admin/claims/intake/amendment.html"
    page_related = ("claim__service", "claim_import__stored_file", "decided_by")

    class Media:
        css = {"all": ("claims/intake.css",)}

    @display(description=_("receipt number"))
    def receipt(self, row: Amendment) -> str:
        return row.claim.receipt_number

    @display(description=_("state"), label=STATE_COLOURS)
    def state_word(self, row: Amendment) -> Any:
        return row.state, row.get_state_display()

    @display(description=_("What changes"))
    def changes(self, row: Amendment) -> str:
        # Of one that is decided, the claim says no longer what it said before.
        waits = row.state == AmendmentState.WAITING
        return ", ".join(changed_fields(row.claim, row)) or "–" if waits else "–"

    @display(description=_("loss as registered"))
    def loss_now(self, row: Amendment) -> str:
        return format_won(row.claim.claimed_loss)

    @display(description=_("loss as reported"))
    def loss_reported(self, row: Amendment) -> str:
        return format_won(row.claimed_loss)

    @display(description=_("import"))
    def import_number(self, row: Amendment) -> str:
        return str(_("no. %(number)s, line %(line)s") % {"number": row.claim_import_id, "line": f"{row.line:,}"})

    @display(description=_("decided"))
    def decided(self, row: Amendment) -> str:
        if row.decided_at is None:
            return "–"
        return f"{date_format(localtime(row.decided_at), 'SHORT_DATETIME_FORMAT')} · {row.decided_by}"

    def page_context(self, request: HttpRequest, row: Amendment) -> dict[str, Any]:
        (change,) = amendment_changes([row])
        waits = row.state == AmendmentState.WAITING
        return {
            "amendment": row,
            "tone": STATE_COLOURS[AmendmentState(row.state)],
            "change": change,
            "others": self._others(request, row),
            "may_decide": waits and request.user.has_perm(PERMISSION),
        }

    def _others(self, request: HttpRequest, row: Amendment) -> QuerySet[Amendment]:
        return self.get_queryset(request).filter(claim_id=row.claim_id).exclude(pk=row.pk).order_by("-pk")[:20]

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("<path:object_id>/apply/", "claims_amendment_apply", ApplyPage.as_view(model_admin=self)),
            ("<path:object_id>/dismiss/", "claims_amendment_dismiss", DismissPage.as_view(model_admin=self)),
        )


class VersionForm(ReasonForm):
    """A reason, and the version of the claim that the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class AmendmentPage(ActPage):
    """A page that decides on one amendment: each field before and after."""

    permission_required = PERMISSION
    form_class: type[forms.Form] = ReasonForm
    row: Amendment

    def facts(self) -> list[tuple[Any, Any]]:
        (change,) = amendment_changes([self.row])
        fields = [(field.label, f"{field.before} → {field.after}") for field in change.fields]
        return [
            (_("Receipt number"), self.row.claim.receipt_number),
            (_("State"), self.row.get_state_display()),
            *fields,
        ]


class ApplyPage(AmendmentPage):
    title = _("Apply the amendment")
    submit_label = _("Let the claim say so")
    form_class = VersionForm
    warning = _("What was decided or paid on the claim stays as it is; look afterwards whether it still holds.")

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.row.claim.version}

    def act(self, form: forms.Form) -> Any:
        words = form.cleaned_data
        by = person(self.request)
        apply_amendment(by=by, amendment=self.row, reason=words["reason"], version=words["version"])
        return _("The claim %(claim)s says now what the file reported.") % {"claim": self.row.claim}


class DismissPage(AmendmentPage):
    title = _("Dismiss the amendment")
    submit_label = _("Leave the claim as it is")

    def act(self, form: forms.Form) -> Any:
        dismiss_amendment(by=person(self.request), amendment=self.row, reason=form.cleaned_data["reason"])
        return _("The claim %(claim)s stays as it is.") % {"claim": self.row.claim}
