"""Compile the message catalogue without gettext's tools."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from relief.translations.catalogue import compile_stale


class Command(BaseCommand):
    help = "Compile the Korean catalogue where it changed since the last time."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if compile_stale():
            self.stdout.write("messages compiled")
