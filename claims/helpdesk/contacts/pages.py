"""Pages on which contacts are recorded and linked, and next steps carried out; and the search for who calls."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from claims.catalogue.models import Incident
from claims.helpdesk.contacts.forms import AssigneeForm, ContactForm, LinkForm, NoteForm, PostponeForm
from claims.helpdesk.contacts.models import Contact, NextStep, StepState
from claims.helpdesk.contacts.panels import tab_address
from claims.helpdesk.contacts.services import (
    MOST_AT_ONCE,
    PERMISSION,
    assign_steps,
    complete_step,
    drop_step,
    link_contact,
    postpone_step,
    record_contact,
)
from claims.register.models import Claim
from claims.register.selectors import sought_claims
from relief.accounts.models import User
from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from relief.errors import RuleBroken
from relief.scope import working_incident_id
from relief.site.pages import ActPage, ReasonForm

MOST_FOUND = 20
"""Claims that a search for a caller lists; who finds more writes more."""


def _person(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


class RecordContactPage(ActPage):
    """Records a contact, on the claim that the address names (`claim`) or on none."""

    permission_required = PERMISSION
    title = _("Record a contact")
    submit_label = _("Record")
    form_class = ContactForm

    def _claim(self) -> Claim | None:
        key = self.request.GET.get("claim", "")
        if not key:
            return None
        rows = Claim.objects.visible_to(_person(self.request))
        claim = rows.filter(pk=key).first() if key.isdecimal() and len(key) < 19 else None
        if claim is None:
            raise Http404
        return claim

    def get_form_kwargs(self) -> dict[str, Any]:
        incident_id = working_incident_id(_person(self.request))
        return super().get_form_kwargs() | {"incident_id": incident_id, "with_step": self._claim() is not None}

    def facts(self) -> list[tuple[Any, Any]]:
        claim = self._claim()
        if claim is None:
            return [(_("Claim"), _("None yet: the contact can be linked to its claim later."))]
        return [(_("Receipt number"), claim.receipt_number), (_("Name"), claim.name or "–")]

    def act(self, form: forms.Form) -> Any:
        assert isinstance(form, ContactForm)  # noqa: S101 - of this page's own class
        given, user = form.cleaned_data, _person(self.request)
        incident = Incident.objects.visible_to(user).filter(pk=working_incident_id(user) or 0).first()
        if incident is None:
            raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
        record_contact(
            by=user,
            incident=incident,
            claim=self._claim(),
            kind=given["kind"],
            channel=given["channel"],
            direction=given["direction"],
            text=given["text"],
            step=form.step(),
        )
        return _("The contact is recorded.")

    def done_url(self) -> str:
        claim = self._claim()
        return reverse("admin:claims_contact_changelist") if claim is None else tab_address(claim.pk)


class LinkPage(ActPage):
    """Links a contact to the claim with a receipt number, once."""

    permission_required = PERMISSION
    title = _("Link the contact to a claim")
    submit_label = _("Link")
    form_class = LinkForm
    row: Contact

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Contact"), self.row), (_("What was said"), self.row.text)]

    def act(self, form: forms.Form) -> Any:
        number = form.cleaned_data["receipt_number"].strip()
        claim = Claim.objects.visible_to(_person(self.request)).filter(receipt_number=number).first()
        if claim is None:
            raise RuleBroken(
                _("No claim of this incident has this receipt number. Look for it by phone first."),
                code="claim_not_found",
            )
        link_contact(by=_person(self.request), contact=self.row, claim=claim)
        self.claim = claim
        return _("The contact stands on claim %(claim)s now.") % {"claim": claim}

    def done_url(self) -> str:
        claim = getattr(self, "claim", None)
        return reverse("admin:claims_contact_changelist") if claim is None else tab_address(claim.pk)


class StepPage(ActPage):
    """A page about one next step; afterwards the claim's contacts are open again."""

    permission_required = PERMISSION
    row: NextStep

    def facts(self) -> list[tuple[Any, Any]]:
        day = date_format(self.row.due_on, "SHORT_DATE_FORMAT") if self.row.due_on else "–"
        return [
            (_("Receipt number"), self.row.claim.receipt_number),
            (_("What follows"), self.row.what),
            (_("Due on"), day),
            (_("Assignee"), self.row.assignee or "–"),
        ]

    def done_url(self) -> str:
        return tab_address(self.row.claim_id)


