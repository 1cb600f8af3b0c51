"""Staged rows into the register, all of them in one transaction or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.utils import DatabaseError
from psycopg import errors as database_errors

from claims.intake.facts import Amendment, AmendmentState, StagedClaim
from claims.intake.loading import without_values
from claims.intake.models import ClaimImport, ImportState, RejectedRow
from claims.intake.summary import BESIDE_REGISTER, CHANGED, SAME, Summary, touched_sql, verdicts
from claims.register.models import Claim
from relief.sealed import seal, unseal

# The columns that a claim takes over from a row of a file, whatever way the row came.
REPORTED = (
    "intake_round_id", "admission", "received_at", "channel", "reporter_type", "service_id", "pricing",
    "claimed_loss", "description", "name", "bank_code", "phone_sealed", "phone_index", "registration_number_sealed",
    "registration_number_index", "account_sealed", "account_index", "content_hash",
)  # fmt: skip
SEALED = ("phone", "registration_number", "account")
_CHANGES_AT_ONCE = 1_000
_THEIRS = ("one_claim_per_receipt_number", "one_claimant_per_identity")
_SAME_PERSON = """
    claimant.identity_index = staged.identity_index AND claimant.identity_kind = staged.identity_kind
    AND claimant.incident_id = %(incident)s AND claimant.name_key = staged.name_key
"""
_CLAIMANTS = f"""
    INSERT INTO claims_claimant (incident_id, name, name_key, identity_kind, identity_index)
    SELECT %(incident)s, name, name_key, identity_kind, identity_index FROM (
        SELECT DISTINCT ON (staged.identity_index, staged.identity_kind, staged.name_key)
            staged.name, staged.name_key, staged.identity_kind, staged.identity_index
        {BESIDE_REGISTER} AND staged.identity_index IS NOT NULL AND (known.id IS NULL OR {CHANGED})
            AND NOT EXISTS (SELECT FROM claims_claimant claimant WHERE {_SAME_PERSON})
        ORDER BY staged.identity_index, staged.identity_kind, staged.name_key, staged.line
    ) unknown
"""  # noqa: S608 - fragments of ours, here and below
_CLAIMS = f"""
    INSERT INTO claims_claim (
        id, incident_id, receipt_number, claim_import_id, source_line, version, {", ".join(REPORTED)}, claimant_id
    )
    SELECT staged.claim_key, %(incident)s, staged.receipt_number, %(import)s, staged.line, 1,
        {", ".join(f"staged.{column}" for column in REPORTED)}, claimant.id
    FROM claims_stagedclaim staged
    LEFT JOIN claims_claimant claimant ON {_SAME_PERSON}
    WHERE staged.claim_import_id = %(import)s AND NOT EXISTS (
        SELECT FROM claims_claim known
        WHERE known.receipt_number = staged.receipt_number AND known.incident_id = %(incident)s
    )
"""  # noqa: S608
_LOCKED = f"""
    SELECT known.id FROM claims_claim known WHERE known.id IN (
        SELECT known.id {BESIDE_REGISTER} AND {CHANGED}
    ) ORDER BY known.id FOR UPDATE
"""  # noqa: S608
_CHANGES = f"""
    SELECT staged.claim_key, known.id, known.version, claimant.id, {{touched}}
    FROM claims_stagedclaim staged
    JOIN claims_claim known ON known.receipt_number = staged.receipt_number AND known.incident_id = %(incident)s
    LEFT JOIN claims_claimant claimant ON {_SAME_PERSON}
    WHERE staged.claim_import_id = %(import)s AND {CHANGED} ORDER BY staged.line
"""  # noqa: S608
_APPLY = f"""
    UPDATE claims_claim claim SET version = claim.version + 1, claimant_id = amendment.claimant_id,
        {", ".join(f"{column} = amendment.{column}" for column in REPORTED)}
    FROM claims_amendment amendment
    WHERE amendment.claim_import_id = %(import)s AND amendment.state = 'applied' AND claim.id = amendment.claim_id
