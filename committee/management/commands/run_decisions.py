"""Run the adopted tier policy of an incident over its undecided claims."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.catalogue.models import Incident
from committee.decisions.selectors import shares_of
from committee.decisions.services import start_run
from committee.plan.policies import TierPolicy
from relief.accounts.models import User
from relief.errors import RuleBroken
from relief.jobs.models import Job
from relief.jobs.services import carry_out


class Command(BaseCommand):
    help = "Decide every undecided, classified claim of an incident under its adopted tier policy, here and now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--incident", required=True, help="code of the incident")
        parser.add_argument("--as", required=True, dest="username", help="sign-in name of who runs it")

    def handle(self, *args: Any, **options: Any) -> None:
        incident = Incident.objects.filter(code=options["incident"]).first()
        by = User.objects.filter(username=options["username"]).first()
        if incident is None or by is None:
            raise CommandError("There is no such incident or user.")
        policies = TierPolicy.objects.filter(incident=incident, state=TierPolicy.State.ADOPTED)
        policy = policies.select_related("measure").first()
        if policy is None:
            raise CommandError("No tier policy is adopted. Have one adopted first.")
        try:
            run = start_run(by=by, policy=policy)
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        job = run.job
        if job is None:
            raise CommandError("The run has no job.")
        carry_out(job.pk)
        job.refresh_from_db()
        if job.state != Job.State.DONE:
            raise CommandError(job.error or f"The run is {job.get_state_display()}.")
        for share in shares_of(run):
            tier = "" if share.tier_number is None else f" {share.tier_number}"
            self.stdout.write(f"{share.outcome_label} / {share.reason_label}{tier}: {share.claims:,}  {share.cost:,}")
