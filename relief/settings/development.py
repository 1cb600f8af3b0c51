"""A developer's machine, and `make run`: nothing to set, nothing to keep secret."""

from pathlib import Path

from relief import launcher
from relief.settings.base import *  # noqa: F403 - settings build on each other
from relief.settings.broker import broker
from relief.settings.environment import database, env, key_from_text, seal_keys
from relief.settings.logs import logging_config
from relief.settings.storage import storages

_secrets = launcher.development_secrets()

DEBUG = env.bool("RELIEF_DEBUG", False)
SECRET_KEY = env.str("RELIEF_SECRET_KEY", "") or _secrets["RELIEF_SECRET_KEY"]
ALLOWED_HOSTS = ["localhost", ".localhost", "127.0.0.1", "[::1]", *env.list("RELIEF_HOSTS", [])]

# The embedded database is found, and started where it is not up.
DATABASE_URL = env.str("DATABASE_URL", "") or launcher.database_url()
DATABASES = {"default": database(DATABASE_URL, pool_size=env.int("RELIEF_DATABASE_POOL", 0))}
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = broker(DATABASE_URL)

_state = launcher.state_folder()
STATIC_ROOT = launcher.made_folder(_state / "static")
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = storages(private=Path(env.str("RELIEF_PRIVATE_DIR", "") or _state / "private"), manifest=False)

SEAL_KEYS = seal_keys("RELIEF_SEAL_KEYS", env.str("RELIEF_SEAL_KEYS", "") or _secrets["RELIEF_SEAL_KEYS"])
SEAL_ACTIVE_KEY = env.int("RELIEF_SEAL_ACTIVE_KEY", int(_secrets["RELIEF_SEAL_ACTIVE_KEY"]))
BLIND_INDEX_KEY = key_from_text(
    "RELIEF_BLIND_INDEX_KEY", env.str("RELIEF_BLIND_INDEX_KEY", "") or _secrets["RELIEF_BLIND_INDEX_KEY"]
)

LOGGING = logging_config(json=False, level=env.str("RELIEF_LOG_LEVEL", "INFO"))

# Without a mail server, letters are written to the console of the worker.
if not EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
MESSAGE_CHANNEL = MESSAGE_CHANNEL or "claims.helpdesk.letters.channels.ConsoleWay"
