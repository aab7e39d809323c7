"""A sentiment model trained on one's own labelled texts, judged only on later ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quantquake.errors import FileError

if TYPE_CHECKING:
    from quantquake.measures.sentiment.training import TrainReport

Floats = NDArray[np.float64]

FORMAT = "quantquake-sentiment-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentModel:
    """TF-IDF of character n-grams and a logistic regression; a `Scorer`.

    Attributes
    ----------
    grams : tuple of str
        Character sequences of length 1 to 3 that it knows.
    idf : ndarray of shape (n_grams,)
        Inverse document frequencies.
    weights : ndarray of shape (n_classes or 1, n_grams)
        Logistic coefficients.
    bias : ndarray of shape (n_classes or 1,)
        Intercepts.
    signs : tuple of float
        Value of each class, -1 bad to 1 good.
    """

    grams: tuple[str, ...]
    idf: Floats
    weights: Floats
    bias: Floats
    signs: tuple[float, ...]

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Probability of each class, shape (n_texts, n_classes). [1]"""
        grams = vectorizer(vocabulary={gram: i for i, gram in enumerate(self.grams)})
        grams.idf_ = self.idf
        logit = grams.transform(list(texts)) @ self.weights.T + self.bias
        if logit.shape[1] == 1:  # two classes have one logit
            logit = np.hstack([np.zeros_like(logit), logit])
        odds = np.exp(logit - logit.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))

    def score(self, texts: Sequence[str]) -> Floats:
        """P(good) - P(bad) per text, in [-1, 1]."""
        return np.asarray(np.clip(self.probabilities(texts) @ np.array(self.signs), -1.0, 1.0))

    def save(self, path: str | Path) -> None:
        """Write the model as JSON: readable, and loading it can run no code."""
        body = {
            "format": FORMAT,
            "signs": list(self.signs),
            "bias": self.bias.tolist(),
            "grams": list(self.grams),
            "idf": self.idf.tolist(),
            "weights": self.weights.tolist(),
        }
        Path(path).write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> SentimentModel:
        """Read a model written by `save`; FileError if it is none."""
        try:
            body = json.loads(Path(path).read_text(encoding="utf-8"))
            weights = np.array(body["weights"], dtype=np.float64)
            model = cls(
                grams=tuple(body["grams"]),
                idf=np.array(body["idf"], dtype=np.float64),
                weights=weights,
                bias=np.array(body["bias"], dtype=np.float64),
                signs=tuple(body["signs"]),
            )
            fits = body["format"] == FORMAT and weights.shape[1] == len(model.grams)
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise _no_model(path, repr(error)) from error
        if not fits:
            raise _no_model(path, f"format {body['format']!r}, {weights.shape[1]} weights")
        return model

    @staticmethod
    def train(
        texts: Sequence[str], labels: ArrayLike, dates: ArrayLike | None = None, **options: Any
    ) -> TrainReport:
        """Fit a model and judge it on later texts; see `sentiment_training.train`."""
        from quantquake.measures.sentiment.training import train

        return train(texts, labels, dates, **options)


def vectorizer(**options: Any) -> Any:
    """Character 1-3-grams; scikit-learn is imported only when a model is used."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, **options)


def _no_model(path: str | Path, why: str) -> FileError:
    return FileError(
        f"{str(path)!r} is no sentiment model ({why}): scores from it would be arbitrary. "
        "Point to a file written by SentimentModel.save, or train again."
    )
