"""What all pages share: templates, the day asked for, cards of rumours, errors as pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Query, Request
from fastapi import Path as InPath
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from mercato.interfaces.api.reading import AtDesk
from mercato.interfaces.cli.rumour_text import lead_words, what, when
from mercato.interfaces.desk import as_moment
from mercato.interfaces.web import drawing, plot, show
from mercato.model import LADDER
from mercato.model.rumours import Rumour
from mercato.rumours.book import RumourBook

_HERE = Path(__file__).parent
MOST_ROWS = 100
"""Rows of one list on one page; longer lists are paged, or say how many they leave out."""


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
        "at": show.address, "ladder": LADDER, "what": what,
        "box_width": drawing.WIDTH, "box_height": drawing.HEIGHT,
        "field": plot,
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

    def cards(self, book: RumourBook, rumours: Sequence[Rumour]) -> list[dict[str, Any]]:
        """Rumours with where they stand, who was first, and the chance that was last said of them."""
        return [
            {"rumour": r, "standing": book.standing(r), "lead": lead_words(r.lead), "chance": self._chance(r)}
            for r in rumours
        ]

    def _chance(self, rumour: Rumour) -> Any:
        said = self.desk.kept.latest(rumour.person, rumour.window, self.moment)
        chance = said.of(rumour) if said else None
        return {"said": said, "of": chance} if chance else None


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
    """An error as a page."""
    return _page(request, status, "error.html", day="", carried={}, status=status, errors=errors)
