"""A fitted model: trained by one command, kept as JSON with a record of its data, and asked for forecasts."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from scipy.optimize import minimize

from mercato.errors import DataFileError, MercatoError
from mercato.forecasting.cases import STAY, Case
from mercato.forecasting.hazard import Fit, Floats, Rows, Weights, column_names, fit, fit_rows, probabilities, rows_of
from mercato.forecasting.learning import Taught, fold_of, learn, taught_by
from mercato.forecasting.signals import Learned
from mercato.version import __version__

FORM = 1
"""The number of the file's form; a file of another form is refused."""

FOLDS = 5
FEWEST_CASES = 150
"""With fewer labelled cases no model is fitted: the season of one club is not enough."""


@dataclass(frozen=True, slots=True)
class DataRecord:
    """What a model was fitted on."""

    known_until: str
    cases: int = 0
    people: int = 0
    pairs: int = 0
    came_true: int = 0
    unknown_left_out: int = 0
    windows: tuple[str, ...] = ()
    outcomes_from: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True)
class Model:
    """Weights, what words and sources taught, and the record of the data."""

    weights: Weights
    learned: Learned
    data: DataRecord
    columns: tuple[str, ...] = field(default_factory=lambda: tuple(column_names()))

    @property
    def version(self) -> str:
        """Names these very numbers: a digest of all of them."""
        return hashlib.sha256(msgspec.json.encode(as_json(self), order="deterministic")).hexdigest()[:12]

    def probabilities(self, cases: Sequence[Case]) -> list[dict[str, float]]:
        """For each case every destination, elsewhere and staying."""
        rows = self.rows(cases)
        return probabilities(rows, self.weights.values, self.weights.sharpness, self.weights.shift)

    def rows(self, cases: Sequence[Case]) -> Rows:
        """The numbers of cases, with what this model learned."""
        return rows_of(cases, [None] * len(cases), [self.learned] * len(cases))


class TooLittle(MercatoError):
    """There are too few cases with a known outcome to fit a model."""


def train(cases: Sequence[Case], labels: Sequence[str | None], known_until: date, draws: int = 0) -> Model:
    """Fit a model on cases and what came of them. Deterministic. Raises TooLittle.

    What words and sources teach is learned, for each case, from other people's outcomes only: else the fit would see
    its own answers in them.
    """
    known = [(case, label) for case, label in zip(cases, labels, strict=True) if label is not None]
    if len(known) < FEWEST_CASES:
        raise TooLittle(
            f"{len(known)} cases with a known outcome by {known_until}; {FEWEST_CASES} are needed to fit. "
            "Import completed moves (`mercato outcomes import FILE`) or read more reports of windows that are over."
        )
    taught = taught_by(known)
    rows = _held_out_rows(known, taught)
    people = [case.key for case, _ in known]
    counted = saga_weights(people)
    weights = fit(rows, people, counted, Fit(draws=draws))
    sharpness, shift = calibrated(rows, people, counted)
    record = DataRecord(
        known_until=known_until.isoformat(),
        cases=len(known),
        people=len(set(people)),
        pairs=len(taught),
        came_true=sum(pair.came_true for pair in taught),
        unknown_left_out=len(cases) - len(known),
        windows=tuple(sorted({case.window for case, _ in known})),
        digest=_digest(known),
    )
    return Model(replace(weights, sharpness=sharpness, shift=shift), learn(taught), record)


def _held_out_rows(known: Sequence[tuple[Case, str | None]], taught: Sequence[Taught]) -> Rows:
    parts = [learn([pair for pair in taught if fold_of(pair.person, FOLDS) != part]) for part in range(FOLDS)]
    cases, labels = [case for case, _ in known], [label for _, label in known]
    return rows_of(cases, labels, [parts[fold_of(case.key, FOLDS)] for case in cases])


def _digest(known: Sequence[tuple[Case, str | None]]) -> str:
    """Of every report and outcome that the model was fitted on."""
    digest = hashlib.sha256()
    for case, label in known:
        digest.update(f"{case.key}|{case.day}|{case.window}|{label}|{[r.claim_id for r in case.reports]}".encode())
    return digest.hexdigest()[:24]


