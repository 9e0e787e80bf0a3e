"""How the words around a step change what has been reached: "want" + "sign" is interest, "agree" + "sign" agreed.

The table is about football and holds for every language; the words that stand for each governor are language data.
"""

from __future__ import annotations

from mercato.model import Stage

_ANY = None
_S = Stage

# governor -> {stage of what it governs (None: any other) -> stage of the whole}
_TABLE: dict[str, dict[Stage | None, Stage]] = {
    "plan": {_ANY: _S.INTEREST, _S.REJECTED: _S.REJECTED},
    "can": {_ANY: _S.INTEREST, _S.REJECTED: _S.INTEREST},
    "sure": {
        _ANY: _S.ADVANCED,
        _S.INTEREST: _S.INTEREST,
        _S.TALKS: _S.INTEREST,
        _S.BID: _S.INTEREST,
        _S.REJECTED: _S.REJECTED,
        _S.WITHDRAWN: _S.WITHDRAWN,
        _S.DENIED: _S.DENIED,
    },
    "near": {_ANY: _S.ADVANCED, _S.INTEREST: _S.ADVANCED, _S.TALKS: _S.TALKS, _S.BID: _S.INTEREST},
    "talk": {_ANY: _S.TALKS, _S.REJECTED: _S.REJECTED},
    "agree": {_ANY: _S.AGREED, _S.INTEREST: _S.AGREED, _S.TALKS: _S.TALKS},
    "complete": {_ANY: _S.DONE, _S.TALKS: _S.TALKS, _S.INTEREST: _S.INTEREST},
    "doubt": {_ANY: _S.INTEREST},
    "accept": {_ANY: _S.ADVANCED},
    "refuse": {_ANY: _S.REJECTED},
    "drop": {_ANY: _S.WITHDRAWN},
    "deny": {_ANY: _S.DENIED},
}

GOVERNORS: tuple[str, ...] = tuple(_TABLE)


def govern(governor: str, stage: Stage) -> Stage:
    """The stage of the whole where `governor` stands over a step of `stage`."""
    row = _TABLE[governor]
    return row.get(stage, row[_ANY])


# Negation turns a step into its opposite, by frame; a frame that isn't here states nothing when negated.
NEGATED: dict[str, Stage] = {
    "acquire": _S.WITHDRAWN,
    "pursue": _S.DENIED,
    "interest": _S.DENIED,
    "join": _S.REJECTED,
    "sell": _S.REJECTED,
    "renew": _S.REJECTED,
    "talks": _S.DENIED,
    "link": _S.DENIED,
}
