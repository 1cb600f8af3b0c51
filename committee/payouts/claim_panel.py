"""What the page of a claim shows of its payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from claims.register.models import Claim
from claims.register.panels import ClaimPanel, register_claim_panel
from committee.payouts.models import Payment
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


register_claim_panel(place=30, permission="committee.view_payment", panel=payment_panel)
