"""What the tabs of an import's page show; each asks the database a constant number of questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import IntakeRound, ReporterType
from claims.intake.changes import ClaimChange, amendment_changes, staged_changes
from claims.intake.facts import Amendment
from claims.intake.faults import sentence
from claims.intake.filters import RejectedRowFilter
from claims.intake.import_history import history_of
from claims.intake.models import ClaimImport, ImportState, RejectedRow
from claims.intake.profile_words import readable_profile
from claims.intake.rejected_workbook import PERMISSIONS
from claims.intake.rejections import fault_counts, in_words, open_rows
from claims.register.models import Claim
from relief.errors import NotAllowed
from relief.files.services import may_read
from relief.money import format_won

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from relief.accounts.models import User

ROWS_A_PAGE = 50
SHOWN_FAULTS = 12
STAGED = (ImportState.STAGED, ImportState.ACCEPTING)
REGISTERED = (ImportState.ACCEPTED, ImportState.UNDOING)


@dataclass(frozen=True, slots=True)
class Figure:
    """A big number: its words, where it leads, whether it alarms, and the sign before it in the sum of rows."""

    label: StrOrPromise
    number: str
    address: str = ""
    tone: str = ""
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """What the sender declared beside what was read."""

    label: StrOrPromise
    declared: str
    read: str
    difference: str


def is_read(row: ClaimImport) -> bool:
    """Say whether the file has been read: it is counted, and its summary stands."""
    return row.state in {*STAGED, *REGISTERED, ImportState.UNDONE} and bool(row.summary)


def summary_tab(request: HttpRequest, row: ClaimImport) -> dict[str, Any]:
    """Return counts and sums, beside what was declared, and what a person should look at."""
    if not is_read(row):
        return {}
    summary = row.summary
    return {
        "figures": _figures(request, row),
        "compared": _compared(row),
        "notes": _notes(row),
        "tables": [table for table in _tables(row) if table[1]],
        "faults": sorted(
            ((sentence(code), count, code) for code, count in summary.get("faults", {}).items()),
            key=lambda fault: (-fault[1], fault[0]),
        )[:SHOWN_FAULTS],
    }


def _figures(request: HttpRequest, row: ClaimImport) -> list[Figure]:
    claims = ""
    if row.state in REGISTERED and row.rows_new and request.user.has_perm("claims.view_claim"):
        claims = f"{reverse('admin:claims_claim_changelist')}?claim_import={row.pk}"
    return [
        Figure(_("Rows read"), f"{row.rows_read:,}"),
        Figure(_("New"), f"{row.rows_new:,}", claims, sign="="),
        Figure(_("Same as before"), f"{row.rows_same:,}", sign="+"),
        Figure(_("Changed"), f"{row.rows_changed:,}", "?tab=changes" if row.rows_changed else "", sign="+"),
        Figure(
            _("Rejected"),
            f"{row.rows_rejected:,}",
            "?tab=rejected" if row.rows_rejected else "",
            "danger" if row.rows_rejected else "",
            "+",
        ),
    ]


def _compared(row: ClaimImport) -> list[Compared]:
    lines = []
    if row.declared_rows is not None:
        off = row.rows_read - row.declared_rows
        lines.append(Compared(_("Rows"), f"{row.declared_rows:,}", f"{row.rows_read:,}", f"{off:+,}" if off else ""))
    if row.declared_sum is not None:
        read = int(row.summary.get("sum_of_file", 0))
        off = read - int(row.declared_sum)
        lines.append(
            Compared(
                _("Sum of losses"),
                format_won(int(row.declared_sum)),
                format_won(read),
                f"{'+' if off > 0 else ''}{format_won(off)}" if off else "",
            )
        )
    return lines


def _notes(row: ClaimImport) -> list[tuple[Any, str, Any]]:
    """Return (label, number, what it means) of what a person should look at."""
    told = row.summary
    notes: list[tuple[Any, str, Any]] = [
        (_("Sum of losses of the new claims"), format_won(int(row.sum_of_losses)), ""),
        (
            _("Incomplete"),
            f"{told.get('incomplete', 0):,}",
            _("New claims without a name, phone or account: registered, but not paid until completed."),
        ),
        (
            _("Possible duplicates"),
            f"{told.get('possible_duplicates', 0):,}",
            _("Rows of one person who reports the same service more than once, here or before."),
        ),
        (
            _("Same number, other name"),
            f"{told.get('name_conflicts', 0):,}",
            _("Rows whose number is known under another name: kept apart, looked at in triage."),
        ),
        (
            _("Amendments waiting"),
            f"{told.get('amendments', 0):,}",
            _("Changed rows of claims that are decided or that a person corrected: a person says what follows."),
        ),
    ]
    return notes


def _tables(row: ClaimImport) -> list[tuple[Any, list[tuple[Any, str, str]]]]:
    """Return (title, [(word, new claims, sum of losses)]) by reporter type, admission and round."""
    told = row.summary
    keys = [int(key) for key in told.get("rounds", {}) if key]
    rounds: dict[str, Any] = {str(key): one for key, one in IntakeRound.objects.in_bulk(keys).items()}
    return [
        (_("New claims by reporter type"), _counted(told.get("reporter_types", {}), dict(ReporterType.choices))),
        (_("New claims by admission"), _counted(told.get("admissions", {}), dict(Claim.Admission.choices))),
        (_("New claims by round"), _counted(told.get("rounds", {}), rounds | {"": _("Outside every round")})),
    ]


def _counted(counts: Mapping[str, Any], words: Mapping[str, Any]) -> list[tuple[Any, str, str]]:
    ordered: Iterable[str] = [key for key in words if key in counts]
    return [(words[key], f"{counts[key][0]:,}", format_won(counts[key][1])) for key in ordered]


def rejected_tab(request: HttpRequest, row: ClaimImport) -> dict[str, Any]:
    """Return the page of rejected rows that the address asks for, and how many rows have which fault."""
    if not is_read(row) or not request.user.has_perm("claims.view_rejectedrow"):
        return {}
    rows = RejectedRow.objects.filter(claim_import=row).order_by("line")
    chosen = RejectedRowFilter({"fault": request.GET.get("fault", "")}, queryset=rows)
    fault = request.GET.get("fault", "") if chosen.is_valid() else ""
    counts = fault_counts(row)
    # Counted already: by fault above, and all of them on the import.
    count = {code: count for code, _text, count in counts}.get(fault, 0) if fault else row.rows_rejected
    page = _page(chosen.qs if fault else rows, count, request)
    may_take = all(request.user.has_perm(permission) for permission in PERMISSIONS)
    download = reverse("admin:claims_claimimport_rejected_rows", args=(row.pk,)) if may_take else ""
    return {
        "page": page,
        "rejected_rows": [in_words(one) for one in page.object_list],
        "fault_counts": counts,
        "fault": fault,
        "still_open": open_rows(row).count(),
        "words": f"&fault={fault}" if fault else "",
        "download_url": f"{download}?fault={fault}" if download and fault else download,
    }


def changes_tab(request: HttpRequest, row: ClaimImport) -> dict[str, Any]:
    """Return what the file would change, or what became of its changes."""
    if not is_read(row) or not request.user.has_perm("claims.view_claim"):
        return {}
    if row.state in STAGED:
        page = _page(range(row.rows_changed), row.rows_changed, request)
        first = page.start_index() - 1 if row.rows_changed else 0
        shown = staged_changes(row, first=first, most=ROWS_A_PAGE) if row.rows_changed else []
        return {"page": page, "changes": shown, "is_staged": True, "words": ""}
    amendments = Amendment.objects.filter(claim_import=row)
    counts = dict(amendments.order_by().values_list("state").annotate(Count("pk")))
    state = request.GET.get("state", "")
    if state in counts:
        amendments = amendments.filter(state=state)
    else:
        state = ""
    page = _page(amendments.order_by("line"), counts[state] if state else sum(counts.values()), request)
    changes: list[ClaimChange] = amendment_changes(page.object_list)
    return {
        "page": page,
        "changes": changes,
        "states": [(word.value, word.label, counts[word.value]) for word in Amendment.State if word.value in counts],
        "state": state,
        "words": f"&state={state}" if state else "",
    }


def history_tab(_request: HttpRequest, row: ClaimImport) -> dict[str, Any]:
    """Return what happened to the import, in sentences."""
    return {"history": history_of(row)}


def file_tab(request: HttpRequest, row: ClaimImport) -> dict[str, Any]:
    """Return the stored file, how it is read, and which imports continue this one."""
    user: Any = request.user
    continuing = row.continuations.select_related("stored_file", "imported_by").order_by("pk")
    return {
        "file_url": reverse("stored_file", args=(row.stored_file_id,)) if _may_open(user, row) else "",
        "reading": readable_profile(row),
        "continuations": list(continuing),
    }


def _may_open(user: User, row: ClaimImport) -> bool:
    try:
        may_read(by=user, row=row.stored_file)
    except NotAllowed:
        return False
    return True


def _page(rows: Any, count: int, request: HttpRequest) -> Page[Any]:
    paginator: Paginator[Any] = Paginator(rows, ROWS_A_PAGE)
    paginator.count = count
    page = paginator.get_page(request.GET.get("p"))
    page.numbers = list(paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))  # type: ignore[attr-defined]
    return page


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: its word in the address, its title, its template, and what fills it."""

    name: str
    title: StrOrPromise
    template: str
    context: Callable[[HttpRequest, ClaimImport], dict[str, Any]]


def _tab(name: str, title: StrOrPromise, context: Callable[[HttpRequest, ClaimImport], dict[str, Any]]) -> Tab:
    return Tab(name, title, f"admin/claims/intake/{name}.html", context)


TABS = (
    _tab("outcome", _("Summary"), summary_tab),
    _tab("rejected", _("Rejected rows"), rejected_tab),
    _tab("changes", _("Changes"), changes_tab),
    _tab("history", _("History"), history_tab),
    _tab("file", _("File"), file_tab),
)


def chosen_tab(request: HttpRequest, row: ClaimImport) -> Tab:
    """Return the tab that the address names; else the summary, or the file where nothing is read yet."""
    name = request.GET.get("tab", "")
    by_name = {tab.name: tab for tab in TABS}
    return by_name.get(name) or by_name["outcome" if is_read(row) else "file"]
