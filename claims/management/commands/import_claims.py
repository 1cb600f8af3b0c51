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
from claims.intake.layout import Layout, lay_out
from claims.intake.models import ClaimImport, ImportProfile, ImportState
from claims.intake.profile import Profile
from claims.intake.proposing import headings_under, layout_for
from claims.intake.services import FileKnown, accept, load, receive_file, refuse
from relief.accounts.models import User
from relief.errors import RuleBroken
from relief.jobs.models import Job
from relief.jobs.services import carry_out
from relief.money import format_won

REFUSED, WITH_REJECTED_ROWS = 1, 3
AUTO = "auto"
_CHUNK = 1024 * 1024
_MOST_TRIES = 3
_WORDS = ("read", "new", "same", "changed", "rejected")


class Command(BaseCommand):
    help = (
        "Imports a claim file. Without --accept it is read and waits for acceptance. "
        "Exits 0: read or accepted whole; 3: the same, with rejected rows; 1: refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--incident", required=True, help="code of the incident")
        parser.add_argument("--as", dest="user", required=True, help="user name of who imports")
        parser.add_argument(
            "--profile",
            default=AUTO,
            help="name of a saved profile, a file MAP.json, or auto: the one that the page would propose",
        )
        parser.add_argument("--save-profile", type=Path, help="write the profile that was used to this JSON file")
        parser.add_argument("--source", default="", help="who sent the file")
        parser.add_argument("--declared-rows", type=int, help="rows that the sender says the file holds")
        parser.add_argument("--declared-sum", type=int, help="sum of losses in won that the sender says it holds")
        parser.add_argument("--accept", action="store_true", help="accept the file after it is read")
        parser.add_argument("--reason", default="", help="why it is accepted though its totals differ")
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
                by=user, incident=incident, chunks=_chunks(path), name=path.name, source=options["source"],
                declared_rows=options["declared_rows"], declared_sum=options["declared_sum"],
            )  # fmt: skip
        except FileKnown as known:
            self._end(options, _refusal(known) | {"import": known.claim_import.pk}, REFUSED)
        except RuleBroken as refusal:
            self._end(options, _refusal(refusal), REFUSED)
        try:
            layout, saved = self._layout(claim_import, options["profile"])
            load(by=user, claim_import=claim_import, layout=layout, saved_profile=saved)
            if options["save_profile"]:
                options["save_profile"].write_text(json.dumps(layout.profile.as_json(), ensure_ascii=False, indent=1))
        except RuleBroken as refusal:
            # A file whose columns nobody can confirm here must not hold its bytes.
            refuse(by=user, claim_import=claim_import, reason=str(refusal))
            self._end(options, _refusal(refusal) | {"import": claim_import.pk}, REFUSED)
        self._carry_out(claim_import, quiet=options["json"])
        if options["accept"]:
            self._accept(claim_import, user, options)
        self._sum_up(claim_import, options)

    def _layout(self, claim_import: ClaimImport, name: str) -> tuple[Layout, ImportProfile | None]:
        """Return the layout under the profile that was asked for, and the saved profile that it is."""
        if name == AUTO:
            return layout_for(claim_import)
        saved = ImportProfile.objects.filter(incident=claim_import.incident, name=name).first()
        if saved is not None:
            profile = Profile.from_json(saved.spec)
        elif name.endswith(".json") and Path(name).is_file():
            try:
                profile = Profile.from_json(json.loads(Path(name).read_text(encoding="utf-8")))
            except ValueError as error:
                raise RuleBroken(_("%(name)s is no JSON.") % {"name": name}, code="profile_not_valid") from error
        else:
            raise RuleBroken(
                _("There is no saved profile %(name)s in this incident, and no such JSON file.") % {"name": name},
                code="profile_not_found",
            )
        return lay_out(profile, headings_under(claim_import, profile)), saved

    def _accept(self, claim_import: ClaimImport, user: User, options: dict[str, Any]) -> None:
        for _attempt in range(_MOST_TRIES):
            claim_import.refresh_from_db()
            if claim_import.state != ImportState.STAGED:
                return
            try:
                accept(by=user, claim_import=claim_import, reason=options["reason"])
            except RuleBroken as refusal:
                self._end(options, self._summary(claim_import) | _refusal(refusal), REFUSED)
            self._carry_out(claim_import, quiet=options["json"])

    def _sum_up(self, claim_import: ClaimImport, options: dict[str, Any]) -> None:
        claim_import.refresh_from_db()
        summary = self._summary(claim_import)
        wanted = ImportState.ACCEPTED if options["accept"] else ImportState.STAGED
        if claim_import.state != wanted:
            self._end(options, summary, REFUSED)
        self._end(options, summary, WITH_REJECTED_ROWS if claim_import.rows_rejected else 0)

    @staticmethod
    def _summary(claim_import: ClaimImport) -> dict[str, Any]:
        job = claim_import.job
        return {
            "import": claim_import.pk,
            "state": claim_import.state,
            "error": job.error if job else "",
            **claim_import.summary,
        }

    def _carry_out(self, claim_import: ClaimImport, *, quiet: bool) -> None:
        claim_import.refresh_from_db()
        job_id: int = claim_import.job_id or 0
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
        elif code == REFUSED:
            self.stderr.write(summary["error"] or summary["state"])
        else:
            self._tell(summary)
        if code:
            sys.exit(code)

    def _tell(self, summary: dict[str, Any]) -> None:
        counts = {key: f"{summary[key]:,}" for key in _WORDS}
        head = _("Accepted") if summary["state"] == ImportState.ACCEPTED else _("Read, to be accepted")
        self.stdout.write(
            _(
                "%(head)s: %(read)s rows, of them %(new)s new, %(same)s same as before, %(changed)s changed and "
                "%(rejected)s rejected."
            )
            % (counts | {"head": head})
        )
        self.stdout.write(
            _("Sum of the losses of the new claims: %(sum)s.") % {"sum": format_won(summary["sum_of_losses"])}
        )
        for fault, count in sorted(summary["faults"].items(), key=lambda item: -item[1]):
            self.stdout.write(f"  {count:>7,}  {sentence(fault)}")


def _refusal(refusal: RuleBroken) -> dict[str, Any]:
    return {"state": "refused", "code": refusal.code, "error": str(refusal)}


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
