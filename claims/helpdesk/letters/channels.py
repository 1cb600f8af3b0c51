"""How a letter leaves the house: mail through Django, messages through the service that a setting names."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage, make_msgid
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from claims.helpdesk.letters.models import Channel
from relief.errors import RuleBroken
from relief.sealed import mask


class Way(Protocol):
    """A service that takes letters."""

    def send(self, to: str, subject: str, body: str) -> str:
        """Hand a letter over and return the receipt of the service; any exception means that it did not take it."""


class MailWay:
    """Mail, through the server of the settings."""

    def send(self, to: str, subject: str, body: str) -> str:
        receipt = make_msgid()
        EmailMessage(subject=" ".join(subject.split()), body=body, to=[to], headers={"Message-ID": receipt}).send()
        return receipt


class ConsoleWay:
    """Messages written to the console of the worker, for development."""

    def send(self, to: str, subject: str, body: str) -> str:
        print(f"message to {mask(to)}: {subject}\n{body}")  # noqa: T201 - that is what it is for
        return "console"


def refuse_closed(channel: str) -> None:
    """Refuse a channel that this site has no service for. Raises RuleBroken(unknown_channel, channel_closed)."""
    if channel not in Channel.values:
        raise RuleBroken(_("Choose mail or text message."), code="unknown_channel")
    if channel == Channel.MESSAGE and not settings.MESSAGE_CHANNEL:
        raise RuleBroken(
            _("This site has no service for text messages yet. Send mail, or let an administrator set the service."),
            code="channel_closed",
        )


def way_of(channel: str) -> Way:
    """Return the service of a channel. Raises RuleBroken(unknown_channel, channel_closed)."""
    refuse_closed(channel)
    if channel == Channel.MAIL:
        return MailWay()
    way: Way = import_string(settings.MESSAGE_CHANNEL)()
    return way
