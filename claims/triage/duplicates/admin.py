"""Duplicates in the back office: groups side by side, and accounts that unrelated claimants share."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.register.panels import marks_of
from claims.triage.duplicates import cards, panels
from claims.triage.duplicates.comparing import columns_of, rows_of
from claims.triage.duplicates.filters import GroupFilter
from claims.triage.duplicates.models import DuplicateGroup, GroupState, SharedAccount
from claims.triage.duplicates.pages import VERDICTS, LookPage, SettlePage, TakeBackPage
from claims.triage.duplicates.selectors import (
    claims_on,
    first_claims_on,
    next_open_group,
    steps_of_waiting,
    verdicts_before,
)
from claims.triage.duplicates.services import PERMISSION
from claims.triage.duplicates.words import reasons_in_words
from relief.accounts.models import User
from relief.korea.banks import bank_name
from relief.money import format_won
from relief.site.showing import NarrowedList, ShownAdmin

__all__ = ("DuplicateGroupAdmin", "SharedAccountAdmin", "cards", "panels")

AT_ONCE = 50
"""Members that a page of a group shows."""


@admin.register(DuplicateGroup)
class DuplicateGroupAdmin(ShownAdmin):
    """Groups that wait for a verdict, the most alike first; and each of them side by side."""

    list_display = ("number", "score", "reason_words", "member_word", "loss", "age", "signs", "state_word")
    ordering = ("-score", "-id")
    sortable_by = ("score", "member_word", "loss", "age")
    filterset = GroupFilter
    empty = _("No group of duplicates waits for a verdict. They are looked for whenever claims come in or change.")
    page_template = "admin/claims/triage/duplicates.html"

    class Media:
        css = {"all": ("claims/claims.css", "claims/duplicates.css")}

    @display(description=_("number"))
    def number(self, group: DuplicateGroup) -> str:
        return str(group)

    @display(description=_("reasons"))
    def reason_words(self, group: DuplicateGroup) -> str:
        return ", ".join(map(str, reasons_in_words(group.reasons)))

    @display(description=_("claims"), ordering="member_count")
    def member_word(self, group: DuplicateGroup) -> str:
        return f"{group.member_count:,}"

    @display(description=_("claimed losses"), ordering="loss_sum")
    def loss(self, group: DuplicateGroup) -> Any:
        return format_html('<span class="claims-won">{}</span>', format_won(group.loss_sum))

    @display(description=_("age"), ordering="opened_at")
    def age(self, group: DuplicateGroup) -> str:
        return timesince(group.opened_at, depth=1)

    @display(description=_("signs"))
    def signs(self, group: DuplicateGroup) -> Any:
        return _mark(_("Shared account"), "danger") if group.is_risk else "–"

    @display(description=_("state"))
    def state_word(self, group: DuplicateGroup) -> str:
        return str(group.get_state_display())

    def list_acts(self, request: HttpRequest) -> list[Any]:
        if not request.user.has_perm(PERMISSION):
            return []
        return [(_("Look for duplicates again"), reverse("admin:claims_duplicategroup_look"))]

    def page_context(self, request: HttpRequest, row: DuplicateGroup) -> dict[str, Any]:
        user = cast("User", request.user)
        members = row.members.filter(claim__receipt_number__isnull=False, like__receipt_number__isnull=False)
        pages = Paginator(members.select_related("claim__service", "like", "verdict").order_by("claim"), AT_ONCE)
        page = pages.get_page(request.GET.get("p"))
        columns = columns_of(page.object_list, user)
        following = next_open_group(row)
        paid, decided = steps_of_waiting(row)
        here = [column.claim.pk for column in columns if column.member.verdict is None]
        # What is paid cannot be closed, and what is decided had better not be.
        keep = next((key for key in (*paid, *decided, *here) if key in here), None)
        return {
            "group": row,
            "reasons": reasons_in_words(row.reasons),
            "page": page,
            "numbers": pages.get_elided_page_range(page.number),
            "columns": columns,
            "rows": rows_of(columns),
            "verdicts": verdicts_before(row)[:AT_ONCE],
            "choices": VERDICTS,
            "settles": row.state == GroupState.OPEN and user.has_perm(PERMISSION),
            "takes_back": user.has_perm(PERMISSION),
            "following": following,
            "keep": keep,
            "paid_count": len(paid),
            "decided_count": len(decided),
        }

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("look/", "claims_duplicategroup_look", LookPage.as_view(model_admin=self)),
            ("<path:object_id>/settle/", "claims_duplicategroup_settle", SettlePage.as_view(model_admin=self)),
            ("<path:object_id>/take-back/", "claims_duplicategroup_take_back", TakeBackPage.as_view(model_admin=self)),
        )


class SharedList(NarrowedList):
    """Fetches a claim of each account of the page, all at once, to show its number masked."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        accounts: list[Any] = list(self.result_list)  # type: ignore[has-type]
        claims = first_claims_on(accounts)
        for account in accounts:
            account.example = claims.get(bytes(account.account_index))
        self.result_list = accounts


@admin.register(SharedAccount)
class SharedAccountAdmin(ShownAdmin):
    """Accounts on which claimants of different names, with no other number in common, ask to be paid."""

    list_display = ("account", "name_count", "claim_count", "loss", "found_at")
    ordering = ("-name_count", "-id")
    sortable_by = ()
    empty = _("No account is shared by unrelated claimants.")
    page_template = "admin/claims/triage/shared_account.html"

    class Media:
        css = {"all": ("claims/claims.css",)}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return SharedList

    @display(description=_("account"))
    def account(self, row: Any) -> str:
        if row.example is None:
            return str(row)
        return f"{bank_name(row.example.bank_code)} {row.example.masked('account')}"

    @display(description=_("claimed losses"))
    def loss(self, row: SharedAccount) -> Any:
        return format_html('<span class="claims-won">{}</span>', format_won(row.loss_sum))

    def page_context(self, request: HttpRequest, row: SharedAccount) -> dict[str, Any]:
        claims = list(claims_on(row)[: 4 * AT_ONCE])
        marks = marks_of([claim.pk for claim in claims], cast("User", request.user))
        return {
            "account": row,
            "bank": bank_name(claims[0].bank_code) if claims else "",
            "masked": claims[0].masked("account") if claims else "",
            "claims": [(claim, claim.masked("phone"), marks.get(claim.pk)) for claim in claims],
        }


def _mark(word: Any, tone: str) -> Any:
    return format_html('<span class="claims-mark" data-tone="{}">{}</span>', tone, word)
