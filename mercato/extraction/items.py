"""What a sentence is made of once names, figures and phrases are found: a row of items."""

from __future__ import annotations

from enum import IntEnum

import msgspec

from mercato.model import Money
from mercato.register import NameEntry


class ItemKind(IntEnum):
    """What an item is."""

    WORD = 0
    MARK = 1
    NUMBER = 2
    MONEY = 3
    AGE = 4
    DATE = 5
    LENGTH = 6
    NAME = 7
    PERSON = 8
    CLUB = 9
    OUTLET = 10
    COUNTRY = 11
    DEMONYM = 12
    COMPETITION = 13
    GROUND = 14
    CITY = 15
    PHRASE = 16
    PERCENT = 17


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


class Figure(msgspec.Struct, eq=False, gc=False):
    """A figure read from text: an amount, an age, a date, a length of time, a percentage."""

    kind: ItemKind
    start: int
    end: int
    money: Money | None = None
    number: float | None = None
    date: str | None = None
    word: str = ""
