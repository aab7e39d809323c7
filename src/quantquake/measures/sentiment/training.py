"""Fit a sentiment model on labelled texts and judge it on the texts that followed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from quantquake.errors import DataError, FileError
from quantquake.measures.sentiment.model import SentimentModel, vectorizer
from quantquake.measures.sentiment.skill import auc
from quantquake.types import Origin, Result, jsonable

# Which labels mean what; a three-class file keeps its neutral class.
SIGNS: dict[tuple[int, ...], tuple[float, ...]] = {
    (0, 1): (-1.0, 1.0),
    (-1, 1): (-1.0, 1.0),
    (-1, 0, 1): (-1.0, 0.0, 1.0),
    (0, 1, 2): (-1.0, 0.0, 1.0),
}
COLUMNS = {
    "text": ("text", "title", "headline", "content", "标题", "内容", "文本"),
    "label": ("label", "sentiment", "标签", "情感"),
    "date": ("date", "datetime", "time", "日期", "时间"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainReport(Result):
    """A fitted model and how its predecessors did out of time.

    Attributes
    ----------
    model : SentimentModel
        Fitted on all texts.
    folds : DataFrame of shape (n_folds, ...)
        ``test_from``, ``test_to``, ``n_train``, ``n_test``, ``auc`` (good against bad),
        ``accuracy``, ``majority`` (accuracy of the commonest past label), ``brier``.
    n_texts : int
        Texts used.
    auc, accuracy, majority, brier : float
        Means over the folds, weighted by their texts. [1]
    """

    model: SentimentModel
    folds: pd.DataFrame
    n_texts: int
    auc: float
    accuracy: float
    majority: float
    brier: float
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """The folds."""
        return self.folds

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; the model's weights are left to `SentimentModel.save`."""
        names = ("n_texts", "auc", "accuracy", "majority", "brier", "folds", "origin")
        return {name: jsonable(getattr(self, name)) for name in names}


def train(
    texts: Sequence[str],
    labels: ArrayLike,
    dates: ArrayLike | None = None,
    *,
    folds: int = 5,
    strength: float = 10.0,
) -> TrainReport:
    """Fit on everything, and report how fits on the past did on the texts that followed.

    Parameters
    ----------
    texts : sequence of str
        Labelled texts.
    labels : array of shape (n_texts,)
        0/1, -1/1, -1/0/1 or 0/1/2, from bad to good.
    dates : array of shape (n_texts,), optional
        When each was published. Without it the rows are taken to stand in order of time.
    folds : int
        Number of later stretches tested, each with a model of everything before it.
    strength : float
        Inverse of the ridge penalty (scikit-learn's C).

    Returns
    -------
    TrainReport
        With the fitted ``model``.

    Raises
    ------
    DataError
        Unknown labels, lengths that differ, or too few texts for the folds.
    """
    data = _ordered(texts, labels, dates)
    tested = [_judge(data[past], data[later], strength) for past, later in _splits(data, folds)]
    if not tested:
        raise DataError(
            f"{len(data)} texts give no stretch with both good and bad news after a past with "
            "both: the model could not be judged. Give more texts or fewer `folds`."
        )
    table = pd.DataFrame(tested)
    n = table["n_test"].to_numpy(dtype=np.float64)
    return TrainReport(
        model=_fit(data, strength),
        folds=table,
        n_texts=len(data),
        auc=float(np.average(table["auc"], weights=n)),
        accuracy=float(np.average(table["accuracy"], weights=n)),
        majority=float(np.average(table["majority"], weights=n)),
        brier=float(np.average(table["brier"], weights=n)),
        origin=Origin(
            as_of=None if dates is None else pd.Timestamp(data["date"].iloc[-1]),
            assumptions=(
                "tested on later texts only" if dates is not None else "row order = time order",
                f"character 1-3-grams, C = {strength:g}",
            ),
        ),
    )


def train_file(
    source: str | Path | pd.DataFrame,
    *,
    text: str | None = None,
    label: str | None = None,
    date: str | None = None,
    out: str | Path | None = None,
    **options: Any,
) -> TrainReport:
    """Train on a labelled file or frame; column names are guessed unless given.

    Parameters
    ----------
    source : path or DataFrame
        CSV (UTF-8 or GBK), Parquet, or a frame.
    text, label, date : str, optional
        Columns; `date` may be absent from the file.
    out : path, optional
        Where to save the model (JSON).
    **options
        As in `train`.

    Raises
    ------
    FileError, DataError
        If the file cannot be read or lacks a column.
    """
    frame = source if isinstance(source, pd.DataFrame) else _read(Path(source))
    texts, labels = _column(frame, "text", text), _column(frame, "label", label)
    when = _column(frame, "date", date, needed=False)
    dates = None if when is None else frame[when].to_numpy()
    report = train(frame[texts].tolist(), frame[labels], dates, **options)
    if out is not None:
        report.model.save(out)
    return report


