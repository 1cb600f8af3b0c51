"""Ends sessions that were idle or open for too long."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from relief import clock

STARTED = "relief_started"
SEEN = "relief_seen"


class SessionLimitMiddleware:
    """Sign a person out after SESSION_IDLE_LIMIT without a request, or SESSION_ABSOLUTE_LIMIT after signing in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = clock.now().timestamp()
            started = request.session.setdefault(STARTED, now)
            seen = request.session.get(SEEN, now)
            idle = settings.SESSION_IDLE_LIMIT.total_seconds()
            absolute = settings.SESSION_ABSOLUTE_LIMIT.total_seconds()
            if now - seen > idle or now - started > absolute:
                logout(request)
            elif now - seen > min(60, idle / 2) or SEEN not in request.session:
                request.session[SEEN] = now
        return self.get_response(request)
