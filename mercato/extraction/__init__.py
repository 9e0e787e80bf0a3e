"""A Document becomes claims; all that is known of a language is data under `languages/`."""

from mercato.extraction.languages import languages, load_language
from mercato.extraction.reader import RuleReader

__all__ = ["RuleReader", "languages", "load_language"]
