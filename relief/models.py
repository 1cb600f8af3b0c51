"""The tables of the ground floor, gathered from its rooms."""

from relief.accounts.models import RoleHeld, User
from relief.audit.models import Disclosure
from relief.files.models import StoredFile
from relief.health.models import Heartbeat
from relief.jobs.models import Job

__all__ = ("Disclosure", "Heartbeat", "Job", "RoleHeld", "StoredFile", "User")
