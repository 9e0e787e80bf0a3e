"""What goes around every request, as plain ASGI: limits on what comes in, headers, and "nothing has changed"."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mercato.interfaces.api.envelope import failure

MAX_BODY = 2_000_000
"""Bytes of a request's body; a document has a million characters at the most."""
MAX_QUERY = 4_000
MAX_PATH = 2_000

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Limits:
    """Refuses what is too long before anything looks at it, and sets the headers that keep a browser in."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str] = frozenset()) -> None:
        """`hosts` are the names by which it may be asked for; none means any."""
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = _refused(scope) or self._misled(scope)
        if refused is not None:
            await failure(*refused)(scope, receive, sent)
            return
        body = await _whole_body(receive) if scope["method"] not in ("GET", "HEAD", "OPTIONS") else b""
        if body is None:
            await failure(413, [f"The body is longer than {MAX_BODY:,} bytes."])(scope, receive, sent)
            return
        await self._app(scope, _replay(body, receive) if body else receive, sent)

    def _misled(self, scope: Scope) -> tuple[int, Sequence[str]] | None:
        """A page elsewhere can make a browser ask this machine under a name of its own (DNS rebinding)."""
        host = Headers(scope=scope).get("host", "").lower()
        name = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        if not self._hosts or name in self._hosts:
            return None
        return 421, [f"This server does not answer to the name {name[:100]!r}; MERCATO_HOSTS says to which it does."]


def _refused(scope: Scope) -> tuple[int, Sequence[str]] | None:
    if len(scope.get("raw_path") or b"") > MAX_PATH or len(scope["query_string"]) > MAX_QUERY:
        return 414, ["The address is too long."]
    length = Headers(scope=scope).get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length) > MAX_BODY:
        return 413, [f"The body is longer than {MAX_BODY:,} bytes."]
    return None


async def _whole_body(receive: Receive) -> bytes | None:
    """The body, None where it is too long, however its length was announced."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


class Unchanged:
    """Gives every answer to a GET an ETag of its content, and answers 304 to whoever has that already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = bytearray()

        async def held(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                if message["status"] == 200 and not _is_stream(message):
                    return
                await send(message)
                return
            if start is None or start["status"] != 200 or _is_stream(start):
                await send(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                await _send_tagged(scope, start, bytes(body), send)

        await self._app(scope, receive, held)


def _is_stream(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return kind.startswith(("text/event-stream", "text/csv", "application/x-ndjson"))


async def _send_tagged(scope: Scope, start: Message, body: bytes, send: Send) -> None:
    # Weak, as the same content is also sent compressed.
    tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = MutableHeaders(scope=start)
    headers["ETag"] = tag
    headers.setdefault("Cache-Control", "no-cache")
    known = {known.strip() for known in Headers(scope=scope).get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        for name in ("content-length", "content-type"):
            if name in headers:
                del headers[name]
        await send({**start, "status": 304})
        await send({"type": "http.response.body", "body": b""})
        return
    await send(start)
    await send({"type": "http.response.body", "body": body})
