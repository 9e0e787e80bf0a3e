"""Assistants: the protocol is spoken on standard input and output, and answers are the ledger's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra `assistants` is not installed")

from mercato.errors import Misused, NotFound
from mercato.interfaces.assistants import Questions
from mercato.interfaces.desk import Desk
from mercato.register import load_register
from mercato.rumours.rates import load_rates
from tests.interfaces.conftest import HOSTILE_PERSON


@pytest.fixture(scope="module")
def questions(ledger_file: Path) -> Iterator[Questions]:
    desk = Desk(ledger_file, load_register(user=False), load_rates())
    yield Questions(desk)
    desk.close()


def test_a_question_leads_from_a_name_to_the_words(questions: Questions) -> None:
    hit = questions.find("peri")["found"][0]
    assert hit["name"] == "Mattia Perin"
    listed = questions.rumours(person="Perin", to="AC Milan", window="2025-summer")["rumours"]
    assert listed[0]["club_wikidata"] == "Q1543"
    told = questions.rumour(listed[0]["id"])["rumour"]
    assert len(told["independent_origins"]) >= 3
    claims = questions.claims(person="Perin", club="AC Milan")["claims"]
    assert claims[0]["more"]["evidence"]


def test_as_of_a_day_before_everything_there_is_nothing(questions: Questions) -> None:
    assert questions.rumours(as_of="2001-01-01")["rumours"] == []


def test_limits_hold_and_what_is_wrong_is_said(questions: Questions) -> None:
    assert len(questions.rumours(limit=10_000)["rumours"]) <= 50
    with pytest.raises(Misused, match="no window"):
        questions.rumours(window="next summer")
    with pytest.raises(NotFound):
        questions.club("Nobody United")
    assert questions.forecast("Perin")["note"]


def test_every_tool_answers_on_the_samples(questions: Questions) -> None:
    assert questions.person("Perin")["rumours"]
    assert questions.club("AC Milan")["in"]
    assert questions.changes("2001-01-01")["changes"]
    assert questions.source("Tuttosport")["source"]["claims"]
    assert questions.chain("Maignan")["chains"]
    assert questions.person(HOSTILE_PERSON.split()[0])["rumours"]


def test_the_protocol_is_spoken_and_every_tool_only_reads(ledger_file: Path, tmp_path: Path) -> None:
    def ask(number: int, method: str, **parameters: Any) -> str:
        return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})

    hello = ask(
        1, "initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "test", "version": "1"}
    )
    ready = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"})
    call = ask(3, "tools/call", name="rumours", arguments={"person": "Perin", "limit": 2})
    wrong = ask(4, "tools/call", name="rumours", arguments={"window": "soon"})
    process = subprocess.Popen(
        [sys.executable, "-m", "mercato.interfaces.cli.main", "mcp", "--ledger", str(ledger_file)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={"MERCATO_HOME": str(tmp_path), "PATH": "/usr/bin"},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    answers: dict[int, dict[str, Any]] = {}
    for line in (hello, ready, ask(2, "tools/list"), call, wrong):
        process.stdin.write(line + "\n")
        process.stdin.flush()
        if '"id"' in line:
            answer = json.loads(process.stdout.readline())
            answers[answer["id"]] = answer
    process.stdin.close()
    process.wait(20)
    tools = answers[2]["result"]["tools"]
    assert {tool["name"] for tool in tools} >= {"find", "rumours", "rumour", "claims", "forecast"}
    assert all(tool["annotations"]["readOnlyHint"] and tool["description"] for tool in tools)
    told = json.loads(answers[3]["result"]["content"][0]["text"])
    assert {rumour["person"] for rumour in told["rumours"]} == {"Mattia Perin"}
    assert answers[4]["result"]["isError"] is True
