"""The supervisor with programs that stand in for web server, worker and beat; then the site itself, killed and all."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from relief.launcher import site
from relief.launcher.places import CHECKOUT, LauncherError
from relief.launcher.processes import birth, members, wait_until_gone

STAY = [sys.executable, "-c", "import time; time.sleep(120)"]
FALL = [sys.executable, "-c", "print('what went wrong'); raise SystemExit(3)"]
DEAF = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(120)"]
PATIENCE = 60


@pytest.fixture
def made(state, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere")
    sites = []

    def make(**commands):
        parts = [site.Part(name, command, dict(os.environ)) for name, command in commands.items()]
        sites.append(site.Site("127.0.0.1", 1, parts))
        return sites[-1]

    yield make
    for each in sites:
        each.stop()


def test_parts_are_one_process_group_apart_from_the_callers(made):
    running = made(web=STAY, worker=STAY, beat=STAY)
    running.start()
    assert sorted(members(running.group)) == sorted(part.program.pid for part in running.parts)
    assert running.group != os.getpgrp()


def test_stop_ends_every_part_and_forgets_the_note(made, state):
    running = made(web=STAY, worker=STAY)
    running.start()
    assert (state / "run/site.json").exists()
    running.stop()
    assert members(running.group) == []
    assert not (state / "run/site.json").exists()


def test_stop_kills_what_does_not_listen(made, monkeypatch):
    monkeypatch.setattr(site, "STOP_PATIENCE", 0.5)
    running = made(web=DEAF)
    running.start()
    time.sleep(0.5)
    running.stop()
    assert running.parts[0].program.returncode == -signal.SIGKILL
    assert members(running.group) == []


def test_a_part_that_keeps_falling_ends_the_watch_with_its_last_words(made):
    running = made(worker=STAY, web=FALL)
    running.start()
    with pytest.raises(LauncherError, match="The web keeps ending") as refusal:
        running.watch()
    assert "what went wrong" in str(refusal.value)


def test_a_part_that_fell_after_the_whole_group_gets_a_new_one(made):
    running = made(web=STAY)
    running.start()
    old = running.group
    running.parts[0].program.kill()
    running.parts[0].program.wait()
    running._start(running.parts[0])
    assert running.group == running.parts[0].program.pid != old


def test_orphans_of_a_killed_supervisor_are_ended(made, monkeypatch):
    monkeypatch.setattr(site, "STOP_PATIENCE", 0.5)
    running = made(web=STAY, worker=DEAF)
    running.start()
    time.sleep(0.5)
    pids = [part.program.pid for part in running.parts]
    marks = {pid: birth(pid) for pid in pids}
    assert site.end_orphans() is True
    assert all(wait_until_gone(pid, marks[pid], 5) for pid in pids)
    assert site.end_orphans() is False


def test_a_stranger_with_an_orphans_number_is_left_alone(made, state):
    stranger = subprocess.Popen(["sleep", "60"], process_group=0)
    made(web=STAY)
    (state / "run").mkdir(exist_ok=True)
    note = {
        "supervisor": 1,
        "address": "",
        "group": stranger.pid,
        "parts": {"web": {"pid": stranger.pid, "birth": "another boot:1"}},
    }
    (state / "run/site.json").write_text(json.dumps(note))
    assert site.end_orphans() is False
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_port_that_is_taken_gives_the_next_and_a_word_about_it(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        chosen = site.choose_port(port, "127.0.0.1")
    assert chosen > port
    assert capsys.readouterr().out == (
        f"Port {port} is taken by another program; the site comes up on {chosen} instead.\n"
    )


class Running:
    """`make run` without the packages' step, as a user would have it in a terminal of his own."""

    PROGRAM = """
from relief.launcher import places, site
site.run(port={port}, listen="127.0.0.1", welcome=lambda address: places.say(f"UP {{address}}"))
"""

    def __init__(self, port):
        self.program = subprocess.Popen(
            [sys.executable, "-c", self.PROGRAM.format(port=port)],
            cwd=CHECKOUT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "relief.settings.development"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said = []
        for line in self.program.stdout:
            self.said.append(line.strip())
            if line.startswith("UP "):
                self.address = line.split()[1]
                break
        else:
            pytest.fail("\n".join(self.said))

    def health(self):
        with urllib.request.urlopen(f"{self.address}healthz", timeout=20) as answer:
            return json.load(answer)

    def end(self, number):
        self.program.send_signal(number)
        self.said += [line.strip() for line in self.program.communicate(timeout=PATIENCE)[0].splitlines()]
        return self.program.returncode


def test_the_site_comes_up_well_refuses_a_second_and_recovers_from_a_kill(state):
    manage = [sys.executable, "manage.py", "prepare", "--settings", "relief.settings.development"]
    subprocess.run(manage, cwd=CHECKOUT, check=True, capture_output=True)
    first = Running(8611)
    health = first.health()
    assert {name: part["state"] for name, part in health.items() if name != "ok"} == {
        "database": "ok",
        "broker": "ok",
        "worker": "ok",
        "schedule": "ok",
    }
    with pytest.raises(LauncherError, match="runs already at"):
        site.refuse_second()

    note = json.loads((state / "run/site.json").read_text())
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    assert members(note["group"]) != []

    second = Running(8611)
    assert second.said[0] == "Ended what the last run had left behind when it was killed."
    assert members(note["group"]) == []
    assert second.health()["ok"] is True
    group = json.loads((state / "run/site.json").read_text())["group"]
    assert second.end(signal.SIGINT) == 0
    assert second.said[-1] == "Stopping …"
    assert members(group) == []
