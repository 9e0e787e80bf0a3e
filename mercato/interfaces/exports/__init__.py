"""Exports: the ledger's claims, rumours and reports as tables, JSON lines, linked data and calendars."""
