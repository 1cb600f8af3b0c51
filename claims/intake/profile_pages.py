"""Pages that rename, delete, hand out and take in saved profiles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from claims.catalogue.models import Incident
from claims.intake.models import ImportProfile
from claims.intake.pages import person
from claims.intake.profile import Profile
from claims.intake.profile_files import profile_file, profile_in
from claims.intake.saved_profiles import LONGEST_NAME, delete_profile, save_profile
from claims.intake.services import PERMISSION
from relief.errors import RuleBroken, StaleSave
from relief.scope import working_incident_id
from relief.site.pages import ActPage


class NameForm(forms.Form):
    """The name of a profile, and the version in which it was read."""

    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class VersionForm(forms.Form):
    """The version in which a profile was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class UploadForm(forms.Form):
    """A profile's JSON file and the name under which it is saved."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Such as the source whose files it reads"),
    )
    file = forms.FileField(
        label=_("Profile (JSON)"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".json,application/json"}),
        help_text=_("A file that was downloaded from the page of a profile or of a file's columns"),
    )


class _ProfilePage(ActPage):
    """An act on one saved profile, which was read in a version."""

    permission_required = PERMISSION
    template_name = "admin/claims/intake/profile_act.html"
    row: ImportProfile
    stale: list[tuple[Any, Any, Any]]

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.row.name, "version": self.row.version}

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Profile"), self.row.name), (_("Fields mapped"), len(self.row.spec.get("columns", ())))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"stale": getattr(self, "stale", [])}


class RenamePage(_ProfilePage):
    """Gives a profile another name."""

    title = _("Rename the profile")
    submit_label = _("Save the name")
    form_class = NameForm

    def act(self, form: forms.Form) -> Any:
        given = form.cleaned_data
        try:
            self.row = save_profile(
                by=person(self.request),
                incident=self.row.incident,
                name=given["name"],
                profile=None,
                profile_row=self.row,
                version=given["version"],
            )
        except StaleSave as refusal:
            self.stale = [(label, theirs, yours) for label, (theirs, yours) in refusal.changes.items()]
            raise
        return _('The profile "%(name)s" is saved.') % {"name": self.row}


class DeletePage(_ProfilePage):
    """Deletes a profile after a confirmation."""

    title = _("Delete the profile")
    submit_label = _("Delete the profile")
    warning = _(
        "Imports that were read by it keep their own copy of the columns. The profile itself cannot be had back."
    )
    form_class = VersionForm
    danger = True
    is_gone = False

    def act(self, form: forms.Form) -> Any:
        name = self.row.name
        delete_profile(by=person(self.request), profile_row=self.row, version=form.cleaned_data["version"])
        self.is_gone = True
        return _('The profile "%(name)s" is deleted.') % {"name": name}

    def done_url(self) -> str:
        return reverse("admin:claims_importprofile_changelist") if self.is_gone else super().done_url()


class UploadPage(ActPage):
    """Saves the profile of a JSON file under a new name."""

    permission_required = PERMISSION
    title = _("Upload a profile")
    submit_label = _("Save as a profile")
    form_class = UploadForm
    multipart = True

    def act(self, form: forms.Form) -> Any:
        user, given = person(self.request), form.cleaned_data
        incident = Incident.objects.filter(pk=working_incident_id(user) or 0).first()
        if incident is None:
            raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
        profile = profile_in(given["file"])
        self.row = save_profile(by=user, incident=incident, name=given["name"], profile=profile)
        return _('The profile "%(name)s" is saved.') % {"name": self.row}


class DownloadPage(UnfoldModelAdminViewMixin, View):
    """Hands a saved profile out as JSON; it holds no personal data."""

    permission_required = "claims.view_importprofile"
    title = _("Download the profile (JSON)")

    def get(self, request: HttpRequest, object_id: str, **_words: Any) -> HttpResponse:
        row: ImportProfile | None = self.model_admin.get_object(request, object_id)
        if row is None:
            raise Http404
        return profile_file(Profile.from_json(row.spec), row.name)
