"""Text as it is stored: one form for line ends, spaces and accents, and nothing that cannot be seen.

All offsets of mercato count characters of the text that `normalise` returns.
"""

from __future__ import annotations

import re
import unicodedata

# Line ends of all kinds: carriage return with or without line feed, vertical tab, form feed, NEL, line and paragraph
# separators.
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Spaces that look like one: tab, no-break, en to hair space, narrow no-break, mathematical, ideographic, Ogham.
_SPACES = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Not seen, yet in the way of every comparison: controls, soft hyphen, zero-width characters, marks that turn the
# direction of writing, byte order marks, language tags.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
# Halves of surrogate pairs: no text can be written to a file with them.
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def normalise(text: str) -> str:
    r"""The stored form of `text`: composed accents (NFC), `\n` line ends, plain spaces, no unseen characters.

    Flags of England, Scotland and Wales lose their tag characters and become plain black flags. Doing it twice changes
    nothing.
    """
    # None of the characters looked for counts as printable, and this test is thirty times faster than looking.
    if not text.replace("\n", "").isprintable():
        text = _UNSEEN.sub("", text)
        text = _LINE_ENDS.sub("\n", text)
        text = _SPACES.sub(" ", text)
        text = _LONE_SURROGATES.sub("\ufffd", text)
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)
