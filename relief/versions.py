"""Saving over a row only as it was read: a stale save is refused and shows what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.translation import gettext_lazy as _

from relief.errors import StaleSave

if TYPE_CHECKING:
    from django.db.models import Model

Row = TypeVar("Row", bound="Model")


def save_version(row: Row, *, version: int, **values: Any) -> Row:
    """Lock the row, compare its `version` with the one the person read, write the values and raise the version.

    Returns the fresh row. Call inside `transaction.atomic`. Raises StaleSave, with theirs and yours of every field
    that differs, where somebody saved it meanwhile.
    """
    model = type(row)
    locked = model._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    different = {name: value for name, value in values.items() if getattr(locked, name) != value}
    current: int = locked.version  # type: ignore[attr-defined]
    if current != version:
        raise StaleSave(
            _("Somebody else saved this after you opened it. Reload the page, then enter again what still holds."),
            changes={
                str(model._meta.get_field(name).verbose_name): (getattr(locked, name), value)  # type: ignore[union-attr]
                for name, value in different.items()
            },
        )
    if different:
        for name, value in different.items():
            setattr(locked, name, value)
        locked.version = current + 1  # type: ignore[attr-defined]
        locked.save(update_fields=(*different, "version"))
    return locked
