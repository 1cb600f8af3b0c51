"""The command line behind the Makefile: `python -m relief.launcher VERB`."""

from __future__ import annotations

import argparse
import os
import sys

from relief.launcher import development, environment, server, site, steps
from relief.launcher.env_file import read_env_file
from relief.launcher.places import CHECKOUT, LauncherError, say, state_folder


def _setup(arguments: argparse.Namespace) -> int:
    _environment(development=arguments.development)
    steps.prepare()
    steps.load_demo()
    say("Ready. `make run` starts the site.")
    return 0


def _run(arguments: argparse.Namespace) -> int:
    _environment(development=False)
    site.refuse_second()
    started = steps.prepare()
    try:
        started |= steps.load_demo()
        say("· Web server, worker and beat …")
        started |= site.run(port=arguments.port, listen=arguments.listen, welcome=_welcome)
    finally:
        # Whoever else found the database running goes on with it.
        if started:
            server.stop()
    say("Stopped.")
    return 0


def _welcome(address: str) -> None:
    say(f"\nThe site is up: {address}\n")
    steps.manage("demo_accounts")
    say(f"\nLogs: {state_folder() / 'log'}    Ctrl-C stops everything.")


def _environment(*, development: bool) -> None:
    if environment.needs_installing(development=development):
        with steps.step("Python packages (a minute or two)"):
            environment.ensure_environment(development=development)
    environment.enter("relief.launcher", sys.argv[1:])


def _command(arguments: argparse.Namespace) -> int:
    """Run a program in the environment, once it stands; with the database up where it is asked for."""
    _environment(development=arguments.development)
    if arguments.database:
        steps.prepare()
    sys.stdout.flush()
    os.chdir(CHECKOUT)
    words = arguments.words[1:] if arguments.words[:1] == ["--"] else arguments.words
    os.execv(sys.executable, [sys.executable, *words])


def _stop(_arguments: argparse.Namespace) -> int:
    stopped = [name for name, done in (("the site", site.stop()), ("the embedded database", server.stop())) if done]
    say(f"Stopped {' and '.join(stopped)}." if stopped else "Nothing was running.")
    return 0


def _status(_arguments: argparse.Namespace) -> int:
    say(server.status())
    say(site.status())
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    if not arguments.yes:
        say("This throws the embedded database and the private files away. `make reset YES=1` does it.")
        return 1
    site.stop()
    steps.discard()
    say("The embedded database and the private files are gone. `make run` begins anew.")
    return 0


def main() -> int:
    """Carry out one verb; returns the exit code. A LauncherError is printed as its sentence."""
    parser = argparse.ArgumentParser(prog="relief.launcher")
    verbs = parser.add_subparsers(required=True)
    for name, act in (("setup", _setup), ("run", _run), ("command", _command), ("stop", _stop)):
        verb = verbs.add_parser(name)
        verb.set_defaults(act=act)
        verb.add_argument("--development", action="store_true", help="with the packages of tests and lint")
        if name == "run":
            verb.add_argument("--port", type=int, default=8000)
            verb.add_argument("--listen", default="127.0.0.1")
        if name == "command":
            verb.add_argument("--database", action="store_true", help="with the database up to the code")
            verb.add_argument("words", nargs=argparse.REMAINDER)
    verbs.add_parser("status").set_defaults(act=_status)
    verbs.add_parser("lint").set_defaults(act=lambda _arguments: development.lint())
    verbs.add_parser("lock").set_defaults(act=lambda _arguments: development.lock())
    reset = verbs.add_parser("reset")
    reset.add_argument("--yes", action="store_true")
    reset.set_defaults(act=_reset)
    arguments = parser.parse_args()
    try:
        read_env_file()
        code: int = arguments.act(arguments)
    except LauncherError as refusal:
        say(f"\n{refusal}", error=True)
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted.", error=True)
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
