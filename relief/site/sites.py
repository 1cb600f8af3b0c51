"""The one admin site."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from relief.site import home, navigation


class ReliefAdminSite(UnfoldAdminSite):
    """The back office: every page of the project lives under it."""

    site_title = _("Relief back office")
    site_header = _("Relief back office")
    index_title = _("Home")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # The theme's search page would list models past the sidebar's table; nothing leads to it here.
        urls: list[URLPattern | URLResolver] = super().get_urls()
        return [url for url in urls if getattr(url, "name", None) != "search"]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        if self.has_permission(request):
            desks = import_string(settings.INCIDENT_DESKS)(request.user)
            context["desks"] = desks
            context["current_desk"] = next((desk for desk in desks if desk.is_current), None)
        return context

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        user: Any = request.user
        return super().index(  # type: ignore[no-any-return]
            request,
            {
                "cards": home.cards_for(user),
                "shortcuts": [group for group in navigation.open_to(user) if group[0] is not navigation.NAVIGATION[0]],
                "has_roles": user.is_superuser or user.groups.exists(),
                **(extra_context or {}),
            },
        )
