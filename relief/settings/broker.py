"""Background jobs: PostgreSQL itself carries the messages unless CELERY_BROKER_URL names another broker."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from celery.schedules import crontab

from relief.settings.environment import env

POSTGRES_PORT = 5432
# Above the longest task: a message read but not acknowledged for this long is handed out again.
VISIBILITY_SECONDS = int(timedelta(hours=6).total_seconds())


def broker(database_url: str) -> tuple[str, dict[str, Any]]:
    """Return the broker's address and transport options for a database address; CELERY_BROKER_URL wins over it."""
    url = env.str("CELERY_BROKER_URL", "")
    if url.startswith(("redis", "sentinel")):
        return url, {"visibility_timeout": VISIBILITY_SECONDS}
    if url:
        return url, {}
    parts = urlsplit(database_url)
    # Shown in logs; the connection itself is made from `conn_string`.
    shown = f"pgmq://{parts.hostname or 'localhost'}:{parts.port or POSTGRES_PORT}{parts.path}"
    return shown, {
        # The whole address, so that its TLS options reach the broker's connections too.
        "conn_string": database_url,
        # `install_broker` lays the tables; the extension itself is on few servers.
        "init_extension": False,
        "visibility_timeout": VISIBILITY_SECONDS,
        "use_notify": True,
        # One read, then wait for the notification: a long poll would keep a connection busy.
        "wait_time_seconds": 0,
        "polling_interval": 1,
        "pool_size": 4,
        "pool_timeout": 5,
    }


CELERY_TASK_DEFAULT_QUEUE = "relief"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Asia/Seoul"
CELERY_ENABLE_UTC = True
CELERY_WORKER_CONCURRENCY = env.int("RELIEF_WORKER_PROCESSES", 2)
# Sixteen messages in hand for the two processes of the default.
CELERY_WORKER_PREFETCH_MULTIPLIER = 8
# Its reply queue has a name longer than the 47 characters that the broker's tables allow.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "reap-jobs": {"task": "relief.reap_jobs", "schedule": timedelta(seconds=30), "options": {"expires": 30}},
    "beat-schedule": {"task": "relief.beat_schedule", "schedule": timedelta(seconds=30), "options": {"expires": 30}},
    "recount-claims": {"task": "claims.recount", "schedule": timedelta(seconds=60), "options": {"expires": 60}},
    "send-letters": {"task": "claims.send_letters", "schedule": timedelta(seconds=60), "options": {"expires": 60}},
    "follow-requests": {"task": "claims.follow_requests", "schedule": crontab(hour="9", minute="0")},
}
