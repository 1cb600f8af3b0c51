#!/usr/bin/env python
"""Command line of the relief back office."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.settings.development")
    from django.core.management import execute_from_command_line

    from relief.launcher import LauncherError

    try:
        execute_from_command_line(sys.argv)
    except LauncherError as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
