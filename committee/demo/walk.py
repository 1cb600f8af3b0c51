"""The demo's walk: claim files through intake, triage, decisions and one payout batch, by the demo accounts.

Every step goes through the services as a person would; one that is done already is passed over, so that a walk that
was broken off goes on where it was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from claims.catalogue.models import Incident
from claims.intake import services as intake
from claims.intake.models import ClaimImport
from claims.intake.proposing import layout_for
from claims.register.counting import recount
from claims.triage import services as triage
from claims.triage.models import RuleSet
from committee.decisions import services as decisions
from committee.decisions.models import DecisionRun
from committee.demo.catalogue import OUTAGE, PRACTICE
from committee.demo.evidence import lay_evidence
from committee.demo.files import AFFILIATE_FILE, BROKEN_FILE, FEDERATION_FILE, OFFICIAL_FILE, write_claim_files
from committee.demo.rule_sets import FINAL_NOTE, FINAL_RULES, INTERIM_NOTE, INTERIM_RULES
from committee.demo.setting import Cast, lay_incidents, lay_plan, seat_people
from committee.payouts import exports
from committee.payouts import services as payouts
from committee.payouts.models import Batch
from committee.plan.policies import TierPolicy
from committee.reports.models import ReportingDate
from committee.reports.services import fix_reporting_date
from relief.accounts.services import sync_roles
from relief.errors import RuleBroken
from relief.jobs import services as jobs
from relief.jobs.models import Job

INTERIM = "interim"
SOURCES = {OFFICIAL_FILE: "공식 채널", FEDERATION_FILE: "소상공인 단체", AFFILIATE_FILE: "모빌리티 계열사"}
# The first tier goes to the bank; the second is left for whoever tries the software.
PAID_TIER = {"tier": "1"}
_BLOCK = 1024 * 1024

Tell = Callable[[str], None]


class JobNotDone(Exception):
    """A job of the walk did not end as done; the message says how it ended."""


@dataclass(frozen=True)
class Walk:
    """One walk: who acts, in which incidents, and whom to tell how far it is."""

    cast: Cast
    incidents: dict[str, Incident]
    tell: Tell

    @property
    def outage(self) -> Incident:
        """The incident of the published figures."""
        return self.incidents[OUTAGE.code]

    def take_in(self, path: Path, *, incident: Incident, source: str) -> None:
        """Hand in one claim file as intake staff, read it as its headings suggest, and accept it."""
        try:
            received = intake.receive_file(
                by=self.cast["intake"], incident=incident, chunks=_blocks(path), name=path.name, source=source
            )
        except RuleBroken as refusal:
            if refusal.code != "one_import_per_file":
                raise
            received = ClaimImport.objects.filter(incident=incident, stored_file__name=path.name).latest("pk")
        if received.state == ClaimImport.State.PROPOSED:
            layout, saved = layout_for(received)
            received = intake.load(by=self.cast["intake"], claim_import=received, layout=layout, saved_profile=saved)
        if received.state in {ClaimImport.State.WAITING, ClaimImport.State.LOADING}:
            carry_out(received.job)
            received.refresh_from_db()
        if received.state == ClaimImport.State.STAGED:
            received = intake.accept(by=self.cast["intake"], claim_import=received)
        carry_out(received.job)
        received.refresh_from_db()
        self.tell(
            _("%(file)s: %(new)s claims registered, %(rejected)s rows rejected")
            % {"file": path.name, "new": f"{received.rows_new:,}", "rejected": f"{received.rows_rejected:,}"}
        )

    def rule_set(self, version: int, rules: list[dict[str, object]], note: str, incident: Incident) -> RuleSet:
        """Return this version of the rules, written by intake staff where it is missing."""
        known = RuleSet.objects.filter(incident=incident, version=version).first()
        return known or triage.create_rule_set(by=self.cast["intake"], incident=incident, rules=rules, note=note)

    def classify(self, rule_set: RuleSet) -> None:
        """Classify every claim of the rule set's incident."""
        job = triage.start_classification(by=self.cast["intake"], rule_set=rule_set)
        carry_out(job)
        job.refresh_from_db()
        self.tell(
            _("%(rules)s: %(changed)s classifications set or changed")
            % {"rules": rule_set, "changed": f"{job.outcome['changed']:,}"}
        )

    def sort(self) -> None:
        """Classify as the committee was told at its second plenary, keep that date, and classify for good."""
        if not ReportingDate.objects.filter(incident=self.outage, code=INTERIM).exists():
            self.classify(self.rule_set(1, INTERIM_RULES, INTERIM_NOTE, self.outage))
            fix_reporting_date(
                by=self.cast["secretary"], incident=self.outage, code=INTERIM, name="제2차 전체 회의 중간 집계"
            )
        self.classify(self.rule_set(2, FINAL_RULES, FINAL_NOTE, self.outage))

    def prove(self) -> None:
        """Hand in documents for some of the claims that need them, and check a part of them, as intake staff."""
        items = lay_evidence(by=self.cast["intake"], incident=self.outage)
        self.tell(_("%(count)s documents handed in") % {"count": f"{items:,}"})

    def decide(self, policy: TierPolicy) -> None:
        """Run the adopted policy once over all claims."""
        run = DecisionRun.objects.filter(policy=policy).first()
        if run is None:
            run = decisions.start_run(by=self.cast["secretary"], policy=policy)
        job = carry_out(run.job)
        self.tell(_("%(count)s claims decided") % {"count": f"{job.outcome['decided']:,}"})

    def pay(self) -> None:
        """Compose the first tier as finance, approve it as manager, and export the bank file."""
        finance, manager = self.cast["finance"], self.cast["manager"]
        batch = Batch.objects.filter(incident=self.outage).exclude(state=Batch.State.CANCELLED).first()
        if batch is None:
            batch = payouts.compose(by=finance, incident=self.outage, selection=PAID_TIER)
        if batch.state == Batch.State.COMPOSING:
            carry_out(batch.job)
            batch.refresh_from_db()
        if batch.state == Batch.State.DRAFT:
            batch = payouts.submit(by=finance, batch=batch)
        if batch.state == Batch.State.SUBMITTED:
            batch = payouts.approve(by=manager, batch=batch, lines_sha256=batch.lines_sha256)
        if batch.state == Batch.State.APPROVED:
            exports.export(by=finance, batch=batch)
        self.tell(
            _("%(batch)s: %(count)s payments, %(sum)s won, exported to the bank")
            % {"batch": batch, "count": f"{batch.line_count:,}", "sum": f"{batch.line_sum:,}"}
        )


