"""Import and export of a small table on pages of the admin: a preview first, nothing left behind, no cell that acts."""

from __future__ import annotations

from base64 import b64decode, b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Any

import tablib
from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core import signing
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import Format
from import_export.tmp_storages import BaseStorage
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from relief.clock import today
from relief.errors import RuleBroken
from relief.scope import working_incident_id
from relief.spreadsheets import Limits, open_sheet
from relief.spreadsheets.limits import MEGABYTE
from relief.spreadsheets.reading import Cell, file_too_large
from relief.spreadsheets.writing import write_delimited, write_texts

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from relief.accounts.models import User

LINE = "line"
"""First column of every table read: the line of the file on which the row begins."""
PREVIEW_SECONDS = 60 * 60
_LIMITS = Limits(
    size=MEGABYTE, workbook_size=MEGABYTE, rows=5_000, columns=40, cell=10_000, expanded=64 * MEGABYTE, seconds=30
)
_SHOWN_REFUSALS = 10


class TableIn(Format):
    """A table handed in; whether it is CSV or XLSX is seen from its bytes."""

    def __init__(self, encoding: str | None = None) -> None:
        """Take what the library hands every format; the encoding is found out."""

    def get_title(self) -> str:
        return "CSV, XLSX"

    def can_import(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """Return the rows as texts, each with its line in front.

        Raises RuleBroken for a file that cannot be read, or RuleBroken(cells_past_heading).
        """
        dataset = tablib.Dataset()
        width = 0
        for line, cells in open_sheet(BytesIO(in_stream), limits=_LIMITS).rows:
            texts = [_as_text(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            if not width:
                width = len(texts)
                dataset.headers = [LINE, *texts]
                continue
            if len(texts) > width:
                raise RuleBroken(
                    _("Line %(line)s has more cells than the heading. Correct the file and hand it in again.")
                    % {"line": line},
                    code="cells_past_heading",
                )
            dataset.append([str(line), *texts, *[""] * (width - len(texts))])
        return dataset


def _as_text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


class CsvOut(Format):
    """CSV in UTF-8 as spreadsheets want it."""

    def get_title(self) -> str:
        return "CSV"

    def get_extension(self) -> str:
        return "csv"

    def get_content_type(self) -> str:
        return "text/csv; charset=utf-8"

    def can_export(self) -> bool:
        return True

    def export_data(self, dataset: tablib.Dataset, **_kwargs: Any) -> bytes:
        """Return the table with an apostrophe before every cell that a spreadsheet would carry out."""
        file = BytesIO()
        write_delimited(file, headings=dataset.headers, rows=dataset)
        return file.getvalue()


class XlsxOut(Format):
    """A workbook of text cells."""

    def get_title(self) -> str:
        return "XLSX"

    def get_extension(self) -> str:
        return "xlsx"

    def get_content_type(self) -> str:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def can_export(self) -> bool:
        return True

    def export_data(self, dataset: tablib.Dataset, **_kwargs: Any) -> bytes:
        """Return the table with every text as it is, marked so that none is a formula."""
        file = BytesIO()
        write_texts(file, title=dataset.title, headings=dataset.headers, rows=dataset)
        return file.getvalue()


class CarriedFile(BaseStorage):
    """The file handed in, signed and carried by the form from preview to confirmation: its name is its bytes."""

    def save(self, data: bytes) -> None:
        self.name = signing.dumps(b64encode(data).decode(), salt="relief.tables", compress=True)

    def read(self) -> bytes:
        return b64decode(signing.loads(self.name, salt="relief.tables", max_age=PREVIEW_SECONDS))

    def remove(self) -> None:
        """Nothing lies anywhere."""


class TableImportForm(ImportForm):
    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > _LIMITS.size:
            raise forms.ValidationError(str(file_too_large(_LIMITS.size)))
        return file


class ConfirmForm(forms.Form):
    """What the preview showed: the file, and the versions of the rows it was compared with."""

    import_file_name = forms.CharField(widget=forms.HiddenInput)
    format = forms.ChoiceField(choices=[("0", "0")], widget=forms.HiddenInput)
    read_versions = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, salt: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._salt = salt

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        try:
            CarriedFile(name=values.get("import_file_name", "")).read()
            read = signing.loads(values.get("read_versions", ""), salt=self._salt, max_age=PREVIEW_SECONDS)
        except signing.BadSignature:
            raise forms.ValidationError(
                _("The preview is no longer valid. Hand the file in again and confirm the new preview.")
            ) from None
        return values | {"read_versions": read}


class TableTransfer(ImportExportMixin):
    """Import and export for a `VersionedAdmin`; `resource_classes` names one resource that writes through services."""

    import_formats = (TableIn,)
    export_formats = (CsvOut, XlsxOut)
    import_form_class = TableImportForm
    confirm_form_class = ConfirmForm
    export_form_class = ExportForm
    tmp_storage_class = CarriedFile
    skip_admin_log = True

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may both add and change rows: a file does either."""
        return bool(super().has_import_permission(request)) and self.has_change_permission(request)

    def _salt(self, request: HttpRequest) -> str:
        user: User = request.user  # type: ignore[assignment]
        return f"relief.tables:{self.opts.label_lower}:{user.pk}:{working_incident_id(user)}"

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.get("form")
        if isinstance(form, ConfirmForm):
            return {"by": request.user, "versions": form.cleaned_data["read_versions"]}
        versions = self.resource_classes[0].versions_for(request.user)
        request.read_versions = versions  # type: ignore[attr-defined]
        return {"by": request.user, "versions": versions}

    def get_export_resource_kwargs(self, request: HttpRequest, **_kwargs: Any) -> dict[str, Any]:
        return {"by": request.user, "versions": {}}

    def get_confirm_form_kwargs(self, request: HttpRequest, import_form: Any = None) -> dict[str, Any]:
        return {**super().get_confirm_form_kwargs(request, import_form), "salt": self._salt(request)}

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        if import_form is None:
            return {}
        return {
            "import_file_name": import_form.cleaned_data["import_file"].tmp_storage_name,
            "format": "0",
            "read_versions": signing.dumps(request.read_versions, salt=self._salt(request), compress=True),  # type: ignore[attr-defined]
        }

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        if not isinstance(e, RuleBroken):
            raise e
        form.add_error("import_file", str(e))

    def _columns(self) -> list[tuple[str, list[str]]]:
        return [("", [str(label) for label in self.resource_classes[0].labels().values()])]

    def import_action(self, request: HttpRequest, **kwargs: Any) -> Any:
        page = super().import_action(request, **kwargs)
        page.context_data["fields_list"] = self._columns()
        return page

    def init_request_context_data(self, request: HttpRequest, form: forms.Form) -> dict[str, Any]:
        return {**super().init_request_context_data(request, form), "fields_list": self._columns()}

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = self.create_confirm_form(request)
        if form.is_valid():
            return super().process_import(request, **kwargs)  # type: ignore[no-any-return]
        sentence = next(iter(form.non_field_errors()), "")
        return self._back_to_import(request, [sentence])

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        """Report the import, or the refusals for which nothing of it was written."""
        refusals = [str(error.error) for error in result.base_errors]
        refusals += [
            str(_("Line %(line)s: %(sentence)s") % {"line": error.row[LINE], "sentence": error.error})
            for _number, errors in result.row_errors()
            for error in errors
        ]
        if refusals:
            return self._back_to_import(request, [str(_("Nothing was imported.")), *refusals[:_SHOWN_REFUSALS]])
        return super().process_result(result, request)  # type: ignore[no-any-return]

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        counts = {"new": result.totals["new"], "changed": result.totals["update"], "same": result.totals["skip"]}
        messages.success(
            request, _("Imported: %(new)s new rows, %(changed)s changed, %(same)s as they stood.") % counts
        )

    def _back_to_import(self, request: HttpRequest, sentences: list[str]) -> HttpResponse:
        for sentence in sentences:
            messages.error(request, sentence)
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_import"))

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        try:
            return super().get_export_queryset(request)  # type: ignore[no-any-return]
        except IncorrectLookupParameters as error:
            raise BadRequest(str(error)) from error

    def get_export_filename(self, request: HttpRequest, queryset: QuerySet[Any], file_format: Format) -> str:
        return f"{self.opts.model_name}-{today():%Y-%m-%d}.{file_format.get_extension()}"
