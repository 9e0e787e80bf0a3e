"""The article that the project starts from, as it was crawled."""

from __future__ import annotations

from mercato.model import BlockKind, Precision
from mercato.sources import open_source
from tests.shared_data import SHARED, needs_shared

SEED = SHARED / "gold" / "seed_article.txt"


@needs_shared
def test_the_crawl_date_is_the_publication_date_and_the_caption_is_a_caption() -> None:
    (document,) = open_source(str(SEED))
    assert not isinstance(document, Exception)
    assert document.published is not None
    assert (str(document.published), document.published.precision) == ("2025-06-09", Precision.DAY)
    assert document.language == "en"
    first, second, *rest = document.blocks
    assert first.kind is BlockKind.DATELINE
    assert second.kind is BlockKind.CAPTION
    caption = document.text[second.start : second.end]
    assert caption.startswith("ROME, ITALY")
    assert caption.endswith("Images)")
    headings = [document.text[b.start : b.end] for b in rest if b.kind is BlockKind.HEADING]
    assert len(headings) == 2
    assert {b.kind for b in rest} == {BlockKind.PARAGRAPH, BlockKind.HEADING}
    assert len(rest) == 12
