"""Refuse a catalogue with holes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from relief.translations.catalogue import faults


class Command(BaseCommand):
    help = "Exit 1, and list them, where Korean entries are missing, fuzzy, outdated or differ in their placeholders."

    def handle(self, *args: Any, **options: Any) -> None:
        found = faults()
        for fault in found:
            self.stdout.write(fault)
        if found:
            raise CommandError(f"{len(found)} faults in the message catalogue")
        self.stdout.write("the message catalogue is whole")
