"""Forms of verbs that are made of two words, and which forms open or close the bracket of a clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mercato.extraction.lexicon import Verbs

_FINITE = ("base", "third", "past", "future", "cond")


@dataclass(frozen=True, slots=True)
class VerbForms:
    """The forms of a language whose verbs part; empty for others."""

    # A form that may be finite -> the particles that may stand at the end of its clause.
    finite: Mapping[str, frozenset[str]] = field(default_factory=dict)
    nonfinite: frozenset[str] = frozenset()
    # Infinitives that hold their marker: "auszuleihen".
    marked: frozenset[str] = frozenset()


def separable(base: str, simple: Mapping[str, tuple[str, ...]], marker: str) -> dict[str, tuple[str, ...]]:
    """The forms of "aus+leihen" from those of "leihen": together where the clause ends with them, else apart."""
    particle = base.partition("+")[0]
    forms: dict[str, tuple[str, ...]] = {}
    for name, found in simple.items():
        if name in _FINITE:
            apart = tuple(f"{form} {particle}" for form in found)
            forms[name] = (*apart, *(particle + form for form in found))
        elif name == "pp":
            forms[name] = tuple(particle + form for form in found)
    whole = simple.get("inf") or simple.get("base", ())
    forms["inf"] = tuple(particle + marker + form for form in whole)
    return forms


def forms_of(verbs: Verbs, data: Mapping[str, Any]) -> VerbForms:
    """Which forms are finite, which are not; read from the paradigms of a language."""
    finite: dict[str, set[str]] = {}
    nonfinite: set[str] = set()
    marked: set[str] = set()
    apart = {str(base).replace("+", "") for base in data.get("separable", ())}
    for base, forms in verbs.items():
        for name, found in forms.items():
            for form in found:
                word, _, particle = form.partition(" ")
                if name in _FINITE:
                    known = finite.setdefault(word, set())
                    if particle:
                        known.add(particle)
                if not particle and name in ("base", "inf", "pp"):
                    nonfinite.add(word)
                if name == "inf" and base in apart and not particle:
                    marked.add(form)
    return VerbForms({word: frozenset(p) for word, p in finite.items()}, frozenset(nonfinite), frozenset(marked))
