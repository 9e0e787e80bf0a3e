"""mercato reads football transfer news and keeps the books on it."""

__version__ = "0.1.0"
