"""A club and a person as a text names them."""

from __future__ import annotations

import msgspec

from mercato.model import ClubRef
from mercato.register import Club, Person


class ClubName(msgspec.Struct, frozen=True):
    """A club as named in a text; `club` is None where no register knows it."""

    name: str
    club: Club | None = None
    nickname: bool = False

    @property
    def key(self) -> str:
        """What makes two mentions the same club."""
        return self.club.id if self.club else self.name.casefold()


def club_ref(name: ClubName | None) -> ClubRef | None:
    """The club as a claim speaks of it, where there is one."""
    return ClubRef(name.name, name.club.id if name.club else None) if name is not None else None


class PersonName(msgspec.Struct, frozen=True):
    """A person as named in a text, with those of the register that it may be."""

    name: str
    people: tuple[Person, ...] = ()
