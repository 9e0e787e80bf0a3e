"""Floors only go up unless somebody says so, and a figure under its floor is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from mercato.errors import DataFileError
from mercato.evaluation.floors import FLOORS_FILE, Floor, compare, load_floors, raised, save_floors


def test_figure_under_its_floor_is_named() -> None:
    """The verdict holds what was measured and what was asked for."""
    verdict = compare(Floor("d", {"stage": 0.8, "fee": 0.5}), "d", {"stage": 0.79, "fee": 0.5})
    assert not verdict.holds
    assert verdict.below == {"stage": (0.79, 0.8)}


def test_figure_not_measured_is_under_its_floor() -> None:
    """A figure that vanished can't be better than it was."""
    assert compare(Floor("d", {"stage": 0.8}), "d", {}).below == {"stage": (None, 0.8)}


def test_changed_annotations_are_reported() -> None:
    """Other annotations have another digest; figures above their floors still hold."""
    verdict = compare(Floor("old", {"stage": 0.8}), "new", {"stage": 0.9})
    assert verdict.digest_changed
    assert verdict.holds


def test_set_without_floors_holds() -> None:
    """What has no floor yet fails nothing, and says so."""
    verdict = compare(None, "d", {"stage": 0.1})
    assert verdict.holds
    assert not verdict.known


def test_floors_are_raised_not_lowered() -> None:
    """Better figures raise their floors, worse ones leave them, new ones are added, vanished ones are kept."""
    floor = raised(Floor("d", {"a": 0.5, "b": 0.5, "c": 0.5}), "e", {"a": 0.6, "b": 0.4, "n": 0.1}, allow_lower=False)
    assert floor == Floor("e", {"a": 0.6, "b": 0.5, "c": 0.5, "n": 0.1})


def test_floors_are_lowered_on_request() -> None:
    """With leave to lower, the floors are the figures."""
    floor = raised(Floor("d", {"a": 0.5, "c": 0.5}), "e", {"a": 0.4}, allow_lower=True)
    assert floor == Floor("e", {"a": 0.4})


def test_saved_floors_come_back(tmp_path: Path) -> None:
    """What is written is what is read."""
    floors = {"gossip shipped": Floor("d", {"stage": 0.81})}
    save_floors(floors, tmp_path / "floors.json")
    assert load_floors(tmp_path / "floors.json") == floors
    assert load_floors(tmp_path / "none.json") == {}


@pytest.mark.parametrize("content", ["[1]", "{", '{"a": {"digest": "x"}}', '{"a": 1}'])
def test_broken_file_is_named(tmp_path: Path, content: str) -> None:
    """A file that is none of ours doesn't pass for one without floors."""
    path = tmp_path / "floors.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataFileError, match=r"floors\.json"):
        load_floors(path)


def test_shipped_floors_load() -> None:
    """The floors that come with the package are figures between 0 and 1."""
    for floor in load_floors(FLOORS_FILE).values():
        assert len(floor.digest) == 64
        assert all(0 <= least <= 1 for least in floor.figures.values())
