"""The catalogue as tables to hand in and to take away; every row is written by the catalogue's services."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from import_export import resources
from import_export.fields import Field

from claims.catalogue import services
from claims.catalogue.cells import (
    ChoicesWidget,
    ChoiceWidget,
    DayWidget,
    InstantWidget,
    NamesWidget,
    NumberWidget,
    OperatorWidget,
    TextWidget,
    YesNoWidget,
)
from claims.catalogue.models import IntakeRound, Operator, ReporterType, Service
from claims.catalogue.selectors import working_incident
from relief.errors import RuleBroken, StaleSave
from relief.site.tables import LINE

if TYPE_CHECKING:
    import tablib
    from django.db.models import Model, QuerySet
    from django_stubs_ext import StrOrPromise
    from import_export.widgets import Widget

    from relief.accounts.models import User


class CatalogueResource(resources.ModelResource):
    """A table of the working incident, its rows known by their key; a file adds and changes rows and removes none.

    `versions` maps the keys of the rows as the preview saw them to their versions: a row that changed or appeared
    since then is refused. A subclass names model, fields and key in its Meta and writes `save_through`.
    """

    class Meta:
        skip_unchanged = True
        report_skipped = True

    def __init__(self, *, by: User, versions: dict[str, int]) -> None:
        super().__init__()
        self._by = by
        self._versions = versions
        self._stored: dict[str, Any] = {}
        self._lines: dict[str, str] = {}

    @classmethod
    def _key(cls) -> str:
        key: str = cls._meta.import_id_fields[0]
        return key

    @classmethod
    def _rows(cls, by: User) -> QuerySet[Any]:
        rows: QuerySet[Any] = cls._meta.model._default_manager.visible_to(by)
        return rows

    @classmethod
    def versions_for(cls, by: User) -> dict[str, int]:
        """Return the version of every row the user may see, by its key."""
        return {str(key): version for key, version in cls._rows(by).values_list(cls._key(), "version")}

    @classmethod
    def labels(cls) -> dict[str, StrOrPromise]:
        """Return the label of every column, by its name."""
        return {name: cls._meta.model._meta.get_field(name).verbose_name for name in cls._meta.fields}

    def save_through(self, *, row: Any, version: int | None, values: dict[str, Any]) -> Model:
        """Call the service that writes one row; `row` is the stored one, or None for a new one."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        return self._rows(self._by)

    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        return [str(label) for label in self.labels().values()]

    def get_diff_headers(self) -> list[str]:
        return self.get_export_headers()

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        try:
            working_incident(self._by)
            dataset.headers = [LINE, *self._names(dataset.headers[1:])]
        except RuleBroken:
            # The library would go on with the rows.
            dataset.wipe()
            raise
        self._stored = {str(getattr(row, self._key())): row for row in self.get_queryset()}

    def _names(self, headings: list[str]) -> list[str]:
        """Return the names of the columns, whose headings are names or labels in either language."""
        known = {name: name for name in self._meta.fields}
        for language in ("ko", "en"):
            with override(language):
                known |= {str(label).lower(): name for name, label in self.labels().items()}
        names = [known.get(heading.lower(), "") for heading in headings]
        unknown = [heading for heading, name in zip(headings, names, strict=True) if not name]
        if unknown or len(set(names)) < len(names):
            raise RuleBroken(
                _("These columns are not known or stand twice: %(columns)s. Correct the heading.")
                % {"columns": ", ".join(unknown or headings)},
                code="columns_not_known",
            )
        if self._key() not in names:
            raise RuleBroken(
                _("The column “%(column)s” is missing. Rows are known by it.") % {"column": self.labels()[self._key()]},
                code="key_missing",
            )
        return names

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        key, line = row[self._key()], row[LINE]
        if key in self._lines:
            raise RuleBroken(
                _("“%(key)s” stands on line %(line)s already. Keep one of the two rows.")
                % {"key": key, "line": self._lines[key]},
                code="row_stands_twice",
            )
        self._lines[key] = line

    def get_instance(self, instance_loader: Any, row: Any) -> Any:
        key = row[self._key()]
        return deepcopy(self._stored.get(key)) if key in self._versions else None

    def import_row(self, row: Any, instance_loader: Any, **kwargs: Any) -> Any:
        result = super().import_row(row, instance_loader, **kwargs)
        for error in result.errors:
            if not isinstance(error.error, RuleBroken):
                raise error.error
        return result

    def handle_import_error(self, result: Any, error: Exception, raise_errors: bool = False) -> None:
        if not isinstance(error, RuleBroken):
            raise error
        super().handle_import_error(result, error, raise_errors)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """Refuse a row whose cells do not read; what rows have to do with each other is left to the service."""
        errors: dict[str, Any] = dict(import_validation_errors or {})
        try:
            instance.clean_fields(exclude={"incident", *errors})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            labels = self.labels()
            told = [
                f"{labels[name]}: {' '.join(force_str(text) for error in found for text in error.messages)}"
                for name, found in errors.items()
            ]
            raise RuleBroken("; ".join(told), code="row_not_valid")

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        stored = None if is_create else self.get_queryset().get(pk=instance.pk)
        version = None if is_create else self._versions[str(getattr(stored, self._key()))]
        values = {name: getattr(instance, name) for name in self._meta.fields}
        try:
            saved = self.save_through(row=stored, version=version, values=values)
        except StaleSave as error:
            raise RuleBroken(
                _("Somebody changed this row after the preview. Hand the file in again and look at the new preview."),
                code=error.code,
            ) from error
        vars(instance).update(vars(saved))


