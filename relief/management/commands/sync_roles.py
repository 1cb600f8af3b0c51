"""Write the table of roles into the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from relief.accounts.services import UnknownPermissions, sync_roles


class Command(BaseCommand):
    help = "Write the roles of relief/accounts/roles.py into groups and permissions; a second run changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changes = sync_roles()
        except UnknownPermissions as error:
            raise CommandError(str(error)) from error
        for word, names in (("added", changes.added), ("changed", changes.changed), ("removed", changes.removed)):
            if names:
                self.stdout.write(f"{word}: {', '.join(names)}")
        if not any((changes.added, changes.changed, changes.removed)):
            self.stdout.write("roles are as the table says")
