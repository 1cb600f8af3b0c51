"""Print the published figures of an incident."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.catalogue.models import Incident
from committee.reports.selectors import published_figures, report_of


class Command(BaseCommand):
    help = "Print every published figure of an incident, computed from the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--incident", required=True, help="code of the incident")
        parser.add_argument("--json", action="store_true", help="as a JSON object, key to value")

    def handle(self, *args: Any, **options: Any) -> None:
        incident = Incident.objects.filter(code=options["incident"]).first()
        if incident is None:
            raise CommandError(f"There is no incident with the code {options['incident']}.")
        if options["json"]:
            figures = {figure.key: figure for figure in published_figures(incident=incident)}
            values = {key: {"value": str(f.value), "unit": f.unit.value} for key, f in figures.items()}
            self.stdout.write(json.dumps(values, ensure_ascii=False, indent=2))
            return
        for section in report_of(incident=incident):
            self.stdout.write(f"\n{section.title}")
            for figure in section.figures:
                self.stdout.write(f"  {figure.label}: {figure.value_text}  {figure.share_text}".rstrip())
