"""Evidence that came in bulk: zip archives, and what became of each file in them."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.evidence.models import Evidence, Kind
from relief.errors import declare_constraint
from relief.files.models import StoredFile
from relief.guards import Refusal, no_truncate
from relief.jobs.models import Job
from relief.scope import ScopedQuerySet, scoped_by


class Outcome(models.TextChoices):
    """What became of a file of an archive."""

    MATCHED = "matched", _("Put to its claim")
    ASSIGNED = "assigned", _("Assigned by hand")
    ALREADY_THERE = "already_there", _("The same file is on the claim already")
    UNKNOWN_NUMBER = "unknown_number", _("No claim has such a receipt number")
    AMBIGUOUS = "ambiguous", _("The name fits several claims")
    WRONG_TYPE = "wrong_type", _("Not a type that is taken, or unreadable")
    TOO_LARGE = "too_large", _("Too large")
    EMPTY = "empty", _("Empty")
    INFECTED = "infected", _("A virus was found")


ASSIGNABLE = (Outcome.UNKNOWN_NUMBER, Outcome.AMBIGUOUS)
"""Outcomes after which a person can say which claim the file is for."""


class EvidenceArchive(models.Model):
    """One zip archive of evidence; a job looks at its files one after the other."""

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="+")
    stored_file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name=_("file"), related_name="+")
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    kind = models.CharField(
        _("kind"), max_length=30, choices=Kind, blank=True, help_text=_("Empty: by a word in the file's name")
    )
    job = models.ForeignKey(Job, models.PROTECT, verbose_name=_("work"), null=True, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    uploaded_at = models.DateTimeField(_("handed in"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence archive")
        verbose_name_plural = _("evidence in bulk")
        ordering = ("-id",)
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "sha256"),
                name=declare_constraint(
                    "one_archive_per_content", _("This very archive was handed in before. Nothing was added.")
                ),
            ),
        )
        triggers = (
            no_truncate(declare_constraint("archives_are_never_emptied", _("Evidence archives are never emptied."))),
        )

    def __str__(self) -> str:
        return self.stored_file.name


class ArchivedFile(models.Model):
    """One file of an archive by its place in it, with what became of it."""

    archive = models.ForeignKey(
        EvidenceArchive, models.PROTECT, verbose_name=_("archive"), related_name="files", db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=400)
    size = models.BigIntegerField(_("size in bytes"))
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    evidence = models.ForeignKey(Evidence, models.PROTECT, verbose_name=_("evidence"), null=True, related_name="+")
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("assigned by"), null=True, related_name="+"
    )
    assigned_at = models.DateTimeField(_("assigned at"), null=True)

    objects = scoped_by("archive__incident_id").as_manager()

    class Meta:
        verbose_name = _("file of an evidence archive")
        verbose_name_plural = _("files of evidence archives")
        ordering = ("archive", "number")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("archive", "number"),
                name=declare_constraint("one_row_per_archived_file", _("This file of the archive is done already.")),
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["matched", "assigned", "already_there"], evidence__isnull=False)
                | (~Q(outcome__in=["matched", "assigned", "already_there"]) & Q(evidence__isnull=True)),
                name=declare_constraint(
                    "matched_file_names_its_evidence", _("A matched file names the evidence that it became.")
                ),
            ),
        )
        triggers = (
            Refusal(
                rule=declare_constraint(
                    "archived_files_settle_once", _("What became of this file is settled. Reload the page to see it.")
                ),
                operation=pgtrigger.Update | pgtrigger.Delete,
                test="TG_OP = 'DELETE' OR OLD.outcome NOT IN ('unknown_number', 'ambiguous') "
                "OR NEW.outcome NOT IN ('assigned', 'already_there') "
                "OR (OLD.id, OLD.archive_id, OLD.number, OLD.name, OLD.size) "
                "IS DISTINCT FROM (NEW.id, NEW.archive_id, NEW.number, NEW.name, NEW.size)",
            ),
        )

    def __str__(self) -> str:
        return self.name
