"""The tables of the ground floor, gathered from its rooms."""

from relief.accounts.models import User
from relief.audit.models import Disclosure
from relief.files.models import StoredFile
from relief.jobs.models import Job

__all__ = ("Disclosure", "Job", "StoredFile", "User")
