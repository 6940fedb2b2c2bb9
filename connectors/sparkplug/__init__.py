"""Sparkplug B (Eclipse Sparkplug 3.0, topics ``spBv1.0/…``): what nodes announce, send and leave behind."""

from __future__ import annotations

from connectors.sparkplug.births import Births
from connectors.sparkplug.decode import decode
from connectors.sparkplug.rebirth import Request
from connectors.sparkplug.samples import ONLINE
from connectors.sparkplug.state import announcement
from connectors.sparkplug.topic import filter_of, is_sparkplug

__all__ = ["ONLINE", "Births", "Request", "announcement", "decode", "filter_of", "is_sparkplug"]