class CompletePage(StepPage):
    """Says that a step is done."""

    title = _("The step is done")
    submit_label = _("Done")
    form_class = NoteForm

    def act(self, form: forms.Form) -> Any:
        complete_step(by=_person(self.request), step=self.row, note=form.cleaned_data["note"])
        return _("The step is done.")


class DropPage(StepPage):
    """Says that a step is not needed any more."""

    title = _("The step is not needed")
    submit_label = _("Drop the step")
    form_class = ReasonForm

    def act(self, form: forms.Form) -> Any:
        drop_step(by=_person(self.request), step=self.row, reason=form.cleaned_data["reason"])
        return _("The step is dropped.")


class PostponePage(StepPage):
    """Puts a step off."""

    title = _("Postpone the step")
    submit_label = _("Postpone")
    form_class = PostponeForm

    def act(self, form: forms.Form) -> Any:
        given = form.cleaned_data
        postpone_step(by=_person(self.request), step=self.row, due_on=given["due_on"], reason=given["reason"])
        return _("The step is due on %(day)s now.") % {"day": date_format(given["due_on"], "SHORT_DATE_FORMAT")}


class AssignStepsPage(ActPage):
    """Gives the open steps that the address names (`keys`), or else those of the narrowed queue, to one person."""

    permission_required = PERMISSION
    title = _("Give the steps to somebody")
    submit_label = _("Assign")
    form_class = AssigneeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"incident_id": working_incident_id(_person(self.request))}

    def _steps(self) -> QuerySet[NextStep]:
        keys = self.request.GET.get("keys")
        if keys is None:
            rows: QuerySet[NextStep] = self.model_admin.get_changelist_instance(self.request).queryset
            return rows.filter(state=StepState.OPEN)
        chosen = [int(key) for key in keys.split(",")[: MOST_AT_ONCE + 1] if key.isdecimal() and len(key) < 19]
        return NextStep.objects.visible_to(_person(self.request)).filter(pk__in=chosen, state=StepState.OPEN)

    def facts(self) -> list[tuple[Any, Any]]:
        counts = self._steps().order_by().aggregate(steps=Count("pk"), claims=Count("claim", distinct=True))
        return [(_("Open steps"), f"{counts['steps']:,}"), (_("Claims"), f"{counts['claims']:,}")]

    def act(self, form: forms.Form) -> Any:
        steps = list(self._steps().select_related("claim")[: MOST_AT_ONCE + 1])
        assignee = form.cleaned_data["assignee"]
        count = assign_steps(by=_person(self.request), steps=steps, assignee=assignee)
        return _("%(count)s steps changed hands.") % {"count": f"{count:,}"}


class CallerPage(UnfoldModelAdminViewMixin, TemplateView):
    """Finds the claims of who calls, by phone or receipt number; one hit opens its contacts at once."""

    permission_required = PERMISSION
    title = _("Who calls?")
    template_name = "admin/claims/contacts/caller.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("q", "").strip()
        found: list[Claim] = []
        too_short = False
        if asked:
            sought = sought_claims(asked)
            too_short = sought.is_too_short
            if sought.numbers:
                record_disclosure(
                    by=_person(request),
                    kind=Disclosure.Kind.SEARCH,
                    subject="claims.claim",
                    fields=",".join(sought.numbers),
                    reason=str(_("Search for a caller")),
                    request_id=request.META.get("RELIEF_REQUEST_ID", ""),
                    incident_id=working_incident_id(_person(request)),
                )
            rows = Claim.objects.visible_to(_person(request)).filter(sought.condition).select_related("service")
            found = list(rows.order_by("-received_at", "-pk")[: MOST_FOUND + 1])
            if len(found) == 1:
                return HttpResponseRedirect(f"{tab_address(found[0].pk)}#record")
        context = self.get_context_data(
            asked=asked, found=found[:MOST_FOUND], more=len(found) > MOST_FOUND, too_short=too_short
        )
        return self.render_to_response(context)
