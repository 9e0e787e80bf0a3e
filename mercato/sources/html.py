"""A page becomes a Document: its main text with headings, lists and captions told apart, and what its head declares."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from mercato.errors import DocumentSkipped
from mercato.model import Block, BlockKind, Document, document_id
from mercato.sources.blocks import classify
from mercato.sources.cues import cues
from mercato.sources.dates import moment_in, parse_moment
from mercato.sources.decoding import decode, page_charset
from mercato.sources.language import KNOWN, language_code, language_of
from mercato.sources.normalise import normalise
from mercato.sources.page_head import PageHead, read_head
from mercato.sources.pieces import MAX_CAPTION, Piece, cut
from mercato.sources.plain import Declared
from mercato.sources.skips import Reason, skipped

# A character of the private use area, which no text means: it carries "this was a caption" through the main text
# extraction, which knows no captions.
_CAPTION_MARK = "\ue0ca"
_PAGE_STARTS = (b"<!doctype", b"<head", b"<body", b"<?xml", b"<article", b"<div", b"<p>", b"<p ", b"<h1", b"<!--")
_LEVELS_TO_PICTURE = 3
_CAPTION_TAGS = ("p", "div", "span", "small", "em", "dd")
_WHITE = re.compile(r"\s+")
_Part = tuple[BlockKind | None, str]


def looks_like_page(data: bytes) -> bool:
    """Whether bytes begin as a page does."""
    head = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return head.startswith(_PAGE_STARTS) or b"<html" in head


def document_from_html(
    data: bytes,
    *,
    key: str,
    declared: Declared | None = None,
    charset: str | None = None,
    name: str | None = None,
) -> Document:
    """The document of a page; `key` (its path or address) stands in where the page names no canonical address.

    `charset` is the encoding that the server named, `name` what errors call the page. Readers' comments are left out.
    DocumentSkipped for a page that can't be parsed or has no text.
    """
    declared = declared or Declared()
    name = name or key
    text = decode(data, name, charset or page_charset(data))
    head, parts, page_language = _parse(text.replace(_CAPTION_MARK, ""), name, declared.address)
    if not parts:
        raise skipped(name, Reason.SCRIPTS_ONLY)
    title = " ".join(normalise(declared.title or head.title or "").split())
    return _assemble(_with_title(title, parts, head.description), head, page_language, declared, key, name)


def _parse(text: str, name: str, address: str | None) -> tuple[PageHead, list[_Part], str | None]:
    # What pages do to parsers is not foreseeable; whatever happens in there concerns this one page.
    try:
        from trafilatura import bare_extraction, load_html

        tree = load_html(text)
        if tree is None:
            raise skipped(name, Reason.BROKEN_PAGE)
        head = read_head(_without_pictures(tree), address)
        _keep_captions(tree)
        page = bare_extraction(
            tree, url=address, include_comments=False, include_tables=True, output_format="xml", with_metadata=False
        )
        body = getattr(page, "body", None)
        parts = list(_parts(body)) if body is not None else []
        return head, parts, tree.get("lang")
    except DocumentSkipped:
        raise
    except Exception as error:
        raise skipped(name, Reason.BROKEN_PAGE, f"The parser gave up with {type(error).__name__}") from error


def _without_pictures(tree: Any) -> Any:
    """A copy of the page in which no date of a caption or of a quoted post can be taken for the page's own."""
    bare = copy.deepcopy(tree)
    for element in list(bare.iter("figure", "figcaption", "blockquote")):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    return bare


def _keep_captions(tree: Any) -> None:
    """Turn captions into marked paragraphs, as figures are dropped with what is in them."""
    for caption in list(tree.iter("figcaption", *_CAPTION_TAGS)):
        if caption.tag != "figcaption" and not _is_called_caption(caption):
            continue
        words = " ".join("".join(caption.itertext()).split())
        place = _picture_of(caption)
        parent = place.getparent()
        if not words or len(words) > MAX_CAPTION or parent is None:
            continue
        paragraph = caption.makeelement("p")
        paragraph.text = _CAPTION_MARK + words
        parent.insert(parent.index(place), paragraph)
        if place is caption:
            paragraph.tail, caption.tail = caption.tail, None
            parent.remove(caption)


def _picture_of(caption: Any) -> Any:
    """The element that holds picture and caption together, else the caption itself."""
    near = list(caption.iterancestors())[:_LEVELS_TO_PICTURE]
    return next((one for one in reversed(near) if one.tag == "figure" or _says_caption(one)), caption)


def _says_caption(element: Any) -> bool:
    return "caption" in (element.get("class") or "").lower()


def _is_called_caption(element: Any) -> bool:
    """Whether an element's class says caption, and it is the caption itself rather than what holds picture and text."""
    if not _says_caption(element):
        return False
    return all(inner is element for inner in element.iter("img", "video", "p", "div", "figcaption"))


