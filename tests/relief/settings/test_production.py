"""The production settings in a process of their own, as a server would read them."""

import base64
import os
import subprocess
import sys

import pytest

from relief.launcher.places import CHECKOUT

KEY = base64.b64encode(bytes(32)).decode()
COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "relief.settings.production",
    "RELIEF_SECRET_KEY": "signs-7Qm2xV9kLpT4wZ8cRb1nY6dHs3gFj5aEuK0oXiMvBtNqWlPz",
    "RELIEF_HOSTS": "relief.example.org",
    "RELIEF_PRIVATE_DIR": "/nonexistent/private",
    "RELIEF_SEAL_KEYS": f"1:{KEY}",
    "RELIEF_SEAL_ACTIVE_KEY": "1",
    "RELIEF_BLIND_INDEX_KEY": KEY,
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
}
SECRETS = sorted(set(COMPLETE) - {"DJANGO_SETTINGS_MODULE"})


def _check(environment):
    kept = {name: value for name, value in os.environ.items() if name not in COMPLETE}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=CHECKOUT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_deploy_check_is_clean():
    done = _check(COMPLETE)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


@pytest.mark.parametrize("name", SECRETS)
def test_missing_secret_stops_the_start_with_its_name(name):
    done = _check({key: value for key, value in COMPLETE.items() if key != name})
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"django.core.exceptions.ImproperlyConfigured: {name} is not set. It is ")


def test_active_key_that_is_not_in_the_list_stops_the_start():
    done = _check(COMPLETE | {"RELIEF_SEAL_ACTIVE_KEY": "2"})
    assert done.stderr.strip().splitlines()[-1] == (
        "django.core.exceptions.ImproperlyConfigured: "
        "RELIEF_SEAL_ACTIVE_KEY names a key that RELIEF_SEAL_KEYS does not hold."
    )
