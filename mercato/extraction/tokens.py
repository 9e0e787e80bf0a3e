"""What a token is: one pattern for all languages, with the possessive endings of one."""

from __future__ import annotations

import re


def token_pattern(possessive: frozenset[str]) -> re.Pattern[str]:
    """Handles and addresses, words with their possessive ending apart, numbers, marks: one group for each."""
    endings = "|".join(sorted(map(re.escape, possessive), key=len, reverse=True)) or "(?!)"
    word = rf"[^\W\d_]+(?:[-/][^\W\d_]+|['’](?!(?:{endings})\b)[^\W\d_]+)*"
    return re.compile(rf"(@\w+|#\w+)|(https?://\S+)|({word})(['’](?:{endings})\b)?|(\d+(?:[.,]\d+)*)|(\S)", re.I)
