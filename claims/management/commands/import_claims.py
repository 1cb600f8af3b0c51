"""``manage.py import_claims``: one claim file into the register, in the foreground."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils.translation import gettext as _

from claims.catalogue.models import Incident
from claims.intake.faults import sentence
from claims.intake.models import ImportState
from claims.intake.services import IMPORT, receive_file
from relief.accounts.models import User
from relief.errors import RuleBroken
from relief.jobs.models import Job
from relief.jobs.services import carry_out
from relief.money import format_won

REFUSED, ACCEPTED_WITH_REJECTED_ROWS = 1, 3
_CHUNK = 1024 * 1024


class Command(BaseCommand):
    help = "Imports a claim file. Exits 0: accepted; 3: accepted, with rejected rows; 1: refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--incident", required=True, help="code of the incident")
        parser.add_argument("--as", dest="user", required=True, help="user name of who imports")
        parser.add_argument("--source", default="", help="who sent the file")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        user = User.objects.filter(username=options["user"]).first()
        incident = Incident.objects.filter(code=options["incident"]).first()
        if user is None or incident is None:
            raise CommandError(_("There is no such user or incident. Check --as and --incident."))
        if not path.is_file():
            raise CommandError(_("There is no file %(path)s.") % {"path": path})
        try:
            claim_import = receive_file(
                by=user, incident=incident, chunks=_chunks(path), name=path.name, source=options["source"]
            )
        except RuleBroken as refusal:
            self._end(options, {"state": "refused", "code": refusal.code, "error": str(refusal)}, REFUSED)
        job = Job.objects.get(kind=IMPORT, subject_key=claim_import.pk)
        self._carry_out(job.pk, quiet=options["json"])
        claim_import.refresh_from_db()
        job.refresh_from_db()
        summary = {"import": claim_import.pk, "state": claim_import.state, "error": job.error, **job.outcome}
        if claim_import.state != ImportState.ACCEPTED:
            self._end(options, summary, REFUSED)
        self._end(options, summary, ACCEPTED_WITH_REJECTED_ROWS if claim_import.rows_rejected else 0)

    def _carry_out(self, job_id: int, *, quiet: bool) -> None:
        ended = threading.Event()
        watch = threading.Thread(target=self._show_progress, args=(job_id, ended), daemon=True)
        if not quiet:
            watch.start()
        try:
            if carry_out(job_id) is None:
                # A worker was quicker: its work is as good as ours.
                self._wait(job_id)
        finally:
            ended.set()
            if not quiet:
                watch.join()

    def _show_progress(self, job_id: int, ended: threading.Event) -> None:
        try:
            while not ended.wait(0.5):
                job = Job.objects.get(pk=job_id)
                total = f" / {job.total:,}" if job.total else ""
                self.stderr.write(_("\rrows: %(done)s%(total)s") % {"done": f"{job.done:,}", "total": total}, ending="")
            self.stderr.write("")
        finally:
            connections.close_all()

    @staticmethod
    def _wait(job_id: int) -> None:
        pause = threading.Event()
        while Job.objects.filter(pk=job_id, state__in=Job.OPEN).exists():
            pause.wait(0.5)

    def _end(self, options: dict[str, Any], summary: dict[str, Any], code: int) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
        elif summary["state"] == ImportState.ACCEPTED:
            self.stdout.write(
                _("Accepted: %(read)s rows read, %(new)s new, %(same)s same as before, %(rejected)s rejected.")
                % {key: f"{summary[key]:,}" for key in ("read", "new", "same", "rejected")}
            )
            self.stdout.write(
                _("Sum of the losses of the new claims: %(sum)s.") % {"sum": format_won(summary["sum_of_losses"])}
            )
            for fault, count in sorted(summary["faults"].items(), key=lambda item: -item[1]):
                self.stdout.write(f"  {count:>7,}  {sentence(fault)}")
        else:
            self.stderr.write(summary["error"] or summary["state"])
        if code:
            sys.exit(code)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
