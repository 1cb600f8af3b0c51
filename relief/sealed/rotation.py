"""Changing the key of personal data at rest: every sealed value is opened and sealed again under the active key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from relief.sealed import seal, unseal

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values: its model, and what its values are bound to ("table.column" and the row's key).

    `row_key` is the column that holds the key of the row the value was first sealed for: a copy stays bound to it.
    """

    model: str
    column: str
    bound: str
    row_key: str


_columns: list[SealedColumn] = []


def declare_sealed(*, model: str, column: str, bound: str, row_key: str) -> None:
    """Tell rotation of a sealed column; `model` is "app_label.Model". Declared where the column is."""
    _columns.append(SealedColumn(model, column, bound, row_key))


def sealed_columns() -> tuple[SealedColumn, ...]:
    """Return every declared sealed column."""
    return tuple(_columns)


def rotate(*, tell: Callable[[SealedColumn, int], None]) -> int:
    """Seal every value that lies under another key again under RELIEF_SEAL_ACTIVE_KEY; return how many.

    Works in transactions of BATCH rows, so that it can be broken off and begun again; `tell` hears of each. Guards
    and history stand aside, because no fact changes: the same number, under another key.
    Raises SealBroken where a value does not open, after the batches before it.
    """
    done = 0
    for column in _columns:
        while changed := _rotate_batch(column):
            done += changed
            tell(column, changed)
    return done


def _rotate_batch(column: SealedColumn) -> int:
    model = apps.get_model(column.model)
    table, key = model._meta.db_table, model._meta.pk.column
    # Names come from the models and the declarations above; values travel as parameters.
    chosen = (
        f"SELECT {key}, {column.row_key}, {column.column} FROM {table} "  # noqa: S608 - see above
        f"WHERE {column.column} IS NOT NULL AND get_byte({column.column}, 1) <> %s "
        f"ORDER BY {key} LIMIT {BATCH} FOR UPDATE"
    )
    write = (
        f"UPDATE {table} SET {column.column} = new.sealed "  # noqa: S608 - see above
        f"FROM unnest(%s::bigint[], %s::bytea[]) AS new(key, sealed) WHERE {table}.{key} = new.key"
    )
    with transaction.atomic(), pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(chosen, [settings.SEAL_ACTIVE_KEY])
        rows = cursor.fetchall()
        if rows:
            again = [_again(bytes(value), f"{column.bound}:{row_key}") for _, row_key, value in rows]
            cursor.execute(write, [[row[0] for row in rows], again])
    return len(rows)


def _again(sealed: bytes, bound_to: str) -> bytes:
    return seal(unseal(sealed, bound_to=bound_to), bound_to=bound_to)
