"""Who is who around a word for a step of a transfer: the roles of its subject, object and prepositions.

The frames are about football and hold for every language; which words open which frame is language data.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Frame:
    """Roles: buyer, seller, player, keeper (the club that the player is at). `preps` by the prepositions' roles."""

    subject: str | None = None
    object: str | None = None
    preps: dict[str, str] = field(default_factory=dict)
    # The role of a club that owns the word ("Chelsea's pursuit of"), where it isn't the subject's.
    owner: str | None = None


FRAMES: dict[str, Frame] = {
    "none": Frame(),
    "acquire": Frame("buyer", "player", {"source": "seller", "agent": "buyer", "place": "seller", "goal": "buyer"}),
    "pursue": Frame("buyer", "player", {"source": "seller", "agent": "buyer"}),
    "interest": Frame("buyer", "player", {"source": "buyer", "agent": "buyer"}),
    "bid": Frame("buyer", "player", {"source": "buyer", "agent": "buyer", "for": "player", "goal": "seller"}),
    "offer_contract": Frame("buyer", "player", {"agent": "buyer", "source": "buyer", "goal": "player"}),
    "join": Frame("player", "buyer", {"goal": "buyer", "source": "seller", "partner": "buyer", "place": "buyer"}),
    "link": Frame("player", "buyer", {"goal": "buyer", "source": "buyer", "agent": "buyer", "partner": "buyer"}),
    "radar": Frame("player", None, {"of": "buyer", "place": "buyer"}, owner="buyer"),
    "leave": Frame("player", "seller", {"source": "seller", "for": "buyer", "goal": "buyer", "place": "seller"}),
    "sell": Frame("seller", "player", {"goal": "buyer", "of": "player"}),
    "keep": Frame("keeper", "player", {}),
    "stay": Frame("player", "keeper", {"place": "keeper", "partner": "keeper"}),
    "renew": Frame(
        "any",
        "player",
        {"partner": "keeper", "place": "keeper", "agent": "keeper", "source": "keeper", "between": "any"},
    ),
    "talks": Frame(
        "any", "player", {"source": "buyer", "partner": "any", "about": "player", "for": "player", "between": "any"}
    ),
    "offered": Frame("any", "any", {"goal": "buyer"}),
    "put_up": Frame("seller", "player", {"goal": "buyer", "for": "player"}),
    "reject": Frame("any", "any", {"goal": "any", "agent": "any"}),
    "accept": Frame("seller", "player", {"source": "buyer", "for": "player"}),
    "withdraw": Frame("buyer", "player", {"for": "player"}),
    "deny": Frame("any", "any", {"partner": "any", "goal": "any"}),
    "agree": Frame(
        "any", "player", {"partner": "any", "for": "player", "of": "player", "goal": "buyer", "source": "seller"}
    ),
    "succeed": Frame("player", "coach", {"place": "buyer", "of": "buyer"}),
    "rival": Frame("buyer", "buyer", {"source": "buyer", "partner": "buyer", "for": "player"}),
    "swap": Frame("any", "player", {}),
    # What became of the step before, or of the move spoken of: "is official", "has fallen through".
    "settled": Frame(),
    "collapse": Frame(),
}
