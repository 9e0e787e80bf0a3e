"""What all pages share: templates, the day asked for, cards of rumours, errors as pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Query, Request
from fastapi import Path as InPath
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from mercato.errors import Misused
from mercato.interfaces.api.reading import AtDesk
from mercato.interfaces.cli.rumour_text import lead_words, what, when
from mercato.interfaces.desk import as_moment
from mercato.interfaces.web import plot, show
from mercato.model import LADDER
from mercato.model.rumours import Rumour
from mercato.rumours.book import RumourBook

_HERE = Path(__file__).parent
MOST_ROWS = 100
"""Rows of one list on one page; longer lists are paged, or say how many they leave out."""
_COOKIE = "mercato-visit"
_REMEMBERED = 400 * 24 * 3600
"""Seconds; browsers keep no cookie longer than 400 days."""
_SILENCE = timedelta(minutes=30)


@cache
def _templates() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, finalize=show.finalize,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    environment.filters |= {
        "original": show.original, "when": when, "clock": show.clock, "percent": show.percent,
        "tint": show.tint,
    }  # fmt: skip
    environment.globals |= {
        "at": show.address, "at_report": show.at_report, "claim_words": show.claim_words, "field": plot,
        "ladder": LADDER, "what": what,
    }  # fmt: skip
    return environment


def static_files() -> StaticFiles:
    """Style, script and icon."""
    return StaticFiles(directory=_HERE / "static")


class Visit:
    """What every page is asked with: the desk, the address, the day."""

    def __init__(self, request: Request, desk: AtDesk, as_of: Annotated[str, Query(max_length=40)] = "") -> None:
        self.request, self.desk = request, desk
        self.day = as_of.strip()
        self.moment: datetime | None = as_moment(self.day) if self.day else None

    @property
    def carried(self) -> dict[str, str]:
        """What goes along to other pages."""
        return {"as_of": self.day} if self.day else {}

    def page(self, template: str, **values: Any) -> Response:
        """A page made of a template."""
        shared = {"day": self.day, "carried": self.carried, "publisher": self.desk.publishers.name}
        return _page(self.request, 200, template, **shared, **values)

    @property
    def before(self) -> datetime | None:
        """When the reader's visit before this one ended; None on a first visit, and on pages of a day in the past."""
        return None if self.day else last_visit(self.request.cookies.get(_COOKIE, ""), datetime.now(UTC))[0]

    def remembered(self, response: Response) -> Response:
        """The response, which tells the browser that the reader was here."""
        if not self.day:
            before, now = last_visit(self.request.cookies.get(_COOKIE, ""), datetime.now(UTC))
            value = f"{before.timestamp() if before else 0:.0f}.{now.timestamp():.0f}"
            secure = self.request.url.scheme == "https"
            response.set_cookie(_COOKIE, value, _REMEMBERED, httponly=True, samesite="lax", secure=secure)
            response.headers["Cache-Control"] = "private, no-cache"
        return response

    def cards(self, book: RumourBook, rumours: Sequence[Rumour]) -> list[dict[str, Any]]:
        """Rumours with where they stand, who was first, the chance last said of them, and whether they are news."""
        before = self.before
        return [
            {
                "rumour": r, "standing": book.standing(r), "lead": lead_words(r.lead), "chance": self._chance(r),
                "fresh": before is not None and r.last_news.known_at > before,
            }
            for r in rumours
        ]  # fmt: skip

    def _chance(self, rumour: Rumour) -> Any:
        said = self.desk.kept.latest(rumour.person, rumour.window, self.moment)
        chance = said.of(rumour) if said else None
        return {"said": said, "of": chance} if chance else None


def last_visit(cookie: str, now: datetime) -> tuple[datetime | None, datetime]:
    """When the visit before this one ended, and when this one was last heard of, from what the browser brings.

    A cookie holds both in seconds, "1749400000.1749486400". After half an hour of silence a new visit begins.
    """
    before, _, latest = cookie.partition(".")
    try:
        ended, heard = (datetime.fromtimestamp(int(part), UTC) for part in (before, latest))
    except (ValueError, OverflowError, OSError):
        return None, now
    if heard > now:  # the clock was set back, or somebody wrote the cookie
        return None, now
    if now - heard > _SILENCE:
        return heard, now
    return (ended if int(before) else None), now


Asked = Annotated[Visit, Depends(Visit)]
Part = Annotated[str, InPath(min_length=1, max_length=300)]


def _page(request: Request, code: int, template: str, **values: Any) -> Response:
    # Fields of the address that the date control keeps as they are.
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in ("as_of", "cursor") and v]
    here = quote(request.url.path.encode("utf-8", "replace"))
    html = _templates().get_template(template).render(here=here, kept=kept, **values)
    # What is no Unicode text (a lone surrogate from a broken page) is shown as a question mark.
    return HTMLResponse(html.encode("utf-8", "replace"), code)


def error_page(request: Request, status: int, errors: Sequence[str]) -> Response:
    """An error as a page; what is not there on a day may be there today, so the day stays and can be left."""
    day = request.query_params.get("as_of", "").strip() if status == 404 else ""
    carried = {"as_of": day} if day else {}
    return _page(request, status, "error.html", day=day, carried=carried, status=status, errors=errors)


def members(kind: Any, value: str | None) -> list[Any]:
    """The member of an enum that a field of the address names; none where it is empty. Raises Misused."""
    try:
        return [kind(value)] if value else []
    except ValueError:
        raise Misused(f"{value!r} is none of: {', '.join(kind)}.") from None
