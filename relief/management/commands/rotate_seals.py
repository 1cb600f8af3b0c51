"""`manage.py rotate_seals`: personal data at rest under the active key."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from relief.sealed import SealBroken
from relief.sealed.rotation import SealedColumn, rotate


class Command(BaseCommand):
    help = "Seals all personal data again under RELIEF_SEAL_ACTIVE_KEY; may be broken off and begun again."

    def handle(self, *_args: Any, **_options: Any) -> None:
        counts: Counter[str] = Counter()

        def tell(column: SealedColumn, changed: int) -> None:
            name = f"{column.model}.{column.column}"
            counts[name] += changed
            self.stdout.write(f"{name}: {counts[name]:,}")

        try:
            total = rotate(tell=tell)
        except SealBroken as error:
            raise CommandError(
                _("A value does not open (%(error)s). Keep the old keys in RELIEF_SEAL_KEYS and look into it.")
                % {"error": error}
            ) from error
        self.stdout.write(_("%(count)s values lie under the active key now.") % {"count": f"{total:,}"})
