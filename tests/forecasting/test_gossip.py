"""The gossip column of 2021, read by our own reader: floors of the split, and our outcomes against hand-checked ones.

`hand_checked.csv` holds ids and labels alone. Each of its items was looked at by one reader, from what they know of
that summer and from the lists; one of 300, whose truth they could not tell, was left out.
"""

import csv
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from mercato.extraction.reader import RuleReader
from mercato.forecasting.backtest import OURS, Plan, backtest
from mercato.forecasting.cases import CaseMaker
from mercato.forecasting.metrics import auc, calibration_error, skill
from mercato.forecasting.moves import read_moves
from mercato.forecasting.periods import cases_between, items_of
from mercato.forecasting.records import canonical
from mercato.forecasting.reports import KnownBy
from mercato.forecasting.worlds import build_world
from mercato.ledger.records import DocumentHead, StoredClaim
from mercato.register import load_shipped
from mercato.sources import Declared, open_source
from tests.shared_data import SHARED, needs_shared

pytestmark = needs_shared

FLOORS = {"auc": 0.78, "skill": 0.15}
CEILING = 0.04
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def gossip():
    register = load_shipped()
    reader, claims, keys = RuleReader(register), [], {}
    for document in open_source(str(SHARED / "data" / "gossip_2021_02_to_09.jsonl"), Declared(language="en")):
        head = DocumentHead(
            document.id, document.key, 1, document.address, document.outlet, None, None, document.published, "en", NOW
        )
        keys[document.id] = document.key
        claims += [StoredClaim(claim, head, NOW, NOW) for claim in reader.read(document)]
    moves = read_moves(SHARED / "data" / "transfers_2020_2023.csv")
    return build_world(claims, moves, register, KnownBy.PUBLISHED), keys


def test_the_split_of_the_summer_stays_above_its_floors(gossip):
    plan = Plan(date(2021, 2, 1), date(2021, 6, 30), date(2021, 7, 1), date(2021, 9, 30))
    found = backtest(gossip[0], {}, plan)
    said = np.array(found.said[OURS])
    assert len(found.items) > 1200
    assert found.largest_gap < 1e-9
    assert auc(said, found.happened) >= FLOORS["auc"]
    assert skill(said, found.happened) >= FLOORS["skill"]
    assert calibration_error(said, found.happened) <= CEILING


def test_outlets_rates_follow_those_of_hand_checked_outcomes(gossip):
    world, keys = gossip
    with (Path(__file__).parent / "hand_checked.csv").open(encoding="utf-8") as stream:
        checked = {(row["document"], row["person"], row["club"]): int(row["joined"]) for row in csv.DictReader(stream)}
    maker = CaseMaker(world)
    pairs = defaultdict(list)
    agreed = []
    for item in items_of(maker, cases_between(maker, date(2021, 2, 1), date(2021, 9, 30))):
        truth = checked.get((keys[item.report.document_id], item.person, item.club))
        if truth is not None and item.happened is not None:
            pairs[canonical(world.register, item.report.source)].append((int(item.happened), truth))
            agreed.append(int(item.happened) == truth)
    rates = [
        (sum(ours for ours, _ in found) / len(found), sum(truth for _, truth in found) / len(found))
        for found in pairs.values()
        if len(found) >= 5
    ]
    assert len(agreed) > 200
    assert sum(agreed) / len(agreed) >= 0.95
    assert spearmanr(*zip(*rates, strict=True)).statistic >= 0.8
