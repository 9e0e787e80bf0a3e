"""Bytes become text: which encoding they are in, and whether they are text at all."""

from __future__ import annotations

import codecs
import re

from mercato.sources.skips import Reason, skipped

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How files begin that are often taken for text by mistake: PDF, ZIP (also Word and Excel), gzip, PNG, JPEG, GIF, bzip2,
# xz, SQLite, old Office.
_MAGIC = (
    b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BZh", b"\xfd7zXZ", b"SQLite format 3",
    b"\xd0\xcf\x11\xe0",
)  # fmt: skip
_CONTROLS = bytes(sorted({*range(0x20), 0x7F} - set(b"\t\n\x0b\x0c\r\x1b\x08")))
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w:.-]{2,40})", re.IGNORECASE)
# What is looked at to judge the whole.
_SAMPLE = 65_536
# The single-byte encodings that text in European languages is found in, and the accents of the western ones.
_CANDIDATES = ["cp1252", "cp1250", "cp1254", "cp1251"]
_WESTERN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýßœÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒ‘’“”„«»‹›–—…€£°ºª¿¡©®´·\u00a0\u00ad")
# As browsers do: what calls itself Latin-1 or ASCII is Windows' superset of it.
_SUPERSETS = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}


def decode(data: bytes, name: str, declared: str | None = None) -> str:
    """The text of `data`; `declared` is the encoding that its sender named. DocumentSkipped where it is binary."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace")
    sample = data[:_SAMPLE]
    striped = _utf16_without_bom(sample)
    if striped:
        return data.decode(striped, "replace")
    if _is_binary(sample):
        raise skipped(name, Reason.BINARY)
    text = _strict(data, declared)
    if text is None:
        text = _strict(data, "utf-8")
    return _guessed(data) if text is None else text


def page_charset(data: bytes) -> str | None:
    """The encoding that a page names in its head."""
    head = data[:4096]
    match = _META_CHARSET.search(head) or _XML_CHARSET.search(head)
    return match.group(1).decode("ascii") if match else None


def _strict(data: bytes, encoding: str | None) -> str | None:
    if not encoding:
        return None
    try:
        known = codecs.lookup(encoding).name
        # Codecs of Python that are no text encodings ("zip", "rot13") raise LookupError; UTF-16 was settled before.
        return None if known.startswith("utf-16") else data.decode(_SUPERSETS.get(known, known))
    except (LookupError, ValueError):
        return None


def _guessed(data: bytes) -> str:
    """UTF-8 with a few broken bytes, or else the single-byte encoding that fits best."""
    repaired = data.decode("utf-8", "replace")
    if repaired.count("\ufffd") * 20 <= _beyond_ascii(repaired):
        return repaired
    western = data[:_SAMPLE].decode("cp1252", "replace")
    if _reads_as_western(western):
        return data.decode("cp1252", "replace")
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE], cp_isolation=_CANDIDATES).best()
    return data.decode(best.encoding if best else "cp1252", "replace")


def _reads_as_western(text: str) -> bool:
    """Whether the accents are those of our languages, and as few as they have: guessers take Italian for Czech."""
    beyond = [char for char in text if char > "\x7f"]
    known = sum(char in _WESTERN for char in beyond)
    # No language in Latin letters has an accent on every fourth character; Cyrillic text has one on nearly all.
    return known >= 0.9 * len(beyond) and 4 * len(beyond) < len(text)


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _is_binary(sample: bytes) -> bool:
    if sample.startswith(_MAGIC):
        return True
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    # Random bytes hold one control in ten; a text with a few strays hardly one in fifty.
    return controls * 50 > len(sample)


def _utf16_without_bom(sample: bytes) -> str | None:
    """Text of European languages in UTF-16 has a zero in nearly every second byte."""
    half = len(sample) // 2
    if half < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None