def saga_weights(people: Sequence[str]) -> Floats:
    """What each case counts: one over the root of the number of the person's cases, one in the mean.

    The cases of a saga have one outcome, so that ten of them teach more than one, but not ten times as much.
    """
    counts = Counter(people)
    weights: Floats = np.array([counts[person] ** -0.5 for person in people])
    weights /= weights.mean()
    return weights


def calibrated(rows: Rows, people: Sequence[str], counted: Floats) -> tuple[float, float]:
    """Sharpness and shift of the hazards that make held-out people's outcomes most likely: Platt's two numbers.

    They act on the hazards, before they are shared out: the sums stay one. Everything used is as old as the fit.
    """
    part = np.array([fold_of(person, FOLDS) for person in people])
    held_out = np.zeros(len(rows.values))
    size = np.diff(np.append(rows.starts, len(rows.values)))
    for number in range(FOLDS):
        theta = fit_rows(rows, (part != number) * counted, Fit())
        mine = np.repeat(part == number, size)
        held_out[mine] = rows.values[mine] @ theta
    found = minimize(_calibration_loss, np.array([0.0, 0.0]), args=(held_out, rows), method="BFGS")
    return round(float(np.clip(math.exp(found.x[0]), 0.5, 1.5)), 6), round(float(np.clip(found.x[1], -0.7, 0.7)), 6)


def _calibration_loss(two: Floats, held_out: Floats, rows: Rows) -> float:
    log_hazard = np.clip(math.exp(min(two[0], 3.0)) * held_out + two[1] + rows.offsets, -30, 12)
    hazard = np.exp(log_hazard)
    total = np.add.reduceat(hazard, rows.starts)
    moved = rows.hit >= 0
    value = np.where(moved, np.log(-np.expm1(-total)) - np.log(total), -total)
    value[moved] += log_hazard[rows.hit[moved]]
    return -float(value.sum()) + 5 * float(two @ two)


def as_json(model: Model) -> dict[str, Any]:
    """The model as plain values, rounded to what matters."""
    return {
        "form": FORM,
        "made_by": f"mercato {__version__}",
        "data": asdict(model.data),
        "columns": list(model.columns),
        "weights": [round(float(value), 6) for value in model.weights.values],
        "means": [round(float(value), 6) for value in model.weights.means],
        "sharpness": model.weights.sharpness,
        "shift": model.weights.shift,
        "draws": [[round(float(value), 4) for value in draw] for draw in model.weights.draws],
        "learned": asdict(model.learned),
    }


def save(model: Model, path: Path) -> None:
    """Write the model as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(as_json(model)), indent=1) + b"\n")


def load(path: Path | None = None) -> Model:
    """The model of a file, or the one that comes with mercato. Raises DataFileError."""
    try:
        content = path.read_bytes() if path else files("mercato.forecasting").joinpath("data/model.json").read_bytes()
        return _from_json(msgspec.json.decode(content), str(path))
    except OSError as error:
        raise DataFileError(f"{path}: {error.strerror}. `mercato train --out {path}` makes a model.") from None
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise DataFileError(f"{path} is no model of mercato ({error}). `mercato train` makes one.") from None


def _from_json(value: dict[str, Any], name: str) -> Model:
    if value["form"] != FORM or value["columns"] != column_names():
        raise DataFileError(
            f"{name} was fitted with other signals than this mercato has. Fit it again: `mercato train --out {name}`."
        )
    weights = Weights(
        np.array(value["weights"]),
        np.array(value["draws"]).reshape(len(value["draws"]), len(value["weights"])),
        np.array(value["means"]),
        value["sharpness"],
        value["shift"],
    )
    data: dict[str, Any] = {key: tuple(held) if isinstance(held, list) else held for key, held in value["data"].items()}
    return Model(weights, Learned(**value["learned"]), DataRecord(**data))


def interval(model: Model, rows: Rows, number: int) -> dict[str, tuple[float, float]]:
    """For each outcome of one case the range that holds nine of ten resampled fits; empty where none were made."""
    if not len(model.weights.draws):
        return {}
    drawn = [
        probabilities(rows, draw, model.weights.sharpness, model.weights.shift)[number] for draw in model.weights.draws
    ]
    names = (*rows.keys[number], STAY)
    return {
        name: (float(np.quantile(each, 0.05)), float(np.quantile(each, 0.95)))
        for name in names
        for each in [np.array([one[name] for one in drawn])]
    }
