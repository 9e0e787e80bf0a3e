"""Figures in text: money, ages, dates, lengths of time, shares; patterns built from a language's tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mercato.extraction.items import Figure, ItemKind
from mercato.model import Money

_NUMBER = r"\d{1,3}(?:[.,   ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,3})?"
_PERCENT = re.compile(
    r"(\d{1,3}(?:[.,]\d)?)(?:\s?%|\s(?:per cent|percent|por ciento|por cento|per cento|Prozent|pour cent))"
)
_MILLION = 1_000_000
# The same sum in other money, between a sum and its add-ons: "22 milhões de euros (R$ 143 milhões) e mais 3".
_OTHER = r"(?:\s?\([^()]{0,40}\)(?=\s))?"


def _any(words: Iterable[str]) -> str:
    """One of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "(?!)"


class FigureReader:
    """Reads the figures of one language. `data` is its `figures.yaml`."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._decimal: str = data["decimal"]
        self._default: str | None = data.get("default_currency")
        self._currency = {w.lower(): code for code, words in data["currencies"].items() for w in words}
        self._magnitude = {w.lower(): float(n) for n, words in data["magnitudes"].items() for w in words}
        self._words: dict[str, int] = data["number_words"]
        self._months: dict[str, int] = data["months"]
        self._periods = {w: period for period, words in data["periods"].items() for w in words}
        self._amount = self._amount_pattern(data)
        self._number_word = re.compile(rf"(?:{_any(self._words)})\b", re.I)
        self._after = self._after_pattern(data)
        self._later = self._after_pattern(data, apart=True)
        self._age_words: dict[str, int] = data.get("age_words", {})
        self._born_before: list[str] = [word.strip() for word in data.get("born_prefixes", ())]
        self._wage = re.compile(rf"\s?({_any(self._periods)})\b", re.I)
        self._age_word = re.compile(rf"(?:{_any(self._age_words)})\b", re.I) if self._age_words else None
        self._age = self._age_pattern(data)
        self._born = self._born_pattern()
        self._length = self._length_pattern(data)
        self._spans: dict[str, float] = data.get("length_phrases", {})
        self._span = re.compile(rf"(?:{_any(self._spans)})\b", re.I) if self._spans else None
        self._candidate = self._candidate_pattern()
        self._date = self._date_pattern(data)
        self._add_on_tail = re.compile(
            rf"\s?(?:of |in |as |potential |further |possible )*(?:{_any(data['add_on_words'])})\b", re.I
        )

    def _candidate_pattern(self) -> re.Pattern[str]:
        """Where a figure may begin: a digit with its currency before it, a number word, a month; in lower-case text.

        Inside a word none begins: that is asked first, since it spares most places the search through all words.
        """
        symbols = _any(w for w in self._currency if not w[-1].isalpha())
        codes = _any(w for w in self._currency if w[-1].isalpha())
        words = _any({*self._words, *self._months, *self._age_words, *self._born_before, *self._spans})
        starts = rf"\d|(?:{symbols})\s?\d|(?:{codes})\s?\d|(?:{words})(?!\w)"
        return re.compile(rf"(?<![^\W_])(?<!\.)(?:{starts})")

    def _amount_pattern(self, data: Mapping[str, Any]) -> re.Pattern[str]:
        symbols = _any(w for w in self._currency if not w[-1].isalpha())
        codes = _any(w for w in self._currency if w[-1].isalpha())
        magnitudes = _any(self._magnitude)
        numbers = rf"{_NUMBER}|(?:{_any(self._words)})(?=[\s-](?:{magnitudes})(?!\w))"
        links = rf"\s?(?:-|–|/)\s?|\s(?:{_any(data['range_words'])})\s"
        return re.compile(
            rf"(?P<before>(?:{symbols})\s?|\b(?:{codes})\s?(?=\d))?(?<![\w.])(?P<low>{numbers})"
            rf"(?:(?:[\s-]?(?P<mag0>{magnitudes})(?!\w))?(?:{links})(?:{symbols})?\s?(?P<high>{_NUMBER}))?"
            rf"(?:[\s-]?(?P<mag>{magnitudes})(?!\w))?\+?"
            rf"(?:[\s-]?(?:(?:de|di|d[’'])\s?)?(?P<after>(?:{symbols})|(?:{codes})\b))?",
            re.I,
        )

    @staticmethod
    def _after_pattern(data: Mapping[str, Any], apart: bool = False) -> re.Pattern[str]:
        fee_words = _any(data.get("fee_words", ("-",)))
        rises, links = _any(data["rising_words"]), _any(data["add_on_links"])
        skip = r"\s[^\d.;:!?()]{1,45}?[\s,]" if apart else rf"(?:\s(?:{fee_words}))?{_OTHER}\s?[,(]?\s?"
        return re.compile(rf"{skip}(?:(?P<rise>{rises})|(?:{links}))\s?(?=\S)", re.I)

    @staticmethod
    def _age_pattern(data: Mapping[str, Any]) -> re.Pattern[str]:
        return re.compile(
            rf"\b(?P<age>1[4-9]|[2-8]\d)(?:{_any(data['age_suffixes'])})\b"
            rf"|\b(?P<born>19[5-9]\d|20[01]\d)(?:{_any(data['born_suffixes'])})\b",
            re.I,
        )

    def _born_pattern(self) -> re.Pattern[str] | None:
        """ "classe '92", "Jahrgang 1999": a year of birth behind its words, with two digits or four."""
        if not self._born_before:
            return None
        return re.compile(rf"(?:{_any(self._born_before)})\s?['’]?(?P<born>19[5-9]\d|20[01]\d|\d\d)\b", re.I)

    def _told_age(self, text: str, start: int) -> Figure | None:
        """An age in a word ("trentaduenne") or told by the year of birth ("classe '92")."""
        if self._age_word is not None and (match := self._age_word.match(text, start)) is not None:
            return Figure(ItemKind.AGE, start, match.end(), number=float(self._age_words[match[0].lower()]))
        if self._born is not None and (match := self._born.match(text, start)) is not None:
            year = match["born"]
            if len(year) == 2:
                year = f"{19 if int(year) > 40 else 20}{year}"
            return Figure(ItemKind.AGE, start, match.end(), date=year)
        return None

    def _length_pattern(self, data: Mapping[str, Any]) -> re.Pattern[str]:
        units = "|".join(f"(?P<{unit}>{_any(words)})" for unit, words in data["length_suffixes"].items())
        return re.compile(rf"\b(?P<n>\d{{1,2}}|{_any(self._words)})(?P<half>{_any(data['half'])})?(?:{units})\b", re.I)

    def _date_pattern(self, data: Mapping[str, Any]) -> re.Pattern[str]:
        months = _any(self._months)
        links = rf"(?:\s(?:{_any(data['date_links'])}))?" if data.get("date_links") else ""
        return re.compile(
            rf"\b(?:(?P<day>[0-3]?\d)(?:st|nd|rd|th|º|\.)?{links}\s)?(?P<month>{months})\b\.?"
            rf"(?:\s(?P<day2>[0-3]?\d)(?:st|nd|rd|th)?\b(?!\d),?)?(?:{links},?\s(?P<year>20[0-4]\d|19[5-9]\d))?"
            rf"|\b(?P<alone>20[0-4]\d|19[5-9]\d)\b(?![-–/]\d{{2,4}}\b)|\b(?P<season>20[0-4]\d)[-–/](?P<seasonend>\d{{2,4}})\b",
            re.I,
        )

    def read(self, text: str) -> list[Figure]:
        """All figures of a text, in order, without overlap.

        Patterns are tried only where a digit, a number word or a month stands: most of a text holds none.
        """
        found: list[Figure] = []
        reached = 0
        lowered = text.lower()
        if len(lowered) != len(text):  # a few letters are longer in lower case; offsets must stay
            lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
        for candidate in self._candidate.finditer(lowered):
            start = candidate.start()
            if start < reached:
                continue
            figure = self._at(text, start)
            if figure is not None:
                found.append(figure)
                reached = figure.end
        return found

    def _at(self, text: str, start: int) -> Figure | None:
        """The figure that begins at `start`: a share, an age, a sum, a length of time or a date, in this order."""
        digit = text[start].isdigit()
        if digit and (match := _PERCENT.match(text, start)) is not None:
            return Figure(ItemKind.PERCENT, start, match.end(), number=float(match[1].replace(",", ".")))
        if digit and (match := self._age.match(text, start)) is not None:
            if match["age"]:
                return Figure(ItemKind.AGE, start, match.end(), number=float(match["age"]))
            return Figure(ItemKind.AGE, start, match.end(), date=match["born"])
        if not digit and (figure := self._told_age(text, start)) is not None:
            return figure
        match = self._amount.match(text, start)
        if match is not None and (figure := self._amount_figure(match)) is not None:
            self._add_ons(text, figure)
            wage = self._wage.match(text, figure.end)
            if wage is not None:
                figure.word, figure.end = self._periods[wage[1].lower()], wage.end()
            return figure
        if self._span is not None and (match := self._span.match(text, start)) is not None:
            return Figure(ItemKind.LENGTH, start, match.end(), number=self._spans[match[0].lower()], word="year")
        if (match := self._length.match(text, start)) is not None:
            unit = next(name for name in ("year", "month") if match[name])
            number = self._number(match["n"]) + (0.5 if match["half"] else 0)
            return Figure(ItemKind.LENGTH, start, match.end(), number=number, word=unit)
        if (match := self._date.match(text, start)) is not None and (date := self._date_of(match)) is not None:
            return Figure(ItemKind.DATE, start, match.end(), date=date)
        return None

    def _number(self, text: str) -> float:
        word = self._words.get(text.lower())
        if word is not None:
            return float(word)
        text = re.sub(r"[\s  ]", "", text)
        other = "," if self._decimal == "." else "."
        if re.fullmatch(rf"\d{{1,3}}(?:{re.escape(other)}\d{{3}})+", text):
            return float(text.replace(other, ""))
        if re.fullmatch(rf"\d{{1,3}}(?:{re.escape(self._decimal)}\d{{3}}){{1,}}", text) and self._decimal != other:
            return (
                float(text.replace(self._decimal, ""))
                if text.count(self._decimal) > 1
                else float(text.replace(self._decimal, "."))
            )
        return float(text.replace(other, "" if text.count(other) > 1 else ".").replace(self._decimal, "."))

    def _amount_figure(self, match: re.Match[str]) -> Figure | None:
        currency = self._currency.get((match["before"] or match["after"] or "").strip().lower())
        magnitude = self._magnitude.get((match["mag"] or match["mag0"] or "").lower())
        before = (match["before"] or "").strip()
        if before.isalpha() and not before.isupper() and magnitude is None:
            return None  # "Euro 2020"
        if currency is None:
            if magnitude is None or self._default is None:
                return None
            currency = self._default
        low = self._number(match["low"]) * (self._magnitude.get((match["mag0"] or "").lower()) or magnitude or 1)
        high = self._number(match["high"]) * (magnitude or 1) if match["high"] else low
        if magnitude is None and (low < 1000 or 1900 <= low <= 2100):  # "Euro 2024" is no sum
            return None
        end = match.end()
        if high < low:  # "£5m to 3" is no range
            high, end = low, match.end("mag0") if match["mag0"] else match.end("low")
        return Figure(ItemKind.MONEY, match.start(), end, money=Money(low, high, currency))

    def _add_ons(self, text: str, figure: Figure) -> None:
        """Adds what follows as "plus £5m in add-ons" or "rising to £50m" to the high end."""
        link = self._after.match(text, figure.end)
        apart = link is None
        if link is None:
            link = self._later.match(text, figure.end)
        if link is None or figure.money is None:
            return
        match = self._amount.match(text, link.end())
        if match is None:
            self._add_in_words(text, link, figure)
            return
        more = self._amount_figure(match) or self._like(match, figure.money)
        if more is None or more.money is None or more.money.currency != figure.money.currency:
            return
        money = figure.money
        if link["rise"]:
            high = max(money.high, more.money.high)
        else:
            tail = self._add_on_tail.match(text, more.end)
            if tail is None:
                return
            more.end, high = tail.end(), money.high + more.money.high
        figure.money = Money(money.low, high, money.currency)
        if not apart:
            figure.end = more.end

    def _add_in_words(self, text: str, link: re.Match[str], figure: Figure) -> None:
        """ "27 milhões, mais três por objetivos": a number in a word, and what it is for behind it."""
        word, money = self._number_word.match(text, link.end()), figure.money
        tail = self._add_on_tail.match(text, word.end()) if word is not None else None
        if word is not None and tail is not None and money is not None and money.low >= _MILLION:
            more = self._words[word[0].lower()] * _MILLION
            figure.money, figure.end = Money(money.low, money.high + more, money.currency), tail.end()

    def _like(self, match: re.Match[str], money: Money) -> Figure | None:
        """ "75 millones más 20 en variables": a bare number behind an amount counts in its unit."""
        if match["before"] or match["after"] or match["mag"] or match["high"] or money.low < 1_000_000:
            return None
        value = self._number(match["low"]) * 1_000_000
        return Figure(ItemKind.MONEY, match.start(), match.end("low"), money=Money(value, value, money.currency))

    def _date_of(self, match: re.Match[str]) -> str | None:
        if match["alone"]:
            return match["alone"]
        if match["season"]:
            end = match["seasonend"]
            return f"{match['season']}/{end[-2:]}"
        month = self._months[match["month"].lower()]
        if not match["month"][0].isupper() and self._decimal == ".":
            return None  # English months have a capital; "may" is a verb
        year, day = match["year"], match["day"] or match["day2"]
        text = f"{year or 'XXXX'}-{month:02d}"
        return f"{text}-{int(day):02d}" if day and 1 <= int(day) <= 31 else text
