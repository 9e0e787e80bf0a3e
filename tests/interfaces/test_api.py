"""The API: one shape for answers and errors, paging, as of a day, ETags, limits, and no writing without the token."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from mercato.interfaces.api import judging, reading, said
from mercato.interfaces.api.envelope import cursor_of, paged, place_of
from tests.interfaces.conftest import TOKEN
from tests.shared_data import ROOT

API = "/api/v1"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
DESCRIBED = [route for route in reading.router.routes if isinstance(route, APIRoute)]
ROUTES = [route for room in (reading, judging, said) for route in room.router.routes if isinstance(route, APIRoute)]


def data(client: TestClient, path: str, **params: Any) -> Any:
    response = client.get(f"{API}{path}", params=params)
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["ok"] is True
    assert set(body) == {"ok", "data", "next"}
    return body["data"]


@pytest.fixture(scope="module")
def known(client: TestClient) -> dict[str, dict[str, str]]:
    """For each route of reading, an address that has an answer."""
    rumour = data(client, "/rumours", limit=1)[0]
    claim = data(client, "/claims", limit=1)[0]
    return {
        "/rumours/{rumour_id}": {"path": f"/rumours/{rumour['id']}"},
        "/clubs/{name:path}": {"path": f"/clubs/{rumour['club_name']}"},
        "/people/{name:path}": {"path": f"/people/{rumour['person_name']}"},
        "/sources/{name:path}": {"path": f"/sources/{claim['document']['outlet']}"},
        "/claims/{claim_id}": {"path": f"/claims/{claim['id']}"},
        "/documents/{document_id}": {"path": f"/documents/{claim['document']['id']}"},
        "/search": {"path": "/search", "q": "ju"},
        "/changes": {"path": "/changes", "since": "2020-01-01"},
    }


@pytest.mark.parametrize("route", DESCRIBED, ids=lambda route: route.path)
def test_every_answer_is_as_described(client: TestClient, known: dict[str, dict[str, str]], route: APIRoute) -> None:
    asked = dict(known.get(route.path, {"path": route.path}))
    response = client.get(API + asked.pop("path"), params=asked)
    assert response.status_code == 200, response.text
    assert response.json()["data"], "an empty answer shows nothing"
    TypeAdapter(route.response_model).validate_json(response.content)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/rumours/nothing", 404),
        ("/people/Nobody%20Atall", 404),
        ("/sources/Nowhere", 404),
        ("/claims/zzz", 404),
        ("/documents/zzz", 404),
        ("/nothing", 404),
        ("/rumours/", 404),
        ("/rumours?as_of=yesterday", 400),
        ("/rumours?as_of=0001-01-01", 400),
        ("/rumours?as_of=9999-12-31", 400),
        ("/rumours?window=soon", 400),
        ("/rumours?cursor=abc", 400),
        ("/rumours?limit=0", 422),
        ("/rumours?limit=100000", 422),
        ("/rumours?stage=nearly", 422),
        ("/search", 422),
        ("/changes?since=never", 400),
        ("/changes?since=2025-02-02&as_of=2025-01-01", 400),
        ("/rumours?person=" + "x" * 5000, 414),
    ],
)
def test_errors_have_one_shape(client: TestClient, address: str, status: int) -> None:
    response = client.get(API + address)
    body = response.json()
    assert response.status_code == status
    assert set(body) == {"ok", "error", "errors", "status"}
    assert (body["ok"], body["status"]) == (False, status)
    assert body["error"] == " ".join(body["errors"]) != ""
    assert ".sqlite" not in body["error"], "an error must not tell where the ledger lies"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("route", DESCRIBED, ids=lambda route: route.path)
def test_what_is_read_can_only_be_read(client: TestClient, route: APIRoute, method: str) -> None:
    response = client.request(method, API + route.path.replace("{", "").replace("}", ""))
    assert response.status_code == 405
    assert response.json()["status"] == 405


def test_a_fault_has_the_shape_of_an_error_and_tells_nothing(client: TestClient, monkeypatch: Any) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr(reading, "search", fails)
    response = client.get(f"{API}/search?q=x")
    assert response.status_code == 500
    assert set(response.json()) == {"ok", "error", "errors", "status"}
    assert "secret" not in response.text


@pytest.mark.parametrize("path", ["/rumours", "/claims", "/sources"])
def test_pages_put_together_are_the_whole_list(client: TestClient, path: str) -> None:
    whole, cursor, pages = data(client, path, limit=40), None, []
    while len(pages) < 40:
        params = {"limit": 7} | ({"cursor": cursor} if cursor else {})
        body = client.get(API + path, params=params).json()
        pages += body["data"]
        cursor = body["next"]
        if cursor is None:
            break
    assert pages[: len(whole)] == whole
    assert len(whole) > 7


def test_a_page_goes_on_after_its_row_when_rows_came_in_above() -> None:
    rows = [f"row {n}" for n in range(10)]
    first, cursor = paged(lambda count: rows[:count], str, 3, None)
    later = ["new", *rows]
    second, _ = paged(lambda count: later[:count], str, 3, cursor)
    assert first + second == rows[:6]


def test_the_last_page_has_no_next() -> None:
    rows = ["a", "b", "c"]
    assert paged(lambda count: rows[:count], str, 3, None) == (rows, None)
    assert place_of(cursor_of(2, "c")) == (2, "c")


def test_filters_narrow(client: TestClient) -> None:
    everything = data(client, "/rumours", limit=200)
    moves = data(client, "/rumours", kind="move", limit=200)
    among = [r for r in everything if r["kind"] == "move"]
    assert 0 < len(among) < len(everything)
    assert moves[: len(among)] == among
    club = moves[0]["club_name"]
    assert all(club in (r["club_name"], *r["from_names"]) for r in data(client, "/rumours", club=club))


def test_each_kind_has_its_share_of_what_a_search_finds(client: TestClient) -> None:
    kinds = [hit["kind"] for hit in data(client, "/search", q="m", limit=9)]
    assert kinds == ["person"] * 3 + ["club"] * 3 + ["outlet"] * 3
    people = data(client, "/search", q="mattia", limit=9)
    assert {hit["kind"] for hit in people} == {"person"}


def test_as_of_a_day_before_everything_there_is_nothing(client: TestClient) -> None:
    for path in ("/rumours", "/claims", "/sources"):
        assert data(client, path) != []
        assert data(client, path, as_of="2001-01-01") == []
    assert data(client, "/search", q="ju", as_of="2001-01-01") == []


def test_an_answer_is_sent_once(client: TestClient) -> None:
    first = client.get(f"{API}/rumours?limit=2")
    tag = first.headers["etag"]
    again = client.get(f"{API}/rumours?limit=2", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert client.get(f"{API}/rumours?limit=3", headers={"If-None-Match": tag}).status_code == 200


def test_an_answer_is_compressed_for_who_takes_it(client: TestClient) -> None:
    with client.stream("GET", f"{API}/rumours", headers={"Accept-Encoding": "gzip"}) as response:
        raw = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(raw))["ok"] is True
    plain = client.get(f"{API}/rumours", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert len(raw) < len(plain.content) / 4


# -- writing ------------------------------------------------------------------------------------------------------


DOCUMENT = {
    "text": "AC Milan are close to signing Mattia Perin from Juventus.",
    "outlet": "Somewhere",
    "published": "2025-06-09",
}
OUTCOME = {"person": "A Person", "to": "AC Milan", "day": "2025-07-01", "author": "me"}
VERDICT = {"one": "A Person", "other": "Another Person", "same": True, "author": "me"}


@pytest.mark.parametrize(("path", "body"), [("/documents", DOCUMENT), ("/verdicts", VERDICT), ("/outcomes", OUTCOME)])
def test_nothing_is_written_without_a_token(
    client: TestClient, own_client: TestClient, path: str, body: dict[str, Any]
) -> None:
    assert client.post(API + path, json=body, headers=BEARER).status_code == 403, "a server without a token"
    for header in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN}):
        refused = own_client.post(API + path, json=body, headers=header)
        assert refused.status_code == 401
        assert set(refused.json()) == {"ok", "error", "errors", "status"}
        assert refused.headers["www-authenticate"] == "Bearer"
    assert data(own_client, "/claims") == []


def test_a_document_is_read_and_stays(own_client: TestClient) -> None:
    sent = own_client.post(f"{API}/documents", json=DOCUMENT, headers=BEARER)
    assert sent.status_code == 201, sent.text
    added = sent.json()["data"]
    assert (added["new"], added["version"]) == (True, 1)
    assert [claim["person"] for claim in added["claims"]] == ["Mattia Perin"]
    assert data(own_client, f"/documents/{added['id']}")["outlet"] == "Somewhere"
    again = own_client.post(f"{API}/documents", json=DOCUMENT, headers=BEARER)
    assert (again.status_code, again.json()["data"]["new"]) == (200, False)
    assert len(data(own_client, "/rumours")) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"text": ""}, 422),
        ({"text": " \n "}, 422),
        ({"text": "x", "more": 1}, 422),
        ({"text": "x", "address": "file:///etc/passwd"}, 422),
        ({"text": "x", "published": "soon"}, 400),
        ({"text": "x" * 1_000_001}, 422),
        ({"text": "x" * 2_100_000}, 413),
    ],
)
def test_documents_that_are_none_are_refused(own_client: TestClient, body: dict[str, Any], status: int) -> None:
    response = own_client.post(f"{API}/documents", json=body, headers=BEARER)
    assert response.status_code == status
    assert response.json()["status"] == status


def test_a_body_of_no_announced_length_is_limited_too(own_client: TestClient) -> None:
    response = own_client.post(f"{API}/documents", content=(b"x" * 100_000 for _ in range(30)), headers=BEARER)
    assert response.status_code == 413


def test_a_verdict_joins_two_names(own_client: TestClient) -> None:
    for name in ("Jon Doename", "Giovanni Unlikename"):
        text = f"Juventus are in talks to sign goalkeeper {name}."
        own_client.post(f"{API}/documents", json=DOCUMENT | {"text": text}, headers=BEARER)
    assert len(data(own_client, "/rumours")) == 2
    verdict = {"one": "Jon Doename", "other": "Giovanni Unlikename", "same": True, "author": "me"}
    given = own_client.post(f"{API}/verdicts", json=verdict, headers=BEARER)
    assert given.status_code == 201, given.text
    assert len(data(own_client, "/rumours")) == 1
    twice = own_client.post(f"{API}/verdicts", json=verdict | {"other": "Jon Doename"}, headers=BEARER)
    assert twice.status_code == 400


# -- its description, and what nobody thought of --------------------------------------------------------------------


def test_the_page_of_the_api_is_up_to_date() -> None:
    command = [sys.executable, "scripts/api_docs.py", "--check"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_it_is_described_in_openapi_3_1(client: TestClient) -> None:
    described = client.get(f"{API}/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]["/api/v1/documents"]) == {"post"}
    assert "/" not in described["paths"], "pages are no part of the API"


def test_no_page_of_another_maker_is_served(app: FastAPI, client: TestClient) -> None:
    for path in ("/docs", "/redoc", f"{API}/docs"):
        assert client.get(path).status_code == 404


@settings(max_examples=150, deadline=None)
@given(
    route=st.sampled_from(ROUTES),
    part=st.text(min_size=1, max_size=30),
    params=st.dictionaries(
        st.sampled_from(["as_of", "cursor", "person", "club", "to", "window", "limit", "since", "q", "kind", "stage"]),
        st.one_of(st.text(max_size=20), st.sampled_from(["2025-06-10", "2025-13-01", "1", "move", "%", "_", "\\"])),
        max_size=4,
    ),
)
def test_no_question_is_a_fault_of_the_server(
    client: TestClient, route: APIRoute, part: str, params: dict[str, str]
) -> None:
    from urllib.parse import quote

    # One day only: each further day would be joined anew.
    if "as_of" in params and params["as_of"].startswith("20"):
        params["as_of"] = "2025-06-10"
    path = "/".join(quote(part, safe="") if piece.startswith("{") else piece for piece in route.path.split("/"))
    response = client.get(API + path, params=params)
    assert response.status_code < 500, response.text
    if response.headers["content-type"].startswith("text/calendar"):
        return
    assert response.json()["ok"] is (response.status_code == 200)
