"""Putting into force which evidence claims need; the committee does so when it adopts a policy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.evidence.models import EvidenceRule, Kind
from claims.evidence.rules import Need
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules

if TYPE_CHECKING:
    from relief.accounts.models import User

PERMISSION = "claims.set_evidence_rules"


def set_rules(*, by: User, incident_id: int, basis: str, label: str, needs: Iterable[Need]) -> list[EvidenceRule]:
    """End the rules that the basis ("measure:7") has in force and put these in their place; return the new ones.

    No needs: the basis requires nothing from now on. What was in force before stays on record, ended.
    Raises NotAllowed, RuleBroken(unknown_kind, evidence_rule_is_whole, one_evidence_rule_in_force).
    """
    require(by, PERMISSION)
    wanted = list(needs)
    if any(kind not in Kind.values for need in wanted for kind in need.kinds):
        raise RuleBroken(_("Choose one of the kinds of evidence."), code="unknown_kind")
    now = clock.now()
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.set_evidence_rules"):
        Incident.objects.select_for_update(of=("self",)).get(pk=incident_id)
        EvidenceRule.objects.filter(incident_id=incident_id, basis=basis, ended_at__isnull=True).update(ended_at=now)
        return EvidenceRule.objects.bulk_create(
            EvidenceRule(
                incident_id=incident_id,
                basis=basis,
                label=label[:160],
                loss_over=need.loss_over,
                reporter_types=list(need.reporter_types),
                kinds=list(need.kinds),
                set_by=by,
                in_force_at=now,
            )
            for need in wanted
        )
