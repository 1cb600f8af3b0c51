"""Forms of small tables: they ask, a service writes, and a refusal stands on the form instead of a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from relief.errors import NotAllowed, RuleBroken, StaleSave
from relief.site.options import ListTitle, OfferedFilters, OwnAddresses, RowHistory, _Scoped

if TYPE_CHECKING:
    from relief.accounts.models import User

    _ModelForm = forms.ModelForm[Model]
else:
    _ModelForm = forms.ModelForm

VERSION = "read_version"


class ServiceForm(_ModelForm):
    """A form whose constraints the service checks, so that the house's own sentences appear."""

    refusal: RuleBroken | None = None

    def validate_unique(self) -> None:
        """Leave it to the service."""

    def validate_constraints(self) -> None:
        """Leave it to the service."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal is not None:
            self.add_error(None, str(self.refusal))
        return cleaned


class VersionedForm(ServiceForm):
    """Carries the version of the row as it was read."""

    read_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields[VERSION].initial = self.instance.version  # type: ignore[attr-defined]


class ServiceAdmin(OwnAddresses, RowHistory, OfferedFilters, ListTitle, _Scoped, ModelAdmin):
    """A list and a form; `save_through` of the subclass calls the service that writes."""

    form = ServiceForm
    list_per_page = 50
    show_full_result_count = False
    actions: Any = ()
    change_form_template = "admin/editing.html"

    def save_through(self, *, by: User, row: Any, values: dict[str, Any]) -> Model:
        """Call the service with the form's values; `row` is the stored row, or None for a new one."""
        raise NotImplementedError

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"refusal": getattr(request, "refusal", None)})

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        extra_context = {"show_history": True, **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except NotAllowed:
            raise
        except RuleBroken as refusal:
            # The view's transaction is rolled back; the same form is shown again with the refusal on it.
            request.refusal = refusal  # type: ignore[attr-defined]
            changes = refusal.changes if isinstance(refusal, StaleSave) else {}
            stale = [(label, theirs, yours) for label, (theirs, yours) in changes.items()]
            return super().changeform_view(request, object_id, form_url, {**extra_context, "stale": stale})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        stored = self.model._default_manager.get(pk=obj.pk) if change else None
        values = dict(form.cleaned_data)
        saved = self.save_through(by=request.user, row=stored, values=values)  # type: ignore[arg-type]
        # The page goes on with the row that the service wrote.
        vars(obj).update(vars(saved))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Nothing: the record of changes is kept by the database."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Nothing: the record of changes is kept by the database."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class VersionedAdmin(ServiceAdmin):
    """Edits rows with a `version`: a stale save is refused and shows theirs and yours field by field."""

    form = VersionedForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = list(super().get_fields(request, obj))
        return fields if VERSION in fields else [*fields, VERSION]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        version = form.cleaned_data.pop(VERSION, None)
        if change and version is None:
            raise RuleBroken(_("The form lacks the version it was read in. Reload the page."), code="no_version")
        if change:
            form.cleaned_data["version"] = version
        super().save_model(request, obj, form, change)
