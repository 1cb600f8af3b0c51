"""The last sign of life of the parts that no request passes through."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When the worker itself, and a scheduled task on its way through broker and worker, were last heard of."""

    class Part(models.TextChoices):
        WORKER = "worker", _("Worker")
        SCHEDULE = "schedule", _("Schedule")

    part = models.CharField(_("part"), max_length=10, choices=Part, primary_key=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        default_permissions = ()

    def __str__(self) -> str:
        return self.part
