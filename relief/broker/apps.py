"""The broker's tables as a Django application of their own, so that one migration lays them."""

from django.apps import AppConfig


class BrokerConfig(AppConfig):
    name = "relief.broker"
    label = "broker"
