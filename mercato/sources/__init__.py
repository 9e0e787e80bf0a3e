"""Text comes in: a file, standard input, an address, JSON Lines; each becomes a Document."""

from mercato.sources.opening import open_source
from mercato.sources.plain import Declared, document_from_text

__all__ = ["Declared", "document_from_text", "open_source"]
