"""What the hedging panels show beyond the cards: regimes, dated rules, entries, ledger, rolls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd


class TrialLike(Protocol):
    """A walk-forward trial of the roll planner (``measures.roll.RollTrial``)."""

    @property
    def product(self) -> str: ...  # noqa: D102
    @property
    def costs(self) -> pd.DataFrame: ...  # noqa: D102 - a year, a cost is positive
    @property
    def lead(self) -> pd.DataFrame: ...  # noqa: D102 - saved, low, high
    @property
    def nightly(self) -> pd.DataFrame: ...  # noqa: D102 - by date


class SubstitutionLike(Protocol):
    """Long substitution of one product (``measures.basis.substitution.LongSubstitution``)."""

    @property
    def contracts(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def best(self) -> str: ...  # noqa: D102
    @property
    def head_start(self) -> float: ...  # noqa: D102 - a year
    @property
    def worst(self) -> float: ...  # noqa: D102 - not a year's rate


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One dated change of the trading rules, for a line on a chart."""

    date: pd.Timestamp
    title_en: str
    title_zh: str
    verified: bool

    def title(self, lang: str) -> str:
        """Return the title in a language; a row nobody verified carries a question mark."""
        text = self.title_zh if lang == "zh" else self.title_en
        return text if self.verified else f"{text}?"


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeParts:
    """Already computed; None leaves the panel out.

    Attributes
    ----------
    product, contract : str
        The product the detail is about, and its contract with the largest open interest.
    regimes : DataFrame or None
        As ``measures.basis.regimes.discount_regimes`` returns it.
    changes : sequence of RuleChange
    context : sequence of RuleChange
        Orders and halts of the day itself.
    entries : DataFrame or None
        As ``book.entries.entry_dates`` returns it.
    path : Series or None
        Basis ratio of `contract` by date. [1]
    expiry : Timestamp or None
    ledger : DataFrame or None
        As ``book.ledger.neutral_ledger`` returns it. [CNY]
    levered : DataFrame or None
        The ledger on a client's own money, as ``book.dma_swap.dma_ledger`` returns it. [1/d]
    rolls : DataFrame or None
        As ``measures.roll.compare_rolls(...).costs``. [1/yr]
    trial : RollTrial or None
        Whether planning the roll has paid where it was not fitted (``measures.roll.walk_forward``).
    substitutions : mapping of product to LongSubstitution
        What holding the future instead of an index fund pays.
    past : sequence of mappings
        Each product's discount in its own past, as ``app.hedge_history.past`` returns it.
    """

    product: str
    contract: str
    regimes: pd.DataFrame | None = None
    changes: Sequence[RuleChange] = ()
    context: Sequence[RuleChange] = ()
    entries: pd.DataFrame | None = None
    path: pd.Series | None = None
    expiry: pd.Timestamp | None = None
    ledger: pd.DataFrame | None = None
    levered: pd.DataFrame | None = None
    rolls: pd.DataFrame | None = None
    trial: TrialLike | None = None
    substitutions: Mapping[str, SubstitutionLike] = field(default_factory=dict)
    past: Sequence[Mapping[str, Any]] = ()
