"""How links fare in a winter against a summer: the numbers of `mercato.forecasting.hazard.WINTER`.

    python benchmarks/bench_seasons.py [--json]

Threads with a day, a person, a club and the person's value, of February 2024 to February 2025, on people of three
millions and more; a thread came true where the season's list has a move of that person to that club. That list has no
windows: a thread belongs to the window that is next on its day. Threads of the first three weeks of September are left
out, as some leagues were open still. The hazard is fitted with a complementary log-log link; all signals are
logarithms. Beside it stand how many moves of each kind a winter saw for one of a summer's.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mercato.forecasting.hazard import WINTER  # noqa: E402
from mercato.model.folding import fold  # noqa: E402
from tests.shared_data import SHARED  # noqa: E402

SUMMER_WINDOW = (date(2024, 6, 14), date(2024, 8, 30))
WINTER_WINDOW = (date(2025, 1, 1), date(2025, 2, 3))
SINCE, LATE_LEAGUES = date(2024, 2, 5), date(2024, 9, 21)
LEAST_VALUE, USUAL_VALUE = 3e6, 15e6
NAMES = ("usual", "share of time left", "summer, 100 days ahead", "dear", "talk", "closed", "winter, dear")
PULLS = np.array([0, 0.1, 0.1, 1, 0.1, 0.1, 4])


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV of the shared data."""
    with (SHARED / "data" / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def threads() -> tuple[np.ndarray, np.ndarray]:
    """One row of signals for each thread, and whether it came true."""
    moves = defaultdict(set)
    for move in rows("transfers_2024_25.csv"):
        moves[fold(move["player"])] |= {move["to_id"] or fold(move["to"]), fold(move["to"])}
    signals, hits = [], []
    for thread in rows("rumours_2023_2025.csv"):
        day, value = date.fromisoformat(thread["created"][:10]), float(thread["market_value_eur"] or 0)
        opens, closes = SUMMER_WINDOW if day <= SUMMER_WINDOW[1] else WINTER_WINDOW
        late = SUMMER_WINDOW[1] < day < LATE_LEAGUES
        if value < LEAST_VALUE or late or not SINCE <= day <= closes:
            continue
        winter, ahead = float(opens == WINTER_WINDOW[0]), max((opens - day).days, 0)
        length = (closes - opens).days + 1
        dear = math.log(value / USUAL_VALUE)
        signals.append(
            (
                1.0,
                math.log(max(min((closes - day).days + 1, length) / length, 0.03)),
                ahead / 100 * (1 - winter),
                dear,
                winter,
                winter * min(ahead / WINTER.ramp_days, 1.0),
                winter * dear,
            )
        )
        club = {thread["interested_club_id"], fold(thread["interested_club"])} - {""}
        hits.append(float(bool(club & moves[fold(thread["player"])])))
    return np.array(signals), np.array(hits)


def fitted(signals: np.ndarray, hits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weights and their standard errors."""

    def loss(theta: np.ndarray) -> float:
        hazard = np.exp(np.clip(signals @ theta, -20, 5))
        came = np.log(-np.expm1(-hazard) + 1e-12)
        return float(-(hits * came - (1 - hits) * hazard).sum() + 0.5 * (PULLS * theta**2).sum())

    found = minimize(loss, np.zeros(signals.shape[1]), method="BFGS")
    return found.x, np.sqrt(np.diag(found.hess_inv))


def traffic() -> dict[str, float]:
    """Moves of each kind in a winter for one of the summer's, over three seasons of nine leagues."""
    counts = Counter((row["kind"], row["window"]) for row in rows("transfers_2020_2023.csv") if "in" in row["seen"])
    return {kind: counts[kind, "winter"] / counts[kind, "summer"] for kind in ("permanent", "loan", "free")}


def main() -> None:
    """Print the fit, and the shares of winter moves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    if not (SHARED / "data" / "rumours_2023_2025.csv").is_file():
        raise SystemExit(f"no threads at {SHARED / 'data'}; set MERCATO_SHARED")
    signals, hits = threads()
    weights, errors = fitted(signals, hits)
    found: dict[str, Any] = {
        "threads": len(hits),
        "came true": round(float(hits.mean()), 3),
        "weights": {
            name: [round(float(w), 2), round(float(e), 2)] for name, w, e in zip(NAMES, weights, errors, strict=True)
        },
        "winter for one of summer": {kind: round(share, 2) for kind, share in traffic().items()},
    }
    if options.json:
        print(json.dumps(found))
        return
    print(f"{found['threads']:,} threads, {found['came true']:.1%} came true")
    for name, (weight, error) in found["weights"].items():
        print(f"{name:>24}: {weight:+.2f} (standard error {error:.2f})")
    for kind, share in found["winter for one of summer"].items():
        print(f"{kind:>24}: {share:.2f} in winter for one in summer")


if __name__ == "__main__":
    main()
