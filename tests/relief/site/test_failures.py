"""Refused addresses answer with a page that says what happened and how to go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from relief.accounts.models import User


@pytest.mark.parametrize(
    ("path", "status", "msgid"),
    [
        (
            "/claims/claim/?phone_index=1",
            400,
            "The address asks for a filter or an order that this page does not have. Open the list anew.",
        ),
        (
            "/relief/disclosure/?kind=x%00y",
            400,
            "The address asks for a filter or an order that this page does not have. Open the list anew.",
        ),
        (
            "/claims/claim/%00/change/",
            400,
            "The address asks for a filter or an order that this page does not have. Open the list anew.",
        ),
        (
            "/relief/disclosure/",
            403,
            "Your roles do not include this page. Ask an administrator for the role that has it.",
        ),
        (
            "/claims/claim/999/change/",
            404,
            "This page does not exist, or it belongs to another incident. Check which incident you work on.",
        ),
    ],
)
def test_refused_address_says_how_to_go_on_in_korean(
    user_as: Callable[..., User], signed_in: Callable[[User], Client], path: str, status: int, msgid: str
) -> None:
    response = signed_in(user_as("finance")).get(path)
    with override("ko"):
        sentence = gettext(msgid)
    assert (response.status_code, sentence in response.content.decode(), sentence != msgid) == (status, True, True)
