"""The people who sign in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from relief.audit.history import tracked, tracked_pairs


@tracked(exclude=("password", "last_login", "session_epoch"))
class User(AbstractUser):
    """A person with an account; what he may do comes from his roles (groups), see `relief.accounts.roles`."""

    full_name = models.CharField(_("name"), max_length=80, blank=True)
    session_epoch = models.PositiveIntegerField(_("session epoch"), default=0, editable=False)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name or self.username


@tracked_pairs()
class RoleHeld(User.groups.through):  # type: ignore[name-defined]
    """Which user holds which role; this proxy is only there so that its history is kept."""

    class Meta:
        proxy = True
        verbose_name = _("role held")
        verbose_name_plural = _("roles held")
        default_permissions = ()
