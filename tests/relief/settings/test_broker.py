from relief.settings.broker import CELERY_TASK_DEFAULT_QUEUE, VISIBILITY_SECONDS, broker

DATABASE = "postgres://user:word@127.0.0.1:6543/name?sslmode=require"


def test_postgresql_carries_the_messages_without_another_name(monkeypatch):
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    address, options = broker(DATABASE)
    assert address == "pgmq://127.0.0.1:6543/name"
    assert options["conn_string"] == DATABASE
    assert options["init_extension"] is False
    assert options["visibility_timeout"] == VISIBILITY_SECONDS


def test_another_broker_wins(monkeypatch):
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://127.0.0.1/3")
    assert broker(DATABASE) == ("redis://127.0.0.1/3", {"visibility_timeout": VISIBILITY_SECONDS})
    monkeypatch.setenv("CELERY_BROKER_URL", "amqp://127.0.0.1//")
    assert broker(DATABASE) == ("amqp://127.0.0.1//", {})


def test_queue_name_fits_the_brokers_tables():
    assert len(CELERY_TASK_DEFAULT_QUEUE) < 48
