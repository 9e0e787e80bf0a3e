"""A model's server, well-behaved and not: a real one on loopback that speaks the protocol as each test wants it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mercato.errors import DocumentSkipped, Misused, SourceUnusable
from mercato.interfaces.cli.main import cli
from mercato.sources.answers import RememberedEndpoint
from mercato.sources.endpoint import Endpoint

QUESTION = [{"role": "user", "content": "?"}]
SCHEMA = {"type": "object"}


def answer(text: str, **choice: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"} | choice],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3},
    }


@dataclass
class Server:
    """What the server does with each request, in order, the last for ever; and what it was asked."""

    address: str = ""
    does: list[Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)


def send(handler: BaseHTTPRequestHandler, status: int, body: Any, **headers: str) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(data)


def says(status: int, body: Any, **headers: str) -> Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]:
    return lambda handler, _: send(handler, status, body, **headers)


@contextmanager
def serving(*does: Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]) -> Iterator[Server]:
    server = Server(does=list(does))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v1/chat/completions"
            server.bodies.append(body)
            server.keys.append(self.headers.get("Authorization"))
            act = server.does.pop(0) if len(server.does) > 1 else server.does[0]
            with suppress(OSError):  # whoever asked has gone
                act(self, body)

        def log_message(self, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    server.address = f"http://127.0.0.1:{http.server_port}/v1"
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


def endpoint(server: Server, **options: Any) -> tuple[Endpoint, list[float]]:
    pauses: list[float] = []
    return Endpoint(server.address, "tester", sleep=pauses.append, **options), pauses


def test_a_question_is_answered_with_its_cost_and_the_key_is_sent() -> None:
    with serving(says(200, answer("yes"))) as server:
        asked, _ = endpoint(server, key="k3y")
        found = asked.complete(QUESTION, SCHEMA)
    assert (found.text, found.finish, found.prompt_tokens, found.completion_tokens) == ("yes", "stop", 7, 3)
    assert server.keys == ["Bearer k3y"]
    assert server.bodies[0]["response_format"]["json_schema"]["strict"] is True
    assert server.bodies[0]["temperature"] == 0


def test_a_server_without_structured_output_is_asked_more_plainly_from_then_on() -> None:
    def strict(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        if body.get("response_format", {}).get("type") == "json_schema":
            send(handler, 400, {"error": {"message": "response_format json_schema is not supported"}})
        else:
            send(handler, 200, answer("{}"))

    with serving(strict) as server:
        asked, _ = endpoint(server)
        asked.complete(QUESTION, SCHEMA)
        asked.complete(QUESTION, SCHEMA)
    assert [body["response_format"]["type"] for body in server.bodies] == ["json_schema", "json_object", "json_object"]


def test_a_busy_server_is_given_the_time_it_asks_for() -> None:
    busy = says(429, {"error": {"message": "slow down"}}, Retry_After="7")
    with serving(busy, says(503, b"<html>down</html>"), says(200, answer("yes"))) as server:
        asked, pauses = endpoint(server)
        assert asked.complete(QUESTION, SCHEMA).text == "yes"
    assert pauses == [7.0, 2.0]


def test_a_server_that_stays_down_costs_the_document() -> None:
    with serving(says(500, {"error": {"message": "out of memory"}})) as server:
        asked, pauses = endpoint(server, attempts=3)
        with pytest.raises(DocumentSkipped, match="3 tries, the last: status 500: out of memory"):
            asked.complete(QUESTION, SCHEMA)
    assert len(server.bodies) == 3
    assert len(pauses) == 2


@pytest.mark.parametrize(("status", "told"), [(401, "MERCATO_MODEL_KEY"), (404, "MERCATO_MODEL_URL")])
def test_a_refused_key_or_an_unknown_model_ends_the_run(status: int, told: str) -> None:
    with serving(says(status, {"error": "no"})) as server:
        asked, pauses = endpoint(server)
        with pytest.raises(SourceUnusable, match=told):
            asked.complete(QUESTION, SCHEMA)
    assert pauses == []


def test_nobody_there() -> None:
    with serving(says(200, answer("yes"))) as server:
        pass
    asked, _ = endpoint(server)
    with pytest.raises(SourceUnusable, match="can't be reached"):
        asked.complete(QUESTION, SCHEMA)


def test_a_slow_and_a_dripping_server_are_given_up() -> None:
    def slow(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        time.sleep(1.5)

    def drip(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(30):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    for act in (slow, drip):
        with serving(act) as server:
            asked, _ = endpoint(server, seconds=0.4, attempts=1)
            with pytest.raises(DocumentSkipped, match=r"no answer within 0\.4 seconds"):
                asked.complete(QUESTION, SCHEMA)


@pytest.mark.parametrize("body", [b"not json", {"choices": []}, {"choices": [{"message": None}]}, [], b"", b"[" * 9999])
def test_a_server_that_breaks_the_protocol_costs_the_document(body: Any) -> None:
    with serving(says(200, body)) as server:
        asked, _ = endpoint(server)
        with pytest.raises(DocumentSkipped, match="broke the protocol"):
            asked.complete(QUESTION, SCHEMA)


def test_an_answer_without_end_is_not_taken() -> None:
    def endless(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(200):
            handler.wfile.write(b" " * 65_536)

    with serving(endless) as server:
        asked, _ = endpoint(server)
        with pytest.raises(SourceUnusable, match="more than 4,000,000 bytes"):
            asked.complete(QUESTION, SCHEMA)


def test_the_same_question_is_paid_for_once(tmp_path: Path) -> None:
    with serving(
        says(200, answer("one")), says(200, answer("two")), says(200, answer("cut", finish_reason="length"))
    ) as s:
        asked = RememberedEndpoint(endpoint(s)[0], tmp_path / "answers")
        first, again = (asked.complete(QUESTION, SCHEMA) for _ in range(2))
        assert (first.text, first.cached, again.text, again.cached) == ("one", False, "one", True)
        assert asked.complete(QUESTION, SCHEMA, fresh=True).text == "two"
        assert asked.complete(QUESTION, SCHEMA).text == "two"
        other = [{"role": "user", "content": "another"}]
        assert [asked.complete(other, SCHEMA).cached for _ in range(2)] == [
            False,
            False,
        ]  # what was cut off is not kept
        (kept,) = (tmp_path / "answers").rglob("*.json")
        kept.write_text("{broken")
        assert asked.complete(QUESTION, SCHEMA).cached is False


def test_the_commands_read_with_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {
        "kind": "move", "person": {"name": "Ruben Dias", "words": "Ruben Dias"}, "role": "player",
        "to": {"name": "Chelsea", "words": "Chelsea"}, "from": None, "club": None,
        "stage": {"value": "interest", "words": "keen on"}, "deal": None,
        "fee": {"low": 1e6, "high": 1e6, "currency": "GBP", "words": "£1m"}, "until": None, "sources": [],
        "condition": None,
    }  # fmt: skip
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path))
    monkeypatch.setenv("MERCATO_MODEL", "tester")
    monkeypatch.setenv("MERCATO_MODEL_PRICE", "1/10")
    (tmp_path / "t.txt").write_text("Chelsea are keen on Ruben Dias.")
    extract = ["extract", str(tmp_path / "t.txt"), "--json", "--reader", "model"]
    missing = CliRunner().invoke(cli, extract)
    assert isinstance(missing.exception, Misused)
    assert "MERCATO_MODEL_URL" in str(missing.exception)
    with serving(says(200, answer(json.dumps({"claims": [row]})))) as server:
        monkeypatch.setenv("MERCATO_MODEL_URL", server.address)
        ran = CliRunner().invoke(cli, extract)
        assert ran.exit_code == 0, ran.output
        (claim,) = json.loads(ran.stdout)["claims"]
        assert (claim["person"], claim["to"], claim["stage"], claim["fee"]) == (
            "Ruben Dias",
            "Chelsea",
            "interest",
            None,
        )
        assert "asked once" in ran.stderr
        assert "fee 1" in ran.stderr
        assert "about 0.0000" in ran.stderr
        read = CliRunner().invoke(cli, ["read", str(tmp_path / "t.txt"), "--reader", "model"])
        assert "1 answer kept" in read.stderr
        compared = CliRunner().invoke(
            cli, ["evaluate", "--set", "cases/en", "--reader", "rules", "--reader", "model"], catch_exceptions=False
        )
        assert "side by side" in compared.stdout
