"""The pages of a refusal: no permission, not found, locked out, a form that came from nowhere."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relief.errors import NotAllowed


def _page(request: HttpRequest, *, status: int, title: str, sentence: str) -> HttpResponse:
    # A request that failed before its user was known still gets its page.
    context = admin.site.each_context(request) if hasattr(request, "user") else {}
    return render(request, "admin/failure.html", {**context, "title": title, "sentence": sentence}, status=status)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the permission is missing, and what to do."""
    sentence = _("Your roles do not include this page. Ask an administrator for the role that has it.")
    if isinstance(exception, NotAllowed):
        sentence = str(exception)
    return _page(request, status=403, title=_("Not permitted"), sentence=sentence)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    """Say that the address asks for something the page does not offer, such as an unknown filter."""
    return _page(
        request,
        status=400,
        title=_("Not understood"),
        sentence=_("The address asks for a filter or an order that this page does not have. Open the list anew."),
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    """Say that the address leads nowhere in the user's scope."""
    return _page(
        request,
        status=404,
        title=_("Not found"),
        sentence=_("This page does not exist, or it belongs to another incident. Check which incident you work on."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django names it
    """Say that the form was too old or came from elsewhere."""
    return _page(
        request,
        status=403,
        title=_("The form is no longer valid"),
        sentence=_("Go back, reload the page and send the form again."),
    )


def locked_out(request: HttpRequest, _original: HttpResponse | None = None, _credentials: Any = None) -> HttpResponse:
    """Say that signing in is locked after repeated wrong passwords, and for how long."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return _page(
        request,
        status=429,
        title=_("Signing in is locked"),
        sentence=ngettext(
            "There were too many wrong passwords. Try again in %(minutes)s minute, or ask an administrator.",
            "There were too many wrong passwords. Try again in %(minutes)s minutes, or ask an administrator.",
            minutes,
        )
        % {"minutes": minutes},
    )
