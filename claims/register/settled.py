"""Which claims are decided or being paid: the slices above say so here, because the register knows none of them."""

from __future__ import annotations

from django.db import connection

_settled: list[tuple[str, str]] = []
_in_payment: list[tuple[str, str, str]] = []
_paid: list[tuple[str, str]] = []
_built_on: list[tuple[str, str]] = []


def declare_settled(*, table: str, column: str) -> None:
    """Tell that a claim named in `column` of `table` is decided: a file may no longer change or remove it."""
    if (table, column) not in _settled:
        _settled.append((table, column))


def settled(claim: str) -> str:
    """Return SQL that is true where the claim of this SQL expression (its key) is decided."""
    tests = [f"EXISTS (SELECT FROM {table} WHERE {table}.{column} = {claim})" for table, column in _settled]
    return f"({' OR '.join(tests) or 'FALSE'})"


def declare_in_payment(*, table: str, column: str, live: str) -> None:
    """Tell that a claim named in `column` of `table` is being paid, or is paid, where the row's `live` is true."""
    if (table, column, live) not in _in_payment:
        _in_payment.append((table, column, live))


def in_payment(claim: str) -> str:
    """Return SQL that is true where the claim of this SQL expression (its key) is in a payout batch, or paid."""
    tests = [
        f"EXISTS (SELECT FROM {table} WHERE {table}.{column} = {claim} AND {table}.{live})"
        for table, column, live in _in_payment
    ]
    return f"({' OR '.join(tests) or 'FALSE'})"


def declare_paid(*, test: str, lock: str) -> None:
    """Tell how to see that a claim's money has left: `test` is SQL that is true then, `{claim}` is the claim's key.

    `lock` is a statement that keeps the payments of an incident (its parameter) here while the transaction lasts.
    """
    if (test, lock) not in _paid:
        _paid.append((test, lock))


def paid(claim: str) -> str:
    """Return SQL that is true where money of the claim of this SQL expression (its key) has left for the bank."""
    return f"({' OR '.join(test.format(claim=claim) for test, _lock in _paid) or 'FALSE'})"


def hold_payments(incident_id: int) -> None:
    """Keep the payments of an incident from leaving until the caller's transaction ends."""
    with connection.cursor() as cursor:
        for _test, lock in _paid:
            cursor.execute(lock, [incident_id])


def declare_built_on(*, table: str, column: str) -> None:
    """Tell that people worked on a claim named in `column` of `table`: its import can no longer be undone."""
    if (table, column) not in _built_on:
        _built_on.append((table, column))


def built_on(claim: str) -> str:
    """Return SQL that is true where people worked on the claim of this SQL expression (its key)."""
    tests = [f"EXISTS (SELECT FROM {table} WHERE {table}.{column} = {claim})" for table, column in _built_on]
    return f"({' OR '.join(tests) or 'FALSE'})"
