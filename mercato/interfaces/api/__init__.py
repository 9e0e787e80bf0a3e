"""The HTTP API under /api/v1, and the application that also serves pages and feeds."""
