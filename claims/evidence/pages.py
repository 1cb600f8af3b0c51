"""Pages that take evidence in for one claim, and record a check."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from claims.evidence.models import Evidence, Fault, Kind
from claims.evidence.panels import tab_address
from claims.evidence.rules import kind_of_name
from claims.evidence.selectors import items_to_check, next_to_check
from claims.evidence.services import CHECK, CHECKED, UPLOAD, check, hand_in
from claims.register.models import Claim
from relief.accounts.models import User
from relief.errors import RuleBroken
from relief.site.pages import ActPage

BY_NAME = ("", _("By a word in the file's name"))
ACCEPTED_ENDINGS = ".pdf,.jpg,.jpeg,.png,.heic,.heif,.xlsx,.hwp,.hwpx"


def person(request: HttpRequest) -> User:
    """Return who is signed in; no page of the back office is open to anybody else."""
    return cast("User", request.user)


class FilesInput(forms.ClearableFileInput):
    """A box that takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; each is looked at by the service, empty ones too."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(one, initial) for one in given]


class UploadForm(forms.Form):
    """Files of one kind for one claim, or one that takes another's place."""

    uploads = FilesField(
        label=_("Files"),
        allow_empty_file=True,
        max_length=None,
        widget=FilesInput(attrs={"accept": ACCEPTED_ENDINGS}),
        help_text=_("PDF, JPEG, PNG, HEIC, XLSX, HWP or HWPX. The type is known by the content, not by the name."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[BY_NAME, *Kind.choices], required=False, widget=UnfoldAdminSelectWidget
    )
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )


class UploadPage(ActPage):
    """Takes files in for a claim; a script that sends them one by one is answered in JSON."""

    permission_required = UPLOAD
    title = _("Hand in evidence")
    submit_label = _("Hand in")
    form_class = UploadForm
    multipart = True
    row: Claim

    def get_initial(self) -> dict[str, Any]:
        replaced = self._replaced(self.request.GET.get("replaces", ""))
        return {} if replaced is None else {"replaces": replaced.pk, "kind": replaced.kind}

    def _replaced(self, key: str) -> Evidence | None:
        if not (key.isascii() and key.isdecimal() and len(key) < 19):
            return None
        return Evidence.objects.visible_to(person(self.request)).filter(pk=key, claim=self.row).first()

    def facts(self) -> list[tuple[Any, Any]]:
        facts: list[tuple[Any, Any]] = [(_("Receipt number"), self.row.receipt_number)]
        replaced = self._replaced(self.request.GET.get("replaces", ""))
        return facts if replaced is None else [*facts, (_("It takes the place of"), replaced.name)]

    def act(self, form: forms.Form) -> Any:
        given = form.cleaned_data
        kept, refusals = [], []
        replaces = None
        if given["replaces"] is not None:
            replaces = self._replaced(str(given["replaces"]))
            if replaces is None or len(given["uploads"]) != 1:
                raise RuleBroken(_("One file takes the place of one item of this claim."), code="one_for_one")
        for file in given["uploads"]:
            kind = given["kind"] or (replaces.kind if replaces else kind_of_name(file.name))
            try:
                kept.append(
                    hand_in(
                        by=person(self.request), claim=self.row, file=file.file, name=file.name, kind=kind,
                        note=given["note"], replaces=replaces,
                    )
                )  # fmt: skip
            except RuleBroken as refusal:
                refusals.append(f"{file.name}: {refusal}")
        if not kept:
            raise RuleBroken(" ".join(refusals), code="nothing_kept")
        for sentence in refusals:
            messages.warning(self.request, sentence)
        return _("%(count)s files are handed in; they wait for a check.") % {"count": len(kept)}

    def _is_script(self) -> bool:
        return self.request.headers.get("X-Requested-With") == "XMLHttpRequest"

    def form_valid(self, form: forms.Form) -> HttpResponse:
        if not self._is_script():
            return super().form_valid(form)
        try:
            sentence = self.act(form)
        except RuleBroken as refusal:
            return JsonResponse({"ok": False, "sentence": str(refusal)}, status=422)
        return JsonResponse({"ok": True, "sentence": str(sentence)})

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        if not self._is_script():
            return super().form_invalid(form)
        sentences = [str(error) for errors in form.errors.values() for error in errors]
        return JsonResponse({"ok": False, "sentence": " ".join(sentences)}, status=422)

    def done_url(self) -> str:
        return tab_address(self.row.pk)


class CheckForm(forms.Form):
    """What a person says about an item."""

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[(state.value, state.label) for state in CHECKED],
        widget=UnfoldAdminSelectWidget,
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, required=False, widget=UnfoldAdminSelectWidget)
    code = forms.ChoiceField(
        label=_("Reason"), choices=[("", "–"), *Fault.choices], required=False, widget=UnfoldAdminSelectWidget
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    goes_on_in = forms.CharField(required=False, widget=forms.HiddenInput)


class CheckPage(ActPage):
    """Records a check and goes on to the next item: of the queue, or of the claim."""

    permission_required = CHECK
    title = _("Check the item")
    submit_label = _("Save the check")
    form_class = CheckForm
    row: Evidence
    goes_on_in = ""

    def get_initial(self) -> dict[str, Any]:
        return {"kind": self.row.kind, "version": self.row.version, "goes_on_in": self.request.GET.get("from", "")}

    def facts(self) -> list[tuple[Any, Any]]:
        return [
            (_("Receipt number"), self.row.claim.receipt_number),
            (_("File"), self.row.name),
            (_("State"), self.row.get_state_display()),
        ]

    def act(self, form: forms.Form) -> Any:
        given = form.cleaned_data
        self.goes_on_in = given["goes_on_in"]
        self.row = check(
            by=person(self.request),
            evidence=self.row,
            verdict=given["verdict"],
            version=given["version"],
            code=given["code"],
            note=given["note"],
            kind=given["kind"],
        )
        return _("%(name)s: %(verdict)s") % {"name": self.row.name, "verdict": self.row.get_state_display()}

    def done_url(self) -> str:
        mine = items_to_check().visible_to(person(self.request))
        if self.goes_on_in == "claim":
            following = next_to_check(mine.filter(claim=self.row.claim_id), self.row)
            return tab_address(self.row.claim_id, (following or self.row).pk)
        if self.goes_on_in == "queue":
            following = next_to_check(mine, self.row)
            if following is None:
                messages.info(self.request, _now("Nothing is left to check."))
                return reverse("admin:claims_evidence_changelist")
            return reverse("admin:claims_evidence_change", args=(following.pk,))
        return reverse("admin:claims_evidence_change", args=(self.row.pk,))


def evidence_urls(model_admin: Any) -> tuple[tuple[str, str, Any], ...]:
    """Return the addresses of these pages beneath the list of evidence; the upload's row is a claim."""
    upload = UploadPage.as_view(model_admin=admin.site.get_model_admin(Claim))
    return (
        ("claim/<path:object_id>/upload/", "claims_claim_upload_evidence", upload),
        ("<path:object_id>/check/", "claims_evidence_check", CheckPage.as_view(model_admin=model_admin)),
    )
