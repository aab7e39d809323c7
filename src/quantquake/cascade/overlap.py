"""Who holds what the others hold: overlap of books, weighted by how thin the names trade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from quantquake.cascade.result import CascadeResult
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.state import Cast, State, assemble, opening
from quantquake.errors import ConfigError
from quantquake.types import Origin, Result

FloatArray = npt.NDArray[np.float64]

#: A matrix of more holders than this is neither read nor drawn by anyone.
MOST_HOLDERS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap(Result):
    """Overlap of the books on day 0.

    Attributes
    ----------
    money : DataFrame of shape (n, n)
        ``sum_m P_im P_jm / D_m``: what row i loses, at linear impact, if column j closes its whole book;
        the diagonal is what a book costs itself. Negative where one is long what the other is
        short. Symmetric. [money]
    likeness : DataFrame of shape (n, n)
        `money` over the root of both diagonals: 1 for books of the same composition, 0 without a
        name in common, -1 for opposite books; NaN for an empty book. [1]
    loss : DataFrame of shape (n, n)
        `money` over the equity of row i: NaN for desks without a balance sheet. [1]
    nodes : DataFrame of n rows
        ``participant``, ``holders``, ``gross``, ``equity`` [money], ``leverage`` [1].
    origin : Origin
    """

    money: pd.DataFrame
    likeness: pd.DataFrame
    loss: pd.DataFrame
    nodes: pd.DataFrame
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a pair, each pair once, the most overlapping first."""
        upper = np.triu_indices(len(self.nodes), k=1)
        names = list(self.nodes.index)
        rows = pd.DataFrame(
            {
                "one": [names[i] for i in upper[0]],
                "other": [names[j] for j in upper[1]],
                "money": self.money.to_numpy()[upper],
                "likeness": self.likeness.to_numpy()[upper],
            }
        )
        return rows.sort_values("money", ascending=False, kind="stable").reset_index(drop=True)


def overlap(scenario: Scenario, *, by: Literal["participant", "holder"] = "participant") -> Overlap:
    """Liquidity-weighted overlap of the books a scenario starts with.

    Parameters
    ----------
    scenario : Scenario
    by : {"participant", "holder"}
        Books of each participant's holders together, or each holder's own.

    Returns
    -------
    Overlap
        Participants without stocks are left out. Futures are not counted: they are another name.

    Raises
    ------
    ConfigError
        If `by` is unknown, nobody holds stocks, or there are more than 2,000 holders.

    Notes
    -----
    Depth is ``D_m = daily amount / (strength x volatility)``: the money that would move the price
    by all of itself under the linear law of :class:`~quantquake.cascade.impact.Impact` [1]_. Under
    another law read the matrix as an order, not as losses.

    References
    ----------
    .. [1] R. Cont and E. Schaanning, "Monitoring indirect contagion", Journal of Banking &
       Finance 104, 2019.
    """
    if by not in ("participant", "holder"):
        raise ConfigError(
            f"by={by!r}: it is unclear whose books are meant. Give 'participant' or 'holder'."
        )
    cast = assemble(scenario)
    books, nodes = _books(scenario, cast, by)
    depth = cast.assets.daily_amount / (scenario.impact.strength * cast.assets.volatility)
    scaled = books @ sparse.diags_array(1.0 / depth)
    money = np.asarray((scaled @ books.T).todense())
    own = np.sqrt(np.diag(money))
    with np.errstate(divide="ignore", invalid="ignore"):
        likeness = money / np.outer(own, own)
        loss = money / nodes["equity"].to_numpy()[:, None]

    def frame(values: FloatArray) -> pd.DataFrame:
        return pd.DataFrame(values, index=nodes.index, columns=nodes.index)

    return Overlap(
        money=frame(money),
        likeness=frame(likeness),
        loss=frame(loss),
        nodes=nodes,
        origin=Origin(
            as_of=scenario.start,
            coverage={"names": str(len(cast.assets))},
            assumptions=("books of day 0", "linear impact", "the others hold on"),
        ),
    )


def _books(scenario: Scenario, cast: Cast, by: str) -> tuple[sparse.csr_array, pd.DataFrame]:
    """Net money by book and asset, and the balance sheet of each book."""
    state = opening(scenario, cast, 1)
    held, nodes = state.positions.books(), _balance_sheets(cast, state)
    if by == "holder":
        kept = nodes["gross"].to_numpy() > 0
        if kept.sum() > MOST_HOLDERS:
            raise ConfigError(
                f"by='holder': {int(kept.sum()):,} holders make {int(kept.sum()) ** 2:,} pairs, more than "
                f"anyone can read ({MOST_HOLDERS:,} at most). Ask by='participant'."
            )
    else:
        member = pd.Categorical(
            nodes["participant"], categories=list(cast.rows), ordered=True
        ).codes
        ones = np.ones(len(nodes))
        total = sparse.coo_array(
            (ones, (member, np.arange(len(nodes)))), (len(cast.rows), len(nodes))
        )
        held = total.tocsr() @ held
        nodes = _together(nodes, list(cast.rows))
        kept = nodes["gross"].to_numpy() > 0
    if not kept.any():
        raise ConfigError(
            f"{scenario.name}: nobody holds stocks on day 0, so no two books can overlap. Give a "
            "participant `assets` or `holdings`."
        )
    nodes = nodes[kept]
    nodes["leverage"] = nodes["gross"] / nodes["equity"]
    return sparse.csr_array(held[np.flatnonzero(kept)]), nodes


def _balance_sheets(cast: Cast, state: State) -> pd.DataFrame:
    gross = state.positions.gross[:, 0]
    equity = state.positions.net[:, 0] + state.cash[:, 0]
    names = [(p, k) for p, rows in cast.rows.items() for k in range(rows.stop - rows.start)]
    several = {p: rows.stop - rows.start > 1 for p, rows in cast.rows.items()}
    return pd.DataFrame(
        {
            "participant": [p for p, _ in names],
            "holders": 1,
            "gross": gross,
            "equity": np.where(cast.funded, equity, np.nan),
        },
        index=pd.Index([f"{p} {k + 1}" if several[p] else p for p, k in names], name="node"),
    )


def _together(nodes: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    by = nodes.groupby("participant", sort=False)[["holders", "gross", "equity"]].sum(min_count=1)
    by = by.reindex(order).rename_axis("node")
    by.insert(0, "participant", by.index)
    return by


def share_hit(result: CascadeResult) -> pd.Series:
    """Share of each participant's holders that were called, stopped or in default. [1]"""
    bad = ["margin_called", "stopped", "defaulted"]
    hit = result.holders["outcome"].isin(bad)
    return hit.groupby(result.holders["participant"], sort=False).mean().rename("hit")
