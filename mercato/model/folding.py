"""Folding: the form in which two spellings of one name are the same text."""

from __future__ import annotations

import unicodedata

_TABLE = str.maketrans(
    {
        # Letters that NFKD leaves whole, after casefolding (which has already made "ss" of "ß").
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ŋ": "n",
        "ŧ": "t",
        # Apostrophes and what stands for them: ' ` ´ ʹ ʻ ʼ ʽ ʾ ʿ ‘ ’ ‚ ‛ ′ ＇
        **dict.fromkeys("'`´ʹʻʼʽʾʿ‘’‚‛′＇", " "),
        # Hyphens and dashes, and the soft hyphen, which is no letter.
        **dict.fromkeys("-‐‑‒–—―−﹣－", " "),
        "\u00ad": None,
    }
)


def fold(text: str) -> str:
    """The text casefolded, without accents, apostrophes and hyphens as spaces, runs of space as one, ends trimmed.

    `fold("Nico O'Reilly") == "nico o reilly"`, `fold("Ødegaard") == "odegaard"`, `fold("Paris Saint-Germain") ==
    "paris saint germain"`. Folding twice changes nothing. Other punctuation ("St. Johnstone") stays.
    """
    folded = text.casefold().translate(_TABLE)
    if not folded.isascii():
        parts = unicodedata.normalize("NFKD", folded)
        # Casefolded and translated again: NFKD itself can bring forth capitals and apostrophes ("ŉ", "㎒").
        folded = "".join(c for c in parts if not unicodedata.combining(c)).casefold().translate(_TABLE)
    return " ".join(folded.split())
