"""The pages of referral: what they show, and what their forms carry to the services."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext

from claims.models import Referral, ReferralFile
from relief.site.home import cards_for

pytestmark = pytest.mark.django_db


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:claims_{name}", args=args)


def test_refer_page_counts_what_waits_and_starts_a_file(
    affiliate: Any, claim_of: Any, staff: Any, signed_in: Any
) -> None:
    claim_of(affiliate, claimed_loss=1234)
    client = signed_in(staff)
    page = client.get(address("referralfile_refer"))
    assert [(group["operator"], group["claims"]) for group in page.context["groups"]] == [(affiliate, "1")]
    words = {"operator": affiliate.pk, "ground": "동의", "columns": ["name"]}
    answer = client.post(address("referralfile_refer"), words)
    assert answer["Location"] == address("referralfile_change", ReferralFile.objects.get().pk)


def test_numbers_that_do_not_match_are_reported(
    affiliate: Any, claim_of: Any, handed_over: Any, staff: Any, signed_in: Any
) -> None:
    claim, file = claim_of(affiliate), handed_over(affiliate)
    words = {"numbers": f"{claim.receipt_number}\nX-1", "code": "other", "reason": "사유"}
    page = signed_in(staff).post(address("referralfile_send_back", file.pk), words, follow=True)
    told = [str(message) for message in page.context["messages"]]
    assert any("X-1" in message for message in told)
    assert Referral.objects.get().state == "sent_back"


def test_download_page_hands_out_the_stored_bytes(
    affiliate: Any, claim_of: Any, packed: Any, staff: Any, signed_in: Any
) -> None:
    claim_of(affiliate)
    file = packed(affiliate)
    answer = signed_in(staff).post(address("referralfile_download", file.pk), {"kind": "csv", "reason": "전달"})
    assert len(answer.getvalue()) == file.text_file.size


def test_receipt_shows_the_check_sums(affiliate: Any, claim_of: Any, packed: Any, staff: Any, signed_in: Any) -> None:
    claim_of(affiliate)
    file = packed(affiliate)
    page = signed_in(staff).get(address("referralfile_receipt", file.pk)).content.decode()
    assert file.workbook.sha256 in page
    assert file.text_file.sha256 in page


def test_list_of_referrals_takes_the_same_queries_for_one_row_and_for_four(
    affiliate: Any, claim_of: Any, packed: Any, staff: Any, signed_in: Any
) -> None:
    client, counts = signed_in(staff), []
    for claims in (1, 3):
        for _ in range(claims):
            claim_of(affiliate)
        packed(affiliate)
        client.get(address("referral_changelist"))
        with CaptureQueriesContext(connection) as queries:
            client.get(address("referral_changelist"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_claims_are_narrowed_and_the_home_page_tells_what_waits(
    affiliate: Any, claim_of: Any, staff: Any, signed_in: Any
) -> None:
    claim = claim_of(affiliate)
    client = signed_in(staff)
    found = {
        word: list(client.get(address("claim_changelist"), {"referral": word}).context["cl"].queryset)
        for word in ("waiting", "referred", "to_settle")
    }
    assert found == {"waiting": [claim], "referred": [], "to_settle": []}
    assert gettext("Claims to refer") in {str(card.title) for card in cards_for(staff)}
