"""Pages that ask a filtered set of claims for documents, and that write the texts of letters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from claims.catalogue.models import Incident
from claims.evidence.models import Kind
from claims.helpdesk.letters.asking import Would, start_asking, would_ask
from claims.helpdesk.letters.models import Channel, Code, Language
from claims.helpdesk.letters.pages import LOOK, person
from claims.helpdesk.letters.rules import DEADLINE_DAYS, day_words, filled, kind_of
from claims.helpdesk.letters.selectors import texts_of
from claims.helpdesk.letters.services import PERMISSION, save_template
from claims.triage.narrowing import address_of, narrowing_of, words_of
from relief import clock
from relief.errors import RuleBroken
from relief.scope import working_incident_id
from relief.site.pages import ActPage

WAY = "_channel"
"""The word of the address that says on which way the letters go; it is none of the list's."""


def working_incident(request: HttpRequest) -> Incident:
    """Return the incident that the person works on. Raises RuleBroken(no_incident)."""
    user = person(request)
    incident = Incident.objects.visible_to(user).filter(pk=working_incident_id(user) or 0).first()
    if incident is None:
        raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
    return incident


class BulkForm(forms.Form):
    """What is asked for, until when and in which language, and the count that the page showed."""

    kinds = forms.MultipleChoiceField(
        label=_("Documents"),
        choices=Kind.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None chosen: each claim is asked for what it lacks."),
    )
    deadline_on = forms.DateField(
        label=_("Deadline"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date", "autocomplete": "off"})
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices, widget=UnfoldAdminSelectWidget)
    seen = forms.IntegerField(widget=forms.HiddenInput)


class BulkAskPage(ActPage):
    """Takes the query string of the claims' list: look at the counts on the chosen way, then ask them all."""

    permission_required = PERMISSION
    title = _("Ask for documents in bulk")
    submit_label = _("Ask and send the letters")
    template_name = "admin/claims/letters/bulk.html"
    form_class = BulkForm
    would: Would | None = None
    refused = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        words = request.GET.copy()
        way = words.get(WAY, "")
        self.channel = way if way in Channel.values else Channel.MAIL.value
        words.pop(WAY, None)
        self.narrowing = narrowing_of(words)
        if self.has_permission():
            self._look()
        return super().dispatch(request, *args, **kwargs)

    def _look(self) -> None:
        try:
            incident = working_incident(self.request)
            self.would = would_ask(self.narrowing, incident_id=incident.pk, channel=self.channel)
        except RuleBroken as refusal:
            self.refused = str(refusal)

    def get_initial(self) -> dict[str, Any]:
        return {
            "deadline_on": (clock.today() + timedelta(days=DEADLINE_DAYS)).isoformat(),
            "language": Language.KOREAN,
            "seen": 0 if self.would is None else self.would.to_ask,
        }

    def facts(self) -> list[tuple[Any, Any]]:
        would = self.would
        if would is None:
            return []
        return [
            (_("Claims found"), f"{would.found:,}"),
            (_("Asked for already"), f"{would.asked:,}"),
            (_("Without an address"), f"{would.without:,}"),
            (_("With an address, can be asked"), f"{would.to_ask:,}"),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        incident_id = working_incident_id(person(self.request))
        words = [] if incident_id is None or self.refused else words_of(self.narrowing, incident_id=incident_id)
        return super().get_context_data(**kwargs) | {
            "refused": self.refused,
            "words": words,
            "hidden": [(word, value) for word, values in self.narrowing.items() for value in values],
            "ways": [(code, label, code == self.channel) for code, label in Channel.choices],
            "way_word": WAY,
            "would": self.would,
            "list_url": f"{reverse('admin:claims_claim_changelist')}?{address_of(self.narrowing)}",
        }

    def act(self, form: forms.Form) -> Any:
        self.job = start_asking(
            by=person(self.request),
            incident=working_incident(self.request),
            narrowing=self.narrowing,
            channel=self.channel,
            **form.cleaned_data,
        )
        return _("The requests are being written; this page shows how far the work is.")

    def done_url(self) -> str:
        job = getattr(self, "job", None)
        if job is None:
            return f"{reverse('admin:claims_claim_changelist')}?{address_of(self.narrowing)}"
        return reverse("admin:relief_job_change", args=(job.pk,))


class TemplateForm(forms.Form):
    """Subject and text with placeholders."""

    code = forms.ChoiceField(choices=Code.choices, widget=forms.HiddenInput)
    language = forms.ChoiceField(choices=Language.choices, widget=forms.HiddenInput)
    subject = forms.CharField(
        label=_("Subject"), max_length=200, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=10_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 14}),
    )


class TemplatePage(ActPage):
    """Writes the text of a letter; its preview has made-up values, and saving makes a new version."""

    permission_required = PERMISSION
    title = _("Write the text of a letter")
    submit_label = _("Save as a new version")
    template_name = "admin/claims/letters/template.html"
    form_class = TemplateForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        said = request.POST if request.method == "POST" else request.GET
        code, language = said.get("code", ""), said.get("language", "")
        self.code = code if code in Code.values else Code.REQUEST.value
        self.language = language if language in Language.values else Language.KOREAN.value
        return super().dispatch(request, *args, **kwargs)

    def get_form(self, form_class: Any = None) -> forms.Form:
        form = super().get_form(form_class)
        form.fields["body"].help_text = " ".join(f"{{{word}}}" for word in kind_of(self.code).words)
        return form

    def get_initial(self) -> dict[str, Any]:
        incident_id = working_incident_id(person(self.request)) or 0
        subject, body, _row = texts_of(incident_id, self.code, self.language)
        return {"code": self.code, "language": self.language, "subject": subject, "body": body}

    def facts(self) -> list[tuple[Any, Any]]:
        incident_id = working_incident_id(person(self.request)) or 0
        row = texts_of(incident_id, self.code, self.language)[2]
        return [
            (_("Letter"), Code(self.code).label),
            (_("Language"), Language(self.language).label),
            (_("In force"), _("Version %(number)s") % {"number": row.version} if row else _("The default text")),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        given = form.data if form.is_bound else self.get_initial()
        try:
            letter = {part: filled(given.get(part, ""), self._example()) for part in ("subject", "body")}
        except RuleBroken as refusal:
            letter, context["preview_refused"] = {}, str(refusal)
        choices = [
            (f"{Code(code).label} · {Language(language).label}", f"?code={code}&language={language}",
             (code, language) == (self.code, self.language))
            for code in Code.values for language in Language.values
        ]  # fmt: skip
        return context | {"letter": letter, "look": LOOK, "choices": choices}

    def _example(self) -> dict[str, str]:
        place = 0 if self.language == Language.KOREAN else 1
        day = day_words(clock.today() + timedelta(days=DEADLINE_DAYS), self.language)
        known = {"help_centre": settings.HELP_CENTRE, "deadline": day}
        kind = kind_of(self.code)
        real = kind.sample(working_incident_id(person(self.request)) or 0, self.language)
        if real is not None:
            return dict(real)
        return known | {word: example[place] for word, example in kind.examples.items()}

    def form_valid(self, form: forms.Form) -> Any:
        if LOOK in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_valid(form)

    def act(self, form: forms.Form) -> Any:
        incident = working_incident(self.request)
        save_template(by=person(self.request), incident_id=incident.pk, **form.cleaned_data)
        return _("The text is in force from now on.")
