"""Nothing at a date may use a row after it: every public measure, held to it two ways.

Cut every dated input at a day, and what is said of that day and those before must be the same to
the last bit. Put nonsense after the day, and it must be the same again. A public function that is
neither called here nor exempted with a reason fails.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from tests.property.measure_calls import (
    CALLS,
    NO_DATES,
    OUTCOMES,
    PARTS,
    World,
    cut,
    dates_of,
    make_world,
    scrambled,
)

import quantquake.measures

#: Where sums run in another order when the table is longer; the last digits may then differ.
NOT_TO_THE_BIT = {
    "comomentum.mean_pairwise_correlation": "strips of dates are one product of matrices each",
    "factor_crowding.factor_crowding": "as mean_pairwise_correlation, one of its five signs",
    "contrarian.contrarian_returns": "dates are worked on in blocks; the last block adds otherwise",
    "day.unwind_signature.unwind_signature": "as contrarian_returns, whose sigma it is given here",
    "dispersion.volatility_ratio": "dates are worked on in blocks; the last block adds otherwise",
    "dispersion.implied_correlation": "as volatility_ratio, which it is made of",
    "dispersion.correlation_from_ratio": "as volatility_ratio, which it is given here",
    "early_warning.early_warning": "as contrarian_returns and mean_pairwise_correlation, parts of it",
    "probability.fall_forecasts": "BLAS multiplies matrices of another height in another order",
}
LAST_DIGITS = 1e-12


def public() -> set[str]:
    """Every public function below the modules that `quantquake.measures` attaches."""
    # In a fresh interpreter: here, other modules have been imported and show up in dir() as well.
    asked = "import quantquake.measures as m; print(*dir(m))"
    attached = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    inside = {module.name for module in pkgutil.iter_modules(quantquake.measures.__path__)}
    names: dict[object, str] = {}
    for room in sorted(inside & set(attached)):
        for name, function in functions(room):
            # The shortest way to it is its name: what a package offers is not listed again.
            if name.count(".") < names.get(function, f"{name}.").count("."):
                names[function] = name
    return set(names.values())


def functions(path: str):
    """Public functions a module offers, and those of the modules inside it."""
    module = importlib.import_module(f"quantquake.measures.{path}")
    own = [n for n, v in vars(module).items() if getattr(v, "__module__", "") == module.__name__]
    for name in getattr(module, "__all__", own):
        if not name.startswith("_") and inspect.isfunction(getattr(module, name)):
            yield f"{path}.{name}", getattr(module, name)
    for inner in pkgutil.iter_modules(getattr(module, "__path__", ())):
        yield from functions(f"{path}.{inner.name}")


def is_part(name: str) -> bool:
    return any(name.startswith(f"{module}.") for module in PARTS)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module", params=[-12, -6])
def day(world: World, request: pytest.FixtureRequest) -> pd.Timestamp:
    """A day near the end, so that the longest windows are full; no grid of steps ends on it."""
    return world["market"].dates[request.param]


def known_at(value: object, day: pd.Timestamp) -> object:
    """The part of an answer that is about the day or before."""
    if isinstance(value, (pd.Series, pd.DataFrame)) and (dates := dates_of(value)) is not None:
        return value[dates <= day]
    return value


def observed(value: object) -> int:
    """How much an answer says at all."""
    if isinstance(value, (pd.Series, pd.DataFrame)):
        return int(np.asarray(value.notna()).sum())
    return 0 if value is None else 1


def agree(name: str, got: object, wanted: object) -> None:
    exact = name not in NOT_TO_THE_BIT
    rule = {"check_exact": True} if exact else {"rtol": LAST_DIGITS, "atol": LAST_DIGITS}
    if isinstance(wanted, pd.DataFrame):
        pd.testing.assert_frame_equal(got, wanted, check_freq=False, **rule)
    elif isinstance(wanted, pd.Series):
        pd.testing.assert_series_equal(got, wanted, check_freq=False, **rule)
    elif dataclasses.is_dataclass(wanted):
        agree(name, dataclasses.asdict(got), dataclasses.asdict(wanted))
    elif isinstance(wanted, dict):
        assert got.keys() == wanted.keys()
        for key in wanted:
            agree(name, got[key], wanted[key])
    elif isinstance(wanted, (list, tuple)):
        assert len(got) == len(wanted)
        for one, other in zip(got, wanted, strict=True):
            agree(name, one, other)
    else:
        np.testing.assert_equal(got, wanted)


def check(name, call, world, day, change):
    """Compare what a measure says of the past in two worlds that differ only after `day`."""
    other = {key: change(value, day) for key, value in world.items()}
    whole, part = call(world, day), call(other, day)
    assert whole.keys() == part.keys()
    said = 0
    for label in whole:
        wanted = known_at(whole[label], day)
        said += observed(wanted)
        agree(name, known_at(part[label], day), wanted)
    assert said > 0, f"{name} says nothing on this world: the comparison proves nothing"


def test_every_public_measure_is_here_or_exempt():
    assert set(NOT_TO_THE_BIT) <= set(CALLS)
    for table in (NO_DATES, OUTCOMES, PARTS, NOT_TO_THE_BIT):
        assert all(len(reason) > 3 for reason in table.values())
    registered = [*CALLS, *NO_DATES, *OUTCOMES]
    assert len(registered) == len(set(registered))
    found = public()
    assert {name for name in found if not is_part(name)} == {
        n for n in registered if not is_part(n)
    }
    # No exemption outlives what it is for.
    assert set(registered) <= found
    for module in PARTS:
        assert any(name.startswith(f"{module}.") for name in found), module


@pytest.mark.feature("P06")
@pytest.mark.parametrize("name", sorted(CALLS))
def test_cutting_the_future_off_changes_nothing(world, day, name):
    check(name, CALLS[name], world, day, cut)


@pytest.mark.feature("P06")
@pytest.mark.parametrize("name", sorted(CALLS))
def test_nonsense_in_the_future_changes_nothing(world, day, name):
    check(name, CALLS[name], world, day, scrambled)


CHEATS = {
    "the mean of all history": lambda w, _: {"x": w["assets"] / w["assets"].mean()},
    "tomorrow's return": lambda w, _: {"x": w["market"].returns().shift(-1)},
    "a centred window": lambda w, _: {"x": w["assets"].rolling(5, center=True).mean()},
    "gaps filled backwards": lambda w, _: {
        "x": w["assets"].where(np.arange(len(w["assets"])) % 10 == 9).bfill()
    },
    "a grid counted from the end": lambda w, _: {"x": w["assets"].iloc[::-3].sort_index()},
    "how long the table is": lambda w, _: {"x": w["market"].close * len(w["futures"])},
}  # fmt: skip


@pytest.mark.parametrize("how", [*CHEATS])
def test_a_measure_that_looks_ahead_would_be_caught(world, day, how):
    with pytest.raises(AssertionError):
        check(how, CHEATS[how], world, day, cut)
    if how not in ("a grid counted from the end", "how long the table is"):
        with pytest.raises(AssertionError):
            check(how, CHEATS[how], world, day, scrambled)


def test_silence_is_no_proof(world, day):
    with pytest.raises(AssertionError, match="proves nothing"):
        check("silent", lambda w, _: {"x": w["assets"] * np.nan}, world, day, cut)


def tables(world):
    """Every dated table of the world, those of its market included."""
    for key, value in world.items():
        inside = vars_of(value) if dataclasses.is_dataclass(value) else {key: value}
        for name, table in inside.items():
            if isinstance(table, (pd.Series, pd.DataFrame)):
                yield f"{key}.{name}", table


def vars_of(value):
    return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}


def test_the_worlds_differ_after_the_day_and_only_there(world, day):
    for change, differs in ((cut, lambda a, b: len(a) < len(b)), (scrambled, _unequal)):
        other = dict(tables({key: change(value, day) for key, value in world.items()}))
        changed = []
        for name, table in tables(world):
            agree(name, known_at(other[name], day), known_at(table, day))
            if (dates_of(table) > day).any():
                assert differs(other[name], table), name
                changed.append(name)
        assert {"market.close", "market.futures", "news.news", "bars.bars"} < set(changed)


def _unequal(table, other):
    return not table.equals(other)
