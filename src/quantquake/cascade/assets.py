"""What is traded: assets in groups, and the indices and futures written on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from quantquake.cascade.draws import Draws, numbers
from quantquake.cascade.ranges import GAIN, MARKET, MONEY, SHARE, Range, check_ranges
from quantquake.errors import ConfigError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Assets that trade alike: a size class, a sector, or a single asset.

    Attributes
    ----------
    name : str
    cap, daily_amount : float
        Free float and usual turnover of the whole group, at the starting price. [money], [money/d]
    volatility : float
        Daily volatility of one asset. [1]
    assets : int
        Number of names the group is cut into; 1 keeps it whole.
    spread : float
        Standard deviation of log size between its names. [1]
    beta : float
        Answer to a move of the market-wide news. [1]
    limit : float or None
        Daily price limit, 0.10 for ten per cent; None where there is none. [1]
    """

    ranges: ClassVar[Mapping[str, Range]] = {
        "cap": MARKET, "daily_amount": MARKET, "volatility": Range(0.0, 10.0, above=True),
        "assets": Range(1, 10**6), "spread": Range(0.0, 10.0), "beta": Range(-100.0, 100.0),
    }  # fmt: skip

    name: str
    cap: float
    daily_amount: float
    volatility: float = 0.015
    assets: int = 1
    spread: float = 0.0
    beta: float = 1.0
    limit: float | None = None

    def __post_init__(self) -> None:
        check_ranges(self, f"groups.{self.name}", self.ranges)
        if self.limit is not None and not 0 < self.limit < 1:
            raise ConfigError(
                f"groups.{self.name}.limit={self.limit}: a daily limit is a fraction between 0 and "
                "1, 0.1 for ten per cent. Leave it out where there is none."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Futures:
    """Futures on an index, by their basis (futures over index, minus one; discount negative).

    Attributes
    ----------
    basis, mean : float
        Where the basis stands and where it returns to. [1]
    reversion : float
        Share of the gap closed in a day. [1/d]
    daily_amount : float
        Depth of the futures market. [money/d]
    impact : float
        Move of the basis for net futures flow of one day's depth. [1]
    stress : float
        Share of the index's daily return the basis adds when depth has gone. [1]
    premium_cap : float or None
        Premium at which cash-and-carry sells futures without limit; nothing caps a discount. [1]
    """

    ranges: ClassVar[Mapping[str, Range]] = {
        "basis": Range(-0.9, 10.0), "mean": Range(-0.9, 10.0), "reversion": SHARE,
        "daily_amount": MARKET, "impact": GAIN, "stress": GAIN, "premium_cap": Range(-0.9, 10.0),
    }  # fmt: skip

    basis: float = 0.0
    mean: float = 0.0
    reversion: float = 0.15
    daily_amount: float = 1e11
    impact: float = 0.02
    stress: float = 0.0
    premium_cap: float | None = 0.004


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index over groups, weighted by free float inside each.

    Attributes
    ----------
    name : str
    weights : mapping of group to float
        Weight of each group at the start; scaled to sum to 1. [1]
    level : float
        Where it stands at the start. [points]
    futures : Futures or None
    """

    ranges: ClassVar[Mapping[str, Range]] = {
        "level": Range(0.0, 1e12, above=True), "weights": MONEY,
    }  # fmt: skip

    name: str
    weights: Mapping[str, float]
    level: float = 1000.0
    futures: Futures | None = None

    def __post_init__(self) -> None:
        check_ranges(self, f"indices.{self.name}", self.ranges)
        if self.futures is not None:
            check_ranges(self.futures, f"indices.{self.name}.futures", self.futures.ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """All assets as arrays in the order of their groups; every price starts at 1.

    A share is therefore one unit of starting money, and a holding of 5e9 shares is worth 5e9 at
    the start. Arrays have shape (n_assets,).
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    group_of: npt.NDArray[np.int64]
    cap: FloatArray
    daily_amount: FloatArray
    volatility: FloatArray
    beta: FloatArray
    limit: FloatArray
    number: npt.NDArray[np.uint64] = field(repr=False)

    @classmethod
    def of(cls, groups: Sequence[Group], seed: int = 0) -> Assets:
        """Cut groups into names; sizes inside a group are drawn by the names' stable numbers."""
        names, share = [], []
        for g in groups:
            own = [g.name] if g.assets == 1 else [f"{g.name}-{k:04d}" for k in range(g.assets)]
            draw = Draws.of(seed, [0]).normals("size", 0, numbers(own))[:, 0]
            size = np.exp(g.spread * draw)
            names += own
            share.append(size / size.sum())
        of_group = np.repeat(np.arange(len(groups)), [g.assets for g in groups])
        weight = np.concatenate(share)

        def spread(field_name: str) -> FloatArray:
            return np.array([float(getattr(g, field_name)) for g in groups])[of_group]

        return cls(
            names=tuple(names),
            groups=tuple(g.name for g in groups),
            group_of=of_group,
            cap=spread("cap") * weight,
            daily_amount=spread("daily_amount") * weight,
            volatility=spread("volatility"),
            beta=spread("beta"),
            limit=np.array([np.inf if g.limit is None else g.limit for g in groups])[of_group],
            number=numbers(names),
        )

    def __len__(self) -> int:
        """Number of assets."""
        return len(self.names)

    def group_number(self, name: str, where: str) -> int:
        """Position of a group; `where` is the field that named it."""
        if name not in self.groups:
            raise ConfigError(
                f"{where}: group `{name}` does not exist, so its money would go nowhere. Groups "
                f"are {list(self.groups)}."
            )
        return self.groups.index(name)

    def group_weights(self) -> FloatArray:
        """Free-float weight of each asset in its group, (n_groups, n_assets), rows summing to 1."""
        member = np.arange(len(self.groups))[:, None] == self.group_of
        return member * self.cap / (member @ self.cap)[:, None]

    def index_weights(self, indices: Sequence[Index]) -> FloatArray:
        """Weights of shape (n_indices, n_assets) at starting prices, rows summing to 1."""
        weights = np.zeros((len(indices), len(self)))
        for i, index in enumerate(indices):
            for name, weight in index.weights.items():
                inside = self.group_of == self.group_number(name, f"indices.{index.name}.weights")
                weights[i, inside] = weight * self.cap[inside] / self.cap[inside].sum()
            total = weights[i].sum()
            if not total > 0 or (weights[i] < 0).any():
                raise ConfigError(
                    f"indices.{index.name}.weights={dict(index.weights)}: an index needs weights "
                    "that are not negative and not all zero. Give each group's share."
                )
            weights[i] /= total
        return weights
