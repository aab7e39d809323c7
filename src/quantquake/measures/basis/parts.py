"""Why is the discount so deep? Financing and dividends are arithmetic; the rest is association.

The part no fair value explains is regressed on what limits trading, what arbitrage is open and how
the market feels. The drivers move together and none was assigned at random: the shares say what the
discount moved *with*, never what it was caused by. Intervals come from a block bootstrap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError
from quantquake.types import Origin, Result

Matrix = npt.NDArray[np.float64]

LEAST = 10  # observations a driver


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountParts(Result):
    """A discount split day by day.

    Attributes
    ----------
    parts : DataFrame of shape (n_dates, n_parts)
        `dividends`, `financing`, one column a group of drivers, `usual` (the level that no
        driver moves) and `unexplained`; they sum to the discount. [1/yr]
    coefficients : DataFrame
        Index driver: `group`, `estimate`, `low`, `high` (95 %), [1/yr per unit of the driver], and
        `alike`: the largest correlation with a driver of another group. [1]
    shares : DataFrame
        Index part: `share` of the variance of the excess discount, `low`, `high`. [1]
    origin : Origin
    """

    parts: pd.DataFrame
    coefficients: pd.DataFrame
    shares: pd.DataFrame
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """Return the daily parts."""
        return self.parts.copy()


def discount_parts(
    discount: pd.Series,
    drivers: pd.DataFrame,
    groups: Mapping[str, Sequence[str]],
    *,
    dividends: pd.Series | float = 0.0,
    financing: float = 0.02,
    block: int = 60,
    draws: int = 400,
    seed: int = 0,
) -> DiscountParts:
    """Split a yearly discount into financing, dividends and what it moved with.

    Parameters
    ----------
    discount : Series by date
        Annualised basis or weighted discount, discount < 0. [1/yr]
    drivers : DataFrame by date
        One column a driver, known at the close: a restriction (close-today fee, 0/1 of a limit), an
        arbitrage that is open (options listed, stock lent), a mood (past return, margin balance).
    groups : mapping of group to driver names
        E.g. ``{"restricted": ["fee"], "arbitrage": ["options"], "mood": ["past_return"]}``.
    dividends : Series or float
        Yearly dividend yield until expiry that lowers the future. [1/yr, >= 0]
    financing : float
        Money-market rate, which raises it. [1/yr]
    block : int
        Mean block of the bootstrap; the discount is persistent. [d]
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    DiscountParts
        Days on which anything is NaN are left out and counted.

    Raises
    ------
    DataError
        Unknown drivers, drivers that are linear copies of each other, or too few days.

    Notes
    -----
    Retrospective: one regression over all days given, so the parts of a day move with later days.
    """
    names = [name for group in groups.values() for name in group]
    rows, cut = _rows(discount, drivers, names, dividends)
    known = pd.DataFrame({"dividends": -rows["dividends"], "financing": financing})
    excess = rows["discount"] - known.sum(axis=1)
    x = rows[names].to_numpy(float)
    centre = x.mean(axis=0)
    _refuse_copies(x - centre, names)
    beta = _fit(x - centre, excess.to_numpy(float))
    parts = _parts(rows, known, excess, beta, centre, groups, names)
    sample = _bootstrap(x, excess.to_numpy(float), block, draws, np.random.default_rng(seed))
    return DiscountParts(
        parts=parts,
        coefficients=_coefficients(beta, sample, x, groups, names),
        shares=_shares(sample, x, excess, beta, groups, names),
        origin=Origin(
            as_of=rows.index[-1],
            coverage={"days": f"{len(rows)} of {len(rows) + cut}"},
            assumptions=(
                f"financing {financing:.1%} a year; dividends as given",
                "drivers measured from their mean: `usual` is the discount on an average day",
                "least squares on daily data: association, not cause",
                f"intervals: {draws} block bootstraps of {block} days on average",
            ),
            seed=seed,
        ),
    )


def _rows(
    discount: pd.Series, drivers: pd.DataFrame, names: list[str], dividends: pd.Series | float
) -> tuple[pd.DataFrame, int]:
    missing = [name for name in names if name not in drivers.columns]
    if missing or not names:
        raise DataError(
            f"Drivers {missing or 'none at all'} are not among the columns "
            f"{list(drivers.columns)}: that group would read as zero. Name drivers that are there."
        )
    table = drivers[names].assign(discount=discount, dividends=dividends).astype(float)
    whole = table.dropna()
    if len(whole) < LEAST * (len(names) + 1):
        raise DataError(
            f"{len(whole)} days have a discount and all {len(names)} drivers; at least "
            f"{LEAST * (len(names) + 1)} are needed or the split is noise. Give a longer history "
            "or fewer drivers."
        )
    return whole, int(table["discount"].notna().sum()) - len(whole)


def _refuse_copies(x: Matrix, names: list[str]) -> None:
    size = x.std(axis=0)
    flat = [name for name, s in zip(names, size, strict=True) if not s > 0]
    rank = np.linalg.matrix_rank(x[:, size > 0] / size[size > 0])
    if flat or rank < len(names):
        what = f"{flat} never move" if flat else f"{names} hold {len(names) - rank} linear copies"
        raise DataError(
            f"Drivers {what}: what belongs to which cannot be told apart. Drop them, or join the "
            "copies into one driver."
        )


def _fit(x: Matrix, y: Matrix) -> Matrix:
    """Least squares with a constant; the constant comes first."""
    design = np.column_stack([np.ones(len(x)), x])
    return np.asarray(np.linalg.lstsq(design, y, rcond=None)[0], dtype=np.float64)


def _parts(
    rows: pd.DataFrame,
    known: pd.DataFrame,
    excess: pd.Series,
    beta: Matrix,
    centre: Matrix,
    groups: Mapping[str, Sequence[str]],
    names: list[str],
) -> pd.DataFrame:
    moved = (rows[names] - centre) * beta[1:]
    parts = known.copy()
    for group, members in groups.items():
        parts[group] = moved[list(members)].sum(axis=1)
    parts["usual"] = beta[0]
    parts["unexplained"] = excess - parts[[*groups]].sum(axis=1) - beta[0]
    return parts


def _bootstrap(
    x: Matrix, y: Matrix, block: int, draws: int, rng: np.random.Generator
) -> list[tuple[Matrix, npt.NDArray[np.int64]]]:
    """Coefficients on histories glued from random blocks (stationary bootstrap)."""
    found = []
    for _ in range(draws):
        rows = _blocks(len(y), block, rng)
        found.append((_fit(x[rows] - x[rows].mean(axis=0), y[rows]), rows))
    return found


def _blocks(n: int, block: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    fresh = rng.random(n) < 1 / block
    fresh[0] = True
    starts = rng.integers(0, n, n)
    last = np.maximum.accumulate(np.where(fresh, np.arange(n), 0))
    rows: npt.NDArray[np.int64] = (starts[last] + np.arange(n) - last) % n
    return rows


def _coefficients(
    beta: Matrix,
    sample: list[tuple[Matrix, npt.NDArray[np.int64]]],
    x: Matrix,
    groups: Mapping[str, Sequence[str]],
    names: list[str],
) -> pd.DataFrame:
    drawn = np.array([b[1:] for b, _ in sample])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    owner = {name: group for group, members in groups.items() for name in members}
    alike = np.abs(np.corrcoef(x, rowvar=False)).reshape(len(names), len(names))
    other = np.array([[owner[a] != owner[b] for b in names] for a in names])
    return pd.DataFrame(
        {
            "group": [owner[name] for name in names],
            "estimate": beta[1:],
            "low": low,
            "high": high,
            "alike": np.where(other, alike, 0.0).max(axis=1),
        },
        index=pd.Index(names, name="driver"),
    )


def _shares(
    sample: list[tuple[Matrix, npt.NDArray[np.int64]]],
    x: Matrix,
    excess: pd.Series,
    beta: Matrix,
    groups: Mapping[str, Sequence[str]],
    names: list[str],
) -> pd.DataFrame:
    """Covariance shares: group's part with the excess over the variance of the excess; sum to 1."""
    y = excess.to_numpy(float)
    columns = {g: [names.index(m) for m in members] for g, members in groups.items()}
    point = _covariance_shares(x, y, beta, columns)
    drawn = np.array([_covariance_shares(x[rows], y[rows], b, columns) for b, rows in sample])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    index = pd.Index([*groups, "unexplained"], name="part")
    return pd.DataFrame({"share": point, "low": low, "high": high}, index=index)


def _covariance_shares(
    x: Matrix, y: Matrix, beta: Matrix, columns: Mapping[str, list[int]]
) -> Matrix:
    away = y - y.mean()
    variance = float(away @ away)
    if variance <= 0:
        return np.full(len(columns) + 1, np.nan)
    shares = [float(x[:, c] @ beta[1:][c] @ away) / variance for c in columns.values()]
    return np.array([*shares, 1 - sum(shares)])