def _field(attribute: str, widget: Widget) -> Field:
    return Field(attribute=attribute, column_name=attribute, widget=widget)


class OperatorResource(CatalogueResource):
    code = _field("code", TextWidget())
    name = _field("name", TextWidget())
    name_en = _field("name_en", TextWidget())
    kind = _field("kind", ChoiceWidget(Operator.Kind.choices))

    class Meta:
        model = Operator
        fields = ("code", "name", "name_en", "kind")
        import_id_fields = ("code",)

    def save_through(self, *, row: Any, version: int | None, values: dict[str, Any]) -> Model:
        return services.save_operator(
            by=self._by, incident=working_incident(self._by), operator=row, version=version, **values
        )


class ServiceResource(CatalogueResource):
    code = _field("code", TextWidget())
    operator = _field("operator", OperatorWidget())
    name = _field("name", TextWidget())
    name_en = _field("name_en", TextWidget())
    aliases = _field("aliases", NamesWidget())
    pricing = _field("pricing", ChoiceWidget(Service._meta.get_field("pricing").choices))
    has_alternative = _field("has_alternative", YesNoWidget())
    market_share_bp = _field("market_share_bp", NumberWidget())
    outage_from = _field("outage_from", InstantWidget())
    outage_to = _field("outage_to", InstantWidget())

    class Meta:
        model = Service
        fields = (
            "code",
            "operator",
            "name",
            "name_en",
            "aliases",
            "pricing",
            "has_alternative",
            "market_share_bp",
            "outage_from",
            "outage_to",
        )
        import_id_fields = ("code",)

    @classmethod
    def _rows(cls, by: User) -> QuerySet[Any]:
        return super()._rows(by).select_related("operator")

    def save_through(self, *, row: Any, version: int | None, values: dict[str, Any]) -> Model:
        return services.save_service(
            by=self._by, incident=working_incident(self._by), service=row, version=version, **values
        )


class RoundResource(CatalogueResource):
    number = _field("number", NumberWidget())
    opens_on = _field("opens_on", DayWidget())
    closes_on = _field("closes_on", DayWidget())
    extended_from = _field("extended_from", DayWidget())
    admits = _field(
        "admits", ChoicesWidget(choice for choice in ReporterType.choices if choice[0] != ReporterType.UNKNOWN)
    )

    class Meta:
        model = IntakeRound
        fields = ("number", "opens_on", "closes_on", "extended_from", "admits")
        import_id_fields = ("number",)

    def save_through(self, *, row: Any, version: int | None, values: dict[str, Any]) -> Model:
        return services.save_round(
            by=self._by, incident=working_incident(self._by), intake_round=row, version=version, **values
        )
