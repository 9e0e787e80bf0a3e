"""The list of sources: YAML and OPML, in and out, and the commands on it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from mercato.errors import DataFileError, NotFound
from mercato.interfaces.cli.main import main
from mercato.interfaces.cli.sources import sources as sources_command
from mercato.interfaces.cli.watch import duration
from mercato.register import load_shipped
from mercato.sources.canonical import canonical_address
from mercato.sources.entries import SourceKind
from mercato.sources.opml import opml_of, sources_in_opml
from mercato.sources.watchlist import STARTER_FILE, Source, WatchList, read_list, starter_list, write_list
from tests.watching.town import Town

LANGUAGES = ("en", "it", "es", "de", "fr", "pt")


def test_the_starter_list_has_eighty_feeds_in_six_languages() -> None:
    sources = starter_list().sources
    assert len(sources) >= 80
    count = Counter(source.language for source in sources.values())
    assert set(count) == set(LANGUAGES)
    assert min(count.values()) >= 8
    assert all(source.name and source.address == canonical_address(source.address) for source in sources.values())


def test_outlets_of_the_starter_list_are_in_the_register() -> None:
    """And the feed lies on the outlet's own site, or on a host that is known to be its own."""
    outlets = load_shipped().outlets
    for source in starter_list().sources.values():
        assert source.outlet in outlets, f"{source.name}: outlet {source.outlet!r} is not in the register"
        host = urlsplit(source.address).hostname or ""
        domains = outlets[source.outlet].domains
        own = any(host == domain or host.endswith(f".{domain}") for domain in domains)
        assert own or host in ELSEWHERE, f"{source.name}: {host} is no domain of {source.outlet}"


ELSEWHERE = frozenset(
    (
        "feeds.bbci.co.uk", "e00-marca.uecdn.es", "e00-elmundo.uecdn.es", "xml2.corriereobjects.it", "rss.maxifoot.com",
        "www.maisfutebol.iol.pt",
    )
)  # fmt: skip
"""Hosts of feeds that outlets keep apart from their site."""


def test_yaml_out_and_in(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(
        """sources:
- {name: Desk, address: "https://Desk.example/feed?utm_source=x", outlet: desk, language: it}
- {address: "https://desk.example/football", kind: page, under: /football, every: 3600}
- name: News
  address: https://api.example/search
  kind: json
  full_text: true
  fields: {items: response.results, address: webUrl}
"""
    )
    first = read_list(path)
    assert list(first.sources) == [
        "https://desk.example/feed", "https://desk.example/football", "https://api.example/search",
    ]  # fmt: skip
    write_list(first, tmp_path / "again.yaml")
    assert read_list(tmp_path / "again.yaml") == first


def test_opml_out_and_in() -> None:
    sources = [
        Source("https://desk.example/feed", "Desk & Söhne", SourceKind.FEED, "desk", "it"),
        Source("https://desk.example/football", "Page", SourceKind.PAGE, "desk", "it", under="/football"),
    ]
    assert sources_in_opml(opml_of(sources), "x.opml") == sources


def test_opml_of_other_programs() -> None:
    opml = b"""<?xml version="1.0"?><opml version="1.0"><head/><body><outline text="Football">
    <outline type="rss" text="Desk" title="D" xmlUrl="https://desk.example/feed" htmlUrl="https://desk.example"/>
    <outline type="rss" title="Again" xmlUrl="https://desk.example/feed#x"/></outline></body></opml>"""
    (source,) = sources_in_opml(opml, "x.opml")
    assert (source.name, source.address, source.kind) == ("Desk", "https://desk.example/feed", SourceKind.FEED)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[", "is no YAML"),
        ("feeds: []", "top level"),
        ("sources: [x]", "source 1"),
        ("sources: [{address: ftp://desk.example/}]", "no http"),
        ("sources: [{address: 'https://d.example/', adress: x}]", "'adress' is unknown"),
        ("sources: [{address: 'https://d.example/', kind: podcast}]", "'podcast' is unknown"),
        ("sources: [{address: 'https://d.example/', every: 1}]", "every 1"),
        ("sources: [{address: 'https://d.example/', name: [x]}]", "must be text"),
        ("sources: [{address: 'https://d.example/', fields: {items: a}}]", "kind json"),
        ("sources: [{address: 'https://d.example/'}, {address: 'https://d.example/#x'}]", "twice"),
        ("<opml><body>", "is no OPML"),
        ("<rss/>", "is no OPML"),
    ],
)
def test_a_wrong_list_is_named_with_its_entry(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(content)
    with pytest.raises(DataFileError, match=said) as raised:
        read_list(path)
    assert str(path) in str(raised.value)


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="can't be read"):
        read_list(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("written", "seconds"), [("90", 90), ("90s", 90), ("20m", 1200), ("2h", 7200), ("1.5d", 129600)]
)
def test_durations(written: str, seconds: float) -> None:
    assert duration(written) == seconds


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path))
    monkeypatch.setenv("MERCATO_ALLOWED_HOSTS", "127.0.0.1")
    return tmp_path


def test_the_commands_end_to_end(user: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A site is added by its front page, watched once, shown with its health, written as OPML and removed."""
    listed = user / "my.yaml"
    with Town(3) as town:
        for site in town.sites:
            site.habits = frozenset()
        town.publish(12)
        address = f"{town.sites[0].root}/feed"
        assert main(["sources", "add", address, "--list", str(listed), "--outlet", "Desk", "--language", "en"]) == 0
        assert main(["sources", "add", address, "--list", str(listed)]) == 0
        assert "is on the list already" in capsys.readouterr().err
        assert main(["watch", "--once", "--json", "--list", str(listed)]) == 0
        events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        count = len(town.sites[0].articles)
        assert Counter(event["event"] for event in events) == {"polled": 1, "read": count}
        assert main(["watch", "--once", "--json", "--list", str(listed)]) == 0
        again = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [event["event"] for event in again] == ["unchanged"]
    assert main(["sources", "health", "--json", "--list", str(listed)]) == 0
    (row,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (row["items"], row["read"], row["share_read"], row["failures"]) == (count, count, 1.0, 0)
    assert main(["sources", "health", "--list", str(listed)]) == 0
    assert "100%" in capsys.readouterr().out
    assert main(["sources", "opml", "--out", str(user / "out.opml"), "--list", str(listed)]) == 0
    assert main(["sources", "opml", str(user / "out.opml"), "--list", str(user / "other.yaml")]) == 0
    assert read_list(user / "other.yaml").sources[address].outlet == "Desk"
    assert main(["sources", "remove", address, "--list", str(listed)]) == 0
    assert not read_list(listed).sources
    assert main(["sources", "remove", address, "--list", str(listed)]) == 1


def test_the_users_list_begins_as_the_shipped_one(user: Path) -> None:
    first = next(iter(starter_list().sources))
    assert main(["sources", "remove", first]) == 0
    assert len(read_list(user / "sources.yaml").sources) == len(starter_list().sources) - 1


def test_misuse_is_said(user: Path) -> None:
    assert main(["sources", "opml"]) == 2
    assert main(["watch", "--for", "soon"]) == 2
    assert main(["watch", "--list", str(user / "none.yaml")]) == 1
    assert main(["sources", "add", "http://10.0.0.1/"]) == 1
    result = CliRunner().invoke(sources_command, ["remove", "https://nobody.example/"])
    assert isinstance(result.exception, NotFound)
    assert STARTER_FILE.exists()
    assert WatchList().sources == {}
