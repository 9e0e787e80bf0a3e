"""Where the shared evaluation data lies, for tests and benchmarks that need it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("MERCATO_SHARED", ROOT.parent / "shared"))

needs_shared = pytest.mark.skipif(
    not (SHARED / "data").is_dir(),
    reason=f"no shared evaluation data at {SHARED}; set MERCATO_SHARED to the folder that holds data/ and gold/",
)