def _parts(body: Any) -> Iterator[_Part]:
    """The extracted body's text in order, each part with the kind that the page's marks give it."""
    for element in body:
        if not isinstance(element.tag, str):
            continue
        match element.tag:
            case "list":
                for item in element.iter("item"):
                    yield from _part(BlockKind.LIST_ITEM, "".join(_texts(item, without="list")))
            case "table":
                for cell in element.iter("cell"):
                    yield from _part(None, "".join(_texts(cell)))
            case "head":
                yield from _part(BlockKind.HEADING, "".join(_texts(element)))
            case "quote":
                yield from _part(BlockKind.QUOTED_POST, " ".join(_texts(element)))
            case _:
                yield from _part(None, "".join(_texts(element)))
        yield from _part(None, _flat(element.tail))


def _texts(element: Any, without: str = "") -> Iterator[str]:
    """The text in and under an element in order, a line end for each break and for nothing else."""
    yield _flat(element.text)
    for child in element:
        if child.tag == "lb":
            yield "\n"
        elif child.tag != without and isinstance(child.tag, str):
            yield from _texts(child, without)
        yield _flat(child.tail)


def _flat(words: str | None) -> str:
    return _WHITE.sub(" ", normalise(words)) if words else ""


def _part(kind: BlockKind | None, words: str) -> Iterator[_Part]:
    lines = [" ".join(line.split()) for line in words.split("\n")]
    # A break in running text parts two paragraphs, as in columns of short news; elsewhere it only folds a line.
    for line in lines if kind is None else [" ".join(filter(None, lines))]:
        bare = line.replace(_CAPTION_MARK, "").strip()
        if bare:
            yield (BlockKind.CAPTION if line.startswith(_CAPTION_MARK) else kind), bare


def _with_title(title: str, parts: list[_Part], description: str | None) -> list[_Part]:
    """Title first, once; what stands between it and the first paragraph, or is the description, is the standfirst."""
    result: list[_Part] = [(BlockKind.HEADLINE, title)] if title else []
    above = True
    for kind, words in parts:
        if title and above and kind in (BlockKind.HEADING, None) and _same(words, title):
            continue
        if kind is None and above and description and _same(words, description):
            kind = BlockKind.STANDFIRST
        if kind is BlockKind.HEADING and above and title and len(result) == 1 and not words.endswith("?"):
            kind = BlockKind.STANDFIRST
        above = above and (kind is not None)
        result.append((kind, words))
    return result


def _same(words: str, other: str) -> bool:
    return " ".join(words.split()).casefold() == " ".join(other.split()).casefold()


def _assemble(
    parts: list[_Part], head: PageHead, page_language: str | None, declared: Declared, key: str, name: str
) -> Document:
    text, pieces = _joined(parts)
    blocks = classify(text, pieces)
    if not any(block.kind.is_read and block.kind is not BlockKind.HEADLINE for block in blocks):
        raise skipped(name, Reason.SCRIPTS_ONLY)
    address = _canonical(head.address, declared.address)
    canonical = address or key
    return Document(
        id=document_id(canonical, text),
        key=canonical,
        text=text,
        blocks=blocks,
        address=address,
        outlet=declared.outlet or head.outlet or (_host(address) if address else None),
        title=next((words for kind, words in parts if kind is BlockKind.HEADLINE), None),
        author=declared.author or head.author,
        published=(parse_moment(declared.date) if declared.date else None) or head.published or moment_in(text, blocks),
        fetched=declared.fetched,
        language=language_code(declared.language) or _language(text, blocks, page_language),
    )


def _canonical(named: str | None, asked: str | None) -> str | None:
    """The address that the page names as its own, unless it was asked for at another site: anybody can name any."""
    if named is None or asked is None:
        return named or asked
    one, other = _host(named), _host(asked)
    same_site = one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
    return named if same_site else asked


def _host(address: str) -> str:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.").removeprefix("m.").removeprefix("amp.")


def _language(text: str, blocks: tuple[Block, ...], page_language: str | None) -> str | None:
    """What the text shows goes before what the page says, as many sites' templates call every page English."""
    said = language_code(page_language)
    if said and said not in KNOWN:
        return said
    return language_of(text, blocks) or said


def _joined(parts: list[_Part]) -> tuple[str, list[Piece]]:
    """One text with an empty line between the parts, and the pieces of it."""
    words = cues()
    pieces: list[Piece] = []
    lines: list[str] = []
    at = 0
    for kind, line in parts:
        if kind is None:
            pieces.extend(Piece(at + p.start, at + p.end, p.kind) for p in cut(line, 0, words))
        else:
            pieces.append(Piece(at, at + len(line), kind))
        lines.append(line)
        at += len(line) + 2
    return "\n\n".join(lines), pieces
