"""Taking an accepted file out of the register again, as long as nobody has built on it."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext_lazy as _

from claims.intake.accepting import REPORTED
from claims.intake.facts import Amendment, AmendmentState
from claims.intake.models import ClaimImport, ImportState, RejectedRow
from claims.register.settled import built_on, settled
from claims.triage.duplicates.services import closures_of_import, forget_claims
from relief.errors import RuleBroken

_OWN = "FROM claims_claim known WHERE known.claim_import_id = %(import)s"
_DECIDED = """
    SELECT count(*) FROM claims_claim known WHERE {settled} AND (
        known.claim_import_id = %(import)s OR known.id IN (
            SELECT claim_id FROM claims_amendment WHERE claim_import_id = %(import)s AND state = 'applied'
        )
    )
"""
_BUILT_ON = """
    SELECT
        (SELECT count(*) FROM claims_claim known WHERE known.claim_import_id = %(import)s AND (known.version <> 1
            OR EXISTS (
                SELECT FROM claims_amendment later WHERE later.claim_id = known.id AND later.state <> 'withdrawn'
            ) OR {built_on}))
        + (SELECT count(*) FROM claims_amendment applied JOIN claims_claim known ON known.id = applied.claim_id
            WHERE applied.claim_import_id = %(import)s AND applied.state = 'applied'
            AND known.version <> applied.replaced_version + 1)
"""
_RESTORE = f"""
    UPDATE claims_claim claim SET version = amendment.replaced_version, claimant_id = before.claimant_id,
        {", ".join(f"{column} = before.{column}" for column in REPORTED)}
    FROM claims_amendment amendment
    JOIN LATERAL (
        SELECT event.* FROM claims_claimevent event
        WHERE event.id = amendment.claim_id AND event.version = amendment.replaced_version
        ORDER BY event.pgh_id DESC LIMIT 1
    ) before ON TRUE
    WHERE amendment.claim_import_id = %(import)s AND amendment.state = 'applied' AND claim.id = amendment.claim_id
"""  # noqa: S608 - fragments of ours, here and below
# Those that the file changed too: who corrects or decides one waits until it is put back.
_LOCKED = f"""
    SELECT known.id FROM claims_claim known WHERE known.id IN (
        SELECT known.id {_OWN}
        UNION ALL SELECT claim_id FROM claims_amendment WHERE claim_import_id = %(import)s
    ) ORDER BY known.id FOR UPDATE
"""  # noqa: S608
_WITHDRAWN = f"DELETE FROM claims_amendment WHERE claim_id IN (SELECT known.id {_OWN})"  # noqa: S608
_CLASSIFICATIONS = f"DELETE FROM claims_classification WHERE claim_id IN (SELECT known.id {_OWN})"  # noqa: S608
_CLAIMS = "DELETE FROM claims_claim WHERE claim_import_id = %(import)s"


def refuse_where_built_on(claim_import: ClaimImport) -> None:
    """Raise RuleBroken where the import can no longer be undone.

    Its code is import_decided, import_continued, import_reported_again, import_settled_as_duplicates or
    import_built_on.
    """
    keys = {"import": claim_import.pk}
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED.format(settled=settled("known.id")), keys)
        ((decided,),) = cursor.fetchall()
        cursor.execute(_BUILT_ON.format(built_on=built_on("known.id")), keys)
        ((worked_on,),) = cursor.fetchall()
    if decided:
        raise RuleBroken(
            _("%(count)s claims of this import have been decided; it can no longer be undone.")
            % {"count": f"{decided:,}"},
            code="import_decided",
        )
    following = claim_import.continuations.exclude(state__in=(ImportState.REFUSED, ImportState.CANCELLED, "undone"))
    if following.exists():
        raise RuleBroken(
            _("Corrected rows were handed in to this import (no. %(number)s). Undo or refuse that first.")
            % {"number": following.latest("pk").pk},
            code="import_continued",
        )
    again = ClaimImport.objects.filter(
        state__in=(ImportState.ACCEPTED, ImportState.UNDOING), summary__same_of__contains=[claim_import.pk]
    )
    if again.exists():
        raise RuleBroken(
            _("A later file (import no. %(number)s) reported claims of this import again as the same. Undo that first.")
            % {"number": again.latest("pk").pk},
            code="import_reported_again",
        )
    if closures_of_import(claim_import.pk):
        raise RuleBroken(
            _(
                "Claims of this import are closed as duplicates, or kept for such; it can no longer be undone. "
                "Take those verdicts back first."
            ),
            code="import_settled_as_duplicates",
        )
    if worked_on:
        raise RuleBroken(
            _("%(count)s claims of this import have been corrected or changed since; it can no longer be undone.")
            % {"count": f"{worked_on:,}"},
            code="import_built_on",
        )


def take_out(claim_import: ClaimImport) -> tuple[int, list[int]]:
    """Remove the claims of an import with their classifications and put changed ones back.

    Returns how many were removed, and the claims that stood with them in a group of duplicates.

    To be called inside a transaction, under `acting`. What happened stays in the history, also of amendments to the
    claims by later files, which are undone themselves by then.
    """
    keys = {"import": claim_import.pk}
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, keys)
        refuse_where_built_on(claim_import)
        cursor.execute(_RESTORE, keys)
        cursor.execute(_CLASSIFICATIONS, keys)
        cursor.execute(_WITHDRAWN, keys)
        left = forget_claims(incident_id=claim_import.incident_id, claim_import=claim_import.pk)
        cursor.execute(_CLAIMS, keys)
        removed = int(cursor.rowcount)
    Amendment.objects.filter(claim_import=claim_import, state__in=("waiting", "applied")).update(
        state=AmendmentState.WITHDRAWN
    )
    RejectedRow.objects.filter(corrected_by=claim_import).update(corrected_by=None)
    return removed, left
