"""Publication dates in the forms of files, feeds and pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercato.model import Precision
from mercato.sources import document_from_text
from mercato.sources.dates import parse_moment

READ = [
    ("2025-06-09", "2025-06-09"),
    ("2025-6-9", "2025-06-09"),
    ("20250609", "2025-06-09"),
    ("2025-06", "2025-06"),
    ("2025", "2025"),
    ("2025-06-09T18:42", "2025-06-09T18:42Z"),
    ("2025-06-09T18:42:07", "2025-06-09T18:42:07Z"),
    ("2025-06-09T18:42:07Z", "2025-06-09T18:42:07Z"),
    ("2025-06-09T18:42:07.123+02:00", "2025-06-09T16:42:07Z"),
    ("2024-12-03 22:50:51+00:00", "2024-12-03T22:50:51Z"),
    ("2025-01-01T00:30:00+0200", "2024-12-31T22:30:00Z"),
    ("2025-06-09T23:30:00-05:00", "2025-06-10T04:30:00Z"),
    ("Mon, 09 Jun 2025 14:05:00 +0200", "2025-06-09T12:05:00Z"),
    ("Mon, 09 Jun 2025 14:05:00 GMT", "2025-06-09T14:05:00Z"),
    ("  9 June 2025 ", "2025-06-09"),
    ("June 9th, 2025", "2025-06-09"),
    ("9 giugno 2025", "2025-06-09"),
    ("9 de junio de 2025", "2025-06-09"),
    ("9. Juni 2025", "2025-06-09"),
    ("1er août 2025", "2025-08-01"),
    ("9 de março de 2025", "2025-03-09"),
    ("lunedì 9 giugno 2025", "2025-06-09"),
    ("June 2025", "2025-06"),
    ("15.02.2024 10:03 Uhr", "2024-02-15T10:03Z"),
]
NOT_READ = [
    "", "yesterday", "03/04/2025", "2025-13-01", "2025-02-30", "2025-06-09T25:00", "0000-01-01", "2025-06T10:00",
    "31 Smarch 2025", "9999999999", "2025-06-09T10:00:00+99:00", "9999-12-31T23:00:00-14:00", "٢٠٢٥-٠٦-٠٩x",
]  # fmt: skip


@pytest.mark.parametrize(("written", "expected"), READ)
def test_a_date_is_read_with_the_precision_it_is_given_in(written: str, expected: str) -> None:
    moment = parse_moment(written)
    assert moment is not None
    assert str(moment) == expected


@pytest.mark.parametrize("written", NOT_READ)
def test_what_is_no_certain_date_is_none(written: str) -> None:
    assert parse_moment(written) is None


@given(st.text(max_size=60))
def test_any_string_gives_a_moment_or_none(written: str) -> None:
    parse_moment(written)


def test_an_unreadable_date_leaves_the_document_without_one() -> None:
    document = document_from_text("Milan want Perin.", key="a", date="the day before", language="en")
    assert document.published is None


def test_a_given_date_goes_before_the_date_line() -> None:
    text = "date 2025-06-09 Milan want Perin."
    assert str(document_from_text(text, key="a", language="en").published) == "2025-06-09"
    assert str(document_from_text(text, key="a", date="2025-06", language="en").published) == "2025-06"


@pytest.mark.parametrize(
    "text",
    [
        "ROME, ITALY - MAY 15: Allegri on May 15, 2024 in Rome. (Photo by X/Getty Images)\n\nMilan want Perin.",
        "Perin on 15 May 2024. (Photo: A. Nother)\n\nMilan want Perin.",
        "On 3 June 2021 Milan wanted Perin.",
        "Milan want Perin on date 2025-06-09 or later.",
    ],
)
def test_dates_of_captions_and_running_text_are_not_the_publication_date(text: str) -> None:
    assert document_from_text(text, key="a", language="en").published is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Published: 9 June 2025", "2025-06-09"),
        ("Pubblicato il 9 giugno 2025", "2025-06-09"),
        ("Stand: 15.02.2024 10:03 Uhr", "2024-02-15T10:03Z"),
        ("2025-06-09", "2025-06-09"),
        ("Publicado em 9 de junho de 2025", "2025-06-09"),
    ],
)
def test_a_date_line_under_the_headline(line: str, expected: str) -> None:
    text = f"Milan think of Perin as second man\n\n{line}\n\nMilan would like to sign Mattia Perin."
    document = document_from_text(text, key="a", language="en")
    assert str(document.published) == expected
    assert document.published is not None
    assert document.published.precision in (Precision.DAY, Precision.MINUTE)
