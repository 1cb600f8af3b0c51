"""What the page of a claim and the list say of duplicates: a tab, signs and the history in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Exists
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.register.models import Claim
from claims.register.panels import (
    ClaimTab,
    Event,
    Mark,
    register_claim_flags,
    register_claim_history,
    register_claim_tab,
)
from claims.triage.duplicates.holds import standing_closures, waiting_members
from claims.triage.duplicates.models import (
    DuplicateClosure,
    DuplicateGroup,
    DuplicateMember,
    DuplicateVerdict,
    VerdictKind,
)
from claims.triage.duplicates.selectors import (
    groups_of,
    on_shared_accounts,
    open_group_count,
    shared_account_of,
    standing_closure,
)
from claims.triage.duplicates.services import PERMISSION
from claims.triage.duplicates.words import reasons_in_words

VIEW = "claims.view_duplicategroup"
_SHOWN = 20


def duplicates_tab(claim: Claim, request: HttpRequest) -> Mapping[str, Any]:
    """Return the claim's groups with their reasons, its closure, the claims closed for it, and its shared account."""
    groups: list[Any] = list(groups_of(claim)[:_SHOWN])
    members = DuplicateMember.objects.filter(group__in=groups, claim=claim).select_related("verdict__by", "like")
    mine = {member.group_id: member for member in members}
    closed = DuplicateClosure.objects.filter(kept=claim, ended_at=None).select_related("claim")
    return {
        "groups": [(group, mine[group.pk], reasons_in_words(mine[group.pk].reasons)) for group in groups],
        "closure": standing_closure(claim),
        "closed": list(closed.order_by("claim")[:_SHOWN]),
        "shared": shared_account_of(claim),
        "takes_back": request.user.has_perm(PERMISSION),
    }


def duplicate_flags(keys: Sequence[int]) -> dict[int, list[Mark]]:
    """Return the signs of the claims that wait for a verdict, are closed, or share an account."""
    on_shared = Claim.objects.filter(pk__in=keys, account_index__isnull=False).order_by()
    found: dict[int, list[Mark]] = {}
    for rows, mark in (
        (waiting_members().filter(claim__in=keys).values_list("claim_id", flat=True), Mark(_("Duplicate?"), "warning")),
        (
            standing_closures().filter(claim__in=keys).values_list("claim_id", flat=True),
            Mark(_("Closed as a duplicate")),
        ),
        (
            on_shared.filter(Exists(on_shared_accounts().order_by())).values_list("pk", flat=True),
            Mark(_("Shared account"), "danger"),
        ),
    ):
        for key in rows.order_by():
            found.setdefault(key, []).append(mark)
    return found


def duplicate_events(claim: Claim) -> Iterator[Event]:
    """Yield what was found and said of the claim: groups, verdicts, closings and reopenings, oldest first."""
    events = [*_found(claim), *_said(claim), *_closed(claim)]
    yield from sorted(events, key=lambda event: event.at)


def _found(claim: Claim) -> Iterator[Event]:
    for group in DuplicateGroup.objects.filter(pk__in=groups_of(claim).order_by().values("pk")).order_by("pk"):
        said = _("%(group)s: it looks like %(count)s other claims.") % {
            "group": group,
            "count": f"{group.member_count - 1:,}",
        }
        yield Event(at=group.opened_at, by=None, act="claims.look_for_duplicates", sentence=said)


def _said(claim: Claim) -> Iterator[Event]:
    rows = DuplicateMember.objects.filter(claim=claim).values("group")
    for verdict in DuplicateVerdict.objects.filter(group__in=rows).select_related("group", "kept").order_by("pk"):
        act = "claims.settle_duplicates"
        said = f"{verdict.group}: {verdict.get_verdict_display()}"
        if verdict.verdict == VerdictKind.TAKEN_BACK:
            act = "claims.take_back_verdict"
        elif verdict.kept_id is not None:
            said = _("%(said)s; %(kept)s is kept") % {"said": said, "kept": verdict.kept}
        yield Event(at=verdict.at, by=verdict.by_id, act=act, sentence=f"{said}.", reason=verdict.reason)


def _closed(claim: Claim) -> Iterator[Event]:
    for closure in DuplicateClosure.objects.filter(claim=claim).select_related("kept", "verdict").order_by("pk"):
        kept = {"kept": closure.kept}
        yield Event(
            at=closure.closed_at,
            by=closure.verdict.by_id,
            act="claims.settle_duplicates",
            sentence=_("Closed as a duplicate: %(kept)s is kept for it.") % kept,
            reason=closure.verdict.reason,
        )
        if closure.ended_at is not None:
            yield Event(
                at=closure.ended_at,
                by=None,
                act="claims.take_back_verdict",
                sentence=_("No longer closed in favour of %(kept)s.") % kept,
            )


register_claim_tab(
    ClaimTab(
        code="duplicates",
        title=gettext_lazy("Duplicates"),
        place=30,
        permission=VIEW,
        template="admin/claims/triage/duplicates_tab.html",
        context=duplicates_tab,
        count=open_group_count,
    )
)
register_claim_flags(permission=VIEW, flags=duplicate_flags)
register_claim_history(permission=VIEW, events=duplicate_events)
