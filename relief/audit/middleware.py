"""Gives every change made inside a request the request's id, address and person."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pghistory
from django.http import HttpRequest, HttpResponse


class RequestContextMiddleware:
    """Open an event context for each request that may write; reads write no events and pay nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = str(uuid.uuid4())
        request.META["RELIEF_REQUEST_ID"] = request_id
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return self.get_response(request)
        context: dict[str, object] = {"request": request_id, "url": request.path}
        if request.user.is_authenticated:
            context |= {"user": request.user.pk, "username": request.user.get_username()}
        with pghistory.context(**context):
            return self.get_response(request)
