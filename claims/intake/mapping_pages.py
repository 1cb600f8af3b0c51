"""The page on which a person confirms the columns of a claim file before anything of it is read into the register."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from claims.intake import drafts, mapping_words, profile_admin, services
from claims.intake.choices import Choices
from claims.intake.columns import FIELDS
from claims.intake.drafts import Draft
from claims.intake.layout import Layout, lay_out
from claims.intake.mapping_forms import WORDED, MappingForm
from claims.intake.models import ClaimImport, ImportProfile, ImportState
from claims.intake.pages import ReceivePage, person
from claims.intake.previews import Preview, preview
from claims.intake.profile import Profile
from claims.intake.profile_files import profile_file, profile_in
from claims.intake.reading import form_of
from claims.intake.reading_form import ReadingForm
from claims.intake.saved_profiles import save_profile
from claims.intake.selectors import vocabulary
from claims.intake.validation import Validator
from relief.errors import RuleBroken

if TYPE_CHECKING:
    from claims.intake.words import Vocabulary

__all__ = ("ColumnsPage", "mapping_urls", "profile_admin")

MOST_SHOWN = 1_000


def mapping_urls(model_admin: Any) -> tuple[tuple[str, str, Any], ...]:
    """Return the addresses of handing a file in and confirming its columns, for the admin of imports."""
    return (
        ("receive/", "claims_claimimport_receive", ReceivePage.as_view(model_admin=model_admin)),
        ("<path:object_id>/columns/", "claims_claimimport_columns", ColumnsPage.as_view(model_admin=model_admin)),
    )


class ColumnsPage(UnfoldModelAdminViewMixin, TemplateView):
    """Shows what a file would become under a profile; only "load" and "save" write, through one service each.

    What a person has changed travels in the form, so that checking again stores nothing.
    """

    permission_required = services.PERMISSION
    title = _("Columns of the file")
    template_name = "admin/claims/intake/columns.html"
    row: ClaimImport
    refused: RuleBroken | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.has_permission():
            found: ClaimImport | None = self.model_admin.get_object(request, kwargs["object_id"])
            if found is None:
                raise Http404
            self.row = found
            if found.state != ImportState.PROPOSED:
                return self._to_import(_("The columns of this file are confirmed already."))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        if self.row.continues_id is not None:
            return self.render_to_response(self.get_context_data(continues=self.row.continues))
        return self._shown(drafts.begun(self.row, afresh="afresh" in request.GET))

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        act = request.POST.get("act", "check")
        if self.row.continues_id is not None:
            return self._load(None) if act == "load" else self.get(request)
        if act in {"use", "upload"}:
            try:
                return self._shown(self._laid_as_saved() if act == "use" else self._laid_as_uploaded())
            except RuleBroken as refusal:
                # What was filled in stays, so that only the other profile is lost.
                self.refused, act = refusal, "check"
        try:
            return self._checked(self._sent(), act)
        except RuleBroken as refusal:
            self.refused = refusal
            return self._shown(drafts.begun(self.row))

    def _sent(self) -> Draft:
        """Return the draft that the page was shown under, its columns left to the form. Raises RuleBroken."""
        try:
            profile = Profile.from_json(json.loads(self.request.POST.get("draft", "")))
        except (ValueError, RecursionError) as error:
            raise RuleBroken(
                _("The page was sent incompletely. Look at the columns again."), code="page_incomplete"
            ) from error
        return drafts.laid(self.row, profile, self._saved(self.request.POST.get("saved", "")))

    def _saved(self, key: str) -> ImportProfile | None:
        number = int(key) if key.isdecimal() and len(key) < 19 else 0
        return ImportProfile.objects.filter(incident_id=self.row.incident_id, pk=number).first()

    def _laid_as_saved(self) -> Draft:
        saved = self._saved(self.request.POST.get("profile_row", ""))
        if saved is None:
            raise RuleBroken(_("Choose one of the saved profiles."), code="profile_gone")
        return drafts.laid(self.row, Profile.from_json(saved.spec), saved)

    def _laid_as_uploaded(self) -> Draft:
        file = self.request.FILES.get("profile_file")
        if file is None:
            raise RuleBroken(_("Choose the JSON file of a profile first."), code="profile_missing")
        return drafts.laid(self.row, profile_in(cast("Any", file)))

    def _checked(self, before: Draft, act: str) -> HttpResponse:
        """Take over what was filled in; where the file is read otherwise now, its columns are looked at first."""
        post = self.request.POST
        reading = ReadingForm(post, profile=before.profile)
        if not reading.is_valid():
            return self._shown(before, reading=reading, form=self._form(before, post))
        parts = reading.parts()
        written = replace(before.profile, **parts)
        if before.head is None or form_of(written) != form_of(before.profile):
            return self._shown(drafts.proposed(self.row, written))
        form = self._form(before, post)
        if not form.is_valid():
            return self._shown(before, reading=reading, form=form)
        try:
            profile = form.profile(parts)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
            return self._shown(before, reading=reading, form=form)
        columns = form.cleaned_data["columns"]
        headings = before.head.headings(profile)
        if headings != before.headings:
            columns = drafts.moved(columns, before.headings, headings)
            act = "check"
        profile = drafts.with_columns(profile, headings, columns)
        return self._acted(Draft(profile, before.head, headings, columns, before.saved), act)

    def _acted(self, draft: Draft, act: str) -> HttpResponse:
        try:
            if act == "download":
                return profile_file(draft.profile, draft.saved.name if draft.saved else str(self.row))
            if act == "load":
                return self._load(draft)
            if act == "save":
                self._save(draft, self.request.POST.get("profile_name", ""), None)
            elif act == "overwrite" and draft.saved is not None:
                self._save(draft, draft.saved.name, draft.saved)
        except RuleBroken as refusal:
            draft.refuse(refusal)
        return self._shown(draft)

    def _save(self, draft: Draft, name: str, over: ImportProfile | None) -> None:
        version = self.request.POST.get("saved_version", "")
        draft.saved = save_profile(
            by=person(self.request),
            incident=self.row.incident,
            name=name,
            profile=draft.profile,
            profile_row=over,
            version=int(version) if version.isdecimal() and len(version) < 10 else 0,
        )
        messages.success(self.request, _('The profile "%(name)s" is saved.') % {"name": draft.saved})

    def _load(self, draft: Draft | None) -> HttpResponse:
        layout = None
        if draft is not None:
            layout = lay_out(draft.profile, draft.headings)
            # Refused here and not by the worker where the profile names what the catalogue has not.
            Validator(layout, vocabulary(self.row.incident))
        saved = draft.saved if draft is not None and drafts.is_saved_so(draft) else None
        services.load(by=person(self.request), claim_import=self.row, layout=layout, saved_profile=saved)
        messages.success(self.request, _("The file is being read; this page shows how far it is."))
        return HttpResponseRedirect(self._import_url())

    def _import_url(self) -> str:
        return reverse("admin:claims_claimimport_change", args=(self.row.pk,))

    def _to_import(self, sentence: Any) -> HttpResponseRedirect:
        messages.info(self.request, sentence)
        return HttpResponseRedirect(self._import_url())

    def _form(self, draft: Draft, data: Any = None, unknown: Any = None) -> MappingForm:
        return MappingForm(data, draft=draft, choices=Choices.of(self.row.incident), unknown=unknown or {})

    def _shown(
        self, draft: Draft, *, reading: ReadingForm | None = None, form: MappingForm | None = None
    ) -> HttpResponse:
        """Answer the page: with the forms as they were sent where they are at fault, else with what would become."""
        outcome: dict[str, Any] = {}
        if self.refused is not None:
            draft.refuse(self.refused)
        if form is None:
            found, layout = self._previewed(draft)
            form = self._form(draft, unknown=found.unknown_words if found else None)
            if found is not None and layout is not None:
                outcome = {
                    "preview": found,
                    "rejected_lines": mapping_words.rejected_lines(found, layout),
                    "fault_lines": mapping_words.fault_lines(found),
                }
        sheets = draft.head.sheets if draft.head else ()
        lines = mapping_words.column_lines(draft, form)
        context = self.get_context_data(
            draft=draft,
            draft_json=json.dumps({**draft.profile.as_json(), "columns": {}}, ensure_ascii=False),
            reading=reading or ReadingForm(profile=draft.profile, sheets=sheets),
            form=form,
            lines=lines,
            unfed=mapping_words.unfed_fields(form, lines),
            words=[(FIELDS[name], form.word_lines(name)) for name in WORDED if form.word_lines(name)],
            is_saved_so=drafts.is_saved_so(draft),
            profiles=ImportProfile.objects.filter(incident_id=self.row.incident_id),
            **outcome,
        )
        return self.render_to_response(context)

    def _previewed(self, draft: Draft) -> tuple[Preview | None, Layout | None]:
        """Return what the first rows would become, or nothing where the profile does not fit: the draft tells why."""
        if draft.head is None or not draft.headings:
            return None, None
        words: Vocabulary = vocabulary(self.row.incident)
        try:
            layout = lay_out(draft.profile, draft.headings)
            return preview(layout, words, draft.head.body(draft.profile), MOST_SHOWN), layout
        except RuleBroken as refusal:
            draft.refuse(refusal)
            return None, None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draft: Draft | None = kwargs.get("draft")
        return super().get_context_data(**kwargs) | {
            "claim_import": self.row,
            "original": self.row,
            "opts": self.model_admin.opts,
            "facts": mapping_words.file_facts(self.row, draft or Draft(Profile())),
            "import_url": self._import_url(),
        }
