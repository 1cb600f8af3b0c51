import os
import stat
import tempfile
from pathlib import Path

import pytest

from relief.launcher import places
from relief.launcher.places import LauncherError


def _mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_state_folder_can_be_crossed_but_not_listed_by_others(state):
    assert _mode(state) == 0o711


def test_state_folder_lies_in_the_checkout_without_a_name(monkeypatch):
    monkeypatch.delenv("RELIEF_STATE_DIR", raising=False)
    assert places.state_folder() == places.CHECKOUT / ".state"


def test_made_folder_keeps_the_mode_of_one_that_is_there(ground):
    folder = ground / "there"
    folder.mkdir()
    folder.chmod(0o750)
    assert places.made_folder(folder, 0o700) == folder
    assert _mode(folder) == 0o750


def test_made_folder_that_cannot_be_made_names_it(ground):
    (ground / "file").write_text("")
    with pytest.raises(LauncherError, match="cannot be made"):
        places.made_folder(ground / "file" / "below")


def test_temporary_folder_is_the_same_at_every_call(state):
    assert places.temporary_folder() == places.temporary_folder()
    assert places.temporary_folder().parent == Path(tempfile.gettempdir())


def test_temporary_folder_of_a_stranger_is_refused(state, as_root):
    folder = places.temporary_folder()
    os.chown(folder, 12345, 12345)
    with pytest.raises(LauncherError, match="belongs to somebody else"):
        places.temporary_folder()


def test_temporary_folder_that_is_a_link_is_refused(state, ground):
    folder = places.temporary_folder()
    folder.rmdir()
    (ground / "elsewhere").mkdir()
    folder.symlink_to(ground / "elsewhere")
    with pytest.raises(LauncherError, match="belongs to somebody else"):
        places.temporary_folder()


def test_write_private_leaves_a_file_for_its_owner_alone(ground):
    path = ground / "secret"
    places.write_private(path, "first")
    places.write_private(path, "second")
    assert path.read_text() == "second"
    assert _mode(path) == 0o600
    assert [entry.name for entry in ground.iterdir() if entry.is_file()] == ["secret"]


def test_say_to_a_terminal_that_is_gone_is_no_error(monkeypatch):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        places.say("nobody reads this")
        monkeypatch.undo()
        with pytest.raises(BrokenPipeError):
            stream.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), writing)