def carry_out(job: Job | None) -> Job:
    """Carry a job out here and now, where it is still open, and return it done. Raises JobNotDone."""
    if job is None:
        raise JobNotDone(_("The work was never queued."))
    jobs.carry_out(job.pk)
    job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise JobNotDone(f"{job}: {job.get_state_display()} {job.error}")
    return job


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def take_the_walk(*, tell: Tell, seed: int) -> None:
    """Take the demo data through everything; `tell` gets a sentence a step.

    Raises RuleBroken(site_has_users) on a site that other people use, and JobNotDone.
    """
    sync_roles()
    cast = seat_people()
    incidents = lay_incidents(cast)
    walk = Walk(cast, incidents, tell)
    policy = lay_plan(cast, incidents)
    tell(_("Accounts, incidents and the relief plan stand"))
    with tempfile.TemporaryDirectory(prefix="relief-demo-") as folder:
        files = {file.path.name: file.path for file in write_claim_files(Path(folder), seed=seed)}
        tell(_("Claim files written"))
        for name, source in SOURCES.items():
            walk.take_in(files[name], incident=walk.outage, source=source)
        practice = incidents[PRACTICE.code]
        walk.rule_set(1, FINAL_RULES, FINAL_NOTE, practice)
        walk.take_in(files[BROKEN_FILE], incident=practice, source="연습")
    walk.sort()
    walk.prove()
    walk.decide(policy)
    walk.pay()
    recount()
