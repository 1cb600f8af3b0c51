"""The letter that answers an objection after which the decision stands."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from claims.helpdesk.letters.models import Delivery
from committee.models import Decision
from committee.review.answering import write_answer
from committee.review.services import uphold
from relief.errors import NotAllowed, RuleBroken
from tests.committee.factories import decided, examined

pytestmark = pytest.mark.django_db


@pytest.fixture
def upheld(incident: Any, settings: Any) -> Any:
    """An ended objection after which the decision stands."""
    settings.MESSAGE_CHANNEL = "claims.helpdesk.letters.channels.ConsoleWay"
    decided(incident, (200_000,), phone="010-1234-5678")
    objection = examined(Decision.objects.get().claim)
    return uphold(by=objection.reviewer, objection=objection, reasons="장부와 같음")


def test_answer_names_the_reasons_and_goes_out_once(upheld: Any, user_as: Any) -> None:
    told = {"by": user_as("secretary"), "objection": upheld, "language": "ko", "channel": "message"}
    letter = write_answer(**told)
    assert (letter.code, letter.key) == ("upheld", f"objection:{upheld.pk}")
    assert "장부와 같음" in letter.body
    assert "30,000원" in letter.body
    with pytest.raises(RuleBroken) as refused:
        write_answer(**told)
    assert refused.value.code == "one_letter_per_key"


def test_answer_is_refused_while_it_is_open_or_without_right(incident: Any, user_as: Any) -> None:
    decided(incident, (200_000,))
    objection = examined(Decision.objects.get().claim)
    told = {"objection": objection, "language": "ko", "channel": "message"}
    with pytest.raises(RuleBroken) as refused:
        write_answer(by=user_as("secretary"), **told)
    assert refused.value.code == "objection_not_upheld"
    with pytest.raises(NotAllowed):
        write_answer(by=user_as("committee_member"), **told)
    assert not Delivery.objects.exists()


def test_page_shows_and_sends_the_answer(upheld: Any, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("secretary"))
    page = reverse("admin:committee_objection_answer", args=(upheld.pk,))
    objection_page = reverse("admin:committee_objection_change", args=(upheld.pk,))
    assert page in client.get(objection_page).content.decode()
    looked = client.post(page, {"language": "en", "channel": "message", "_look": "1"}).content.decode()
    assert "the decision stands" in looked
    assert client.post(page, {"language": "ko", "channel": "message"}).status_code == 302
    assert Delivery.objects.get().code == "upheld"
    assert page not in client.get(objection_page).content.decode()
