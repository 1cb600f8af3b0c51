"""A server that people rely on: every secret comes from the environment, and a missing one stops the start."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from relief.settings.base import *  # noqa: F403 - settings build on each other
from relief.settings.broker import broker
from relief.settings.environment import database, env, key_from_text, required, seal_keys
from relief.settings.logs import logging_config
from relief.settings.storage import storages

DEBUG = False
SECRET_KEY = required("RELIEF_SECRET_KEY", "the key that signs sessions and forms")
ALLOWED_HOSTS = [name.strip() for name in required("RELIEF_HOSTS", "the list of this site's host names").split(",")]
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in ALLOWED_HOSTS]

DATABASE_URL = required("DATABASE_URL", "the address of the PostgreSQL database")
DATABASES = {"default": database(DATABASE_URL, pool_size=env.int("RELIEF_DATABASE_POOL", 0))}
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = broker(DATABASE_URL)

STATIC_ROOT = Path(env.str("RELIEF_STATIC_DIR", "") or BASE_DIR / "staticfiles")
STORAGES = storages(
    private=Path(required("RELIEF_PRIVATE_DIR", "the folder of the private files, outside every public path")),
    manifest=True,
)

SEAL_KEYS = seal_keys("RELIEF_SEAL_KEYS", required("RELIEF_SEAL_KEYS", "the list of keys of personal data at rest"))
SEAL_ACTIVE_KEY = int(required("RELIEF_SEAL_ACTIVE_KEY", "the id of the key that seals new values"))
if SEAL_ACTIVE_KEY not in SEAL_KEYS:
    raise ImproperlyConfigured("RELIEF_SEAL_ACTIVE_KEY names a key that RELIEF_SEAL_KEYS does not hold.")
BLIND_INDEX_KEY = key_from_text(
    "RELIEF_BLIND_INDEX_KEY", required("RELIEF_BLIND_INDEX_KEY", "the key of the blind indexes")
)

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# Only behind a proxy that sets this header itself and drops the visitor's.
if env.bool("RELIEF_BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    AXES_IPWARE_PROXY_COUNT = 1

LOGGING = logging_config(json=True, level=env.str("RELIEF_LOG_LEVEL", "INFO"))
