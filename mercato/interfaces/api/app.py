"""The application that `mercato serve` runs: API, pages, feeds and exports of one ledger."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from mercato.errors import DocumentSkipped, LedgerBusy, MercatoError, Misused, NotFound
from mercato.interfaces.api import judging, live, reading, said, writing
from mercato.interfaces.api.edges import Limits, Unchanged
from mercato.interfaces.api.envelope import Failure, failure
from mercato.interfaces.desk import Desk
from mercato.version import __version__

PREFIX = "/api/v1"
_GZIP_FROM = 1_000
_LOG = logging.getLogger("mercato.serve")
_ABOUT = (
    "Everything that mercato has read and joined: rumours, claims with their words, documents, sources, changes. "
    "Read-only, except with a token."
)
_FAILS: dict[int | str, dict[str, Any]] = {
    code: {"model": Failure, "description": said}
    for code, said in (
        (400, "Asked wrongly."),
        (404, "Not there."),
        (414, "The address is too long."),
        (422, "A value has the wrong form."),
        (503, "The ledger is being written; ask again."),
    )
}
_WRITE_FAILS: dict[int | str, dict[str, Any]] = {
    code: {"model": Failure, "description": said}
    for code, said in ((401, "No token, or another."), (403, "Read-only."), (413, "Too long."))
}


def create_app(desk: Desk, token: str = "", hosts: Collection[str] = ()) -> FastAPI:
    """The application over a desk. Without a token nothing can be written. `hosts` are the names it answers to."""
    # The pages that FastAPI brings load scripts from elsewhere: they are off.
    app = FastAPI(
        title="mercato", version=__version__, description=_ABOUT, openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None, redoc_url=None, redirect_slashes=False,
    )  # fmt: skip
    app.state.desk, app.state.token = desk, token
    app.include_router(reading.router, prefix=PREFIX, responses=_FAILS)
    app.include_router(judging.router, prefix=PREFIX, responses=_FAILS)
    app.include_router(said.router, prefix=PREFIX, responses=_FAILS)
    app.include_router(live.router, prefix=PREFIX, responses=_FAILS)
    app.include_router(writing.router, prefix=PREFIX, responses=_FAILS | _WRITE_FAILS)
    _add_pages(app)
    app.add_exception_handler(MercatoError, _known)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _fault)
    app.add_middleware(Unchanged)
    app.add_middleware(GZipMiddleware, minimum_size=_GZIP_FROM)
    app.add_middleware(Limits, hosts=frozenset(hosts))
    return app


def _add_pages(app: FastAPI) -> None:
    from mercato.interfaces.web import feeds, judging, pages, stories, visit

    for room in (pages, stories, judging):
        app.include_router(room.router, include_in_schema=False)
    app.include_router(feeds.router, include_in_schema=False)
    app.mount("/static", visit.static_files())


def _failed(request: Request, status: int, errors: Sequence[str]) -> Response:
    """An error in the form of what was asked for: JSON from the API, else a page."""
    if request.url.path.startswith("/api/") or request.query_params.get("format") == "json":
        return failure(status, errors)
    from mercato.interfaces.web import visit

    return visit.error_page(request, status, errors)


async def _known(request: Request, error: Exception) -> Response:
    match error:
        case NotFound():
            status = 404
        case Misused():
            status = 400
        case DocumentSkipped():
            status = 422
        case LedgerBusy():
            status = 503
        case _:
            _LOG.error("%s", error)
            # What it says may name files of this machine.
            return _failed(request, 500, ["The ledger can't be used at the moment; the server's log says why."])
    return _failed(request, status, [str(error)])


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [f"{'.'.join(map(str, row['loc'][1:])) or row['loc'][0]}: {row['msg']}." for row in error.errors()]
    return _failed(request, 422, found)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = {404: f"There is nothing at {request.url.path[:200]}.", 405: f"{request.method} is not for this address."}
    detail = said.get(error.status_code, error.detail)
    response = _failed(request, error.status_code, [str(detail)])
    response.headers.update(error.headers or {})
    return response


async def _fault(request: Request, error: Exception) -> Response:
    _LOG.error("%s %s", request.method, request.url.path, exc_info=error)
    return _failed(request, 500, ["Something went wrong here; the server's log says what."])
