"""The full register: fetched from a local server, resumed, checked, and swapped in whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mercato.errors import DataFileError, SourceUnusable
from mercato.interfaces.cli.main import main
from mercato.register import load_register
from mercato.register.files import local_files
from mercato.register.store import RegisterStore
from mercato.register.update import update_register
from mercato.register.wikidata import checked_id, person_rows

PEOPLE = (
    "reep_id", "key_wikidata", "type", "name", "full_name", "date_of_birth", "nationality", "position", "height_cm",
    "key_transfermarkt", "key_fbref",
)  # fmt: skip
ADA = (
    "reep_p1",
    "Q900001",
    "player",
    "Ada Zomar",
    "Ada Maria Zomar",
    "1999-03-02",
    "Italy",
    "midfielder",
    "170",
    "77",
    "",
)
BEN = ("reep_p2", "Q900002", "coach", "Benno Quist", "", "", "Denmark", "", "", "", "")
TEAMS = (
    ("reep_id", "key_wikidata", "name", "country", "founded", "stadium", "key_transfermarkt"),
    ("reep_t1", "Q900100", "Zomarville F.C.", "Italy", "1900", "Stadio Zomar", "88"),
)
NAMES = (
    ("reep_id", "key_wikidata", "name", "alias"),
    ("reep_p1", "Q900001", "Ada Zomar", "Adinha"),
    ("reep_p1", "Q900001", "Ada Zomar", "Ada Zomar"),
    ("reep_t1", "Q900100", "Zomarville F.C.", "Zomarvillesi"),
)


def write(path: Path, rows: object) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "served"
    made.mkdir()
    write(made / "people.csv", (PEOPLE, ADA, BEN))
    write(made / "teams.csv", TEAMS)
    write(made / "names.csv", NAMES)
    return made


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return tmp_path / "home" / "register.sqlite"


class Server(ThreadingHTTPServer):
    """Serves a folder with ranges; breaks off after `cut` bytes as often as `cuts` says."""

    folder: Path
    cut = 0
    cuts = 0
    ranges: list[str | None]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path = self.server.folder / self.path.strip("/")
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        tag = f'"{hashlib.sha256(data).hexdigest()[:12]}"'
        start = 0
        wanted = self.headers.get("Range")
        if path.name == "people.csv":
            self.server.ranges.append(wanted)
        if wanted and self.headers.get("If-Range") == tag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        body = data[start:]
        if self.server.cuts and path.name == "people.csv":
            self.server.cuts -= 1
            body = body[: self.server.cut]
        self.wfile.write(body)


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.folder, made.ranges = folder, []
    threading.Thread(target=made.serve_forever, daemon=True).start()
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MERCATO_ALLOWED_HOSTS", "127.0.0.1")
    monkeypatch.setenv("MERCATO_REGISTER_SOURCE", f"http://127.0.0.1:{made.server_port}/")
    yield made
    made.shutdown()
    made.server_close()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_tables_become_ours(folder: Path, register: Path) -> None:
    updated = update_register(local_files(folder), register)
    assert (updated.people.added, updated.clubs.added) == (2, 1)
    known = load_register(path=register)
    ada, ben = known.people["Q900001"], known.people["Q900002"]
    assert (ada.name, ada.full_name, ada.born, ada.nationality) == (
        "Ada Zomar",
        "Ada Maria Zomar",
        "1999-03-02",
        ("ITA",),
    )
    assert (ada.position, ada.role, ada.tm_id, [name.text for name in ada.names]) == (
        "midfielder",
        "player",
        "77",
        ["Adinha"],
    )
    assert (ben.role, ben.nationality) == ("coach", ("DEN",))
    club = known.clubs["Q900100"]
    assert (club.name, club.country, club.tm_id) == ("Zomarville F.C.", "ITA", "88")
    assert {entry.id for entry in known.index.lookup("Zomarvillesi")} == {"Q900100"}


def test_the_command_fetches_and_a_second_time_changes_nothing(
    server: Server, register: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["register", "update", "--json"]) == 0
    clubs, people = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (clubs["added"], people["added"]) == (1, 2)
    assert main(["register", "update", "--json"]) == 0
    clubs, people = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (people["added"], people["unchanged"], clubs["unchanged"]) == (0, 2, 1)
    assert main(["register", "show", "Ada Zomar"]) == 0
    assert "Q900001" in capsys.readouterr().out


def test_a_file_that_breaks_off_goes_on_where_it_was(server: Server, folder: Path, register: Path) -> None:
    rows = [(f"r{n}", f"Q{910_000 + n}", "player", f"Zomar {n}", "", "", "", "", "", "", "") for n in range(3_000)]
    write(folder / "people.csv", (PEOPLE, *rows))
    server.cut, server.cuts = 50_000, 2
    assert main(["register", "update"]) == 1
    assert not register.exists()
    assert main(["register", "update"]) == 1
    assert main(["register", "update"]) == 0
    assert server.ranges == [None, "bytes=50000-", "bytes=100000-"]
    assert len(load_register(path=register).people) > 3_000


def test_a_file_that_changed_meanwhile_begins_anew(server: Server, folder: Path, register: Path) -> None:
    rows = [(f"r{n}", f"Q{910_000 + n}", "player", f"Zomar {n}", "", "", "", "", "", "", "") for n in range(3_000)]
    write(folder / "people.csv", (PEOPLE, *rows))
    server.cut, server.cuts = 50_000, 1
    assert main(["register", "update"]) == 1
    write(folder / "people.csv", (PEOPLE, ADA, *rows))
    assert main(["register", "update"]) == 0
    assert digest(register.parent / "register-files" / "people.csv") == digest(folder / "people.csv")


def test_a_digest_that_does_not_fit_changes_nothing(server: Server, folder: Path, register: Path) -> None:
    assert main(["register", "update", "--sha256", f"people.csv={'0' * 64}"]) == 1
    assert not register.exists()
    assert main(["register", "update", "--sha256", f"people.csv={digest(folder / 'people.csv')}"]) == 0
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  teams.csv\n")
    before = digest(register)
    assert main(["register", "update"]) == 1
    (folder / "SHA256SUMS").write_text(f"{digest(folder / 'teams.csv')} *teams.csv\n")
    assert main(["register", "update"]) == 0
    assert digest(register) == before
    assert main(["register", "update", "--sha256", "people.csv=abc"]) == 2


def test_a_file_that_is_not_there(server: Server, folder: Path, register: Path) -> None:
    (folder / "names.csv").unlink()
    assert main(["register", "update"]) == 0
    (folder / "people.csv").unlink()
    assert main(["register", "update"]) == 1
    with pytest.raises(SourceUnusable, match=r"people\.csv"):
        local_files(folder)


def test_the_guard_holds_for_files_too(server: Server, monkeypatch: pytest.MonkeyPatch, register: Path) -> None:
    monkeypatch.setenv("MERCATO_ALLOWED_HOSTS", "")
    assert main(["register", "update"]) == 1
    assert server.ranges == []


@pytest.mark.parametrize("when", ["clubs", "people"])
def test_all_or_nothing(folder: Path, register: Path, when: str) -> None:
    update_register(local_files(folder), register)
    with RegisterStore(register) as store:
        store.judge("Q900001", "Q900002", False, "ada")
    before = digest(register)
    write(folder / "people.csv", (PEOPLE, ADA, (*BEN[:3], "Benno Other", *BEN[4:])))
    write(folder / "teams.csv", (*TEAMS, ("t2", "Q900101", "Other F.C.", "Italy", "", "", "")))

    def fail(what: str, count: int) -> None:
        if what == when:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update_register(local_files(folder), register, step=fail)
    assert digest(register) == before
    assert list(register.parent.iterdir()) == [register]
    update_register(local_files(folder), register)
    known = load_register(path=register)
    assert known.people["Q900002"].name == "Benno Other"
    with RegisterStore(register) as store:
        assert len(store.verdicts()) == 1


def test_a_killed_update_leaves_the_register_as_it_was(folder: Path, register: Path) -> None:
    update_register(local_files(folder), register)
    before = digest(register)
    rows = [(f"r{n}", f"Q{910_000 + n}", "player", f"Zomar {n}", "", "", "", "", "", "", "") for n in range(20_000)]
    write(folder / "people.csv", (PEOPLE, ADA, *rows))
    program = (
        "import sys; from pathlib import Path; from mercato.register.files import local_files\n"
        "from mercato.register.update import update_register\n"
        "step = lambda what, count: print(what, flush=True)\n"
        "update_register(local_files(Path(sys.argv[1])), Path(sys.argv[2]), step=step)"
    )
    running = subprocess.Popen([sys.executable, "-c", program, folder, register], stdout=subprocess.PIPE)
    assert running.stdout is not None
    for line in running.stdout:
        if line.startswith(b"people"):
            break
    running.kill()
    running.wait()
    assert digest(register) == before
    update_register(local_files(folder), register)
    assert len(load_register(path=register).people) > 20_000


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("people.csv", "a,b\n1,2\n", "no column key_wikidata"),
        ("people.csv", "key_wikidata,name\n", "0 of 0 rows"),
        ("people.csv", "<html>not found</html>", "no column"),
        ("teams.csv", "key_wikidata,name\nQ1,\nQ2,\nQ3,\n", "3 of 3 rows can't be read"),
    ],
)
def test_what_is_no_register_is_refused(name: str, content: str, said: str, folder: Path, register: Path) -> None:
    (folder / name).write_text(content)
    with pytest.raises((DataFileError, SourceUnusable), match=said):
        update_register(local_files(folder), register)
    assert not register.exists()


def test_a_register_that_lost_most_of_its_rows_is_refused(folder: Path, register: Path) -> None:
    rows = [(f"r{n}", f"Q{910_000 + n}", "player", f"Zomar {n}", "", "", "", "", "", "", "") for n in range(100)]
    write(folder / "people.csv", (PEOPLE, *rows))
    update_register(local_files(folder), register)
    before = digest(register)
    write(folder / "people.csv", (PEOPLE, *rows[:20]))
    with pytest.raises(SourceUnusable, match="20 rows where 100 stood"):
        update_register(local_files(folder), register)
    assert digest(register) == before


def test_values_that_would_break_a_line_or_a_cell(folder: Path, register: Path) -> None:
    odd = ("r", "Q900003", "player", "Zo|mar\nthe Second", "", "1990-13-40", "Atlantis", "sweeper", "", "", "")
    write(folder / "people.csv", (PEOPLE, ADA, BEN, odd))
    write(folder / "names.csv", (*NAMES, ("r", "Q900001", "x", "st: Zomar"), ("r", "", "x", "Nobody")))
    updated = update_register(local_files(folder), register)
    assert len(updated.people.unreadable) == 1
    assert {name.text for name in load_register(path=register).people["Q900001"].names} == {"Adinha", "st Zomar"}


def entity(**claims: object) -> bytes:
    person = {
        "id": "Q900003",
        "labels": {"en": {"value": "Cleo Zomar"}, "it": {"value": "Cleopatra Zomar"}},
        "aliases": {"it": [{"value": "La Zomar"}], "ja": [{"value": "ゾマール"}]},
        "claims": claims,
    }
    return json.dumps({"entities": {"Q900003": person}}).encode()


def snak(value: object) -> dict[str, object]:
    return {"mainsnak": {"datavalue": {"value": value}}, "rank": "normal"}


def day(written: str, precision: int) -> dict[str, object]:
    return {"time": f"+{written}T00:00:00Z", "precision": precision}


CLEO = entity(
    P569=[snak(day("1999-07-00", 10)), {**snak(day("1980-01-01", 11)), "rank": "deprecated"}],
    P27=[snak({"id": "Q38"})],
    P21=[snak({"id": "Q6581072"})],
    P2446=[snak("12345")],
    P54=[
        {
            **snak({"id": "Q900100"}), "rank": "preferred",
            "qualifiers": {"P580": [{"datavalue": {"value": day("2020-07-01", 11)}}]},
        },
        {
            **snak({"id": "Q2074"}),
            "qualifiers": {
                "P580": [{"datavalue": {"value": day("2018-00-00", 9)}}],
                "P582": [{"datavalue": {"value": day("2020-00-00", 9)}}],
            },
        },
        {"mainsnak": {"snaktype": "somevalue"}, "rank": "normal"},
    ],
)  # fmt: skip


def test_a_person_of_wikidata(folder: Path, register: Path) -> None:
    updated = update_register(local_files(folder), register, [CLEO])
    assert updated.chosen is not None
    assert updated.chosen.added == 1
    cleo = load_register(path=register).people["Q900003"]
    assert (cleo.name, cleo.born, cleo.gender, cleo.tm_id) == ("Cleo Zomar", "1999-07", "w", "12345")
    assert [(name.text, name.language) for name in cleo.names] == [("Cleopatra Zomar", "it"), ("La Zomar", "it")]
    assert [(spell.club_id, spell.start, spell.end) for spell in cleo.spells] == [
        ("Q2074", "2018", "2020"), ("Q900100", "2020-07-01", ""),
    ]  # fmt: skip


def test_wikidata_by_the_command(server: Server, folder: Path, register: Path) -> None:
    (folder / "Q900003.json").write_bytes(CLEO)
    address = f"http://127.0.0.1:{server.server_port}/{{id}}.json"
    assert main(["register", "update", "--wikidata", "q900003", "--entities", address]) == 0
    assert "Q900003" in load_register(path=register).people
    before = digest(register)
    assert main(["register", "update", "--wikidata", "Q900004", "--entities", address]) == 1
    assert main(["register", "update", "--wikidata", "900004", "--entities", address]) == 1
    assert digest(register) == before


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"entities": {"Q1": {"id": "Q1"}}}', b'{"entities": 3}'])
def test_an_answer_that_is_no_person(data: bytes) -> None:
    with pytest.raises(DataFileError, match="Wikidata"):
        list(person_rows([data]))


def test_ids_of_wikidata() -> None:
    assert checked_id(" q11571 ") == "Q11571"
    for wrong in ("", "Q", "Q0", "P31", "Q1/../x", "Q" + "9" * 20):
        with pytest.raises(DataFileError):
            checked_id(wrong)


MEASURED = """
import resource, sys
from pathlib import Path
from mercato.register.files import local_files
from mercato.register.update import update_register
done = update_register(local_files(Path(sys.argv[1])), Path(sys.argv[2]))
used = resource.getrusage(resource.RUSAGE_SELF)
print(done.people.rows, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3)
"""
COUNT = int(os.environ.get("MERCATO_REGISTER_ROWS", "20000"))


def test_it_takes_little_time_and_memory(tmp_path: Path, register: Path) -> None:
    """With MERCATO_REGISTER_ROWS=430000: under two minutes and 1 GB; the short form keeps to the same pace."""
    made = random.Random(3)
    parts = [
        "".join(made.choice("bdfglmnrstvz") + made.choice("aeiou") for _ in range(3)).title() for _ in range(9_000)
    ]
    people = (
        (f"r{n}", f"Q{10_000_000 + n}", "player", f"{made.choice(parts)} {made.choice(parts)}", "",
         f"{made.randint(1950, 2007)}-05-{made.randint(10, 28)}", "Italy", "defender", "", str(5_000_000 + n), "")
        for n in range(COUNT)
    )  # fmt: skip
    write(tmp_path / "people.csv", (PEOPLE, *people))
    teams = (
        (f"t{n}", f"Q{90_000_000 + n}", f"{made.choice(parts)} {n}", "Italy", "", "", "") for n in range(COUNT // 10)
    )
    write(tmp_path / "teams.csv", (TEAMS[0], *teams))
    # In a process of its own, whose peak is nobody else's.
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, tmp_path, register], capture_output=True, text=True, check=True
    )
    rows, seconds, most = map(float, ran.stdout.split())
    print(f"{COUNT:,} people: {seconds:.1f} s of processor time, {most:.0f} MB at the peak")
    assert rows == COUNT
    assert seconds < 10 + COUNT * 110 / 430_000
    assert most < 1_000
