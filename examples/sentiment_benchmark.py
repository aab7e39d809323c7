"""Measure every sentiment scorer on headlines none of them has seen; prints a Markdown table.

Run from the project's root with the shared data beside it:

    python examples/sentiment_benchmark.py [path/to/shared/data]

Protocol: headlines before 2018-01-01 are for development (the lexicon's words were looked up
there, the twelve characters chosen there, the model trained there); headlines from 2018-01-01
on are the test, scored once with everything frozen. Forum posts were not used for anything.
Intervals: 95 %, bootstrap over publication days. SnowNLP is measured if it is installed.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from quantquake.measures.sentiment import LexiconScorer, SentimentModel
from quantquake.measures.sentiment.skill import brier, skill

SPLIT = pd.Timestamp("2018-01-01")


class CharacterCounter:
    """The trivial rival: +1 or -1 for each of a dozen telling characters present."""

    def __init__(self, texts, labels, size=12):
        """Choose the characters whose presence differs most between good and bad news."""
        good, bad = Counter(), Counter()
        for text, label in zip(texts, labels, strict=True):
            (good if label else bad).update(set(text))
        n_good, n_bad = sum(labels), len(labels) - sum(labels)
        gap = {c: good[c] / n_good - bad[c] / n_bad for c in {*good, *bad} if c.isalpha()}
        chosen = sorted(gap, key=lambda c: (-abs(gap[c]), c))[:size]
        self.sign = {c: float(np.sign(gap[c])) for c in chosen}

    def score(self, texts):
        """Sum of the signs of the characters present."""
        return np.array([sum(s for c, s in self.sign.items() if c in text) for text in texts])


class Snow:
    """SnowNLP's published model, shifted so that 0 is undecided."""

    def score(self, texts):
        """2 p - 1."""
        from snownlp import SnowNLP

        return np.array([2 * SnowNLP(text).sentiments - 1 for text in texts])


def load(folder):
    """Development and test headlines, and the polar forum posts."""
    read = lambda name: duckdb.read_parquet(str(folder / name)).df()  # noqa: E731
    news, forum = read("cn_news_sentiment.parquet"), read("cn_forum_sentiment.parquet")
    forum = forum[forum["label"] != 1].assign(label=lambda f: (f["label"] == 2).astype(int))
    return news[news["date"] < SPLIT], news[news["date"] >= SPLIT], forum


def scorers(dev):
    """Name -> scorer; whatever needs data saw `dev` only."""
    labels = dev["label"].tolist()
    trained = SentimentModel.train(dev["title"].tolist(), labels, dev["date"].to_numpy())
    return {
        "twelve characters": CharacterCounter(dev["title"], labels),
        "SnowNLP": Snow(),
        "lexicon, longest match (default)": LexiconScorer(),
        "lexicon, jieba": LexiconScorer(segmenter="jieba"),
        "trained model": trained.model,
    }


def calibrated(scorer, dev, texts):
    """Probability of good news from a logistic curve through the development scores."""
    curve = LogisticRegression().fit(scorer.score(dev["title"].tolist())[:, None], dev["label"])
    return curve.predict_proba(scorer.score(texts)[:, None])[:, 1]


def row(name, scorer, dev, part, text, groups):
    """One line of the table."""
    texts, labels = part[text].tolist(), part["label"].to_numpy()
    s = skill(scorer.score(texts), labels, groups=groups)
    loss = brier(calibrated(scorer, dev, texts), labels)
    return (
        f"| {name} | {s.coverage:.2f} | {s.accuracy_covered:.3f} | {s.accuracy:.3f} "
        f"[{s.accuracy_interval[0]:.3f}, {s.accuracy_interval[1]:.3f}] | {s.auc:.3f} "
        f"[{s.auc_interval[0]:.3f}, {s.auc_interval[1]:.3f}] | {loss:.3f} |"
    )


def table(title, part, text, dev, everyone, groups=None):
    """Print one benchmark."""
    base = float(dev["label"].mean())
    labels = part["label"].to_numpy()
    print(f"\n{title}: n = {len(part)}, {labels.mean():.3f} positive\n")
    print("| scorer | coverage | accuracy where decided | accuracy | AUC | Brier |")
    print("| --- | --- | --- | --- | --- | --- |")
    constant = brier(np.full(len(labels), base), labels)
    print(f"| always positive | - | - | {labels.mean():.3f} | 0.500 | {constant:.3f} |")
    for name, scorer in everyone.items():
        try:
            print(row(name, scorer, dev, part, text, groups), flush=True)
        except ImportError:
            print(f"| {name} | not installed | | | | |")


def main(folder):
    """Print all tables."""
    dev, test, forum = load(folder)
    everyone = scorers(dev)
    print(
        "twelve characters:",
        " ".join(f"{c}{s:+.0f}" for c, s in everyone["twelve characters"].sign.items()),
    )
    table("Development headlines (seen)", dev, "title", dev, everyone, dev["date"].to_numpy())
    table("Test headlines (unseen)", test, "title", dev, everyone, test["date"].to_numpy())
    table("Forum posts, polar (unseen, another kind of text)", forum, "text", dev, everyone)


if __name__ == "__main__":
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else beside)
