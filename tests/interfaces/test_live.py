"""Events as they come: a real server, a real listener, documents written by another connection."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from mercato.extraction import RuleReader
from mercato.interfaces.api import live
from mercato.ledger import Ledger
from mercato.register import load_register
from mercato.sources import document_from_text
from tests.interfaces.conftest import make_app


@pytest.fixture(scope="module")
def reader() -> RuleReader:
    return RuleReader(load_register(user=False))


def tell(path: Path, reader: RuleReader, number: int, text: str) -> None:
    """Another process's document."""
    with Ledger.open(path, create=True) as ledger:
        day = datetime.now(UTC) - timedelta(days=2 if number == 0 else 0)
        document = document_from_text(text, key=f"live-{number}", date=f"{day:%Y-%m-%dT%H:%M}", outlet="Desk")
        ledger.append(document, reader.read(document), seen_at=day, reader=reader.version)


@contextmanager
def serving(path: Path) -> Iterator[str]:
    app = make_app(path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
        app.state.desk.close()


class Listening:
    """A listener in a thread of its own: what it heard, and the last id."""

    def __init__(self, base: str, last: str | None = None, **asked: str) -> None:
        self.heard: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.begun = threading.Event()
        self._over = threading.Event()
        headers = {"Last-Event-ID": last} if last else {}
        self._thread = threading.Thread(target=self._listen, args=(base, headers, asked), daemon=True)
        self._thread.start()
        assert self.begun.wait(10)

    def _listen(self, base: str, headers: dict[str, str], asked: dict[str, str]) -> None:
        with suppress(httpx2.RemoteProtocolError):  # the server ends while it is listened to
            self._hear(base, headers, asked)

    def _hear(self, base: str, headers: dict[str, str], asked: dict[str, str]) -> None:
        with httpx2.Client(base_url=base, timeout=30) as client, client.stream(
            "GET", "/api/v1/events", params=asked, headers=headers
        ) as answer:  # fmt: skip
            assert answer.headers["content-type"].startswith("text/event-stream")
            for line in answer.iter_lines():
                self.begun.set()
                if line.startswith("id: "):
                    self.ids.append(line[4:])
                elif line.startswith("data: "):
                    self.heard.append(json.loads(line[6:]))
                if self._over.is_set():
                    return

    def wait(self, count: int, seconds: float = 20.0) -> list[dict[str, Any]]:
        end = time.monotonic() + seconds
        while len(self.heard) < count and time.monotonic() < end:
            time.sleep(0.05)
        return self.heard


def test_what_another_process_writes_is_heard_and_nothing_is_lost_over_a_break(
    tmp_path: Path, reader: RuleReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_POLL", 0.1)
    path = tmp_path / "ledger.sqlite"
    tell(path, reader, 0, "Roma want Mattia Perin.")
    with serving(path) as base:
        all_, milan = Listening(base), Listening(base, club="AC Milan")
        tell(path, reader, 1, "AC Milan want Mattia Perin.")
        tell(path, reader, 2, "Napoli have made an offer for Federico Chiesa.")
        heard = all_.wait(2)
        assert [event["person"] for event in heard] == ["Mattia Perin", "Federico Chiesa"]
        assert [event["person"] for event in milan.wait(1)] == ["Mattia Perin"]
        tell(path, reader, 3, "Inter want Mattia Perin.")  # nobody hears this one at the time
        again = Listening(base, last=all_.ids[1])
        again.wait(1)
        assert all_.wait(3)[2]["what"].endswith("Inter Milan")
        assert set(all_.ids[1:]) <= set(again.ids)
        assert len(set(all_.ids)) == len(all_.ids) == 3
        assert len(milan.heard) == 1


def test_too_many_listeners_and_a_false_id_are_refused(
    tmp_path: Path, reader: RuleReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LISTENERS", 1)
    path = tmp_path / "ledger.sqlite"
    tell(path, reader, 0, "Roma want Mattia Perin.")
    with serving(path) as base:
        wrong = httpx2.get(f"{base}/api/v1/events", headers={"Last-Event-ID": "yesterday"})
        assert (wrong.status_code, wrong.json()["ok"]) == (400, False)
        Listening(base)
        refused = httpx2.get(f"{base}/api/v1/events")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
