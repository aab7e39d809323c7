"""Why is the discount so deep? Financing and dividends are arithmetic; the rest is association.

The part no fair value explains is regressed on what limits trading, what arbitrage is open and how
the market feels. The drivers move together and none was assigned at random: the shares say what the
discount moved *with*, never what it was caused by. Intervals come from histories drawn anew (`driver_fit`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.basis.driver_fit import DriverFit, fit_drivers, redrawn_fits
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
    lags: int = 10,
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
    lags : int
        Days of memory fitted to what no driver explains, for the intervals. [d]
    draws, seed : int
        Histories drawn for the intervals.

    Returns
    -------
    DiscountParts
        Days on which anything is NaN are left out and counted.

    Raises
    ------
    DataError
        Unknown drivers, drivers that are linear copies of each other, or too few days.
    ConfigError
        A memory of no day, or of more than a tenth of the days.

    Notes
    -----
    Retrospective: one regression over all days given, so the parts of a day move with later days.
    """
    names = [name for group in groups.values() for name in group]
    rows, cut = _rows(discount, drivers, names, dividends)
    if not 1 <= lags <= len(rows) // 10:
        raise ConfigError(
            f"lags={lags} on {len(rows)} days: a memory of no day, or fitted on too few, would make "
            f"the intervals too narrow. Use 1 to {len(rows) // 10}."
        )
    known = pd.DataFrame({"dividends": -rows["dividends"], "financing": financing})
    excess = rows["discount"] - known.sum(axis=1)
    x, y = rows[names].to_numpy(float), excess.to_numpy(float)
    _refuse_copies(x - x.mean(axis=0), names)
    fit = fit_drivers(x, y)
    slopes, each = redrawn_fits(x, y, lags=lags, draws=draws, rng=np.random.default_rng(seed))
    return DiscountParts(
        parts=_parts(rows, known, excess, fit, groups, names),
        coefficients=_coefficients(fit.slope, slopes, x, groups, names),
        shares=_shares(fit.share, each, groups, names),
        origin=Origin(
            as_of=rows.index[-1],
            coverage={"days": f"{len(rows)} of {len(rows) + cut}"},
            assumptions=(
                f"financing {financing:.1%} a year; dividends as given",
                "drivers measured from their mean: `usual` is the discount on an average day",
                "least squares on daily data: association, not cause",
                f"intervals: {draws} histories drawn anew with {lags} days of memory",
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


def _parts(
    rows: pd.DataFrame,
    known: pd.DataFrame,
    excess: pd.Series,
    fit: DriverFit,
    groups: Mapping[str, Sequence[str]],
    names: list[str],
) -> pd.DataFrame:
    moved = (rows[names] - rows[names].mean()) * fit.slope
    parts = known.copy()
    for group, members in groups.items():
        parts[group] = moved[list(members)].sum(axis=1)
    parts["usual"] = fit.level
    parts["unexplained"] = excess - parts[[*groups]].sum(axis=1) - fit.level
    return parts


def _coefficients(
    slope: Matrix, drawn: Matrix, x: Matrix, groups: Mapping[str, Sequence[str]], names: list[str]
) -> pd.DataFrame:
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    owner = {name: group for group, members in groups.items() for name in members}
    alike = np.abs(np.corrcoef(x, rowvar=False)).reshape(len(names), len(names))
    other = np.array([[owner[a] != owner[b] for b in names] for a in names])
    return pd.DataFrame(
        {
            "group": [owner[name] for name in names],
            "estimate": slope,
            "low": low,
            "high": high,
            "alike": np.where(other, alike, 0.0).max(axis=1),
        },
        index=pd.Index(names, name="driver"),
    )


def _shares(
    share: Matrix, drawn: Matrix, groups: Mapping[str, Sequence[str]], names: list[str]
) -> pd.DataFrame:
    """Covariance shares by group; with what is left unexplained they sum to 1."""
    member = np.array([[name in members for members in groups.values()] for name in names], float)
    point, many = _with_rest(share[None] @ member)[0], _with_rest(drawn @ member)
    low, high = np.nanquantile(many, [0.025, 0.975], axis=0)
    index = pd.Index([*groups, "unexplained"], name="part")
    return pd.DataFrame({"share": point, "low": low, "high": high}, index=index)


def _with_rest(shares: Matrix) -> Matrix:
    return np.column_stack([shares, 1 - shares.sum(axis=1)])
