"""Pages that send the letter of one decision, or of many, and show it before."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from claims.catalogue.models import Incident
from claims.helpdesk.letters.channels import refuse_closed
from claims.helpdesk.letters.models import Channel, Delivery, Language
from claims.helpdesk.letters.printing import letter_pdf
from claims.helpdesk.letters.selectors import Letter, live_address
from claims.register.models import Claim
from committee.decisions.models import Decision, DecisionRun
from committee.letters.selectors import Would, decision_letter, key_of, narrowed, related, unwritten, would_tell
from committee.letters.services import PERMISSION, start_telling, write_decision_letter
from committee.panel import person
from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from relief.errors import RuleBroken
from relief.scope import working_incident_id
from relief.site.pages import ActPage

LOOK = "_look"
"""The name of the button that shows the letter and sends nothing."""


class SendForm(forms.Form):
    """In which language and on which way."""

    language = forms.ChoiceField(label=_("Language"), choices=Language.choices, widget=UnfoldAdminSelectWidget)
    channel = forms.ChoiceField(label=_("Sent by"), choices=Channel.choices, widget=UnfoldAdminSelectWidget)


class LetterPage(ActPage):
    """Sends one letter about a claim; it is shown as it would be sent. Subclasses say which claim and which letter."""

    permission_required = PERMISSION
    submit_label = _("Send the letter")
    template_name = "admin/claims/letters/ask.html"
    form_class = SendForm

    def claim(self) -> Claim:
        """Return the claim that the letter is about."""
        raise NotImplementedError

    def letter(self, language: str) -> Letter:
        """Return the letter in this language."""
        raise NotImplementedError

    def get_initial(self) -> dict[str, Any]:
        mail = live_address(self.claim()) is not None
        return {"language": Language.KOREAN, "channel": Channel.MAIL if mail else Channel.MESSAGE}

    def facts(self) -> list[tuple[Any, Any]]:
        claim, address = self.claim(), live_address(self.claim())
        return [
            (_("Receipt number"), claim.receipt_number),
            (_("Email"), address.masked() if address else _("none")),
            (_("Phone"), claim.masked("phone") or _("none")),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        language = form.data.get("language", "") if form.is_bound else Language.KOREAN
        known = language if language in Language.values else Language.KOREAN.value
        return context | {"letter": self.letter(known), "look": LOOK}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        if LOOK in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_valid(form)


class OnePage(LetterPage):
    """Sends the letter of one decision."""

    title = _("Tell this decision")

    @cached_property
    def decision(self) -> Decision:
        visible = Decision.objects.visible_to(person(self.request))
        found = related(visible.standing()).filter(pk=self.kwargs["decision_id"]).first()
        if found is None:
            raise Http404
        return found

    def claim(self) -> Claim:
        return self.decision.claim

    def letter(self, language: str) -> Letter:
        return decision_letter(self.decision, language)

    def facts(self) -> list[tuple[Any, Any]]:
        facts = [*super().facts(), (_("Outcome"), self.decision.get_outcome_display())]
        told = Delivery.objects.filter(key=key_of(self.decision)).first()
        return [*facts, (_("Told already"), told.get_state_display())] if told else facts

    def act(self, form: forms.Form) -> Any:
        write_decision_letter(by=person(self.request), decision=self.decision, **form.cleaned_data)
        return _("The letter is written and on its way.")

    def done_url(self) -> str:
        return reverse("admin:committee_decision_change", args=(self.decision.pk,))


class OnePdfView(UnfoldModelAdminViewMixin, View):
    """Gives the letter of one decision as a PDF, as it would read now; the download is recorded."""

    permission_required = PERMISSION
    title = _("Letter as PDF")

    def get(self, request: HttpRequest, decision_id: int, **_context: Any) -> HttpResponse:
        rows = related(Decision.objects.visible_to(person(request)).standing()).select_related("claim__incident")
        decision = rows.filter(pk=decision_id).first()
        if decision is None:
            raise Http404
        asked = request.GET.get("language", "")
        language = asked if asked in Language.values else Language.KOREAN.value
        letter = decision_letter(decision, language)
        record_disclosure(
            by=person(request),
            kind=Disclosure.Kind.DOWNLOAD,
            subject="committee.decision",
            subject_key=str(decision.pk),
            fields="name",
            reason=gettext("Letter as PDF"),
            incident_id=decision.claim.incident_id,
        )
        content = letter_pdf(
            incident=str(decision.claim.incident),
            language=language,
            subject=letter.subject,
            body=letter.body,
            receipt_number=decision.claim.receipt_number,
            at=decision.decided_at,
        )
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="decision-{decision.pk}.pdf"'
        return answer


class ManyForm(SendForm):
    """Which decisions, and the count that the page showed."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", _("All")), *Decision.Outcome.choices],
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    run = forms.ModelChoiceField(
        label=_("Run"), required=False, queryset=DecisionRun.objects.none(), empty_label=_("All"),
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    tier = forms.IntegerField(
        label=_("Tier"), required=False, min_value=1, max_value=99, widget=UnfoldAdminIntegerFieldWidget
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    field_order = ("outcome", "run", "tier", "language", "channel", "seen")


class ManyPage(ActPage):
    """Sends the letters of many decisions: look at the counts and at a letter first, then send."""

    permission_required = PERMISSION
    title = _("Send decision letters")
    submit_label = _("Send the letters")
    template_name = "admin/committee/decision_letters.html"
    form_class = ManyForm
    would: Would | None = None

    def get_form(self, form_class: Any = None) -> forms.Form:
        form = super().get_form(form_class)
        runs = DecisionRun.objects.visible_to(person(self.request)).select_related("policy__measure")
        form.fields["run"].queryset = runs  # type: ignore[attr-defined]
        return form

    def _selection(self, form: forms.Form) -> dict[str, Any]:
        data = form.cleaned_data
        run = data["run"].pk if data.get("run") else None
        selection = {"outcome": data.get("outcome"), "run": run, "tier": data.get("tier")}
        return {word: value for word, value in selection.items() if value}

    def get_initial(self) -> dict[str, Any]:
        return {"language": Language.KOREAN, "channel": Channel.MESSAGE}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        if LOOK not in self.request.POST:
            return super().form_valid(form)
        incident_id = working_incident_id(person(self.request)) or 0
        selection, channel = self._selection(form), form.cleaned_data["channel"]
        try:
            refuse_closed(channel)
        except RuleBroken as refusal:
            form.add_error("channel", str(refusal))
            return self.form_invalid(form)
        self.would = would_tell(incident_id, selection, channel)
        first = related(unwritten(narrowed(incident_id, selection), channel)).order_by("pk").first()
        letter = None if first is None else decision_letter(first, form.cleaned_data["language"])
        # The same choice again, with the count that is shown.
        looked = ManyForm(initial=self.request.POST.dict() | {"seen": self.would.to_tell})
        looked.fields["run"].queryset = form.fields["run"].queryset  # type: ignore[attr-defined]
        return self.render_to_response(self.get_context_data(form=looked, letter=letter))

    def facts(self) -> list[tuple[Any, Any]]:
        would = self.would
        if would is None:
            return []
        return [
            (_("Standing decisions found"), f"{would.found:,}"),
            (_("Told already"), f"{would.told:,}"),
            (_("Cannot be reached on this way"), f"{would.unreached:,}"),
            (_("Letters to be written"), f"{would.to_tell:,}"),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"look": LOOK, "looked": self.would is not None}

    def act(self, form: forms.Form) -> Any:
        incident = Incident.objects.filter(pk=working_incident_id(person(self.request)) or 0).first()
        if incident is None:
            raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
        self.row = start_telling(
            by=person(self.request),
            incident=incident,
            selection=self._selection(form),
            language=form.cleaned_data["language"],
            channel=form.cleaned_data["channel"],
            seen=form.cleaned_data["seen"] or 0,
        )
        return _("The letters are being written; this page shows how far it is.")
