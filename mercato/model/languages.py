"""Which languages there are: those whose folder of data lies beside the reader."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable


def language_folders() -> Traversable:
    """The folder that holds one folder of data for each language."""
    return files("mercato").joinpath("extraction", "languages")


@lru_cache(maxsize=1)
def language_codes() -> tuple[str, ...]:
    """The ISO 639-1 codes of the languages that can be read, found by their folders."""
    return tuple(
        sorted(
            folder.name
            for folder in language_folders().iterdir()
            if folder.is_dir() and folder.joinpath("language.yaml").is_file()
        )
    )
