"""What reading costs before anything is read: libraries for pages, addresses and languages are loaded when needed."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("trafilatura", "lxml", "httpx2", "httpcore2", "py3langid", "numpy", "charset_normalizer", "yaml")


def loaded_after(code: str) -> set[str]:
    listing = f"import sys\n{code}\nprint(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", listing], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_importing_the_room_loads_none_of_them() -> None:
    assert loaded_after("import mercato.sources") == set()


def test_a_plain_text_with_a_given_language_loads_the_cue_words_alone() -> None:
    code = "from mercato.sources import document_from_text as d; d('Milan want Perin.', key='a', language='en')"
    assert loaded_after(code) == {"yaml"}
