"""Words that are good or bad news for a shareholder, and how they turn each other round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from quantquake.errors import DataError, FileError

SECTIONS = ("words", "negations", "reversals", "degrees")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Weighted words with their modifiers.

    Attributes
    ----------
    words : mapping of str to float
        Weight of each word or phrase; > 0 good news, 0 = means nothing (shields its parts). [1]
    negations : frozenset of str
        Turn the sign of a word that follows closely.
    reversals : mapping of str to float
        Undo what follows in the clause; the value is their own weight otherwise. [1]
    degrees : mapping of str to float
        Factors on the next word. [1]
    """

    words: Mapping[str, float]
    negations: frozenset[str]
    reversals: Mapping[str, float]
    degrees: Mapping[str, float]

    @property
    def entries(self) -> frozenset[str]:
        """Every string the scorer looks for."""
        return frozenset({*self.words, *self.negations, *self.reversals, *self.degrees})

    def extended(self, other: Lexicon) -> Lexicon:
        """This lexicon with another laid over it; where both know a word, `other` decides.

        A word that `other` files under a new section leaves its old one.
        """
        moved = other.entries
        return Lexicon(
            words={**_without(self.words, moved), **other.words},
            negations=(self.negations - moved) | other.negations,
            reversals={**_without(self.reversals, moved), **other.reversals},
            degrees={**_without(self.degrees, moved), **other.degrees},
        )


@lru_cache(maxsize=1)
def default_lexicon() -> Lexicon:
    """The lexicon shipped with the package (our own, Apache-2.0)."""
    text = resources.files("quantquake.data").joinpath("lexicon/finance_zh.txt")
    return parse_lexicon(text.read_text(encoding="utf-8"), name="finance_zh.txt")


def read_lexicon(path: str | Path) -> Lexicon:
    """Read a user's lexicon file; the form is explained at the top of the shipped one.

    Raises
    ------
    FileError
        If the file cannot be read as UTF-8 text.
    DataError
        If a line is not of the form.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(
            f"Lexicon {str(path)!r} cannot be read ({error}): its words would silently be "
            "missing from every score. Check the path and save the file as UTF-8."
        ) from error
    return parse_lexicon(text, name=str(path))


def parse_lexicon(text: str, *, name: str = "lexicon") -> Lexicon:
    """Turn the text form into a `Lexicon`; a word given twice keeps its last weight."""
    weighted: dict[str, dict[str, float]] = {"words": {}, "reversals": {}, "degrees": {}}
    negations: set[str] = set()
    for number, section, line in _lines(text, name):
        head, *rest = line.split()
        if section == "negations":
            negations.update([head, *rest])
        else:
            weight = _number(head, name, number, line)
            weighted[section].update(dict.fromkeys(rest, weight))
    return Lexicon(negations=frozenset(negations), **weighted)


def _lines(text: str, name: str) -> Iterator[tuple[int, str, str]]:
    section = ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]").strip()
            if section in SECTIONS:
                continue
        if section not in SECTIONS:
            raise DataError(
                f"{name}, line {number}: {line[:30]!r} stands in no known section, so nobody "
                f"knows whether it is a word or a modifier. Use {', '.join(SECTIONS)}."
            )
        yield number, section, line


def _number(head: str, name: str, number: int, line: str) -> float:
    try:
        return float(head)
    except ValueError as error:
        raise DataError(
            f"{name}, line {number}: {line[:30]!r} does not start with a weight, so its words "
            "would count nothing. Write for example `-2 爆雷 违约`."
        ) from error


def _without(mapping: Mapping[str, float], moved: frozenset[str]) -> dict[str, float]:
    return {word: weight for word, weight in mapping.items() if word not in moved}
