"""The readers by name: rules, a language model, or the rules with the model where they are unsure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from mercato import settings
from mercato.errors import DocumentSkipped, Misused

if TYPE_CHECKING:
    from mercato.engines.lines import Reader
    from mercato.extraction.asked import ModelReader, Tally
    from mercato.model import Claim, Document
    from mercato.register import Register


class ReaderName(StrEnum):
    """Which reader is asked for."""

    RULES = "rules"
    MODEL = "model"
    COMBINED = "combined"


def make_reader(
    name: ReaderName | str = ReaderName.RULES, *, user: bool = True, threshold: float | None = None
) -> Reader:
    """A reader with the shipped register, and with the user's own where `user`; `threshold` is that of the rules.

    Raises Misused where a model is asked for and the settings name none.
    """
    from mercato.extraction import RuleReader
    from mercato.register import load_register

    register = load_register(user=user)
    if name == ReaderName.MODEL:
        return _model_reader(register)
    if name == ReaderName.COMBINED:
        from mercato.extraction.asked import CombinedReader

        return CombinedReader(RuleReader(register, threshold=0.0), _model_reader(register))
    return RuleReader(register, threshold=threshold)


@dataclass(slots=True)
class Forgiving:
    """A reader for measuring: a text that can't be read gives no claim and is counted, and the run goes on."""

    reader: Reader
    unread: Counter[str] = field(default_factory=Counter)

    def read(self, document: Document) -> list[Claim]:
        """The claims of a document; none where it can't be read."""
        try:
            return self.reader.read(document)
        except DocumentSkipped as skip:
            self.unread[skip.reason] += 1
            return []

    def lines(self) -> Iterator[str]:
        """What could not be read, and why."""
        for reason, count in self.unread.most_common():
            yield f"  texts not read, counted as without a claim: {count:,}, {reason}"


def _model_reader(register: Register) -> ModelReader:
    from mercato.extraction.asked import ModelReader
    from mercato.sources.answers import RememberedEndpoint
    from mercato.sources.endpoint import Endpoint
    from mercato.sources.fetch import timeout_seconds

    address, model = settings.MODEL_URL.value, settings.MODEL.value
    if not address or not model:
        missing = settings.MODEL_URL if not address else settings.MODEL
        raise Misused(f"--reader {ReaderName.MODEL} needs to know which: set {missing.variable}. {missing.meaning}")
    endpoint = Endpoint(address, model, settings.MODEL_KEY.value, seconds=timeout_seconds(settings.MODEL_TIMEOUT))
    return ModelReader(RememberedEndpoint(endpoint, settings.home() / "answers").complete, model, register)


def tally_of(reader: object) -> Tally | None:
    """What a reader's asking came to; None where it asks nobody."""
    model = getattr(reader, "model", reader)
    return getattr(model, "tally", None)


def tally_lines(reader: object) -> Iterator[str]:
    """What the asking came to, for people: how often, at which cost, what was not in the text."""
    tally = tally_of(reader)
    if tally is None:
        return
    yield (
        f"model: asked {'once' if tally.asked == 1 else f'{tally.asked:,} times'}, "
        f"{tally.cached:,} answer{'' if tally.cached == 1 else 's'} kept from before; "
        f"{tally.prompt_tokens:,} tokens in, {tally.completion_tokens:,} out{_cost(tally)}"
    )
    for name, count in (("can't be read", tally.broken), ("cut off", tally.cut_off), ("refused", tally.refused)):
        if count:
            yield f"  answers {name}: {count:,}"
    if tally.dropped:
        told = ", ".join(f"{what} {count:,}" for what, count in tally.dropped.most_common())
        yield f"  dropped, as their words are not in the text: {told}"


def _cost(tally: Tally) -> str:
    price = settings.MODEL_PRICE.value
    if not price:
        return ""
    try:
        into, out = (float(part) for part in price.split("/"))
    except ValueError:
        raise Misused(f"MERCATO_MODEL_PRICE is {price!r}: give two numbers, such as 0.15/0.60.") from None
    return f", about {(tally.prompt_tokens * into + tally.completion_tokens * out) / 1e6:.4f} at {price}"
