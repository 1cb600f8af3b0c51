"""`manage.py prepare`: everything a start needs of the database, in one process."""

from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

# The command, and how much it says; migrations say nothing unless they fail.
STEPS = (("migrate", 0), ("sync_roles", 1), ("compile_messages", 1))


class Command(BaseCommand):
    """Migrates, writes the roles and compiles the messages."""

    help = "Bring the database, the roles and the messages up to the code."

    def handle(self, *_arguments: Any, **options: Any) -> None:
        known = get_commands()
        for name, verbosity in STEPS:
            if name in known:
                extra = {"interactive": False} if name == "migrate" else {}
                call_command(name, verbosity=min(options["verbosity"], verbosity), stdout=self.stdout, **extra)
