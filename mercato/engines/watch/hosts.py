"""One request at a time for each host, with a pause after it, and what its robots.txt says."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlsplit

from mercato.engines.watch.policy import Policy
from mercato.sources.robots import CLOSED, Robots


@dataclass(slots=True)
class _Host:
    busy: bool = False
    rests_until: float = 0.0
    robots: Robots | None = None
    robots_until: float = 0.0


class Hosts:
    """Who may be asked now. Hosts that rest and were not asked for long are forgotten, the oldest first."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    def __len__(self) -> int:
        return len(self._hosts)

    def blocked(self, now: float) -> list[str]:
        """The hosts that must not be asked now: one request is under way, or they rest."""
        return [name for name, host in self._hosts.items() if host.busy or host.rests_until > now]

    def next_free(self, now: float) -> float | None:
        """When the first resting host may be asked again; None where none rests."""
        return min((host.rests_until for host in self._hosts.values() if host.rests_until > now), default=None)

    def robots(self, name: str, now: float) -> Robots | None:
        """The host's rules where they are known and fresh."""
        host = self._hosts.get(name)
        return host.robots if host and host.robots_until > now else None

    def learn(self, name: str, robots: Robots, now: float) -> None:
        """Keep a host's rules: for a day, or for half an hour where they could not be had."""
        host = self._host(name)
        host.robots = robots
        host.robots_until = now + (self._policy.robots_retry if robots is CLOSED else self._policy.robots_for)

    def begin(self, name: str) -> None:
        """A request to the host is under way."""
        self._host(name).busy = True

    def end(self, name: str, now: float, wait: float | None = None) -> None:
        """The request is done; the host rests, for `wait` seconds at least where it asked for that."""
        host = self._host(name)
        host.busy = False
        gap = max(self._policy.gap, min(host.robots.delay if host.robots else 0.0, self._policy.longest_gap))
        host.rests_until = now + max(gap, wait or 0.0)
        self._forget(now)

    def _host(self, name: str) -> _Host:
        host = self._hosts.setdefault(name, _Host())
        self._hosts.move_to_end(name)
        return host

    def _forget(self, now: float) -> None:
        for name in list(self._hosts)[: max(0, len(self._hosts) - self._policy.hosts_remembered)]:
            if not self._hosts[name].busy and self._hosts[name].rests_until <= now:
                del self._hosts[name]


def robots_address(address: str) -> str:
    """Where the robots.txt for an address lies."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"
