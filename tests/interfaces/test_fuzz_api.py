"""The API asked from its own description: what it allows and what it forbids, and never a fault of the server."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings

pytest.importorskip("schemathesis", reason="schemathesis is not installed")

import schemathesis.openapi
from schemathesis import GenerationMode, checks

from mercato.interfaces.api import judging, reading, said, writing
from mercato.interfaces.api.app import PREFIX
from mercato.interfaces.cli.demo import read_samples
from mercato.ledger import Ledger
from tests.interfaces.conftest import TOKEN, make_app

BEARER = {"Authorization": f"Bearer {TOKEN}"}
EXAMPLES = int(os.environ.get("MERCATO_FUZZ_API", "30"))
"""Requests for each address; `scripts/test-long` asks more."""


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The description of an API over a ledger of its own, as what is asked is written too."""
    path = tmp_path_factory.mktemp("fuzz") / "ledger.sqlite"
    with Ledger.open(path) as ledger:
        read_samples(ledger)
    made = make_app(path, TOKEN)
    yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", made)
    made.state.desk.close()


ROUTES = [
    (method, re.sub(":path", "", f"{PREFIX}{route.path}"))
    for room in (reading, judging, said, writing)
    for route in room.router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_request_is_a_fault_of_the_server(described: Any, method: str, path: str, mode: GenerationMode) -> None:
    """Every answer has a described status, headers and form. With the token, so that what writes is reached too.

    Two rules don't hold here: a text that is described as a text may be no day (400), and an address that is too long
    is refused before its parts are looked at (414).
    """
    unfit = [checks.positive_data_acceptance, checks.negative_data_rejection]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=described[path][method].as_strategy(generation_mode=mode))
    def asked(case: Any) -> None:
        case.call_and_validate(headers=BEARER, excluded_checks=unfit)

    asked()
