"""``manage.py classify_claims``: every claim of an incident by its rules, in the foreground."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from claims.catalogue.models import Incident
from claims.triage.models import RuleSet
from claims.triage.selectors import newest_rule_set
from claims.triage.services import create_rule_set, start_classification
from relief.accounts.models import User
from relief.errors import RuleBroken
from relief.jobs.models import Job
from relief.jobs.services import carry_out


class Command(BaseCommand):
    help = "Classifies the claims of an incident by its newest rules. Exits 0 when done, 1 when refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--incident", required=True, help="code of the incident")
        parser.add_argument("--as", dest="user", required=True, help="user name of who classifies")
        parser.add_argument("--rules", type=Path, help="a JSON file of rules, which becomes the next version first")
        parser.add_argument("--note", default="", help="what is new in these rules")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        incident = Incident.objects.filter(code=options["incident"]).first()
        if user is None or incident is None:
            raise CommandError(_("There is no such user or incident. Check --as and --incident."))
        try:
            rule_set = self._rule_set(user, incident, options)
            job = start_classification(by=user, rule_set=rule_set)
        except RuleBroken as refusal:
            self.stderr.write(str(refusal))
            sys.exit(1)
        carry_out(job.pk)
        job.refresh_from_db()
        if options["json"]:
            self.stdout.write(json.dumps({"rules": rule_set.version, "state": job.state, **job.outcome}))
        elif job.state == Job.State.DONE:
            self.stdout.write(
                _("%(rules)s: %(changed)s classifications set or changed")
                % {"rules": rule_set, "changed": f"{job.outcome['changed']:,}"}
            )
        if job.state != Job.State.DONE:
            self.stderr.write(job.error or job.get_state_display())
            sys.exit(1)

    @staticmethod
    def _rule_set(user: User, incident: Incident, options: dict[str, Any]) -> RuleSet:
        path: Path | None = options["rules"]
        if path is None:
            newest = newest_rule_set(incident.pk)
            if newest is None:
                raise CommandError(_("The incident has no rules yet. Give a file of rules with --rules."))
            return newest
        try:
            rules = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise CommandError(_("%(path)s is no JSON file that can be read.") % {"path": path}) from error
        return create_rule_set(by=user, incident=incident, rules=rules, note=options["note"])
