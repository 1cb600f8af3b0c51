"""Addresses: the admin is the whole site."""

from django.contrib import admin
from django.urls import path
from django.views.i18n import set_language

urlpatterns = [
    path("language/", set_language, name="set_language"),
    path("", admin.site.urls),
]
