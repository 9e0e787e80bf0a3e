"""The store: documents and claims are appended, never changed, and can be read as they stood at any moment."""

from mercato.ledger.ledger import Ledger
from mercato.ledger.records import (
    Appended,
    ClaimFilter,
    Counts,
    DocumentHead,
    Skip,
    StoredClaim,
    StoredDocument,
)
from mercato.ledger.view import LedgerView

__all__ = [
    "Appended",
    "ClaimFilter",
    "Counts",
    "DocumentHead",
    "Ledger",
    "LedgerView",
    "Skip",
    "StoredClaim",
    "StoredDocument",
]
