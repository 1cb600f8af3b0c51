"""The one table of the sidebar: which page, under which word, for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from relief.accounts.models import User


@dataclass(frozen=True)
class Entry:
    """A page of the sidebar: its label, icon (Material Symbols), the permission that shows it, and its address."""

    label: StrOrPromise
    icon: str
    permission: str
    url_name: str


@dataclass(frozen=True)
class Group:
    """Entries under one heading."""

    title: StrOrPromise
    entries: tuple[Entry, ...]


NAVIGATION: tuple[Group, ...] = (
    Group(_("Work"), (Entry(_("Home"), "home", "", "admin:index"),)),
    Group(
        _("Claims"),
        (
            Entry(_("Claims"), "inbox", "claims.view_claim", "admin:claims_claim_changelist"),
            Entry(_("Imports"), "upload_file", "claims.view_claimimport", "admin:claims_claimimport_changelist"),
            Entry(
                _("Import profiles"),
                "view_column",
                "claims.view_importprofile",
                "admin:claims_importprofile_changelist",
            ),
            Entry(_("Amendments"), "difference", "claims.view_amendment", "admin:claims_amendment_changelist"),
        ),
    ),
    Group(
        _("Triage"),
        (
            Entry(_("Uncertain claims"), "help_center", "claims.classify_claims", "admin:claims_classification_queue"),
            Entry(
                _("Duplicates"), "content_copy", "claims.view_duplicategroup", "admin:claims_duplicategroup_changelist"
            ),
            Entry(
                _("Shared accounts"), "group_work", "claims.view_sharedaccount", "admin:claims_sharedaccount_changelist"
            ),
            Entry(
                _("Reclassifications"),
                "rule_settings",
                "claims.view_reclassification",
                "admin:claims_reclassification_changelist",
            ),
            Entry(_("Progress"), "query_stats", "claims.view_classification", "admin:claims_progress"),
            Entry(_("Classification rules"), "rule", "claims.view_ruleset", "admin:claims_ruleset_changelist"),
            Entry(
                _("Referral files"),
                "forward_to_inbox",
                "claims.view_referralfile",
                "admin:claims_referralfile_changelist",
            ),
            Entry(_("Referrals"), "outbound", "claims.view_referral", "admin:claims_referral_changelist"),
        ),
    ),
    Group(
        _("Evidence and contacts"),
        (
            Entry(_("Help centre"), "support_agent", "claims.view_nextstep", "admin:claims_nextstep_changelist"),
            Entry(_("Contacts"), "forum", "claims.view_contact", "admin:claims_contact_changelist"),
            Entry(_("Evidence to check"), "fact_check", "claims.view_evidence", "admin:claims_evidence_changelist"),
            Entry(
                _("Evidence in bulk"),
                "folder_zip",
                "claims.view_evidencearchive",
                "admin:claims_evidencearchive_changelist",
            ),
            Entry(
                _("Requests for documents"),
                "mark_email_unread",
                "claims.view_documentrequest",
                "admin:claims_documentrequest_changelist",
            ),
            Entry(_("Letters"), "outgoing_mail", "claims.view_delivery", "admin:claims_delivery_changelist"),
            Entry(
                _("Letter templates"),
                "edit_document",
                "claims.view_lettertemplate",
                "admin:claims_lettertemplate_changelist",
            ),
        ),
    ),
    Group(
        _("Decisions"),
        (
            Entry(_("Measures"), "volunteer_activism", "committee.view_measure", "admin:committee_measure_changelist"),
            Entry(_("Budgets"), "account_balance_wallet", "committee.view_book", "admin:committee_book_changelist"),
            Entry(_("Tier policies"), "stairs", "committee.view_tierpolicy", "admin:committee_tierpolicy_changelist"),
            Entry(_("Simulator"), "query_stats", "committee.view_simulation", "admin:committee_simulation_run"),
            Entry(
                _("Factors of services"),
                "percent",
                "committee.view_servicefactors",
                "admin:committee_servicefactors_changelist",
            ),
            Entry(
                _("Decision runs"),
                "play_circle",
                "committee.view_decisionrun",
                "admin:committee_decisionrun_changelist",
            ),
            Entry(_("Decisions"), "gavel", "committee.view_decision", "admin:committee_decision_changelist"),
            Entry(_("Objections"), "front_hand", "committee.view_objection", "admin:committee_objection_changelist"),
            Entry(
                _("Decision letters"),
                "outgoing_mail",
                "committee.view_letterrun",
                "admin:committee_letterrun_changelist",
            ),
            Entry(
                _("Top-ups and recoveries"),
                "balance",
                "committee.view_adjustment",
                "admin:committee_adjustment_changelist",
            ),
        ),
    ),
    Group(
        _("Payouts"),
        (
            Entry(_("Payout batches"), "payments", "committee.view_batch", "admin:committee_batch_changelist"),
            Entry(_("Payments"), "receipt_long", "committee.view_payment", "admin:committee_payment_changelist"),
            Entry(_("Bank files"), "account_balance", "committee.view_bankfile", "admin:committee_bankfile_changelist"),
        ),
    ),
    Group(
        _("Reports"),
        (Entry(_("Published figures"), "bar_chart", "committee.view_published_figures", "admin:published_figures"),),
    ),
    Group(
        _("Catalogue"),
        (
            Entry(_("Incidents"), "crisis_alert", "claims.view_incident", "admin:claims_incident_changelist"),
            Entry(_("Operators"), "domain", "claims.view_operator", "admin:claims_operator_changelist"),
            Entry(_("Services"), "apps", "claims.view_service", "admin:claims_service_changelist"),
            Entry(
                _("Intake rounds"), "calendar_month", "claims.view_intakeround", "admin:claims_intakeround_changelist"
            ),
        ),
    ),
    Group(
        _("Administration"),
        (
            Entry(_("Users"), "group", "relief.view_user", "admin:relief_user_changelist"),
            Entry(_("Work in progress"), "progress_activity", "relief.view_job", "admin:relief_job_changelist"),
            Entry(_("Disclosures"), "visibility", "relief.view_disclosure", "admin:relief_disclosure_changelist"),
            Entry(_("Record of changes"), "history", "relief.view_record", "admin:record_of_changes"),
        ),
    ),
)


def _address(entry: Entry) -> str | None:
    """Return the entry's address, or None where its page is not part of this installation."""
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return None


def open_to(user: User) -> Iterator[tuple[Group, list[tuple[Entry, str]]]]:
    """Yield each group with the entries, and their addresses, that the user may open; empty groups are left out."""
    for group in NAVIGATION:
        entries = [
            (entry, address)
            for entry in group.entries
            if (not entry.permission or user.has_perm(entry.permission)) and (address := _address(entry)) is not None
        ]
        if entries:
            yield group, entries


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar of the signed-in user as the theme wants it; the nearest entry above a page is active."""
    user: User = request.user  # type: ignore[assignment]
    groups = list(open_to(user))
    home = reverse("admin:index")
    above = [
        address
        for _group, entries in groups
        for _entry, address in entries
        if request.path == address or (address != home and request.path.startswith(address))
    ]
    active = max(above, key=len, default="")
    return [
        {
            "title": str(group.title),
            "items": [
                {"title": str(entry.label), "icon": entry.icon, "link": address, "active": address == active}
                for entry, address in entries
            ],
        }
        for group, entries in groups
    ]
