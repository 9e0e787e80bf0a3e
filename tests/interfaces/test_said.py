"""What is likely and what came of it, on pages and in the API: kept forecasts, records, scores, chains, events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.testclient import TestClient

pytest.importorskip("numpy", reason="the extra `forecast` is not installed")

from mercato.forecasting.chances import Chance, Reason
from mercato.forecasting.forecasts import Forecast
from mercato.forecasting.kept import RECORDS, SCORES, Kept, store_path
from mercato.forecasting.store import ForecastStore
from mercato.interfaces.api import said as routes_said
from mercato.interfaces.cli.demo import read_samples
from mercato.ledger import Ledger
from tests.interfaces.conftest import SCRIPT, TOKEN, make_app

API = "/api/v1"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
RECORD = {
    "source": "n:tuttosport", "name": "Tuttosport", "group": "newspaper in it", "says": "8 of 20 came true",
    "all": {"n": 20, "true": 8}, "firsts": {"n": 5, "true": 3}, "copies": {"n": 15, "true": 5}, "unknown": 2,
    "rate": 0.35, "low": 0.2, "high": 0.5, "denied": {"n": 1, "true": 0}, "lead_days": 12.0,
    "by_club": {"AC Milan": {"n": 3, "true": 1}}, "by_stage": {SCRIPT: {"n": 3, "true": 1}}, "by_month": {},
}  # fmt: skip


def said(rumour: dict[str, Any], probability: float, moment: datetime) -> Forecast:
    key = rumour["person"].removeprefix("n:")
    club = rumour["club"].removeprefix("n:")
    reason = Reason("stage", 2.5, f"reported as close {SCRIPT}")
    return Forecast(
        rumour["person_name"], key, rumour["window"], moment, "m1", "d1",
        (
            Chance(club, rumour["club_name"], probability, probability / 2, probability + 0.1, (reason,)),
            Chance("stay", "stay", 1 - probability, 0.3, 0.7),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("judging") / "ledger.sqlite"
    with Ledger.open(path) as ledger:
        read_samples(ledger)
    return path


@pytest.fixture(scope="module")
def bare(place: Path) -> Iterator[TestClient]:
    """A client of a ledger of which nothing has been forecast."""
    made = make_app(place)
    yield TestClient(made, raise_server_exceptions=False)
    made.state.desk.close()


@pytest.fixture(scope="module")
def rumour(bare: TestClient) -> dict[str, Any]:
    found = bare.get(f"{API}/rumours?person=Perin&kind=move&limit=50").json()["data"]
    most: dict[str, Any] = max(found, key=lambda r: len(r["reports"]))
    return most


@pytest.fixture(scope="module")
def client(place: Path, rumour: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The same ledger in another folder, with two forecasts, records and scores beside it."""
    path = tmp_path_factory.mktemp("kept") / "ledger.sqlite"
    path.write_bytes(place.read_bytes())
    now = datetime.now(UTC)
    with ForecastStore(store_path(path)) as store:
        store.add_forecasts([said(rumour, 0.4, now - timedelta(days=3)), said(rumour, 0.6, now - timedelta(days=1))])
        store.keep(RECORDS, [RECORD])
        closed = {
            "person": "A Person", "person_key": "a person", "window": "2025-summer", "moment": now.isoformat(),
            "likeliest": SCRIPT, "said": 0.6, "happened": None, "probability": None,
        }  # fmt: skip
        bins = [{"count": 9, "said": 0.1, "happened": 0.2}, {"count": 9, "said": 0.6, "happened": 0.5}]
        store.keep(SCORES, {"totals": [], "reliability": bins, "closed": [closed] * 60})
    made = make_app(path)
    yield TestClient(made, raise_server_exceptions=False)
    made.state.desk.close()


def test_a_page_shows_the_last_chance_and_its_reasons(client: TestClient, rumour: dict[str, Any]) -> None:
    html = client.get(f"/rumour/{rumour['id']}").text
    assert "60%" in html
    assert "30% to 70%" in html
    assert "reported as close &lt;script&gt;" in html
    assert html.count('class="chance-dot"') == 2
    assert "60%" in client.get("/?person=Perin").text


def test_a_day_shows_what_had_been_said_by_then(client: TestClient, rumour: dict[str, Any]) -> None:
    found = client.get(f"{API}/forecasts", params={"person": rumour["person_name"], "limit": 50}).json()["data"]
    assert [said["chances"][0]["probability"] for said in found] == [0.6, 0.4], "the latest moment first"
    assert client.get(f"{API}/forecasts?person=Nobody+Atall").json()["data"] == []
    # They were written down today: on a day before that nobody could know them, whatever day they are for.
    kept = client.get(f"{API}/forecasts?as_of=2026-01-01").json()["data"]
    assert kept == []


