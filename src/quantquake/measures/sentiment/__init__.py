"""How good or bad the news sounds, offline, and one number a day from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quantquake.errors import DataError
from quantquake.measures.sentiment.lexicon import (
    Lexicon,
    default_lexicon,
    parse_lexicon,
    read_lexicon,
)
from quantquake.measures.sentiment.lexicon_scorer import LexiconScorer
from quantquake.measures.sentiment.model import SentimentModel
from quantquake.measures.sentiment.training import TrainReport, train_file

__all__ = [
    "Lexicon",
    "LexiconScorer",
    "Scorer",
    "SentimentModel",
    "TrainReport",
    "daily_panel",
    "daily_score",
    "default_lexicon",
    "parse_lexicon",
    "read_lexicon",
    "score",
    "train_file",
]

Floats = NDArray[np.float64]


class Scorer(Protocol):
    """Anything that rates texts: the lexicon below, a trained model, a user's transformer."""

    def score(self, texts: Sequence[str]) -> Floats:
        """One value in [-1, 1] per text; 0 = nothing found, NaN = no text."""
        ...


def score(texts: Sequence[str], *, scorer: Scorer | None = None) -> Floats:
    """Rate texts between -1 (bad news) and 1 (good news).

    Parameters
    ----------
    texts : sequence of str
        Headlines or short articles; None or NaN where missing.
    scorer : Scorer, optional
        Default: `LexiconScorer` with the shipped lexicon.

    Returns
    -------
    ndarray of shape (n_texts,)
        Scores. [1] NaN for a missing or blank text, 0 where no word was known.

    Raises
    ------
    DataError
        If `texts` is a single string, or the scorer leaves [-1, 1] or changes the length.
    """
    if isinstance(texts, str):
        raise DataError(
            "`texts` is one string: it would be rated character by character. "
            "Pass a list, for example [text]."
        )
    items = list(texts)
    out = np.full(len(items), np.nan)
    present = [i for i, text in enumerate(items) if isinstance(text, str) and text.strip()]
    if present:
        rated = (scorer or LexiconScorer()).score([items[i] for i in present])
        out[present] = _checked_scores(rated, len(present))
    return out


def _checked_scores(rated: Any, n: int) -> Floats:
    values = np.asarray(rated, dtype=np.float64)
    if values.shape != (n,) or np.nanmax(np.abs(values), initial=0.0) > 1:
        raise DataError(
            f"The scorer returned shape {values.shape} for {n} texts, largest size "
            f"{np.nanmax(np.abs(values), initial=0.0):.3g}: daily means need one score in "
            "[-1, 1] per text. Rescale the scorer, e.g. p_positive - p_negative."
        )
    return values


def daily_score(
    news: pd.DataFrame,
    *,
    sessions: pd.DatetimeIndex | None = None,
    exchange: str = "XSHG",
    window: int = 20,
    prior: float = 10,
    close_time: str = "15:00",
    date_only: Literal["same", "next"] = "same",
    scorer: Scorer | None = None,
) -> pd.Series:
    """One sentiment number a day: the mean of the month's articles, pulled to 0 when few.

    Parameters
    ----------
    news : DataFrame
        Columns ``date`` (local time of publication, no zone) and ``score`` in [-1, 1] or
        ``text`` (or ``title``) to be rated. Rows without a score count as absent.
    sessions : DatetimeIndex, optional
        Trading days wanted in the result; default those of `exchange` from the first article
        to the last.
    exchange : str
        Calendar used when `sessions` is not given.
    window : int
        Sessions t - window + 1 .. t are averaged. [d]
    prior : float
        Weight of "no news", in articles: the mean of n articles is multiplied by n / (n + prior).
    close_time : str
        Articles stamped at or after it belong to the next session. [HH:MM]
    date_only : {"same", "next"}
        Session of articles stamped with a date but no time (midnight). "next" is the cautious
        choice when the feed also dates evening news so.
    scorer : Scorer, optional
        For ``text``; default the shipped lexicon.

    Returns
    -------
    Series of shape (n_sessions,)
        ``news_score`` in (-1, 1). NaN where the window holds no article: missing, never 0.

    Raises
    ------
    DataError
        If columns are missing, stamps carry a zone, or a score leaves [-1, 1].

    References
    ----------
    .. [1] spec/crowding.md 3.2, "news score": shrunk n / (n + 10) to 0.
    """
    rated = _rated(news, scorer)
    days = _sessions(rated["date"], sessions, exchange)
    place = _session_of(rated["date"], days, close_time, date_only)
    total, count = (np.zeros(len(days)) for _ in range(2))
    inside = place < len(days)
    np.add.at(total, place[inside], rated["score"].to_numpy()[inside])
    np.add.at(count, place[inside], 1.0)
    n = pd.Series(count, index=days).rolling(window, min_periods=1).sum().round()
    summed = pd.Series(total, index=days).rolling(window, min_periods=1).sum()
    return (summed / (n + prior)).where(n > 0).rename("news_score").rename_axis("date")


