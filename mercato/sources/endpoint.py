"""A language model behind an address that speaks OpenAI's chat completions: one question, one answer, with patience.

What is tried again: answers of status 408, 409, 425, 429 and 5xx, time-outs, broken connections. What is not: a refused
key, an unknown model, a question that the server will not take in any of the forms known here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2

from mercato.errors import DocumentSkipped, SourceUnusable
from mercato.sources.fetch import make_client, retry_after

_AGAIN = frozenset((408, 409, 425, 429))
_LONGEST_PAUSE = 60.0
_MAX_ANSWER = 4_000_000  # bytes; an answer of 8,000 tokens has some 40,000


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's answer: its text, why it ended ("stop", "length", ...), what it cost in tokens."""

    text: str
    finish: str = "stop"
    refusal: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached: bool = False


@dataclass(slots=True)
class Endpoint:
    """Where the model is and how long to bear with it. `address` ends before `/chat/completions`.

    `seconds` is the patience for one answer, `attempts` how often a question is put in all.
    """

    address: str
    model: str
    key: str = ""
    seconds: float = 120.0
    attempts: int = 4
    max_tokens: int = 4_000
    sleep: Callable[[float], None] = time.sleep
    client: httpx2.Client | None = None
    _form: int = field(default=0, init=False)

    def complete(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> Completion:
        """The answer to a question, as JSON of that schema where the server can promise it.

        SourceUnusable where no question can be answered there; DocumentSkipped where this one was not, after all tries.
        """
        fault = ""
        for attempt in range(self.attempts):
            pause = min(2.0**attempt, _LONGEST_PAUSE)
            try:
                response = self._post(messages, schema)
            except httpx2.TimeoutException:
                fault = f"no answer within {self.seconds:g} seconds"
            except httpx2.ConnectError as error:
                raise SourceUnusable(
                    f"{self.address}: can't be reached ({error}). Is the model's server up?"
                ) from error
            except httpx2.HTTPError as error:
                fault = str(error) or type(error).__name__
            else:
                if response.status_code == 200:
                    return _completion(response, self.address)
                fault = f"status {response.status_code}: {_message(response)}"
                if not (response.status_code in _AGAIN or response.status_code >= 500):
                    raise SourceUnusable(f"{self.address}: {fault}. {_advice(response.status_code)}")
                asked = retry_after(response.headers.get("retry-after"), datetime.now(UTC))
                pause = min(asked if asked is not None else pause, _LONGEST_PAUSE)
            if attempt + 1 < self.attempts:
                self.sleep(pause)
        raise DocumentSkipped(
            self.address, "the model gave no answer", f"{self.attempts} tries, the last: {fault}. Try again later."
        )

    def _post(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> httpx2.Response:
        """Ask; a form of answer that the server does not know is given up for the next plainer one, for good."""
        forms: tuple[dict[str, Any] | None, ...] = (
            {"type": "json_schema", "json_schema": {"name": "claims", "strict": True, "schema": schema}},
            {"type": "json_object"},
            None,
        )
        while True:
            form = forms[self._form]
            body: dict[str, Any] = {
                "model": self.model,
                "messages": list(messages),
                "temperature": 0,
                "max_tokens": self.max_tokens,
            }
            if form is not None:
                body["response_format"] = form
            response = self._send(body)
            if response.status_code in (400, 422) and form is not None and "response_format" in response.text:
                self._form += 1
                continue
            return response

    def _send(self, body: Mapping[str, Any]) -> httpx2.Response:
        if self.client is None:
            # Who set the address has allowed its host, inside or outside.
            host = httpx2.URL(self.address).host
            self.client = make_client(frozenset({host}), seconds=self.seconds)
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        address = f"{self.address.rstrip('/')}/chat/completions"
        request = self.client.build_request("POST", address, json=body, headers=headers, timeout=self.seconds)
        deadline = time.monotonic() + self.seconds
        response = self.client.send(request, stream=True)
        data = bytearray()
        try:
            # Each read has its own limit; this one is against a server that drips or never ends.
            for part in response.iter_raw():
                data += part
                if time.monotonic() > deadline:
                    raise httpx2.ReadTimeout("the answer came too slowly", request=request)
                if len(data) > _MAX_ANSWER:
                    raise SourceUnusable(f"{self.address}: answered with more than {_MAX_ANSWER:,} bytes.")
        finally:
            response.close()
        plain = {k: v for k, v in response.headers.items() if k.lower() in ("content-type", "retry-after")}
        return httpx2.Response(response.status_code, headers=plain, content=bytes(data), request=request)


def _completion(response: httpx2.Response, address: str) -> Completion:
    try:
        answer = json.loads(response.content)
        choice = answer["choices"][0]
        message = choice["message"]
        usage = answer.get("usage") or {}
        return Completion(
            text=str(message.get("content") or ""),
            finish=str(choice.get("finish_reason") or "stop"),
            refusal=message.get("refusal"),
            prompt_tokens=int(usage.get("prompt_tokens") or 0),
            completion_tokens=int(usage.get("completion_tokens") or 0),
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise DocumentSkipped(
            address, "the model's server broke the protocol", f"{type(error).__name__}. Is it OpenAI-compatible?"
        ) from error


def _message(response: httpx2.Response) -> str:
    """What the server says is wrong, in one short line."""
    try:
        said = json.loads(response.content)
        error = said.get("error", said) if isinstance(said, dict) else said
        text = error.get("message", error) if isinstance(error, dict) else error
    except ValueError:
        text = response.text
    return " ".join(str(text).split())[:200]


def _advice(status: int) -> str:
    if status in (401, 403):
        return "Set MERCATO_MODEL_KEY to a key that it takes."
    if status == 404:
        return "Set MERCATO_MODEL_URL to the part before /chat/completions, and MERCATO_MODEL to a model it has."
    return "See the documentation of that server."
