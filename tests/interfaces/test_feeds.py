"""Feeds: well-formed whatever they hold, read by a reader of feeds, and the same as JSON."""

from __future__ import annotations

from urllib.parse import quote

import feedparser
import pytest
from lxml import etree
from starlette.testclient import TestClient

from tests.interfaces.conftest import HOSTILE_CLUB


@pytest.mark.parametrize("path", ["/feed", "/feed/club/Juventus", "/feed/person/Perin", "/feed/person/Hand"])
def test_a_feed_is_well_formed_and_says_the_same_as_json(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["content-type"].startswith("application/atom+xml")
    etree.fromstring(response.content)
    entries = feedparser.parse(response.content).entries
    records = client.get(f"{path}?format=json").json()["data"]
    assert len(entries) == len(records) > 0
    assert [entry.id.rsplit(":", 1)[1] for entry in entries] == [
        f"{record['rumour']}/{record['report']['document_id']}" for record in records
    ]
    assert len({entry.id for entry in entries}) == len(entries)


def test_a_source_has_a_feed_of_its_claims(client: TestClient) -> None:
    response = client.get("/feed/source/Tuttosport")
    etree.fromstring(response.content)
    entries = feedparser.parse(response.content).entries
    records = client.get("/feed/source/Tuttosport?format=json").json()["data"]
    assert [entry.id.rpartition("/")[2] for entry in entries] == [record["id"] for record in records]
    assert all("Tuttosport" in (record["document"]["outlet"], *record["sources"]) for record in records)
    assert client.get(entries[0].link).status_code == 200
    assert client.get("/feed/source/Nowhere").status_code == 404


def test_entries_lead_to_pages(client: TestClient) -> None:
    link = feedparser.parse(client.get("/feed/person/Perin").content).entries[0].link
    assert client.get(link).status_code == 200


def test_hostile_names_stay_text(client: TestClient) -> None:
    feed = client.get(f"/feed/club/{quote(HOSTILE_CLUB, safe='')}").text
    assert "<script" not in feed
    assert "<img" not in feed
    assert "&lt;script&gt;" in feed


def test_a_club_of_which_nothing_is_said_has_an_empty_feed(client: TestClient) -> None:
    assert feedparser.parse(client.get("/feed/club/Nowhere").content).entries == []


def test_a_feed_that_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/feed").headers["etag"]
    assert client.get("/feed", headers={"If-None-Match": tag}).status_code == 304


def test_another_form_is_refused(client: TestClient) -> None:
    assert client.get("/feed?format=rss").status_code == 422
