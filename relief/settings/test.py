"""The test suite: the development settings on a database of its own, without shortcuts in what is tested."""

from relief import launcher
from relief.settings.development import *  # noqa: F403 - settings build on each other
from relief.settings.environment import database
from relief.settings.storage import storages

# No pool: test databases are dropped while a pool would still hold connections to them.
DATABASES = {"default": database(DATABASE_URL)}
DATABASES["default"]["CONN_MAX_AGE"] = 0

# A message that a test sends must not reach a worker on the developer's own database.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}

STORAGES = storages(private=launcher.state_folder() / "test-private", manifest=False)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
