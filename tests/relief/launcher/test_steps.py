import json

import pytest

from relief.launcher import steps
from relief.launcher.places import LauncherError


@pytest.fixture
def cluster(state):
    """The data of a cluster that is not started; returns a function that gives it another identity."""
    home = state / "database"
    (home / "data/global").mkdir(parents=True)
    (home / "data/PG_VERSION").write_text("18\n")
    (home / "data/global/pg_control").write_text("")
    (state / "database.json").write_text(json.dumps({"home": str(home)}))

    def renew(password):
        (home / "password").write_text(password)

    renew("first")
    return renew


def test_mark_holds_for_one_cluster_only(cluster):
    steps._Mark().state = steps._LOADED
    assert steps._Mark().state == steps._LOADED
    cluster("second")
    assert steps._Mark().state == ""


def test_loaded_demo_is_not_loaded_again(cluster, monkeypatch):
    monkeypatch.delenv("DEMO", raising=False)
    steps._Mark().state = steps._LOADED
    assert steps.load_demo() is False


def test_start_without_the_demo_leaves_no_mark(cluster, state, monkeypatch):
    monkeypatch.setenv("DEMO", "0")
    assert steps.load_demo() is False
    assert not (state / "demo.json").exists()


def test_start_without_the_demo_after_a_broken_load_forbids_to_empty_the_database(cluster, monkeypatch):
    monkeypatch.setenv("DEMO", "0")
    steps._Mark().state = steps._LOADING
    assert steps.load_demo() is False
    assert steps._Mark().state == steps._LEFT


def test_demo_is_not_loaded_into_ones_own_server(cluster, state, monkeypatch):
    monkeypatch.delenv("DEMO", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere")
    assert steps.load_demo() is False
    assert not (state / "demo.json").exists()


def test_demo_without_a_database_is_refused(state, monkeypatch):
    monkeypatch.delenv("DEMO", raising=False)
    with pytest.raises(LauncherError, match="`make setup` makes it"):
        steps.load_demo()
