# ruff: noqa: INP001 - fed to the shell, never imported
"""Hands in a claim file and leaves it to the running worker; run by .ci/service through `manage.py shell`."""

import os
import sys
import time
from pathlib import Path

from claims.catalogue.models import Incident
from claims.intake.services import receive_file
from relief.accounts.models import User

path = Path(os.environ["CLAIM_FILE"])
received = receive_file(
    by=User.objects.get(username="intake"),
    incident=Incident.objects.get(code="practice"),
    chunks=[path.read_bytes()],
    name=path.name,
)
end = time.monotonic() + 120
while received.job.state in received.job.OPEN and time.monotonic() < end:
    time.sleep(0.2)
    received.job.refresh_from_db()
received.refresh_from_db()
sys.stdout.write(
    f"the worker ended the import as {received.state}: {received.rows_new} claims, {received.rows_rejected} rejected\n"
)
sys.exit(received.job.state != "done")
