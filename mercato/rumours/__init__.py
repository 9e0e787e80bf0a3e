"""Claims of many documents become rumours: identity, origin and path, echoes, news, conflicts, chains."""

from mercato.rumours.book import Change, RumourBook, RumourFilter
from mercato.rumours.status import Standing

__all__ = ["Change", "RumourBook", "RumourFilter", "Standing"]
