"""The second reader: a language model is asked, and what it answers must stand in the text."""

from mercato.extraction.asked.combined import CombinedReader
from mercato.extraction.asked.reader import ModelReader, Tally

__all__ = ["CombinedReader", "ModelReader", "Tally"]