def read_texts(source: str | Path, column: str | None = None) -> pd.Series:
    """Read the texts of a CSV or Parquet file; the column is guessed unless given.

    Raises
    ------
    FileError, DataError
        If the file cannot be read or has no such column.
    """
    frame = _read(Path(source))
    return frame[_column(frame, "text", column)].astype(str)


def _fit(data: pd.DataFrame, strength: float) -> SentimentModel:
    from sklearn.linear_model import LogisticRegression

    grams = vectorizer(min_df=2, max_features=30_000)
    features = grams.fit_transform(data["text"])
    fitted = LogisticRegression(C=strength, max_iter=2_000).fit(features, data["sign"])
    return SentimentModel(
        grams=tuple(str(gram) for gram in grams.get_feature_names_out()),
        idf=np.asarray(grams.idf_, dtype=np.float64),
        weights=np.asarray(fitted.coef_, dtype=np.float64),
        bias=np.asarray(fitted.intercept_, dtype=np.float64),
        signs=tuple(float(sign) for sign in fitted.classes_),
    )


def _judge(past: pd.DataFrame, later: pd.DataFrame, strength: float) -> dict[str, Any]:
    model = _fit(past, strength)
    probability = model.probabilities(later["text"].tolist())
    sign = later["sign"].to_numpy()
    guess = np.array(model.signs)[probability.argmax(axis=1)]
    truth = sign[:, None] == np.array(model.signs)
    polar = sign != 0
    return {
        "test_from": later["date"].iloc[0],
        "test_to": later["date"].iloc[-1],
        "n_train": len(past),
        "n_test": len(later),
        "auc": auc((probability @ np.array(model.signs))[polar], sign[polar] > 0),
        "accuracy": float(np.mean(guess == sign)),
        "majority": float(np.mean(sign == past["sign"].mode().iloc[0])),
        # Sum over classes halved, so that two classes give the usual Brier score.
        "brier": float(np.mean(np.sum((probability - truth) ** 2, axis=1)) / 2),
    }


def _splits(data: pd.DataFrame, folds: int) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Expanding past, next stretch; a day is never cut in two. Unjudgeable stretches are skipped.

    The past is everything dated strictly before the stretch's first day.
    """
    date, sign = data["date"].to_numpy(), data["sign"].to_numpy()
    edges = np.searchsorted(date, date[np.linspace(0, len(date) - 1, folds + 2).astype(int)])
    edges[-1] = len(date)
    for start, stop in pairwise(edges[1:]):
        past, later = np.arange(len(date)) < start, np.zeros(len(date), dtype=bool)
        later[start:stop] = True
        if all({-1.0, 1.0} <= set(sign[rows]) for rows in (past, later)):
            yield past, later


def _ordered(texts: Sequence[str], labels: ArrayLike, dates: ArrayLike | None) -> pd.DataFrame:
    """Texts with their sign, oldest first."""
    values = np.asarray(labels)
    when = np.arange(len(values)) if dates is None else pd.to_datetime(np.asarray(dates))
    known = tuple(sorted(np.unique(values).tolist()))
    if known not in SIGNS or not len(texts) == len(values) == len(when):
        raise DataError(
            f"{len(texts)} texts, {len(values)} labels {list(known)[:6]}, {len(when)} dates: a "
            "model needs one label per text. Use 0/1, -1/1, -1/0/1 or 0/1/2, from bad to good."
        )
    sign = np.array(SIGNS[known])[np.searchsorted(known, values)]
    frame = pd.DataFrame({"text": list(texts), "sign": sign, "date": when})
    return frame.sort_values("date", kind="stable", ignore_index=True)


def _column(frame: pd.DataFrame, role: str, given: str | None, *, needed: bool = True) -> Any:
    name = given or next((c for c in COLUMNS[role] if c in frame), None)
    if name in frame or (name is None and not needed):
        return name
    raise DataError(
        f"No {role} column {given or 'among ' + ', '.join(COLUMNS[role])}; the table has "
        f"{list(frame.columns)}: nothing to learn from. Name it with `{role}=`."
    )


def _read(path: Path) -> pd.DataFrame:
    try:
        if path.suffix.lower() in {".parquet", ".pq"}:
            import duckdb

            return pd.DataFrame(duckdb.read_parquet(str(path)).df())
        try:
            return pd.read_csv(path, encoding="utf-8-sig")
        except UnicodeDecodeError:
            return pd.read_csv(path, encoding="gb18030")
    except Exception as error:
        raise FileError(
            f"{str(path)!r} cannot be read as CSV or Parquet ({error}): no texts to learn from. "
            "Check the path, or load it yourself and pass the frame."
        ) from error
