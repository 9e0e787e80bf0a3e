"""Running commands as a user does, in this process or in one of their own, with a reader made for the test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mercato.model import Claim, Document, ReaderVersion
from tests.ledger.made import RULES_1, claim, evidence

ARTICLE = (
    "Milan weigh up Perin\n\nMilan would take Mattia Perin from Juventus, writes Tuttosport.\n\nRain is forecast.\n"
)


class WordReader:
    """Finds one claim where a text names Mattia Perin, and fails where it is told to."""

    version = RULES_1

    def __init__(self, version: ReaderVersion = RULES_1) -> None:
        self.version = version

    def read(self, document: Document) -> list[Claim]:
        if "break the reader" in document.text:
            raise RecursionError("too deep")
        if "Mattia Perin" not in document.text:
            return []
        words = evidence(document, person="Mattia Perin", trigger="would take")
        return [claim(document, evidence=words, reader=self.version)]


def mercato(
    *arguments: str | Path, home: Path, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "mercato", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "MERCATO_HOME": str(home), "MERCATO_LEDGER": "", "MERCATO_REGISTER": "", **environment},
    )
