"""Lists of completed moves: columns by header, errors that say what to do, what counts as changing club."""

from pathlib import Path

import pytest

from mercato.errors import DataFileError
from mercato.forecasting.moves import MoveKind, as_json, changes_club, from_json, read_moves
from tests.shared_data import SHARED, needs_shared


def written(folder: Path, text: str) -> Path:
    path = folder / "moves.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_are_found_by_their_header_in_any_order(tmp_path):
    path = written(tmp_path, "New Club,Name,Season,Window,Type\nBexley,Ann Other,2021/22,winter,loan\n")
    (move,) = read_moves(path)
    assert (move.person.name, move.to.name, move.from_) == ("Ann Other", "Bexley", None)
    assert (move.window, move.kind) == ("2022-winter", MoveKind.LOAN)


def test_a_date_gives_season_and_window(tmp_path):
    (move,) = read_moves(written(tmp_path, "player,to,date\nAnn Other,Bexley,2022-01-15\n"))
    assert (move.season, move.window, str(move.day)) == ("2021/22", "2022-winter", "2022-01-15")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("player,season\nAnn,2021/22\n", "no column for from or to"),
        ("to,season\nBexley,2021/22\n", "no column for player"),
        ("player,to\nAnn,Bexley\n", "no column for season or date"),
        ("player,to,season\n,Bexley,2021/22\n", "moves.csv:2: the player's name is empty"),
        ("player,to,season\nAnn,Bexley,21\n", "moves.csv:2: the season '21'"),
        ("player,to,season,window\nAnn,Bexley,2021/22,spring\n", "the window 'spring' is unknown"),
        ("player,to,season,kind\nAnn,Bexley,2021/22,stolen\n", "the kind 'stolen' is unknown"),
        ("player,to,season,fee_eur\nAnn,Bexley,2021/22,much\n", "the fee 'much' is no number"),
        ("player,to,date\nAnn,Bexley,yesterday\n", "not written as YYYY-MM-DD"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, text, complaint):
    with pytest.raises(DataFileError, match=complaint.replace("(", "\\(")):
        read_moves(written(tmp_path, text))


def test_ends_of_loans_renewals_and_promotions_change_no_club(tmp_path):
    rows = [
        "A A,Bexley,Corby,loan_end", "B B,Bexley,Bexley,renewal", "C C,Bexley U23,Bexley,unknown",
        "D D,Bexley,Without Club,unknown", "E E,Real Madrid,Real Sociedad,unknown", "F F,,Corby,free",
    ]  # fmt: skip
    text = "\n".join(["player,from,to,kind,season", *(f"{row},2021/22" for row in rows)])
    assert [m.person.name for m in changes_club(read_moves(written(tmp_path, text)))] == ["E E", "F F"]


def test_coverage_comes_from_seen_or_from_the_leagues_named(tmp_path):
    path = written(tmp_path, "player,from,to,season,to_league\nAnn,Bexley,Corby,2021/22,First\n")
    assert not read_moves(path)[0].buyer_covered
    assert read_moves(path, ["First"])[0].buyer_covered
    seen = written(tmp_path, "player,from,to,season,seen\nAnn,Bexley,Corby,2021/22,out\n")
    assert (read_moves(seen)[0].buyer_covered, read_moves(seen)[0].seller_covered) == (False, True)


def test_a_move_survives_being_written_down(tmp_path):
    (move,) = read_moves(written(tmp_path, "player,to,date,age,fee\nAnn,Bexley,2022-01-15,23,100\n"))
    assert from_json(as_json(move)) == move
    assert from_json(as_json(move)).id == move.id


@needs_shared
def test_real_lists_are_read_whole():
    assert len(read_moves(SHARED / "data" / "transfers_2020_2023.csv")) == 16_732
    later = read_moves(SHARED / "data" / "transfers_2024_25.csv")
    assert len(later) == 1_979
    assert {move.window for move in later} == {None}
    assert all(move.may_lie_in("2024-summer") and move.may_lie_in("2025-winter") for move in later)
