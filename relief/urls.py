"""Addresses: the admin is the whole site."""

from django.contrib import admin
from django.urls import path
from django.views.i18n import set_language

from relief.files.views import download
from relief.health.views import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("language/", set_language, name="set_language"),
    path("files/<int:file_id>/", admin.site.admin_view(download), name="stored_file"),
    path("", admin.site.urls),
]

handler400 = "relief.site.failures.bad_request"
handler403 = "relief.site.failures.permission_denied"
handler404 = "relief.site.failures.page_not_found"
