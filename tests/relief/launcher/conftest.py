"""Each test gets a state folder of its own, with a space in its name; whatever server it starts is stopped."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from relief.launcher import places, server


@pytest.fixture
def ground(monkeypatch):
    """A folder that every account can enter; pytest's own is closed to others than its owner."""
    folder = Path(tempfile.mkdtemp(prefix="relief test "))
    folder.chmod(0o755)
    (folder / "temporary").mkdir(mode=0o755)
    (folder / "temporary").chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "temporary"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def state(ground, monkeypatch):
    """The state folder of the test."""
    folder = ground / "state folder"
    monkeypatch.setenv("RELIEF_STATE_DIR", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert places.state_folder() == folder
    yield folder
    server.stop()


@pytest.fixture
def as_root():
    if os.geteuid() != 0:
        pytest.skip("only root has to become somebody else")
