import os

import pytest

from relief.launcher.env_file import read_env_file
from relief.launcher.places import LauncherError


@pytest.fixture
def env_file(ground, monkeypatch):
    monkeypatch.setattr(os, "environ", dict(os.environ))
    return ground / ".env"


def test_values_reach_the_environment_without_quotes_and_comments(env_file):
    env_file.write_text("# a comment\n\nONE=1\nexport TWO = 'a b'\nTHREE=\"x=y\"\nFOUR=\n")
    read_env_file(env_file)
    assert {name: os.environ[name] for name in ("ONE", "TWO", "THREE", "FOUR")} == {
        "ONE": "1",
        "TWO": "a b",
        "THREE": "x=y",
        "FOUR": "",
    }


def test_what_the_environment_sets_wins(env_file):
    os.environ["ONE"] = "set"
    env_file.write_text("ONE=filed\n")
    read_env_file(env_file)
    assert os.environ["ONE"] == "set"


def test_no_file_is_no_error(env_file):
    before = dict(os.environ)
    read_env_file(env_file)
    assert os.environ == before


def test_a_line_without_a_name_is_refused_with_its_number(env_file):
    env_file.write_text("ONE=1\nnonsense\n")
    with pytest.raises(LauncherError, match="Line 2 of"):
        read_env_file(env_file)
