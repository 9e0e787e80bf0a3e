"""What a site's robots.txt lets us fetch, and how fast."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protego import Protego

# Sites address us by this name, whatever else the User-Agent says.
ROBOT_NAME = "mercato"
# RFC 9309 asks for 500 kibibytes to be read at least; what comes after is left out.
MAX_ROBOTS = 512_000


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host. `delay` is the time in seconds that it wants between two requests."""

    delay: float = 0.0
    sitemaps: tuple[str, ...] = ()
    refuses_all: bool = False
    _rules: Protego | None = field(default=None, repr=False, compare=False)

    def allows(self, address: str) -> bool:
        """Whether the address may be fetched."""
        if self.refuses_all:
            return False
        return self._rules is None or bool(self._rules.can_fetch(address, ROBOT_NAME))


OPEN = Robots()
CLOSED = Robots(refuses_all=True)


def read_robots(data: bytes) -> Robots:
    """The rules of a robots.txt as it was sent; what can't be understood in it forbids nothing."""
    from protego import Protego

    rules = Protego.parse(data[:MAX_ROBOTS].decode("utf-8", "replace").removeprefix("\ufeff"))
    delay = float(rules.crawl_delay(ROBOT_NAME) or 0.0)
    rate = rules.request_rate(ROBOT_NAME)
    if rate is not None and rate.requests:
        delay = max(delay, rate.seconds / rate.requests)
    return Robots(delay if 0 < delay < float("inf") else 0.0, tuple(rules.sitemaps), False, rules)


def robots_for(status: int, data: bytes) -> Robots:
    """What an answer to the question for robots.txt means: none there (4xx) allows all, a broken server nothing."""
    if 200 <= status < 300:
        return read_robots(data)
    return CLOSED if status >= 500 or status == 429 else OPEN
