"""`manage.py demo_accounts`: who can sign in to the demo data, one a role."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from committee.demo.people import ACCOUNTS, PASSWORD
from relief.accounts.models import User
from relief.accounts.roles import ROLES


class Command(BaseCommand):
    help = "Lists the demo accounts, one a role; says nothing where they are not in the database."

    def handle(self, *_args: Any, **_options: Any) -> None:
        there = set(
            User.objects.filter(username__in=[account.username for account in ACCOUNTS]).values_list(
                "username", flat=True
            )
        )
        first = {
            role.identifier: next(account for account in ACCOUNTS if role.identifier in account.roles) for role in ROLES
        }
        rows = [(account, role) for role in ROLES if (account := first[role.identifier]).username in there]
        if not rows:
            return
        self.stdout.write(_("Demo accounts, all with the password %(password)s:") % {"password": PASSWORD})
        width = max(len(account.username) for account, _role in rows)
        for account, role in rows:
            self.stdout.write(f"  {account.username:<{width}}  {role.label}")
