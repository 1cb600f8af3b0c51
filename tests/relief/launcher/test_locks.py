import signal
import subprocess
import sys

import pytest

from relief.launcher.locks import is_held, locked
from relief.launcher.places import CHECKOUT, LauncherError

HOLD = """
import sys, time
from pathlib import Path
from relief.launcher.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(ground):
    program = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(ground / "lock")], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout.readline() == "held\n"
    yield program
    program.kill()
    program.wait()
    program.stdout.close()


def test_a_lock_that_is_held_is_waited_for_and_then_refused(ground, holder, capsys):
    assert is_held(ground / "lock")
    with (
        pytest.raises(LauncherError, match="Another command of this checkout"),
        locked(ground / "lock", patience=0.3, waiting="waiting"),
    ):
        pass
    assert capsys.readouterr().out == "waiting\n"


def test_a_lock_ends_with_a_killed_holder(ground, holder):
    holder.send_signal(signal.SIGKILL)
    with locked(ground / "lock", patience=10):
        assert is_held(ground / "lock")
    assert not is_held(ground / "lock")


def test_a_lock_nobody_ever_took_is_not_held(ground):
    assert not is_held(ground / "never")
