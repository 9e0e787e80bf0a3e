"""mercato reads football transfer news and keeps the books on it.

As a library: `mercato.extract(text)` gives the claims of a text, `mercato.open_news(path)` opens a ledger. See
docs/python.md.
"""

from typing import TYPE_CHECKING, Any

from mercato.version import __version__ as __version__

if TYPE_CHECKING:
    from mercato.interfaces.library import News, extract, open_news

__all__ = ["News", "__version__", "extract", "open_news"]


def __getattr__(name: str) -> Any:
    """The library's names, loaded when first asked for: the commands start without them."""
    if name in __all__:
        from mercato.interfaces import library

        return getattr(library, name)
    raise AttributeError(f"module 'mercato' has no attribute {name!r}")