def daily_panel(news: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """`daily_score` per ``symbol``: a date x symbol panel for ``Market(news_score=...)``.

    `options` as in `daily_score`; without ``sessions`` all symbols share the calendar from the
    first article of any of them to the last. NaN where a symbol has no article in the window.
    """
    if "symbol" not in news:
        raise DataError(
            f"News has no column `symbol`, only {list(news.columns)}: articles cannot be told "
            "apart by stock. Add it, or use `daily_score` for one series."
        )
    rated = _rated(news, options.pop("scorer", None)).assign(symbol=news["symbol"])
    exchange = options.pop("exchange", "XSHG")
    days = _sessions(rated["date"], options.pop("sessions", None), exchange)
    columns = {
        str(symbol): daily_score(rows, sessions=days, **options)
        for symbol, rows in rated.groupby("symbol", sort=True)
    }
    return pd.DataFrame(columns, index=days).rename_axis(index="date", columns="symbol")


def _rated(news: pd.DataFrame, scorer: Scorer | None) -> pd.DataFrame:
    """Date and score of every article that has one, on the caller's index."""
    text = next((c for c in ("score", "text", "title") if c in news), None)
    if "date" not in news or text is None:
        raise DataError(
            f"News needs `date` and `score` or `text`; it has {list(news.columns)}: there is "
            "nothing to average by day. Rename the columns."
        )
    date = _stamps(news["date"])
    if date.dt.tz is not None:
        raise DataError(
            f"`date` carries the zone {date.dt.tz}: the close is a local wall-clock time. "
            "tz_convert to the exchange, then tz_localize(None)."
        )
    values = news["score"] if text == "score" else score(list(news[text]), scorer=scorer)
    rated = pd.DataFrame({"date": date, "score": np.asarray(values, dtype=np.float64)})
    wrong = int((rated["score"].abs() > 1).sum())
    if wrong:
        raise DataError(
            f"{wrong} of {len(rated)} scores lie outside [-1, 1], largest size "
            f"{rated['score'].abs().max():.3g}: they would outweigh every other article. Rescale."
        )
    return rated[rated["score"].notna() & rated["date"].notna()]


def _stamps(column: pd.Series) -> pd.Series:
    try:
        return pd.to_datetime(column, format="mixed")  # feeds mix dates with and without times
    except ValueError as error:
        raise DataError(
            f"`date` of the news cannot be read ({error}): an article without a day has no "
            "session. Write stamps like 2024-02-05 14:30, leave unknown ones empty."
        ) from error


def _sessions(
    date: pd.Series, sessions: pd.DatetimeIndex | None, exchange: str
) -> pd.DatetimeIndex:
    if sessions is not None:
        return pd.DatetimeIndex(sessions, name="date")
    if date.empty:
        return pd.DatetimeIndex([], name="date")
    from quantquake.data.calendars import sessions as of_exchange

    return of_exchange(exchange, start=date.min().normalize(), end=date.max().normalize())


def _session_of(
    date: pd.Series, days: pd.DatetimeIndex, close_time: str, date_only: str
) -> NDArray[np.int64]:
    """Position of the first session whose close comes after the article."""
    close = pd.Timedelta(f"{close_time}:00" if close_time.count(":") == 1 else close_time)
    day = date.dt.normalize()
    midnight = date == day
    late = (date - day >= close) | (midnight & (date_only == "next"))
    earliest = day + pd.to_timedelta(late.astype(int), unit="D")
    return np.asarray(days.searchsorted(pd.DatetimeIndex(earliest), side="left"), dtype=np.int64)