def test_without_forecasts_a_page_says_how_to_make_one(bare: TestClient, rumour: dict[str, Any]) -> None:
    assert "mercato forecast" in bare.get(f"/rumour/{rumour['id']}").text
    assert "mercato score" in bare.get("/record").text
    for path in ("/scores/closed", "/records"):
        answer = bare.get(API + path)
        assert answer.status_code == 404
        assert "`mercato " in answer.json()["error"]
    assert bare.get(f"{API}/forecasts").json()["data"] == []


def test_a_source_has_its_record(client: TestClient) -> None:
    html = client.get("/source/Tuttosport").text
    assert "8 of 20 came true" in html
    assert "<script>alert" not in html
    assert client.get(f"{API}/records?source=tuttosport").json()["data"] == [RECORD]
    assert client.get(f"{API}/records?source=nobody").json()["data"] == []


def test_the_counts_of_a_source_lead_to_its_claims(client: TestClient) -> None:
    html = client.get("/source/Tuttosport").text
    assert 'href="/source/Tuttosport?club=AC+Milan#claims"' in html
    every = html.count("<tr><td><a href=")
    for asked, least in (("club=AC+Milan", 1), ("month=2025-06", 1), ("club=AC+Milan&stage=done", 0)):
        told = client.get(f"/source/Tuttosport?{asked}").text
        assert least <= told.count('<tr><td><a href="/document/') < every, asked
    for wrong in ("month=2025-13", "month=soon", "stage=nearly"):
        assert client.get(f"/source/Tuttosport?{wrong}").status_code == 400


def test_the_record_is_drawn_and_paged(client: TestClient) -> None:
    html = client.get("/record").text
    assert 'class="calibration"' in html
    assert "cursor=" in html
    assert len(client.get(f"{API}/scores/closed?limit=200").json()["data"]) == 60


def test_today_has_chances(client: TestClient, rumour: dict[str, Any]) -> None:
    chances: dict[str, Any] = {}
    cursor: str | None = ""
    while cursor is not None:
        asked = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        told = client.get(f"{API}/today", params=asked).json()
        chances |= {card["rumour"]["id"]: card["chance"] for card in told["data"]}
        cursor = told["next"]
    assert chances[rumour["id"]]["chance"]["probability"] == 0.6
    assert any(chance is None for chance in chances.values())


def test_every_answer_is_as_described(client: TestClient) -> None:
    routes = [route for route in routes_said.router.routes if isinstance(route, APIRoute)]
    assert len(routes) == 4
    for route in routes:
        answer = client.get(API + route.path)
        assert answer.status_code == 200, route.path
        assert answer.json()["data"], "an empty answer shows nothing"
        TypeAdapter(route.response_model).validate_json(answer.content)


def test_chains_are_drawn_by_window(client: TestClient) -> None:
    assert '<g class="box' in client.get("/chain").text
    assert client.get("/chain?window=soon").status_code == 400


def test_an_outcome_is_kept_once(own_client: TestClient) -> None:
    outcome = {"person": "A Person", "from": "Juventus", "to": "AC Milan", "day": "2025-07-01", "author": "me/../x"}
    first = own_client.post(f"{API}/outcomes", json=outcome, headers=BEARER)
    assert (first.status_code, first.json()["data"]["new"]) == (201, True)
    again = own_client.post(f"{API}/outcomes", json=outcome, headers=BEARER)
    assert (again.status_code, again.json()["data"]["new"]) == (200, False)
    for wrong in ({"day": "soon"}, {"from": "", "to": ""}, {"kind": "gift"}, {"day": ""}):
        assert own_client.post(f"{API}/outcomes", json=outcome | wrong, headers=BEARER).status_code == 400, wrong


def test_what_is_kept_needs_no_file(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "none.sqlite")
    assert kept.latest("Q1", "2025-summer") is None
    assert kept.whole(RECORDS) is None
    assert not (tmp_path / "none.sqlite").exists()


def test_days_asked_for_long_ago_are_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "f.sqlite"
    with ForecastStore(path) as store:
        for number in range(40):
            store.keep(RECORDS, [number])
    moments = [row[0] for row in apsw.Connection(str(path)).execute("SELECT said_at FROM kept ORDER BY number")]
    kept = Kept(path)
    told = [kept.whole(RECORDS, datetime.fromisoformat(at)) for at in reversed(moments)]
    assert [found[1] for found in told if found] == [[number] for number in reversed(range(40))]
    first, last = (kept.whole(RECORDS, datetime.fromisoformat(at)) for at in (moments[-1], moments[0]))
    assert last is not None
    assert told[-1] is not None
    assert last[1] is told[-1][1], "what was just asked for is not decoded again"
    assert first is not None
    assert told[0] is not None
    assert first[1] is not told[0][1], "what was asked for 40 days ago is still held"
