"""Changes that files reported of claims which are decided, or which a person corrected: a person says what holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.intake.accepting import REPORTED
from claims.intake.facts import AMENDMENT_STATES, Amendment, AmendmentState
from claims.register.models import Claim
from claims.triage.duplicates.detecting import look_for_duplicates
from claims.triage.selectors import newest_rule_set
from claims.triage.services import classify
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules

if TYPE_CHECKING:
    from relief.accounts.models import User

PERMISSION = "claims.change_claim"


def apply_amendment(*, by: User, amendment: Amendment, reason: str, version: int | None = None) -> Amendment:
    """Let the claim say what the file reported, look anew what it is and is like; return the amendment "applied".

    `version` is the claim's version that the person looked at. What was decided on the claim stays as it is.
    Raises NotAllowed, RuleBroken(reason_missing, amendment_moves_as_its_table_says, claim_changed_meanwhile,
    newer_amendment_applied).
    """
    require(by, PERMISSION)
    reason = _reason(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.apply_amendment", reason=reason):
        claim, locked = _locked(amendment)
        if version is not None and claim.version != version:
            raise RuleBroken(
                _("The claim was changed after you opened this page. Reload it and look what the amendment would do."),
                code="claim_changed_meanwhile",
            )
        newer = Amendment.objects.filter(claim=claim, state=AmendmentState.APPLIED, pk__gt=locked.pk).first()
        if newer is not None and AMENDMENT_STATES.allows(locked.state, AmendmentState.APPLIED):
            raise RuleBroken(
                _(
                    "A later file (import no. %(number)s) has changed this claim since, and its facts are newer. "
                    "Dismiss this amendment, or correct the claim by hand."
                )
                % {"number": newer.claim_import_id},
                code="newer_amendment_applied",
            )
        _decide(locked, AmendmentState.APPLIED, by=by, reason=reason, replaced_version=claim.version)
        for column in REPORTED:
            setattr(claim, column, getattr(locked, column))
        claim.claimant_id = locked.claimant_id
        claim.version += 1
        claim.save(update_fields=(*REPORTED, "claimant_id", "version"))
        rule_set = newest_rule_set(claim.incident_id)
        if rule_set is not None:
            classify(rule_set, which=Q(pk=claim.pk))
        look_for_duplicates(claim.incident_id, Claim.objects.filter(pk=claim.pk))
    return locked


def dismiss_amendment(*, by: User, amendment: Amendment, reason: str) -> Amendment:
    """Leave the claim as it is and return the amendment "dismissed": the same row is not asked about again.

    Raises NotAllowed, RuleBroken(reason_missing, amendment_moves_as_its_table_says).
    """
    require(by, PERMISSION)
    reason = _reason(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.dismiss_amendment", reason=reason):
        _claim, locked = _locked(amendment)
        _decide(locked, AmendmentState.DISMISSED, by=by, reason=reason)
    return locked


def _locked(amendment: Amendment) -> tuple[Claim, Amendment]:
    claim = Claim.objects.select_for_update(of=("self",)).get(pk=amendment.claim_id)
    return claim, Amendment.objects.select_for_update(of=("self",)).get(pk=amendment.pk)


def _decide(amendment: Amendment, to: AmendmentState, *, by: User, reason: str, **changes: int) -> None:
    AMENDMENT_STATES.move(amendment, to, decided_by=by, decided_at=clock.now(), reason=reason, **changes)


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise RuleBroken(_("Give a reason: it stands in the record."), code="reason_missing")
    return reason
