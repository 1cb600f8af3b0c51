"""What the page of a claim shows of its payment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.register.models import Claim
from claims.register.panels import ClaimPanel, ClaimTab, register_claim_panel, register_claim_tab
from claims.register.stages import Stage, declare_stage
from committee.payouts.models import Batch, Payment
from committee.payouts.selectors import masked_account
from relief.korea.banks import bank_name
from relief.money import format_won

if TYPE_CHECKING:
    from relief.accounts.models import User


def payment_panel(claim: Claim, _user: User) -> ClaimPanel:
    """Return the claim's line in a live batch, with the account as it was frozen there."""
    payment = Payment.objects.filter(claim=claim, is_live=True).select_related("batch").first()
    if payment is None:
        return ClaimPanel(_("Payment"), sentence=_("In no payout batch."))
    rows = [
        (_("Amount"), format_won(payment.amount)),
        (_("Payee"), payment.payee_name),
        (_("Account"), f"{bank_name(payment.bank_code)} {masked_account(payment)}"),
        (_("Batch"), f"{payment.batch} · {payment.batch.get_state_display()}"),
        (_("Line"), str(payment.line)),
    ]
    return ClaimPanel(_("Payment"), rows, address=reverse("admin:committee_batch_change", args=(payment.batch_id,)))


def payment_tab(claim: Claim, request: HttpRequest) -> dict[str, Any]:
    """Return the claim's lines in batches, newest first, with the approvals and the bank file of each."""
    may_see_batch = request.user.has_perm("committee.view_batch")
    rows = (
        Payment.objects.filter(claim=claim)
        .select_related("batch__composed_by", "batch__bank_file__exported_by")
        .prefetch_related("batch__approvals__approved_by")
        .order_by("-pk")
    )
    return {
        "payments": [(row, f"{bank_name(row.bank_code)} {masked_account(row)}") for row in rows],
        "may_see_batch": may_see_batch,
        "may_see_file": request.user.has_perm("committee.view_bankfile"),
    }


def _in_batch() -> QuerySet[Payment]:
    return Payment.objects.filter(is_live=True)


def _exported() -> QuerySet[Payment]:
    return Payment.objects.filter(is_live=True, batch__state=Batch.State.EXPORTED)


register_claim_panel(place=30, permission="committee.view_payment", panel=payment_panel)
register_claim_tab(
    ClaimTab(
        code="payment",
        title=gettext_lazy("Payment"),
        place=70,
        permission="committee.view_payment",
        template="admin/committee/claim_payment.html",
        context=payment_tab,
    )
)
declare_stage(Stage(50, "in_batch", gettext_lazy("In a payout batch"), _in_batch, "warning"))
declare_stage(Stage(60, "exported", gettext_lazy("With the bank"), _exported, "success"))
