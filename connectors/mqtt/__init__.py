"""Brokers as doors for messages. Nothing but this package and ``connectors/replay.py`` sees the MQTT library."""

from connectors.mqtt.address import BrokerUrl, parse_url
from connectors.mqtt.client import new_client
from connectors.mqtt.filters import read_filter
from connectors.mqtt.plan import FilterMemory, Plan, Presence
from connectors.mqtt.state import SubscriptionState
from connectors.mqtt.subscription import Subscription
from connectors.mqtt.tls import Tls

__all__ = [
    "BrokerUrl",
    "FilterMemory",
    "Plan",
    "Presence",
    "Subscription",
    "SubscriptionState",
    "Tls",
    "new_client",
    "parse_url",
    "read_filter",
]
