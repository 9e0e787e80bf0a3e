"""The commands on outcomes and forecasts, as a user runs them."""

import json

import pytest

from mercato.interfaces.backtest_page import page
from mercato.interfaces.cli.main import main
from mercato.ledger import Ledger
from mercato.model import Block, BlockKind, Document
from tests.forecasting.made import season


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """A ledger with a season of made reports, read in at one go."""
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path / "home"))
    path = tmp_path / "l.sqlite"
    claims, _ = season()
    with Ledger.open(path, create=True) as opened, opened.writing():
        for stored in claims[:120]:
            source, text = stored.source, f"{stored.claim.person.name} again"
            block = Block(BlockKind.PARAGRAPH, 0, len(text))
            document = Document(
                source.id, source.key, text, (block,), outlet=source.outlet, published=source.published, language="en"
            )
            opened.append(document, [stored.claim])
    return path


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    out = capsys.readouterr()
    return code, out.out, out.err


@pytest.fixture
def moves(tmp_path):
    path = tmp_path / "moves.csv"
    rows = ["player,from,to,season,window,kind,seen"]
    rows += [f"Cover {name},Fleet,{name},2021/22,summer,permanent,both" for name in ("Ashford", "Bexley", "Corby")]
    path.write_text("\n".join([*rows, "Player N1,Fleet,Ashford,2021/22,summer,permanent,both"]), encoding="utf-8")
    return path


def test_outcomes_are_imported_once_and_listed(capsys, ledger, moves):
    assert "No outcomes yet" in run(capsys, "outcomes", "--ledger", ledger)[2]
    assert "4 moves, 4 of them new" in run(capsys, "outcomes", "import", "--ledger", ledger, moves)[1]
    assert "4 moves, 0 of them new" in run(capsys, "outcomes", "import", "--ledger", ledger, moves)[1]
    code, out, _ = run(capsys, "outcomes", "--ledger", ledger, "--json")
    assert (code, json.loads(out)) == (0, {"list": "moves.csv", "window": "2021-summer", "moves": 4})


def test_a_file_that_is_no_list_of_moves_is_a_plain_failure(capsys, ledger, tmp_path):
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    code, _, err = run(capsys, "outcomes", "import", "--ledger", ledger, tmp_path / "bad.csv")
    assert code == 1
    assert "Columns that are understood" in err
    assert run(capsys, "outcomes", "import", "--ledger", ledger, tmp_path / "none.csv")[0] == 1


def test_a_forecast_adds_up_is_kept_and_is_scored_when_its_window_is_over(capsys, ledger, moves):
    run(capsys, "outcomes", "import", "--ledger", ledger, moves)
    asked = ("forecast", "--ledger", ledger, "--by-date", "--at", "2021-07-10", "--json")
    code, out, err = run(capsys, *asked)
    said_then = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert said_then
    for one in said_then:
        assert one["why_not"] or abs(sum(chance["probability"] for chance in one["chances"]) - 1) < 1e-9
    assert f"{len(said_then)} of them new" in err
    assert " 0 of them new" in run(capsys, *asked)[2]
    code, out, err = run(capsys, "score", "--ledger", ledger, "--by-date", "--at", "2021-08-01")
    assert (code, out) == (0, "")
    assert "0 of them with their window over" in err
    assert run(capsys, "score", "--ledger", ledger, "--by-date")[1].startswith("model")


def test_without_by_date_an_archive_read_today_says_nothing_of_the_past(capsys, ledger):
    _, out, err = run(capsys, "forecast", "--ledger", ledger, "--at", "2021-07-10", "--json")
    assert out == ""
    assert "nothing can be said" in err


def test_records_list_sources_and_an_unknown_one_gets_the_nearest_names(capsys, ledger, moves):
    run(capsys, "outcomes", "import", "--ledger", ledger, moves)
    code, out, _ = run(capsys, "records", "--ledger", ledger, "--by-date", "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert {record["source"] for record in found} == {"good.example", "fair.example", "poor.example"}
    assert "came true" in run(capsys, "source", "--ledger", ledger, "--by-date", "good.example")[1]
    code, _, err = run(capsys, "source", "--ledger", ledger, "--by-date", "god.example")
    assert code == 1
    assert "good.example" in err


def test_a_backtest_in_which_nothing_can_be_judged_says_what_to_do(capsys, ledger):
    days = ("--fit-since", "2021-02-01", "--judge-since", "2021-07-01", "--judge-until", "2021-07-31")
    code, _, err = run(capsys, "backtest", "--ledger", ledger, *days)
    assert code == 1
    assert "import outcomes" in err
    wrong = ("--fit-since", "2021-08-01", "--judge-since", "2021-07-01", "--judge-until", "2021-07-31")
    assert run(capsys, "backtest", "--ledger", ledger, *wrong)[0] == 2


def test_the_page_escapes_what_it_shows_and_loads_nothing():
    interval = {"value": 0.1, "low": None, "high": 0.2}
    measures = dict.fromkeys(("brier", "log", "skill", "auc", "calibration_error"), interval)
    part = {"items": 40, "base_rate": 0.1, "mean_said": 0.1, **dict.fromkeys(measures, 0.1)}
    found = {
        "plan": dict.fromkeys(("fit_since", "fit_until", "judge_since", "judge_until"), "2021-01-01"),
        "replay": True, "items": 2, "people": 1, "base_rate": 0.5, "mean_said": 0.4, "outcome_unknown_left_out": 0,
        "no_model_yet": 0, "largest_gap_of_a_sum_from_one": 0.0, "scores": {"<b>us</b>": measures},
        "murphy": {"reliability": 0.0, "resolution": 0.1, "uncertainty": 0.2},
        "reliability": [{"count": 2, "said": 0.4, "happened": 0.5}], "parts": {"stage": {"<i>": part}},
    }  # fmt: skip
    html = page(found)
    assert "<b>us" not in html
    assert "&lt;i&gt;" in html
    assert "http" not in html
    assert "<circle" in html


def test_sources_bare_shows_how_each_does_and_what_came_of_what_it_told(capsys, ledger, moves, tmp_path):
    listed = tmp_path / "list.yaml"
    listed.write_text(
        "sources:\n- {name: Good, address: 'https://good.example/feed', kind: feed, outlet: good.example}\n"
        "- {name: Silent, address: 'https://silent.example/feed', kind: feed}\n"
    )
    run(capsys, "outcomes", "import", "--ledger", ledger, moves)
    code, out, _ = run(capsys, "sources", "--list", listed, "--ledger", ledger, "--json")
    good, silent = (json.loads(line) for line in out.splitlines())
    assert code == 0
    assert good["failures"] == 0
    assert good["record"]["rumours"] > 5
    assert "came true" in good["record"]["says"]
    assert silent["record"] is None
    assert run(capsys, "sources", "--json", "health")[0] == 2
