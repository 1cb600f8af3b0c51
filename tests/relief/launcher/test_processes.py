import os
import signal
import subprocess
import sys

from relief.launcher.processes import birth, command_line, members, signal_process, wait_until_gone

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_birth_of_a_living_process_stays_and_of_a_dead_one_is_none():
    program = subprocess.Popen(SLEEP)
    mark = birth(program.pid)
    assert mark is not None
    assert birth(program.pid) == mark
    assert birth(os.getpid()) != mark
    program.kill()
    # Dead but not yet reaped by its parent: a zombie does not live.
    assert wait_until_gone(program.pid, mark, 10)
    assert birth(program.pid) is None
    program.wait()


def test_wait_for_a_process_that_lives_on_gives_up():
    program = subprocess.Popen(SLEEP)
    assert wait_until_gone(program.pid, birth(program.pid), 0.2) is False
    program.kill()
    program.wait()


def test_members_are_the_living_processes_of_a_group():
    first = subprocess.Popen(SLEEP, process_group=0)
    second = subprocess.Popen(SLEEP, process_group=first.pid)
    assert sorted(members(first.pid)) == sorted([first.pid, second.pid])
    first.kill()
    first.wait()
    assert members(first.pid) == [second.pid]
    second.kill()
    second.wait()
    assert members(first.pid) == []


def test_command_line_shows_what_a_process_was_called_with():
    program = subprocess.Popen([*SLEEP[:-1], "print(flush=True); import time; time.sleep(60)"], stdout=subprocess.PIPE)
    assert program.stdout.readline() == b"\n"
    assert "time.sleep(60)" in command_line(program.pid)
    program.stdout.close()
    program.kill()
    program.wait()


def test_signal_to_a_process_that_ended_is_no_error():
    program = subprocess.Popen(SLEEP)
    program.kill()
    program.wait()
    signal_process(program.pid, signal.SIGTERM)