"""  # noqa: S608
_SAME = f"SELECT DISTINCT known.claim_import_id {BESIDE_REGISTER} AND known.id IS NOT NULL AND {SAME}"


class RegisterMoved(Exception):
    """The register is no longer what the summary was made of: another file, or a person, was quicker."""


def accept_staged(claim_import: ClaimImport, *, accepted: Summary) -> list[int]:
    """Register the new rows, apply or keep the changed ones, and empty the import's staging.

    Returns the keys of the imports whose claims came again as the same: they stand for those rows of this one.
    To be called inside a transaction, under `acting`. Raises RegisterMoved where what would be done is no longer what
    a person accepted, or where another import registers the same claims or claimants at this moment.
    """
    keys = {"import": claim_import.pk, "incident": claim_import.incident_id}
    _set_up(claim_import)
    with connection.cursor() as cursor:
        if accepted.changed:
            cursor.execute(_LOCKED, keys)
        if not verdicts(claim_import).agrees_with(accepted):
            raise RegisterMoved
        stand_for = _standing(cursor, keys) if accepted.same else []
        with without_values(), _against_others():
            cursor.execute(_CLAIMANTS, keys)
            cursor.execute(_CLAIMS, keys)
        if cursor.rowcount != accepted.new:
            raise RegisterMoved
        if accepted.changed:
            with without_values():
                _amend(claim_import, keys)
                cursor.execute(_APPLY, keys)
    if claim_import.continues_id is not None:
        _close_corrected(claim_import)
    StagedClaim.objects.filter(claim_import=claim_import).delete()
    return stand_for


def _standing(cursor: Any, keys: dict[str, int]) -> list[int]:
    """Return the imports that have this one's same rows, held so that nobody begins to undo one meanwhile."""
    cursor.execute(_SAME, keys)
    others = sorted(key for (key,) in cursor.fetchall() if key is not None)
    standing = ClaimImport.objects.filter(pk__in=others, state=ImportState.ACCEPTED).order_by("pk")
    if [row.pk for row in standing.select_for_update(of=("self",))] != others:
        raise RegisterMoved
    return others


def _set_up(claim_import: ClaimImport) -> None:
    """Settle how the transaction works, and carry who and what to the history of its rows."""
    with connection.cursor() as cursor:
        # A plan that a trigger made when the tables were small would read all of them for every statement.
        cursor.execute("DISCARD PLANS")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL jit = off")
    # Statements sent past the ORM pass no wrapper that could carry the context: one statement on the import does.
    ClaimImport.objects.filter(pk=claim_import.pk).update(summary=claim_import.summary)


@contextmanager
def _against_others() -> Iterator[None]:
    """Turn a row that another transaction has just registered, or a deadlock with it, into RegisterMoved."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        cause = error.__cause__
        name = getattr(getattr(cause, "diag", None), "constraint_name", None)
        if isinstance(cause, database_errors.DeadlockDetected) or name in _THEIRS:
            raise RegisterMoved from None
        raise


class _Change(NamedTuple):
    """A changed row: its staged key, the claim and its version, the claimant it names, and whether people own it."""

    staged: int
    claim: int
    version: int
    claimant: int | None
    touched: bool


def _amend(claim_import: ClaimImport, keys: dict[str, int]) -> None:
    """Write an amendment for every changed row: applied at once, or waiting where the claim is a person's by now."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES.format(touched=touched_sql()), keys)
        while found := [_Change(*row) for row in cursor.fetchmany(_CHANGES_AT_ONCE)]:
            staged = StagedClaim.objects.in_bulk([change.staged for change in found])
            Amendment.objects.bulk_create([_amendment(claim_import, staged[change.staged], change) for change in found])


def _amendment(claim_import: ClaimImport, staged: StagedClaim, change: _Change) -> Amendment:
    values: dict[str, Any] = {column: getattr(staged, column) for column in REPORTED}
    for column in SEALED:
        sealed = values[f"{column}_sealed"]
        if sealed is not None:
            clear = unseal(sealed, bound_to=Claim.bound(column, staged.claim_key))
            values[f"{column}_sealed"] = seal(clear, bound_to=Claim.bound(column, change.claim))
    return Amendment(
        claim_import=claim_import,
        claim_id=change.claim,
        claimant_id=change.claimant,
        line=staged.line,
        state=AmendmentState.WAITING if change.touched else AmendmentState.APPLIED,
        replaced_version=None if change.touched else change.version,
        **values,
    )


def _close_corrected(claim_import: ClaimImport) -> None:
    """Say on the rejected rows of the import before which of them came again in this one, rightly or not."""
    before: Any = RejectedRow.objects.filter(claim_import=claim_import.continues_id)
    for again in (StagedClaim, RejectedRow):
        lines = again._default_manager.filter(claim_import=claim_import).values("line")
        before.filter(line__in=lines, corrected_by=None).update(corrected_by=claim_import)
