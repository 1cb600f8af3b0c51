"""Whose turn an uncertain claim is: who works the queue holds one claim for a while, and nobody else gets it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.register.models import Claim
from relief.errors import declare_constraint
from relief.scope import scoped_by

LEASE = timedelta(minutes=10)
"""How long a claim stays with who opened it and does nothing; each act in the queue begins it anew."""


class QueueTurn(models.Model):
    """One person's place in the queue: the claim that he looks at, how far he came, and the claim before.

    Claims may leave the register with their import, so that no foreign key is enforced; such a turn is void.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    claim = models.ForeignKey(
        Claim, models.DO_NOTHING, verbose_name=_("claim"), null=True, related_name="+", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    held_until_at = models.DateTimeField(_("held until"))
    position = models.BigIntegerField(default=0)
    previous = models.ForeignKey(
        Claim, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )

    objects = scoped_by("claim__incident_id").as_manager()

    class Meta:
        verbose_name = _("turn in the queue")
        verbose_name_plural = _("turns in the queue")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(claim__isnull=False),
                name=declare_constraint(
                    "one_person_looks_at_an_uncertain_claim", _("Somebody else is looking at this claim now.")
                ),
            ),
        )

    def __str__(self) -> str:
        return str(self.user_id)
