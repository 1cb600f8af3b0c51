"""Recompute every decision from its stored facts and version, and report any difference."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.catalogue.models import Incident
from committee.decisions.verifying import Verification, verify

SHOWN = 100


class Command(BaseCommand):
    help = "Recompute every decision from its stored facts and version; exits 1 where any says something else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--incident", help="code of the incident; without it, all incidents")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        key = None
        if options["incident"]:
            incident = Incident.objects.filter(code=options["incident"]).first()
            if incident is None:
                raise CommandError("There is no such incident.")
            key = incident.pk
        found = Verification()
        shown: list[dict[str, Any]] = []
        for mismatch in verify(found, incident_id=key):
            if len(shown) < SHOWN:
                shown.append(asdict(mismatch))
                if not options["json"]:
                    self.stderr.write(
                        f"{mismatch.receipt_number} (decision {mismatch.decision_id}): stored {mismatch.stored}, "
                        f"recomputed {mismatch.recomputed}"
                    )
        if options["json"]:
            self.stdout.write(json.dumps({**asdict(found), "mismatches": shown}, ensure_ascii=False))
        else:
            self.stdout.write(
                f"{found.recomputed:,} decisions recomputed, {found.by_people:,} made by people, "
                f"{found.differing:,} differ."
            )
        if found.differing:
            raise SystemExit(1)
