"""`manage.py demo`: the demo data through every step, and the published figures held against it."""

from __future__ import annotations

from decimal import Decimal
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from claims.catalogue.models import Incident
from committee.demo.catalogue import OUTAGE
from committee.demo.check import compare
from committee.demo.files import DEFAULT_SEED
from committee.demo.walk import JobNotDone, take_the_walk
from relief.errors import RuleBroken


class Command(BaseCommand):
    help = "Loads the demo data through the real services and compares every published figure; --check only compares."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare the figures, load nothing")
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED)

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["check"]:
            self._load(options["seed"])
        incident = Incident.objects.filter(code=OUTAGE.code).first()
        if incident is None:
            raise CommandError(_("The demo data is not loaded. Run manage.py demo without --check first."))
        self._compare(incident)

    def _load(self, seed: int) -> None:
        began = monotonic()

        def tell(sentence: str) -> None:
            self.stdout.write(f"{monotonic() - began:6.1f} s  {sentence}")
            self.stdout.flush()

        try:
            take_the_walk(tell=tell, seed=seed)
        except (RuleBroken, JobNotDone) as error:
            raise CommandError(str(error)) from error

    def _compare(self, incident: Incident) -> None:
        comparisons = compare(incident)
        for comparison in comparisons:
            figure = comparison.figure
            published = _number(figure.expected) + (f" – {_number(figure.up_to)}" if figure.up_to is not None else "")
            mark = "=" if comparison.agrees else "≠"
            self.stdout.write(f"{published:>27} {mark} {_number(comparison.found):<16} {figure.sentence}")
        differing = sum(not comparison.agrees for comparison in comparisons)
        counts = {"all": len(comparisons), "differing": differing}
        if differing:
            raise CommandError(_("%(differing)s of %(all)s published figures differ.") % counts)
        self.stdout.write(_("All %(all)s published figures agree.") % counts)


def _number(value: int | Decimal | None) -> str:
    return "–" if value is None else f"{value:,}"
