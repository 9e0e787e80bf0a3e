"""Every regular expression of ours, against strings made to blow one up: time grows with length, not its square."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import mercato

SIZES = (4_096, 16_384, 65_536)
FLOOR = 0.03
"""Seconds below which nothing is compared: what is so quick is no danger, and can't be measured."""
FACTOR = 9.0
"""Four times the length may cost so many times the time; a square costs sixteen."""
PATIENCE = 5.0
_OPTIONAL = ("pyspark", "psycopg", "fastapi", "numpy", "scipy", "sklearn", "pyarrow", "fastwarc")


def patterns() -> dict[str, re.Pattern[Any]]:
    """All compiled patterns that modules hold, by where they are."""
    found: dict[str, re.Pattern[Any]] = {}
    for info in pkgutil.walk_packages(mercato.__path__, "mercato."):
        try:
            module = importlib.import_module(info.name)
        except ModuleNotFoundError as missing:
            if not (missing.name or "").startswith(_OPTIONAL):
                raise
            continue
        for name, value in vars(module).items():
            for where, pattern in _inside(value, f"{info.name}.{name}"):
                found.setdefault(where, pattern)
    found.update(language_patterns())
    return {where: pattern for where, pattern in found.items() if _ours(where)}


def _ours(where: str) -> bool:
    return where.startswith("mercato.")


def _inside(value: object, where: str, depth: int = 0) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield where, value
    elif depth < 4 and isinstance(value, dict):
        for key, one in list(value.items())[:2000]:
            yield from _inside(one, f"{where}[{key!r}]", depth + 1)
    elif depth < 4 and isinstance(value, list | tuple | set | frozenset):
        for number, one in enumerate(list(value)[:2000]):
            yield from _inside(one, f"{where}[{number}]", depth + 1)
    elif depth < 4 and type(value).__module__.startswith("mercato.") and not isinstance(value, type):
        for name in _fields(value):
            yield from _inside(getattr(value, name, None), f"{where}.{name}", depth + 1)


def _fields(value: object) -> list[str]:
    slots = [name for cls in type(value).__mro__ for name in getattr(cls, "__slots__", ())]
    return [*slots, *getattr(value, "__dict__", {})]


def language_patterns() -> dict[str, re.Pattern[Any]]:
    """The patterns that are compiled from the languages' data, and from the sources' cues."""
    from mercato.errors import DataFileError
    from mercato.extraction import languages, load_language
    from mercato.sources.cues import cues

    found = dict(_inside(cues(), "mercato.sources.cues"))
    for code in languages():
        try:
            found.update(_inside(load_language(code), f"mercato.extraction.languages.{code}"))
        except DataFileError:
            continue  # what is wrong with it is for the tests of languages to say
    return found


USES = re.compile(r"\b(_?[A-Za-z]\w*)\.(\w+)\(")
ANCHORED = frozenset({"match", "fullmatch"})
ALL = frozenset({"finditer", "match", "fullmatch"})
ONLY_WHOLE = frozenset(
    {"mercato.sources.dates._DAY_FIRST", "mercato.sources.dates._MONTH_FIRST", "mercato.sources.dates._WITH_NAME"}
)
"""Patterns that are reached through a tuple and tried on a whole string alone."""
BOUNDED = frozenset({"mercato.rumours.prints._SENTENCE_END"})
"""Patterns that are given a few characters only."""
SLOW: dict[str, str] = {}
"""Known to be slow and not yet mended; the test says when they are."""


def uses(where: str) -> frozenset[str]:
    """How the module that holds a pattern uses it: where that is at one place of a text, searching is no danger."""
    module, _, name = where.partition("[")[0].rpartition(".")
    if where.partition("[")[0] in ONLY_WHOLE:
        return ANCHORED
    held = sys.modules.get(module)
    source = Path(held.__file__).read_text(encoding="utf-8") if held is not None and held.__file__ else ""
    plain = len(re.findall(rf"\b{re.escape(name)}\b", source))
    called = [method for own, method in USES.findall(source) if own == name]
    only_called = called and plain == len(called) + 1  # and once where it is made
    return ANCHORED if only_called and set(called) <= ANCHORED else ALL


PATTERNS = patterns()
ATOMS = (
    "a",
    "A",
    " ",
    "\n",
    "1",
    ".",
    ",",
    "-",
    "(",
    "<",
    "'",
    "€",
    "aA",
    "a ",
    "A a",
    "1,",
    "1.",
    "a.",
    "£1",
    "<a ",
    "a-",
)
TAILS = ("", "!", "\x00", "(")


def attacks(pattern: re.Pattern[Any]) -> Iterator[str]:
    """Runs of what the pattern itself may begin with and repeat, and of what texts are made of, ended so as to fail."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    literal = re.sub(r"\\[a-zA-Z]|[^\w<>\"'=:/ -]", "", source)[:12]
    for atom in dict.fromkeys((*ATOMS, *((literal,) if literal else ()))):
        for tail in TAILS[:2]:
            yield atom + "\x01" + tail


def seconds(pattern: re.Pattern[Any], atom: str, tail: str, size: int, how: frozenset[str] = ALL) -> float:
    """Processor time of searching and matching; PATIENCE where that was given up."""
    text: Any = atom * (size // len(atom)) + tail
    if isinstance(pattern.pattern, bytes):
        text = text.encode("utf-8")
    signal.signal(signal.SIGVTALRM, _give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    start = time.process_time()
    try:
        if "finditer" in how:
            for _ in pattern.finditer(text):
                pass
        pattern.match(text)
        pattern.fullmatch(text)
    except TimeoutError:
        return PATIENCE
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - start


def _give_up(*_: object) -> None:
    raise TimeoutError


def is_slow(pattern: re.Pattern[Any], how: frozenset[str] = ALL) -> str | None:
    """The string whose time grows faster than its length, if there is one; what explodes is stopped early."""
    for made in attacks(pattern):
        atom, _, tail = made.partition("\x01")
        before = seconds(pattern, atom, tail, SIZES[0], how)
        if before >= PATIENCE:
            return made
        if before * 256 < FLOOR:  # even a square would stay below the floor
            continue
        for shorter, size in pairwise(SIZES):
            now = seconds(pattern, atom, tail, size, how)
            if now > FLOOR and now > FACTOR * before:
                least = min(seconds(pattern, atom, tail, shorter, how) for _ in range(3))
                if min(now, seconds(pattern, atom, tail, size, how)) > FACTOR * least:
                    return made
            before = now
    return None


def test_patterns_are_found() -> None:
    assert len(PATTERNS) > 30
    assert any(where.startswith("mercato.sources.html") for where in PATTERNS)


def test_a_pattern_that_explodes_is_noticed() -> None:
    for source in (r"\s+$", r"a+b", r"(?:a|a)*b", r"(?:\w+\s?)*:"):
        assert is_slow(re.compile(source)) is not None, source
    for source in (r"a+", r"\w{1,30}b", r"<[^<]*"):
        assert is_slow(re.compile(source)) is None, source


@pytest.mark.parametrize(
    "where",
    [
        pytest.param(where, marks=pytest.mark.xfail(reason=SLOW[where], strict=True) if where in SLOW else ())
        for where in sorted(PATTERNS)
        if where not in BOUNDED
    ],
)
def test_time_grows_with_the_length(where: str) -> None:
    made = is_slow(PATTERNS[where], uses(where))
    assert made is None, f"{PATTERNS[where].pattern[:200]!r} on runs of {made!r}"
