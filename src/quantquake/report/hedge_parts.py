"""What the hedging panels show beyond the cards: regimes, dated rules, entries, ledger, rolls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd


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
    entries : DataFrame or None
        As ``book.entries.entry_dates`` returns it.
    path : Series or None
        Basis ratio of `contract` by date. [1]
    expiry : Timestamp or None
    ledger : DataFrame or None
        As ``book.ledger.neutral_ledger`` returns it. [CNY]
    rolls : DataFrame or None
        As ``measures.roll.compare_rolls(...).costs``. [1/yr]
    """

    product: str
    contract: str
    regimes: pd.DataFrame | None = None
    changes: Sequence[RuleChange] = ()
    entries: pd.DataFrame | None = None
    path: pd.Series | None = None
    expiry: pd.Timestamp | None = None
    ledger: pd.DataFrame | None = None
    rolls: pd.DataFrame | None = None
