"""The words that tell parts of a page apart, read from `data/boilerplate.yaml` and checked as they are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mercato.errors import DataFileError

CUES_FILE = Path(__file__).parent / "data" / "boilerplate.yaml"
_LISTS = ("starts", "inside", "whole", "photo", "date_labels")
_FIELDS = (*_LISTS, "months")


@dataclass(frozen=True, slots=True)
class Cues:
    """All languages' cue words, ready for use. `months` gives the number of a month by name, in lower case.

    `starts`, `photo`, `date_label`, `place_date` and `dated` are matched at the start of a block, `credit` (a photo
    credit in brackets) is searched. `inside`, `whole`, `credit_words` and `agencies` are lower case.
    """

    starts: re.Pattern[str]
    photo: re.Pattern[str]
    date_label: re.Pattern[str]
    credit: re.Pattern[str]
    place_date: re.Pattern[str]
    dated: re.Pattern[str]
    inside: tuple[str, ...]
    whole: frozenset[str]
    credit_words: tuple[str, ...]
    agencies: tuple[str, ...]
    months: dict[str, int]


@cache
def cues() -> Cues:
    """The shipped cue words; read once."""
    return load_cues(CUES_FILE)


def load_cues(path: Path) -> Cues:
    """Read and check a cue file; DataFileError names the section and the entry that is wrong."""
    import yaml

    try:
        raw = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataFileError(f"{path}: can't be read: {error}. Restore the file or reinstall mercato.") from error
    if not isinstance(raw, dict) or set(raw) != {"agencies", "languages"}:
        raise DataFileError(f"{path}: the top level must hold `agencies` and `languages`, nothing else.")
    languages = raw["languages"]
    if not isinstance(languages, dict) or not languages:
        raise DataFileError(f"{path}: `languages` must hold a section for each language that it has words of.")
    agencies = _words(path, "agencies", raw["agencies"])
    for code, section in languages.items():
        _check_section(path, code, section)
    return _compile(agencies, list(languages.values()), _months(path, languages))


def _check_section(path: Path, code: str, section: Any) -> None:
    if not isinstance(section, dict) or set(section) != set(_FIELDS):
        raise DataFileError(f"{path}, language {code!r}: needs exactly the lists {', '.join(_FIELDS)}.")
    for field in _LISTS:
        _words(path, f"{code}.{field}", section[field])
    if not isinstance(section["months"], list) or len(section["months"]) != 12:
        raise DataFileError(f"{path}, {code}.months: needs twelve lists of names, January first.")


def _words(path: Path, where: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise DataFileError(f"{path}, {where}: must be a list of words, with one at least.")
    seen: set[str] = set()
    for word in value:
        if not isinstance(word, str) or len(word.strip()) < 2 or word != word.strip():
            raise DataFileError(f"{path}, {where}, entry {word!r}: must be text of two characters or more, trimmed.")
        if word.casefold() in seen and where != "agencies":
            raise DataFileError(f"{path}, {where}, entry {word!r}: stands there twice; remove one.")
        seen.add(word.casefold())
    return value


def _months(path: Path, languages: dict[str, Any]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for code, section in languages.items():
        for number, names in enumerate(section["months"], start=1):
            for name in _words(path, f"{code}.months[{number}]", names):
                known = numbers.setdefault(name.lower(), number)
                if known != number:
                    raise DataFileError(f"{path}, {code}.months[{number}], entry {name!r}: is month {known} elsewhere.")
    return numbers


def _either(words: list[str] | tuple[str, ...]) -> str:
    # Longest first, so that "Photo by" is not cut short by "Photo".
    return "|".join(re.escape(word) for word in sorted({w.lower() for w in words}, key=lambda w: (-len(w), w)))


def _edge(words: list[str]) -> str:
    return rf"(?:{_either(words)})(?!\w)"


def _compile(agencies: list[str], sections: list[dict[str, Any]], months: dict[str, int]) -> Cues:
    every = {field: [word for section in sections for word in section[field]] for field in _LISTS}
    month = _either(tuple(months))
    photo, agency = _either(every["photo"]), _either(agencies)
    return Cues(
        starts=re.compile(rf"[\W_]{{0,3}}{_edge(every['starts'])}", re.IGNORECASE),
        photo=re.compile(rf"\W?(?:{photo})", re.IGNORECASE),
        date_label=re.compile(rf"(?:{_either(every['date_labels'])})(?: *: *| +)", re.IGNORECASE),
        credit=re.compile(
            rf"[(\[]\s?(?:(?:{photo})[^()\[\]\n]{{0,160}}|[^()\[\]\n]{{0,100}}\b(?:{agency})\b[^()\[\]\n]{{0,60}})[)\]]",
            re.IGNORECASE,
        ),
        place_date=re.compile(
            rf"([^\n:]{{3,80}}?) [-–—] (?:(?:{month})\.? \d{{1,2}}|\d{{1,2}}\.? (?:{month}))(?:,? \d{{4}})? ?:",
            re.IGNORECASE,
        ),
        dated=re.compile(
            rf"(?:{_either(every['date_labels'])})[ :]{{1,3}}"
            r"(\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?)(?!\S)",
            re.IGNORECASE,
        ),
        inside=tuple(sorted({word.lower() for word in every["inside"]})),
        whole=frozenset(word.lower() for word in every["whole"]),
        credit_words=tuple(sorted({word.lower() for word in [*every["photo"], *agencies]})),
        agencies=tuple(sorted({word.lower() for word in agencies})),
        months=months,
    )
