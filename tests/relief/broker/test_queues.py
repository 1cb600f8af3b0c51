"""PostgreSQL as broker, through the transport that the worker uses."""

import pytest
from django.db import connection
from kombu import Connection

from relief.broker.queues import are_laid, lay_queues
from relief.settings.broker import broker


@pytest.fixture
def channel(transactional_db, monkeypatch):
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    given = connection.settings_dict
    url = f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
    address, options = broker(url)
    with Connection(address, transport_options=options) as opened:
        queue = opened.SimpleQueue("relief_test")
        yield queue
        queue.queue.delete()
        queue.close()


def test_queues_are_laid_by_the_migration_and_not_twice(db):
    assert are_laid(connection) is True
    assert lay_queues(connection) is False


def test_message_comes_out_as_it_went_in_and_is_gone_once_acknowledged(channel):
    channel.put({"job": 7, "word": "접수"})
    message = channel.get(timeout=10)
    assert message.payload == {"job": 7, "word": "접수"}
    message.ack()
    assert channel.qsize() == 0


def test_message_that_is_put_back_is_delivered_again(channel):
    channel.put({"job": 8})
    channel.get(timeout=10).requeue()
    again = channel.get(timeout=10)
    assert again.payload == {"job": 8}
    again.ack()


def test_message_taken_but_not_acknowledged_is_nobody_elses(channel):
    channel.put({"job": 9})
    taken = channel.get(timeout=10)
    with pytest.raises(channel.Empty):
        channel.get(block=False)
    assert channel.qsize() == 1
    taken.ack()
