"""Forecasts, records, chains and windows over the API; and who may ask."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from mercato.interfaces.api.app import create_app
from mercato.interfaces.cli.serve import hosts_for
from mercato.interfaces.desk import Desk
from mercato.register import load_register
from mercato.rumours.rates import load_rates


def test_what_was_never_kept_is_null_and_no_error(client: TestClient) -> None:
    assert client.get("/api/v1/record").json()["data"] == {"scores": None, "backtest": None, "records": None}
    rumour = client.get("/api/v1/rumours?limit=1").json()["data"][0]["id"]
    assert client.get(f"/api/v1/rumours/{rumour}/forecasts").json()["data"] == []
    assert client.get("/api/v1/rumours/none-such/forecasts").status_code == 404


def test_chains_have_events_and_links(client: TestClient) -> None:
    chain = client.get("/api/v1/chains/Maignan").json()["data"][0]
    keys = {event["key"] for event in chain["events"]}
    assert {link["cause"] for link in chain["links"]} | {link["effect"] for link in chain["links"]} <= keys


def test_windows_as_rows_and_as_a_calendar(client: TestClient) -> None:
    rows = client.get("/api/v1/windows?country=ENG&since=2025-01-01").json()["data"]
    assert rows[0] == {
        "country": "ENG", "season": "2024/25", "kind": "winter", "opens": "2025-01-01", "closes": "2025-02-03",
    }  # fmt: skip
    calendar = client.get("/api/v1/windows.ics?country=ENG")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert calendar.text.startswith("BEGIN:VCALENDAR")
    assert client.get("/api/v1/windows?country=NOWHERE").status_code == 400


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8765", 200), ("127.0.0.1", 200), ("[::1]:80", 200), ("news.example", 200), ("evil.example", 421),
        ("", 421),
    ],
)  # fmt: skip
def test_a_server_answers_to_its_own_names_alone(
    ledger_file: Path, monkeypatch: pytest.MonkeyPatch, host: str, status: int
) -> None:
    monkeypatch.setenv("MERCATO_HOSTS", "news.example")
    desk = Desk(ledger_file, load_register(user=False), load_rates())
    try:
        client = TestClient(create_app(desk, hosts=sorted(hosts_for("127.0.0.1"))), raise_server_exceptions=False)
        answer = client.get("/api/v1/windows?country=ENG", headers={"Host": host})
        assert answer.status_code == status
        if status != 200:
            assert answer.json()["ok"] is False
    finally:
        desk.close()


def test_a_star_lets_every_name_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_HOSTS", "*")
    assert hosts_for("0.0.0.0") == frozenset()


def test_all_chains_are_listed_page_by_page(client: TestClient) -> None:
    whole = client.get("/api/v1/chains?limit=200").json()["data"]
    assert len(whole) > 1
    first = client.get("/api/v1/chains?limit=1").json()
    second = client.get("/api/v1/chains", params={"limit": 1, "cursor": first["next"]}).json()
    assert first["data"] + second["data"] == whole[:2]
    window = whole[-1]["window"]
    among = client.get(f"/api/v1/chains?window={window}").json()["data"]
    assert among == [chain for chain in whole if chain["window"] == window]
    assert client.get("/api/v1/chains?window=soon").status_code == 400
