"""Laying the queue tables and functions that the broker's transport works with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgmq.install import get_embedded_install_sql

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_LAID = "SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'pgmq')"


def are_laid(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the queue functions are in the database, by us or as the server's own extension."""
    with connection.cursor() as cursor:
        cursor.execute(_LAID)
        return bool(cursor.fetchone()[0])


def lay_queues(connection: BaseDatabaseWrapper) -> bool:
    """Lay the schema `pgmq` inside the caller's transaction; returns False where it was there already.

    The script cannot be run twice, so a lock of the transaction keeps two callers apart.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('relief.broker.lay_queues'))")
        if are_laid(connection):
            return False
        cursor.execute(get_embedded_install_sql())
    return True
