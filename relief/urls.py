"""Addresses: the admin is the whole site."""

from django.contrib import admin
from django.urls import path
from django.views.i18n import set_language

from relief.health.views import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("language/", set_language, name="set_language"),
    path("", admin.site.urls),
]
