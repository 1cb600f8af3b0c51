"""The embedded database: started once, found again, stopped, and brought back after every kind of accident."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from relief.launcher import accounts, server
from relief.launcher.places import CHECKOUT, LauncherError
from relief.launcher.processes import birth, wait_until_gone


def _value(url, query):
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchone()[0]


def _pid(state):
    return int((server.known_cluster().data / "postmaster.pid").read_text().splitlines()[0])


def _write(url):
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")


def test_start_makes_a_database_that_keeps_what_is_written(state):
    begun = server.ensure_running()
    assert begun.started is True
    assert _value(begun.url, "SHOW fsync") == "on"
    assert _value(begun.url, "SHOW full_page_writes") == "on"
    assert _value(begun.url, "SHOW server_encoding") == "UTF8"
    assert _value(begun.url, "SELECT current_user::text") == "relief"
    assert _value(begun.url, "SELECT rolsuper FROM pg_roles WHERE rolname = 'relief'") is False
    assert _value(begun.url, "SHOW unix_socket_directories") == ""


def test_start_gives_korean_names_their_trigrams(state):
    url = server.ensure_running().url
    with psycopg.connect(url) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        assert len(connection.execute("SELECT show_trgm('홍길동')").fetchone()[0]) == 4


def test_second_start_finds_the_first(state):
    first = server.ensure_running()
    second = server.ensure_running()
    assert second == server.Embedded(first.url, started=False)


def test_start_by_many_at_once_makes_one_server(state):
    command = [
        sys.executable,
        "-c",
        "from relief.launcher import server; e = server.ensure_running(); print(e.url, e.started)",
    ]

    def start(_number):
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
        return tuple(done.stdout.split())

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(start, range(6)))
    assert len({url for url, _ in answers}) == 1
    assert sorted(started for _, started in answers) == ["False"] * 5 + ["True"]


def test_start_with_a_wrong_password_is_refused(state):
    url = server.ensure_running().url
    password = url.split(":")[2].partition("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "guessed"))


def test_stop_ends_the_server_and_keeps_port_and_data(state):
    url = server.ensure_running().url
    _write(url)
    pid = _pid(state)
    assert server.stop() is True
    assert birth(pid) is None
    assert server.stop() is False
    again = server.ensure_running()
    assert again == server.Embedded(url, started=True)
    assert _value(again.url, "SELECT number FROM kept") == 7


def test_start_after_a_kill_recovers_every_committed_row(state):
    url = server.ensure_running().url
    _write(url)
    pid = _pid(state)
    mark = birth(pid)
    os.kill(pid, signal.SIGKILL)
    assert wait_until_gone(pid, mark, 10)
    assert (state / "database/data/postmaster.pid").exists()
    again = server.ensure_running()
    assert again.started is True
    assert _value(again.url, "SELECT number FROM kept") == 7


def test_start_is_not_fooled_by_a_stale_file_with_a_strangers_number(state):
    server.ensure_running()
    path = state / "database/data/postmaster.pid"
    lines = path.read_text().splitlines()
    server.stop()
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        path.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert server.ensure_running().started is True
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_start_takes_another_port_where_its_own_is_taken(state):
    url = server.ensure_running().url
    server.stop()
    port = server.known_cluster().port
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        again = server.ensure_running()
        assert again.url != url
        assert server.known_cluster().port != port
        assert _value(again.url, "SELECT 1") == 1


def test_start_over_lost_data_says_so_and_begins_empty(state, capsys):
    url = server.ensure_running().url
    _write(url)
    server.stop()
    (state / "database/data/global/pg_control").unlink()
    again = server.ensure_running()
    assert "THE DATA OF THE EMBEDDED DATABASE IS LOST" in capsys.readouterr().err
    assert _value(again.url, "SELECT to_regclass('kept')") is None


def test_start_that_was_broken_off_while_making_the_data_is_done_again(state):
    unfinished = state / "database/unfinished"
    unfinished.mkdir(parents=True)
    (state / "database").chmod(0o711)
    (unfinished / "PG_VERSION").write_text("18\n")
    assert _value(server.ensure_running().url, "SELECT 1") == 1
    assert not unfinished.exists()


def test_discard_leaves_an_empty_database_with_another_identity(state):
    url = server.ensure_running().url
    _write(url)
    before = server.known_cluster().identity
    server.discard()
    assert server.known_cluster() is None
    again = server.ensure_running()
    assert _value(again.url, "SELECT to_regclass('kept')") is None
    assert server.known_cluster().identity != before


def test_status_tells_made_stopped_and_running_apart(state):
    assert server.status() == "The embedded database has not been made yet."
    server.ensure_running()
    data, port = state / "database/data", server.known_cluster().port
    assert server.status() == f"The embedded database in {data} runs on 127.0.0.1:{port} (process {_pid(state)})."
    server.stop()
    assert server.status() == f"The embedded database in {data} is stopped."


def test_log_keeps_values_of_failed_statements_out(state):
    url = server.ensure_running().url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE people (account text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES ('110-123-456789')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO people VALUES ('110-123-456789')")
    log = (state / "log/postgres.log").read_text()
    assert "duplicate key value" in log
    assert "110-123-456789" not in log


def test_start_without_any_postgresql_says_what_to_do(state, monkeypatch, ground):
    monkeypatch.setenv("RELIEF_POSTGRES_BIN", str(ground / "nothing here"))
    with pytest.raises(LauncherError, match="Install one, or name your own server in DATABASE_URL"):
        server.ensure_running()


def test_start_with_programs_of_another_version_than_the_data_is_refused(state, monkeypatch):
    server.ensure_running()
    server.stop()
    (state / "database/data/PG_VERSION").write_text("14\n")
    with pytest.raises(LauncherError, match="was made by PostgreSQL 14, but here is"):
        server.ensure_running()


def test_start_for_root_runs_as_somebody_else_who_owns_the_data(state, as_root):
    server.ensure_running()
    owner = server.known_cluster().data.stat().st_uid
    assert owner != 0
    assert Path(f"/proc/{_pid(state)}").stat().st_uid == owner


def test_start_below_a_closed_folder_goes_to_the_temporary_one_and_opens_nothing(
    ground, state, as_root, capsys, monkeypatch
):
    ground.chmod(0o700)
    outside = ground.parent / f"{ground.name} outside"
    outside.mkdir()
    outside.chmod(0o755)
    try:
        monkeypatch.setattr(tempfile, "tempdir", str(outside))
        begun = server.ensure_running()
        home = server.known_cluster().home
        assert home.parent.parent == outside
        assert "lasts as long as the temporary folder does" in capsys.readouterr().err
        _write(begun.url)
        assert ground.stat().st_mode & 0o777 == 0o700
        server.stop()
        assert _value(server.ensure_running().url, "SELECT number FROM kept") == 7
        assert server.stop() is True
    finally:
        shutil.rmtree(outside)


def test_start_by_an_ordinary_user_over_the_data_of_another_is_refused(state, as_root, ground):
    server.ensure_running()
    server.stop()
    (state / "database.json").chmod(0o644)
    program = "from relief.launcher import places, server; print(server.ensure_running())"
    done = accounts.Account(54321, 54321, "stranger").run(
        ["/usr/bin/env", f"RELIEF_STATE_DIR={state}", f"PYTHONPATH={CHECKOUT}", "python3", "-c", program]
    )
    assert done.returncode == 1
    assert "belongs to the user with number" in done.stderr


def test_a_running_server_is_found_while_another_command_holds_the_lock(state):
    url = server.ensure_running().url
    with server.locked(state / "database.lock"):
        assert server.ensure_running() == server.Embedded(url, started=False)
