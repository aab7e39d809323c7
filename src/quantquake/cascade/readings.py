"""What is read off a path, the same numbers for one path and for many, and their differences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from quantquake.cascade.ensembles.summary import Ensemble
from quantquake.cascade.outcome import Outcome
from quantquake.cascade.participants.view import FloatArray
from quantquake.cascade.result import CascadeResult
from quantquake.errors import ConfigError

#: Ends of the interval printed beside a difference: 90 % of the paths.
ENDS = (0.05, 0.95)

Series = tuple[str, str, FloatArray]


def readings(run: CascadeResult | Ensemble) -> pd.DataFrame:
    """Read the headline numbers off each path.

    Parameters
    ----------
    run : CascadeResult or Ensemble

    Returns
    -------
    DataFrame of shape (n_paths, n_readings)
        Index ``path`` (0 for a single path); columns ``what``, ``name``: ``end`` and ``low`` of
        each group over its start, the lowest after any clearing [1]; ``index_end`` and
        ``index_low`` of each index over its start, the lowest close [1]; ``basis`` of each index
        with futures at its deepest close [1]; ``value`` and ``value_low`` of each participant with
        a balance sheet, at the end and at the lowest close [1]; its ``called`` and ``gone`` share
        of holders (made to sell by the lender; stopped or in default) [1]; ``gain`` at the end of
        those who trade for their own account without one [money]; ``sold``, gross, by every
        participant [money]. Who has no balance sheet has none of its readings.
    """
    series = _of_ensemble(run) if isinstance(run, Ensemble) else _of_path(run)
    found = {(what, name): values for what, name, values in series}
    paths = run.numbers if isinstance(run, Ensemble) else (0,)
    table = pd.DataFrame(found, index=pd.Index(paths, name="path"))
    table.columns = table.columns.set_names(["what", "name"])
    return table


def _of_ensemble(run: Ensemble) -> Iterator[Series]:
    a, names = run.arrays, run.names
    for g, name in enumerate(names["groups"]):
        yield "end", name, a["groups"][-1, g]
        yield "low", name, a["low"][1:, g].min(axis=0)
    for i, name in enumerate(names["indices"]):
        yield "index_end", name, a["index"][-1, i] / a["index"][0, i]
        yield "index_low", name, a["index"][1:, i].min(axis=0) / a["index"][0, i]
        if np.isfinite(a["basis"][:, i]).any():
            yield "basis", name, a["basis"][1:, i].min(axis=0)
    share = a["outcomes"] / a["outcomes"].sum(axis=0)
    for p, name in enumerate(names["participants"]):
        if np.isfinite(a["nav"][0, p]).all():
            yield "value", name, a["nav"][-1, p]
            yield "value_low", name, a["nav"][1:, p].min(axis=0)
            yield "called", name, share[Outcome.MARGIN_CALLED, p]
            yield "gone", name, share[[Outcome.STOPPED, Outcome.DEFAULTED], p].sum(axis=0)
        if np.isfinite(a["gain"][0, p]).all():
            yield "gain", name, a["gain"][-1, p]
        yield "sold", name, a["sold"][:, p].sum(axis=(0, 1))


def _of_path(run: CascadeResult) -> Iterator[Series]:
    def one(value: float) -> FloatArray:
        return np.array([value], dtype=float)

    for name, path in run.groups.items():
        yield "end", str(name), one(path.iloc[-1])
        yield "low", str(name), one(run.low[name].iloc[1:].min())
    for name, path in run.index.items():
        yield "index_end", str(name), one(path.iloc[-1] / path.iloc[0])
        yield "index_low", str(name), one(path.iloc[1:].min() / path.iloc[0])
        if run.basis[name].notna().any():
            yield "basis", str(name), one(run.basis[name].iloc[1:].min())
    ends = pd.crosstab(run.holders["participant"], run.holders["outcome"], normalize="index")
    ends = ends.reindex(columns=[o.name.lower() for o in Outcome], fill_value=0.0)
    sold = run.ledger.groupby("participant")["sold"].sum().reindex(run.nav.columns, fill_value=0.0)
    for name in run.nav:
        if name in run.funded:
            yield "value", name, one(run.nav[name].iloc[-1])
            yield "value_low", name, one(run.nav[name].iloc[1:].min())
            yield "called", name, one(ends.loc[name, "margin_called"])
            yield "gone", name, one(ends.loc[name, ["stopped", "defaulted"]].sum())
        if run.gain[name].notna().any():
            yield "gain", name, one(run.gain[name].iloc[-1])
        yield "sold", name, one(sold[name])


def difference(run: CascadeResult | Ensemble, against: CascadeResult | Ensemble) -> pd.DataFrame:
    """What differs between two runs on the same random numbers.

    Parameters
    ----------
    run, against : CascadeResult or Ensemble
        Of the same days and seed. Path k of one is compared with path k of the other, so noise
        that both share drops out.

    Returns
    -------
    DataFrame
        Indexed by ``what``, ``name`` as :func:`readings`, those both have: ``run``, ``against``,
        ``difference`` (means over paths, so they add up), ``low``, ``high`` (90 % of the paths lie
        between), ``higher`` (share of paths on which `run` is the higher one). With one path ``low``
        and ``high`` are NaN: it has no spread.

    Raises
    ------
    ConfigError
        If the two differ in days or seed, or share no path.
    """
    _comparable(run, against)
    one, other = readings(run), readings(against)
    paths, columns = one.index.intersection(other.index), [c for c in one if c in other]
    one, other = one.loc[paths, columns], other.loc[paths, columns]
    gap = one - other
    ends = gap.quantile(list(ENDS)) if len(paths) > 1 else pd.DataFrame(np.nan, ENDS, gap.columns)
    return pd.DataFrame(
        {
            "run": one.mean(),
            "against": other.mean(),
            "difference": gap.mean(),
            "low": ends.loc[ENDS[0]],
            "high": ends.loc[ENDS[1]],
            "higher": (gap > 0).mean(),
        }
    )


def _comparable(run: CascadeResult | Ensemble, against: CascadeResult | Ensemble) -> None:
    days = [
        len(r.arrays["groups"] if isinstance(r, Ensemble) else r.groups) - 1 for r in (run, against)
    ]
    seeds = [r.origin.seed for r in (run, against)]
    if days[0] != days[1]:
        raise ConfigError(
            f"{run.scenario} runs {days[0]} days and {against.scenario} {days[1]}: prices at the two ends "
            "are of different days, and the difference would be time. Give both the same days."
        )
    if seeds[0] != seeds[1]:
        raise ConfigError(
            f"{run.scenario} has seed {seeds[0]} and {against.scenario} seed {seeds[1]}: the difference "
            "would be the luck of the draw. Run both with the same seed."
        )
