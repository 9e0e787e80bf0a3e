"""Watching sources: a polite loop that reads what is new, once, and can stop and start at any instant."""

from mercato.engines.watch.loop import Fetcher, Ingest, Parser, Watch
from mercato.engines.watch.policy import Event, EventKind, Policy, Totals
from mercato.engines.watch.records import Health
from mercato.engines.watch.state import WatchState

__all__ = ["Event", "EventKind", "Fetcher", "Health", "Ingest", "Parser", "Policy", "Totals", "Watch", "WatchState"]
