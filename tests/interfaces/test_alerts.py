"""Alerts: rules find what they say, and each message leaves once, whatever happens on the way."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mercato.errors import DataFileError, Misused
from mercato.forecasting.chances import Chance
from mercato.forecasting.forecasts import Forecast
from mercato.interfaces.alerts.finding import Alert, from_forecasts, from_rumours
from mercato.interfaces.alerts.outbox import MOST_TRIES, Delivery, Outbox, State
from mercato.interfaces.alerts.round import find, send_due, take_in
from mercato.interfaces.alerts.rules import Event, Rule, load_rules, make_rule, save_rules
from mercato.interfaces.alerts.sending import send
from mercato.interfaces.cli.main import main
from mercato.ledger import Ledger
from mercato.model import ENDS, Stage
from mercato.model.rumours import ReportRole
from mercato.register import load_register
from mercato.rumours.book import RumourBook
from mercato.rumours.rates import load_rates
from mercato.sources.post import MaybeDelivered, NotDelivered

NOW = datetime(2025, 7, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def book(ledger_file: Path) -> Iterator[RumourBook]:
    with Ledger.open(ledger_file) as ledger:
        yield RumourBook(ledger, load_register(user=False), load_rates())


def alert(number: int = 1) -> Alert:
    return Alert(f"{number:024d}", "r", Event.NEWS, f"title {number}", {"event": "news", "n": number})


def boxed(*receivers: str) -> Outbox:
    box = Outbox(None)
    box.add("r", LONG_AGO, NOW, [alert()], receivers or ("command:true",))
    return box


# -- Rules --------------------------------------------------------------------------------------------------------


def test_rules_are_written_and_read_again(tmp_path: Path) -> None:
    rules = [
        make_rule(
            name="milan", events=["news", "denial"], club="AC Milan", stage="talks", kinds=["move"],
            to=["mail:a@b.example"],
        ),
        make_rule(name="likely", events=["probability"], probability=0.5, to=["webhook:https://example.org/x"]),
    ]  # fmt: skip
    save_rules(tmp_path / "alerts.yaml", rules)
    assert load_rules(tmp_path / "alerts.yaml") == rules
    assert load_rules(tmp_path / "none.yaml") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- {name: a, to: [mail:x]}", "no receiver"),
        ("- {name: a, to: [ftp:x]}", "no receiver"),
        ("- {name: a, to: [command:x], stage: nearly}", "nearly.*known: interest"),
        ("- {name: a, to: [command:x], clubs: x}", "'clubs' is unknown; known: club"),
        ("- {name: a, to: [command:x], events: [probability]}", "go together"),
        ("- {name: a, to: [command:x], events: [probability], probability: 2}", "between 0 and 1"),
        ("- {name: a}", "needs a receiver"),
        ("- {to: [command:x]}", "needs a name"),
        ("- {name: a, to: [command:x]}\n- {name: a, to: [command:y]}", "two rules are called 'a'"),
        ("a: 1", "a list"),
        ("- [", "no YAML"),
    ],
)
def test_a_rule_that_is_off_is_told_with_its_file_and_number(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "alerts.yaml"
    path.write_text(text)
    with pytest.raises(DataFileError, match=told) as caught:
        load_rules(path)
    assert str(path) in str(caught.value)


# -- What rules find ----------------------------------------------------------------------------------------------


def found(book: RumourBook, **asked: Any) -> list[Alert]:
    return list(from_rumours(book, Rule("r", to=("command:x",), **asked), LONG_AGO))


def test_news_of_a_club_is_found_once_for_each_report(book: RumourBook) -> None:
    alerts = found(book, club="AC Milan", person="Perin")
    assert len(alerts) > 3
    assert len({one.key for one in alerts}) == len(alerts)
    assert {one.body["person"] for one in alerts} == {"Mattia Perin"}
    assert len(found(book)) > len(alerts)


def test_origins_denials_and_stages_are_told_apart(book: RumourBook) -> None:
    origins = found(book, events=(Event.ORIGIN,))
    assert origins
    assert all("new origin" in one.body["new"] for one in origins)
    ends = found(book, events=(Event.DENIAL,))
    reports = {(r.id, report.document_id): report for r in book.rumours() for report in r.reports}
    told = {(one.body["rumour"], one.body["document"]) for one in ends}
    denials = {at for at, report in reports.items() if report.role is ReportRole.DENIAL}
    assert denials
    assert denials <= told
    assert all(reports[at].stage in ENDS for at in told - denials)
    assert len(told) < len(reports)
    late = found(book, stage=Stage.AGREED)
    assert late
    assert {one.body["stage"] for one in late} <= {"agreed", "done"}


def test_nothing_is_found_before_its_time(book: RumourBook) -> None:
    rule = Rule("r", to=("command:x",))
    assert list(from_rumours(book, rule, datetime(2100, 1, 1, tzinfo=UTC))) == []


def forecast(probability: float, day: int, club: str = "Q1") -> tuple[datetime, Forecast]:
    chances = (Chance(club, "AC Milan", probability), Chance("stay", "stay", 1 - probability))
    at = NOW + timedelta(days=day)
    return at, Forecast("Mattia Perin", "p1", "2025-summer", at, "m", "d", chances)


def test_a_figure_that_crosses_is_found_in_both_directions() -> None:
    said = [forecast(p, day) for day, p in enumerate((0.2, 0.4, 0.6, 0.7, 0.3))]
    rule = Rule("r", (Event.PROBABILITY,), club="AC Milan", probability=0.5, to=("command:x",))
    alerts = list(from_forecasts(said, rule, LONG_AGO, "Q1"))
    assert [one.title for one in alerts] == [
        "Mattia Perin, AC Milan (2025-summer): rose above 50% (60%)",
        "Mattia Perin, AC Milan (2025-summer): fell below 50% (30%)",
    ]
    assert list(from_forecasts(said, rule, NOW + timedelta(days=9), "Q1")) == []


def test_a_rule_on_a_figure_knows_the_club_by_any_of_its_names(book: RumourBook) -> None:
    said = [forecast(p, day, book.club_key("AC Milan")) for day, p in enumerate((0.4, 0.6))]
    for name, count in (("Milan", 1), ("AC Milan", 1), ("Q1543", 1), ("Juventus", 0)):
        rule = Rule("r", (Event.PROBABILITY,), club=name, probability=0.5, to=("command:x",))
        assert len(find(book, rule, LONG_AGO, said)) == count, name


def test_a_new_rule_begins_now_and_an_old_one_where_it_stopped(book: RumourBook) -> None:
    rule, box = Rule("r", to=("command:x",)), Outbox(None)
    assert take_in(book, [rule], box) == 0
    other = Rule("other", to=("command:x",))
    new = take_in(book, [other], box, since=LONG_AGO)
    assert new > 10
    assert take_in(book, [other], box, since=LONG_AGO) == 0
    assert len(box.due(datetime.now(UTC))) == new


# -- Sending once -------------------------------------------------------------------------------------------------


def test_what_was_sent_is_not_sent_again() -> None:
    box, sent = boxed("command:a", "command:b"), []
    for _ in range(3):
        send_due(box, NOW, lambda delivery: sent.append(delivery.receiver))
    assert sent == ["command:a", "command:b"]
    assert box.add("r", LONG_AGO, NOW, [alert()], ("command:a",)) == 0
    assert box.due(NOW) == []


def test_what_did_not_arrive_is_tried_again_with_growing_pauses_and_then_given_up() -> None:
    box, tries, now = boxed(), [], NOW

    def broken(delivery: Delivery) -> None:
        tries.append(now)
        raise NotDelivered("is down", 600 if len(tries) == 1 else None)

    while box.due(now + timedelta(days=1)):
        send_due(box, now, broken)
        now += timedelta(minutes=1)
    pauses = [(b - a).total_seconds() for a, b in pairwise(tries)]
    assert len(tries) == MOST_TRIES
    assert pauses[0] == 600  # as the receiver asked
    assert pauses[1:] == sorted(pauses[1:])
    assert pauses[-1] == 6 * 3600
    (last,) = box.all(9)
    assert last.state is State.FAILED
    assert "is down" in last.told


def test_what_may_have_arrived_waits_for_a_person() -> None:
    box = boxed()

    def silent(delivery: Delivery) -> None:
        raise MaybeDelivered("no answer")

    send_due(box, NOW, silent)
    assert box.due(NOW + timedelta(days=30)) == []
    assert box.all(1)[0].state is State.UNSURE
    assert box.again(alert().key[:8], NOW) == 1
    assert len(box.due(NOW)) == 1


def test_a_process_killed_while_sending_sends_nothing_twice(tmp_path: Path) -> None:
    path, out = tmp_path / "alerts.sqlite", tmp_path / "out"
    with Outbox(path) as box:
        box.add("r", LONG_AGO, NOW, [alert(n) for n in range(5)], (f"command:x {out}",))
    script = (
        "import os, signal, sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from mercato.interfaces.alerts.outbox import Outbox\n"
        "from mercato.interfaces.alerts.round import send_due\n"
        "def way(d):\n"
        "    with open(sys.argv[2], 'a') as f: f.write(d.title + '\\n')\n"
        "    if d.title.endswith(sys.argv[3]): os.kill(os.getpid(), signal.SIGKILL)\n"
        "send_due(Outbox(Path(sys.argv[1])), datetime(2030, 1, 1, tzinfo=UTC), way)\n"
    )
    for last in ("1", "3", "none"):
        ran = subprocess.run([sys.executable, "-c", script, str(path), str(out), last], check=False)
        assert ran.returncode in (0, -signal.SIGKILL)
    lines = out.read_text().splitlines()
    assert sorted(lines) == [f"title {n}" for n in range(5)]
    with Outbox(path) as box:
        states = [delivery.state for delivery in box.all(9)]
    assert states.count(State.UNSURE) == 2
    assert states.count(State.SENT) == 3


# -- The ways out -------------------------------------------------------------------------------------------------


def delivery(receiver: str) -> Delivery:
    return Delivery(
        "a" * 24, "r", "Perin: → AC Milan\nBcc: x@y.example", {"stage": "talks"}, receiver, State.DUE, 0, "", ""
    )


@contextmanager
def hook(status: int = 200, **headers: str) -> Iterator[tuple[str, list[tuple[dict[str, str], dict[str, Any]]]]]:
    got: list[tuple[dict[str, str], dict[str, Any]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            if status == 0:  # takes it, and hangs up without an answer
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", got
    finally:
        server.shutdown()
        server.server_close()


def test_a_webhook_gets_the_alert_with_a_key_to_know_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_ALLOWED_HOSTS", "127.0.0.1")
    with hook() as (address, got):
        send(delivery(f"webhook:{address}"))
    ((headers, body),) = got
    assert headers["idempotency-key"] == body["id"] == "a" * 24
    assert body["stage"] == "talks"


def test_a_webhook_inside_is_refused_unless_it_is_allowed_by_name() -> None:
    with hook() as (address, got), pytest.raises(NotDelivered, match="open internet"):
        send(delivery(f"webhook:{address}"))
    assert got == []


def test_a_webhook_says_whether_it_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_ALLOWED_HOSTS", "127.0.0.1")
    with hook(503, Retry_After="90") as (address, _), pytest.raises(NotDelivered, match="503") as caught:
        send(delivery(f"webhook:{address}"))
    assert caught.value.wait == 90
    with hook(302, Location="http://169.254.169.254/") as (address, got), pytest.raises(NotDelivered, match="302"):
        send(delivery(f"webhook:{address}"))
    assert len(got) == 1
    with hook(0) as (address, _), pytest.raises(MaybeDelivered):
        send(delivery(f"webhook:{address}"))
    with pytest.raises(NotDelivered, match="can't be reached"):
        send(delivery(f"webhook:{address}"))


def test_a_command_gets_the_alert_on_its_standard_input_without_a_shell(tmp_path: Path) -> None:
    out = tmp_path / "out; touch hacked"
    program = tmp_path / "p.py"
    program.write_text("import sys; open(sys.argv[1], 'w').write(sys.stdin.read())")
    send(delivery(f"command:{sys.executable} {program} '{out}'"))
    assert json.loads(out.read_text())["title"].startswith("Perin")
    for line in ("/no/such/program", f"{sys.executable} -c 'import sys; sys.exit(\"too bad\")'"):
        with pytest.raises(NotDelivered):
            send(delivery(f"command:{line}"))


def mail_server(answer: bytes) -> tuple[int, list[str]]:
    """A mail server for one message on loopback: what it was told, line by line."""
    heard: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb", buffering=0) as stream:
            stream.write(b"220 here\r\n")
            in_data = False
            while line := stream.readline():
                heard.append(line.decode().rstrip("\r\n"))
                if in_data:
                    if heard[-1] == ".":
                        in_data = False
                        stream.write(answer)
                    continue
                word = heard[-1][:4].upper()
                in_data = word == "DATA"
                stream.write(b"354 go on\r\n" if in_data else b"221 bye\r\n" if word == "QUIT" else b"250 ok\r\n")
                if word == "QUIT":
                    return

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1], heard


def test_a_mail_is_one_message_to_one_person(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotDelivered, match="MERCATO_MAIL_SERVER"):
        send(delivery("mail:fan@example.org"))
    port, heard = mail_server(b"250 queued\r\n")
    monkeypatch.setenv("MERCATO_MAIL_SERVER", f"127.0.0.1:{port}")
    monkeypatch.setenv("MERCATO_MAIL_FROM", "mercato@example.org")
    send(delivery("mail:fan@example.org"))
    assert [line for line in heard if line.lower().startswith("rcpt")] == ["rcpt TO:<fan@example.org>"]
    assert not [line for line in heard if line.startswith("Bcc")]
    assert f"Message-ID: <{'a' * 24}@mercato>" in heard
    port, _ = mail_server(b"552 too big\r\n")
    monkeypatch.setenv("MERCATO_MAIL_SERVER", f"127.0.0.1:{port}")
    with pytest.raises(NotDelivered, match="552"):
        send(delivery("mail:fan@example.org"))


def test_a_receiver_that_is_none_is_refused_at_once() -> None:
    for receiver in ("mail:a@b, c@d", "webhook:javascript:1", "command:", "carrier pigeon"):
        with pytest.raises(Misused, match="no receiver"):
            make_rule(name="r", events=["news"], to=[receiver])


# -- The command --------------------------------------------------------------------------------------------------


def test_the_way_through_the_command(
    ledger_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path))
    ledger = ["--ledger", str(ledger_file)]
    assert main(["alerts", "add", "perin", "--person", "Perin", "--to", "command:true", "--to", "command:false"]) == 0
    assert main(["alerts", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["person"] == "Perin"
    assert main(["alerts", "check", "--since", "2001-01-01", "--json", *ledger]) == 0
    wanted = len(capsys.readouterr().out.splitlines())
    assert wanted > 5
    assert main(["alerts", "send", "--since", "2001-01-01", "--json", *ledger]) == 0
    states = [json.loads(line)["state"] for line in capsys.readouterr().out.splitlines()]
    assert (states.count("sent"), states.count("due")) == (wanted, wanted)
    assert main(["alerts", "send", "--json", *ledger]) == 0
    assert capsys.readouterr().out == ""
    assert main(["alerts", "log", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["state"] for row in rows} == {"sent", "due"}
    assert main(["alerts", "remove", "perin"]) == 0
    assert main(["alerts", "remove", "perin"]) == 1
    assert (tmp_path / "alerts.yaml").exists()
