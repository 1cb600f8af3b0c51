"""Bring the message catalogue up to the sources."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from relief.translations.catalogue import bring_up_to_date, compile_stale


class Command(BaseCommand):
    help = "Extract English messages from code, templates and the theme into the Korean catalogue, and compile it."

    def handle(self, *args: Any, **options: Any) -> None:
        missing, obsolete = bring_up_to_date()
        compile_stale()
        self.stdout.write(f"{missing} without Korean, {obsolete} no longer used")
