"""Who is who: people, clubs, outlets, competitions, countries and windows, and the index of their names."""

from mercato.register.index import Hit, NameEntry, NameIndex, NameKind
from mercato.register.loading import load_register
from mercato.register.records import (
    CareerSpell,
    Club,
    Competition,
    Country,
    Journalist,
    Name,
    Outlet,
    OutletKind,
    Person,
    Window,
    WindowKind,
)
from mercato.register.register import Register, SharedName, load_shipped

__all__ = [
    "CareerSpell",
    "Club",
    "Competition",
    "Country",
    "Hit",
    "Journalist",
    "Name",
    "NameEntry",
    "NameIndex",
    "NameKind",
    "Outlet",
    "OutletKind",
    "Person",
    "Register",
    "SharedName",
    "Window",
    "WindowKind",
    "load_register",
    "load_shipped",
]
