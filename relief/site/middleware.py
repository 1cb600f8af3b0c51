"""Ends sessions that were idle or open for too long, or whose person lost a role or the account; refuses NUL."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from relief import clock

STARTED = "relief_started"
SEEN = "relief_seen"
EPOCH = "relief_epoch"


class SessionLimitMiddleware:
    """Sign a person out after SESSION_IDLE_LIMIT without a request, or SESSION_ABSOLUTE_LIMIT after signing in.

    A session of an older epoch than the account's ends too: `relief.accounts.services` raises it to end sessions.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = clock.now().timestamp()
            started = request.session.setdefault(STARTED, now)
            seen = request.session.get(SEEN, now)
            idle = settings.SESSION_IDLE_LIMIT.total_seconds()
            absolute = settings.SESSION_ABSOLUTE_LIMIT.total_seconds()
            epoch = request.session.setdefault(EPOCH, request.user.session_epoch)
            if now - seen > idle or now - started > absolute or epoch != request.user.session_epoch:
                logout(request)
            elif now - seen > min(60, idle / 2) or SEEN not in request.session:
                request.session[SEEN] = now
        return self.get_response(request)


class NulMiddleware:
    """Refuse an address with a NUL in it: PostgreSQL holds none, so no filter could answer it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        words = (word for name, values in request.GET.lists() for word in (name, *values))
        if "\0" in request.path or any("\0" in word for word in words):
            raise BadRequest("NUL in the address")
        return self.get_response(request)
