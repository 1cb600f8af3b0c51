"""Private files: content-addressed, never under a public path."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from relief.errors import declare_constraint
from relief.guards import append_only
from relief.scope import ScopedQuerySet


class StoredFile(models.Model):
    """One file as it was handed in or made: bytes by SHA-256, with name, size, purpose and owner."""

    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.BigIntegerField(_("size in bytes"))
    name = models.CharField(_("name"), max_length=255)
    content_type = models.CharField(_("type"), max_length=100)
    purpose = models.CharField(_("purpose"), max_length=40)
    incident_id = models.BigIntegerField(_("incident"), null=True)
    stored_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    stored_at = models.DateTimeField(_("stored at"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        ordering = ("-id",)
        default_permissions = ("view",)
        triggers = append_only(
            declare_constraint("stored_files_are_append_only", _("A stored file is never changed or removed."))
        )
        indexes = (models.Index("incident_id", "sha256", name="file_by_content"),)

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """The path inside the private storage: two folders of the hash, then the hash."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"
