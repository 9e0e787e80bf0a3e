"""What a sentence is made of once names, figures and phrases are found: a row of items."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mercato.model import Money
from mercato.register import NameEntry


class Kind(int):
    """A closed set of kinds, its members declared as class variables and numbered in their order.

    An IntEnum in all that rules use of one, `is` and sets. Rules ask for a member ten thousand times for each article,
    and Python 3.11 looks an Enum's members up at four times the cost of these.
    """

    name: str

    def __init_subclass__(cls) -> None:
        for number, name in enumerate(cls.__annotations__):
            member = cls(number)
            member.name = name
            setattr(cls, name, member)

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class ItemKind(Kind):
    """What an item is."""

    WORD: ClassVar[ItemKind]
    MARK: ClassVar[ItemKind]
    NUMBER: ClassVar[ItemKind]
    MONEY: ClassVar[ItemKind]
    AGE: ClassVar[ItemKind]
    DATE: ClassVar[ItemKind]
    LENGTH: ClassVar[ItemKind]
    NAME: ClassVar[ItemKind]
    PERSON: ClassVar[ItemKind]
    CLUB: ClassVar[ItemKind]
    OUTLET: ClassVar[ItemKind]
    COUNTRY: ClassVar[ItemKind]
    DEMONYM: ClassVar[ItemKind]
    COMPETITION: ClassVar[ItemKind]
    GROUND: ClassVar[ItemKind]
    CITY: ClassVar[ItemKind]
    PHRASE: ClassVar[ItemKind]
    PERCENT: ClassVar[ItemKind]


KEYS = {
    ItemKind.MONEY: "<money>",
    ItemKind.AGE: "<age>",
    ItemKind.DATE: "<date>",
    ItemKind.LENGTH: "<length>",
    ItemKind.NAME: "<name>",
    ItemKind.PERSON: "<person>",
    ItemKind.CLUB: "<club>",
    ItemKind.OUTLET: "<outlet>",
    ItemKind.COUNTRY: "<country>",
    ItemKind.DEMONYM: "<demonym>",
    ItemKind.COMPETITION: "<competition>",
    ItemKind.GROUND: "<ground>",
    ItemKind.CITY: "<city>",
    ItemKind.PERCENT: "<percent>",
}


class Item(msgspec.Struct, eq=False, gc=False):
    """A run of characters that stands for one thing. `key` is what patterns see: the word, or "<club>".

    Made by the hundred for each text, as nodes are: a Struct is made in a third of a dataclass's time.
    """

    kind: ItemKind
    start: int
    end: int
    key: str
    names: tuple[NameEntry, ...] = ()
    value: object = None

    def become(self, kind: ItemKind, value: object) -> None:
        """Makes it stand for a thing of that kind."""
        self.kind, self.key, self.value = kind, KEYS[kind], value


class Figure(msgspec.Struct, eq=False, gc=False):
    """A figure read from text: an amount, an age, a date, a length of time, a percentage."""

    kind: ItemKind
    start: int
    end: int
    money: Money | None = None
    number: float | None = None
    date: str | None = None
    word: str = ""
