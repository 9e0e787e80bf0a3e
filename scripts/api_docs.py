"""Writes docs/api.md from the API's own description, or checks with --check that it is up to date.

.venv/bin/python scripts/api_docs.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mercato.interfaces.api.app import PREFIX, create_app

PAGE = Path(__file__).resolve().parent.parent / "docs" / "api.md"

_HEAD = """# The API

`mercato serve` answers under `/api/v1`; `/api/v1/openapi.json` is its whole description in OpenAPI 3.1, with every
field of every record. Without a token it can only be read from. How to run it: [pages and API](web.md).

Every answer has one shape, and so has every error:

```json
{"ok": true, "data": [], "next": null}
{"ok": false, "error": "a sentence", "errors": ["each by itself"], "status": 404}
```

Where `next` is set there is more: ask again with it as `cursor`. Names of people and clubs are whole words or ids.
`as_of` is a day (its end, UTC) or a moment; it answers as things stood then. Each answer has an `ETag`; sent back in
`If-None-Match` it gives 304 as long as nothing has changed. Answers are compressed for whoever takes gzip. Addresses
may have 2,000 characters and their questions 4,000; a body 2,000,000 bytes.

The fields of records are part of version 1 only where this page names them; further ones may be added.
"""


def page() -> str:
    """The page as the code has it."""
    # Routes are described without a desk: nothing is asked of it here.
    described = create_app(None).openapi()  # type: ignore[arg-type]
    parts = [_HEAD]
    for path, methods in described["paths"].items():
        for method, route in methods.items():
            parts.append("\n".join(_route(path, method, route, described["components"]["schemas"])))
    return "\n".join(parts)


def _route(path: str, method: str, route: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    yield f"## {method.upper()} {path.removeprefix(PREFIX)}"
    yield ""
    yield " ".join(route["description"].split())
    if method == "post":
        yield "Needs `Authorization: Bearer` with the token."
    yield ""
    rows = [(p["name"], p["in"], p["schema"], p.get("required"), p.get("description", "")) for p in _asked(route)]
    body = route.get("requestBody")
    if body:
        sent = schemas[body["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]]
        needed = sent.get("required", ())
        rows += [(n, "body", s, n in needed, s.get("description", "")) for n, s in sent["properties"].items()]
    if rows:
        yield "| name | in | value | meaning |"
        yield "|---|---|---|---|"
        for name, place, schema, required, meaning in rows:
            yield f"| `{name}`{', needed' if required else ''} | {place} | {_kind(schema, schemas)} | {meaning} |"
        yield ""
    codes = sorted(route["responses"])
    yield f"Answers: {', '.join(codes)}."
    yield ""


def _asked(route: dict[str, Any]) -> list[dict[str, Any]]:
    return [p for p in route.get("parameters", ()) if p["in"] != "header"]


def _kind(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """A value's form in words."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_kind(one, schemas) for one in schema["anyOf"] if one.get("type") != "null")
    if schema.get("type") == "array":
        return f"some of: {_kind(schema['items'], schemas)}"
    limits = [
        f"{w} {schema[k]:,}" for k, w in (("minimum", "from"), ("maximum", "to"), ("maxLength", "up to")) if k in schema
    ]
    default = [f"else {schema['default']}"] if schema.get("default") not in (None, [], "") else []
    unit = " characters" if "maxLength" in schema else ""
    return (
        ", ".join([schema["type"], *[" ".join(limits) + unit if limits else ""], *default])
        .replace(", ,", ",")
        .rstrip(", ")
    )


def main() -> int:
    """Write or check."""
    made = page()
    if "--check" in sys.argv[1:]:
        if PAGE.read_text("utf-8") != made:
            print(f"{PAGE.name} is out of date; run scripts/api_docs.py", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
