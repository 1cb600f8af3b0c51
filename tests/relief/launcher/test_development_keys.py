import base64
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from relief.launcher import development_secrets
from relief.launcher.places import CHECKOUT, LauncherError


def test_secrets_are_drawn_once_and_kept_private(state):
    first = development_secrets()
    assert development_secrets() == first
    assert stat.S_IMODE((state / "secrets/development.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((state / "secrets").stat().st_mode) == 0o700
    assert len(base64.b64decode(first["RELIEF_BLIND_INDEX_KEY"])) == 32
    assert len(base64.b64decode(first["RELIEF_SEAL_KEYS"].removeprefix("1:"))) == 32


def test_secrets_drawn_by_many_at_once_are_one_set(state):
    program = "from relief.launcher import development_secrets as d; print(d())"

    def draw(_number):
        command = [sys.executable, "-c", program]
        return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(draw, range(6)))) == 1


def test_secrets_that_cannot_be_read_are_not_drawn_anew(state):
    development_secrets()
    path = state / "secrets/development.json"
    path.write_text("{")
    with pytest.raises(LauncherError, match="cannot be read"):
        development_secrets()
    assert path.read_text() == "{"
