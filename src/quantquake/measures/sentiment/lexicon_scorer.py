"""Count good and bad words in a headline, with negation, reversal and degree."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from quantquake.errors import ConfigError, MissingExtraError
from quantquake.measures.sentiment.lexicon import Lexicon, default_lexicon

NEGATION_REACH = 6  # characters between a negation and the word it turns
UNDONE_BAD = 0.5  # a loss that did not come is worth less than a profit
SATURATION = 2.0  # summed weight at which the score reaches tanh(1) = 0.76
_CLAUSE = re.compile(r"[，。；！？、,;!?\s：:（）()“”\"]+")


class LexiconScorer:
    """Count good and bad words with negation, reversal and degree.

    Parameters
    ----------
    lexicon : Lexicon, optional
        Default `default_lexicon()`; extend it with ``.extended(read_lexicon(path))``.
    segmenter : {"match", "jieba"}
        "match" (default, no dependency) takes the longest entry at each character. "jieba"
        cuts the text into words first, so that an entry inside a longer word does not count;
        needs the extra `text`.

    Raises
    ------
    MissingExtraError
        If "jieba" is asked for and not installed.
    """

    def __init__(
        self,
        lexicon: Lexicon | None = None,
        *,
        segmenter: Literal["match", "jieba"] = "match",
    ) -> None:
        self.lexicon = lexicon or default_lexicon()
        self.segmenter = segmenter
        self._cut = _cutter(segmenter, self.lexicon)

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """``tanh(sum of weights / 2)`` per text; 0 where no word is known."""
        return np.array([math.tanh(self.weigh(text) / SATURATION) for text in texts], dtype=float)

    def weigh(self, text: str) -> float:
        """Sum of the weights found; unbounded. [1]"""
        return sum(weight for _, weight in self.hits(text))

    def hits(self, text: str) -> list[tuple[str, float]]:
        """Words found with the weight each brought, after its modifiers: the explanation."""
        found: list[tuple[str, float]] = []
        for clause in _CLAUSE.split(text):
            found.extend(_clause_hits(self._cut(clause), self.lexicon))
        return found


def _clause_hits(tokens: Iterable[str], lexicon: Lexicon) -> list[tuple[str, float]]:
    """Walk one clause from left to right, carrying the modifiers seen so far."""
    found: list[tuple[str, float]] = []
    degree, negated_for, reversal, undone = 1.0, 0, "", False
    for token in tokens:
        weight = lexicon.words.get(token, 0.0) * degree
        if weight:
            if (negated_for > 0) != bool(reversal):
                weight, undone = _turned(weight), undone or bool(reversal)
            found.append((token, weight))
            degree, negated_for = 1.0, 0
        elif token in lexicon.reversals and token not in lexicon.words:
            # "has no intention to end": a negated reversal leaves the news as it was.
            reversal, negated_for = "" if negated_for > 0 else token, 0
        elif token in lexicon.negations:
            negated_for = NEGATION_REACH + 1 + len(token)
        elif token in lexicon.degrees:
            degree *= lexicon.degrees[token]
        negated_for -= len(token)
    return found if not reversal else _reversed(found, reversal, undone, lexicon)


def _reversed(
    found: list[tuple[str, float]], reversal: str, undone: bool, lexicon: Lexicon
) -> list[tuple[str, float]]:
    """Chinese also puts the verb last (减持计划终止): it then undoes what came before it."""
    if not undone and found:
        found = [(token, _turned(weight)) for token, weight in found]
    own = lexicon.reversals[reversal]
    bad_end = not found or sum(weight for _, weight in found) < 0
    return [*found, (reversal, own)] if own and bad_end else found


def _turned(weight: float) -> float:
    """Good news undone is bad in full; bad news undone is only half as good."""
    return -weight if weight > 0 else -UNDONE_BAD * weight


def _cutter(segmenter: str, lexicon: Lexicon) -> Callable[[str], Iterable[str]]:
    if segmenter == "match":
        pattern = _longest_first(lexicon.entries)
        return pattern.findall
    if segmenter == "jieba":
        return _jieba_cutter(lexicon.entries)
    raise ConfigError(
        f"`segmenter` is {segmenter!r}: texts cannot be cut into words. "
        'Use "match" (no dependency) or "jieba".'
    )


@lru_cache(maxsize=8)
def _longest_first(entries: frozenset[str]) -> re.Pattern[str]:
    """Alternatives in order of length, then any one character: a longest-match cutter."""
    ordered = sorted(entries, key=lambda word: (-len(word), word))
    return re.compile("|".join([*map(re.escape, ordered), "."]))


@lru_cache(maxsize=8)
def _jieba_cutter(entries: frozenset[str]) -> Callable[[str], Iterable[str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba imports pkg_resources, which warns
        try:
            import jieba
        except ImportError as error:
            raise MissingExtraError("jieba", "text", "Cutting Chinese into words") from error
    jieba.setLogLevel(30)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for word in sorted(entries):
        if len(word) > 1:
            tokenizer.add_word(word)
    return lambda text: tokenizer.lcut(text, HMM=False)
