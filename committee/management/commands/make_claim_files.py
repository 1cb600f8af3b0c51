"""``manage.py make_claim_files``: the demo's claim files, or one large file for benchmarks."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from committee.demo.files import DEFAULT_SEED, write_claim_files, write_scaled_file


class Command(BaseCommand):
    """Write seeded claim files whose marginals are the published figures; the same seed gives the same bytes."""

    help = "Writes the demo's claim files into a directory, or one file of many rows for benchmarks."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the directory, the seed, and the two options for one large file."""
        parser.add_argument("directory", type=Path)
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
        parser.add_argument(
            "--rows",
            type=int,
            help="write one file of this many rows in the official layout and the published proportions",
        )
        parser.add_argument("--xlsx", action="store_true", help="with --rows: write a workbook instead of CSV")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the files and name each with its rows; ``CommandError`` where the options do not go together."""
        directory, seed, rows = options["directory"], options["seed"], options["rows"]
        if rows is None:
            if options["xlsx"]:
                raise CommandError(_("--xlsx goes with --rows: say how many rows the workbook is to hold."))
            written = write_claim_files(directory, seed=seed)
        elif rows < 1:
            raise CommandError(_("--rows must be at least 1."))
        else:
            ending = "xlsx" if options["xlsx"] else "csv"
            written = [write_scaled_file(directory / f"claims-{rows}.{ending}", rows=rows, seed=seed)]
        for file in written:
            self.stdout.write(_("%(path)s: %(rows)s rows") % {"path": file.path, "rows": f"{file.rows:,}"})
