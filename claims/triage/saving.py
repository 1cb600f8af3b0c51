"""Keeping a draft of rules as it is typed, and saving it as the next version once its effect was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from claims.catalogue.models import Incident
from claims.triage.comparing import differences
from claims.triage.drafting import Row, digest_of, rows_of, rules_of
from claims.triage.drafts import RuleSetDraft
from claims.triage.models import RuleSet
from claims.triage.rules import faults_of
from claims.triage.selectors import newest_rule_set
from claims.triage.services import PERMISSION, create_rule_set
from relief import clock
from relief.access import require
from relief.errors import RuleBroken

if TYPE_CHECKING:
    from relief.accounts.models import User


def draft_of(user: User, incident_id: int) -> RuleSetDraft:
    """Return the person's draft, or one that is not kept yet and holds the newest rules."""
    kept = RuleSetDraft.objects.filter(user=user, incident_id=incident_id).first()
    if kept is not None:
        return kept
    newest = newest_rule_set(incident_id)
    return RuleSetDraft(
        user=user,
        incident_id=incident_id,
        base_version=newest.version if newest else 0,
        rows=rows_of(newest.rules if newest else []),
        changed_at=clock.now(),
    )


def keep_draft(*, by: User, incident: Incident, base_version: int, rows: list[Row], note: str) -> RuleSetDraft:
    """Keep what was typed, sound or not, and return it; the effect shown last stays seen while the rules are the same.

    Raises NotAllowed.
    """
    require(by, PERMISSION)
    typed: dict[str, Any] = {
        "base_version": base_version,
        "rows": rows,
        "note": note[:300],
        "changed_at": clock.now(),
    }
    draft, _made = RuleSetDraft.objects.update_or_create(user=by, incident=incident, defaults=typed)
    return draft


def discard_draft(*, by: User, incident: Incident) -> None:
    """Throw the person's draft away. Raises NotAllowed."""
    require(by, PERMISSION)
    RuleSetDraft.objects.filter(user=by, incident=incident).delete()


def see_effect(*, by: User, draft: RuleSetDraft) -> None:
    """Note that the effect of these very rules is shown to the person.

    Raises NotAllowed, RuleBroken(rules_unsound).
    """
    require(by, PERMISSION)
    rules = rules_of(draft.rows)
    if any(faults_of(rules)):
        raise RuleBroken(_("Mend the rules that are marked first; then look at the effect."), code="rules_unsound")
    draft.seen = digest_of(rules, draft.base_version)
    draft.save(update_fields=("seen",))


def save_draft(*, by: User, incident: Incident) -> RuleSet:
    """Write the person's draft as the next version and return it; the draft ends.

    Raises NotAllowed, RuleBroken(no_draft, note_missing, nothing_new, rules_moved_on, effect_not_seen, rules_unsound).
    """
    require(by, PERMISSION)
    with transaction.atomic():
        Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        draft = RuleSetDraft.objects.select_for_update(of=("self",)).filter(user=by, incident=incident).first()
        if draft is None:
            raise RuleBroken(_("There is no draft to save. Change the rules first."), code="no_draft")
        newest = newest_rule_set(incident.pk)
        rules = rules_of(draft.rows)
        if newest is not None and newest.version != draft.base_version:
            raise RuleBroken(_moved_on(newest, draft), code="rules_moved_on")
        if not draft.note.strip():
            raise RuleBroken(_("Say what is new in this version."), code="note_missing")
        if newest is not None and rules_of(rows_of(newest.rules)) == rules:
            raise RuleBroken(_("Nothing differs from the newest version."), code="nothing_new")
        if draft.seen != digest_of(rules, draft.base_version):
            raise RuleBroken(
                _("The rules differ from those whose effect you saw. Look at the effect again, then save."),
                code="effect_not_seen",
            )
        made = create_rule_set(by=by, incident=incident, rules=rules, note=draft.note.strip())
        draft.delete()
    return made


def _moved_on(newest: RuleSet, draft: RuleSetDraft) -> str:
    base = RuleSet.objects.filter(incident_id=draft.incident_id, version=draft.base_version).first()
    changed = differences(base.rules if base else [], newest.rules)
    words: dict[str, Any] = {
        "who": newest.created_by,
        "rules": newest,
        "note": newest.note or "–",
        "names": ", ".join(dict.fromkeys(each.name for each in changed)) or "–",
    }
    return (
        _(
            "Meanwhile %(who)s saved %(rules)s (%(note)s); it differs in: %(names)s. Compare the versions, take over "
            "what you need, then put your draft on top of it."
        )
        % words
    )
