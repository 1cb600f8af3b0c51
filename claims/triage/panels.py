"""What the page of a claim shows of its classification: where it stands, by which rule, and what it was before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.register.history import event_of
from claims.register.models import Claim
from claims.register.panels import ClaimPanel, Event, register_claim_history, register_claim_panel
from claims.triage.rules import AXES
from claims.triage.sentences import AXIS_WORDS, moves_in_words, standing_in_words, value_words

if TYPE_CHECKING:
    from relief.accounts.models import User


def classification_panel(claim: Claim, _user: User) -> ClaimPanel:
    """Return where the claim stands on each axis, with the rule and the version that put it there."""
    row: Any = getattr(claim, "classification", None)
    if row is None:
        return ClaimPanel(_("Classification"), sentence=_("No rule has seen this claim yet."))
    rows = [
        (AXIS_WORDS[axis], f"{value_words(axis, getattr(row, axis))}\n{getattr(row, f'{axis}_rule')}") for axis in AXES
    ]
    return ClaimPanel(
        _("Classification"),
        rows=[*rows, (_("Rule set"), str(row.rule_set))],
        address=reverse("admin:claims_ruleset_change", args=(row.rule_set_id,)),
    )


def classification_events(claim: Claim) -> Iterator[Event]:
    """Yield how the claim was classified, oldest first."""
    rows = list(
        apps.get_model("claims", "ClassificationEvent")
        .objects.filter(pgh_obj_id=claim.pk)
        .select_related("pgh_context", "rule_set")
        .order_by("pgh_id")
    )
    for before, row in zip([None, *rows], rows, strict=False):
        if before is None:
            said = standing_in_words(row)
        else:
            said = ", ".join(moves_in_words(before, row)) or _("other rules, same values")
        yield event_of(row, _("%(rules)s: %(said)s.") % {"rules": row.rule_set, "said": said})


register_claim_panel(place=10, permission="claims.view_classification", panel=classification_panel)
register_claim_history(permission="claims.view_classification", events=classification_events)
