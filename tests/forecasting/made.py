"""Made worlds: people, clubs and reports without a text, whose outcomes follow from what was reported."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from mercato.forecasting.cases import World
from mercato.forecasting.moves import Move, MoveKind
from mercato.forecasting.reports import KnownBy
from mercato.forecasting.worlds import build_world
from mercato.ledger.records import DocumentHead, StoredClaim
from mercato.model import Claim, ClaimKind, ClubRef, Moment, PersonRef, Precision, Stage
from mercato.register import Club, Outlet, OutletKind, Register, Window, WindowKind

CLUBS = ("Ashford", "Bexley", "Corby", "Dover", "Epsom", "Fleet")
OUTLETS = ("good.example", "fair.example", "poor.example")
WINDOWS = (
    Window("ENG", "2020/21", WindowKind.SUMMER, date(2020, 6, 10), date(2020, 8, 31)),
    Window("ENG", "2020/21", WindowKind.WINTER, date(2021, 1, 1), date(2021, 1, 31)),
    Window("ENG", "2021/22", WindowKind.SUMMER, date(2021, 6, 10), date(2021, 8, 31)),
    Window("ENG", "2021/22", WindowKind.WINTER, date(2022, 1, 1), date(2022, 1, 31)),
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def club(name: str) -> ClubRef:
    return ClubRef(name, f"c:{name.lower()}")


def register() -> Register:
    clubs = {f"c:{name.lower()}": Club(f"c:{name.lower()}", name, country="ENG") for name in CLUBS}
    outlets = {
        "ashford-fc": Outlet("ashford-fc", "Ashford FC", OutletKind.CLUB, domains=("ashford.example",)),
        "good": Outlet("good", "The Good Paper", OutletKind.NEWSPAPER, domains=("good.example",), language="en"),
    }
    return Register(clubs, {}, outlets, {}, {}, {}, windows=WINDOWS)


def said(
    person: str,
    to: str | None,
    day: date,
    stage: Stage = Stage.INTEREST,
    outlet: str = "good.example",
    from_: str | None = "Fleet",
    kind: ClaimKind = ClaimKind.MOVE,
) -> StoredClaim:
    name = f"{person}|{to}|{day}|{stage}|{outlet}|{kind}"
    published = Moment(datetime(day.year, day.month, day.day, tzinfo=UTC), Precision.DAY)
    head = DocumentHead(f"d:{name}", f"k:{name}", 1, None, outlet, None, None, published, "en", NOW)
    move = kind is ClaimKind.MOVE
    claim = Claim(
        id=f"c:{name}",
        document_id=head.id,
        kind=kind,
        person=PersonRef(person, f"p:{person}"),
        to=club(to) if to and move else None,
        from_=club(from_) if from_ and move else None,
        club=club(to) if to and not move else None,
        stage=stage,
    )
    return StoredClaim(claim, head, NOW, NOW)


def moved(person: str, to: str, window: str = "2021-summer", from_: str = "Fleet", **more: object) -> Move:
    first = int(window[:4]) - window.endswith("winter")
    fields: dict[str, object] = {
        "person": PersonRef(person),
        "from_": club(from_),
        "to": club(to),
        "kind": MoveKind.PERMANENT,
        "season": f"{first}/{(first + 1) % 100:02}",
        "window": window,
        "buyer_covered": True,
        "seller_covered": True,
        "said_by": "list.csv",
        **more,
    }
    return Move(**fields)  # type: ignore[arg-type]


def season(seed: int = 1, people: int = 160) -> tuple[list[StoredClaim], list[Move]]:
    """Reports of February to August of 2021 and what came of them: near is worth much, an early link little."""
    chance = random.Random(seed)
    claims, moves = [], [moved(f"Coverage {name}", name, from_="Fleet") for name in CLUBS[:5]]
    for number in range(people):
        person = f"Player N{number}"
        wanted = chance.sample(CLUBS[:5], chance.choice((1, 2, 3)))
        real = chance.random() < 0.35
        first = date(2021, 2, 1) + timedelta(days=chance.randrange(170))
        for place, name in enumerate(wanted):
            for step in range(chance.choice((1, 2))):
                near = real and place == 0 and chance.random() < 0.7
                stage = Stage.ADVANCED if near or chance.random() < 0.05 else Stage.INTEREST
                day = first + timedelta(days=4 * step + place)
                claims.append(said(person, name, day, stage, chance.choice(OUTLETS)))
        if real:
            moves.append(moved(person, wanted[0]))
    return claims, moves


def world(claims: list[StoredClaim], moves: list[Move]) -> World:
    return build_world(claims, moves, register(), KnownBy.PUBLISHED)
