"""Lexicon, scorer, daily score, skill and the trained model."""

from __future__ import annotations

import builtins
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from quantquake.errors import ConfigError, DataError, FileError, MissingExtraError
from quantquake.measures.sentiment import (
    LexiconScorer,
    SentimentModel,
    daily_panel,
    daily_score,
    default_lexicon,
    lexicon_scorer,
    parse_lexicon,
    read_lexicon,
    score,
    train_file,
)
from quantquake.measures.sentiment.skill import auc, brier, skill

# Headlines of our own, made up for these tests.
GOOD = [
    "甲公司：中标3.2亿元工程",
    "乙股份上半年扭亏为盈",
    "丙集团：控股股东拟增持不低于1亿元",
    "丁药业：新药获批上市",
    "戊科技：拟回购2亿元股份",
    "己电子涨停，股价创新高",
    "庚银行：上半年亏损收窄，同比减亏九成",
]
BAD = [
    "甲公司：股东拟减持不超2%股份",
    "乙股份：涉嫌信披违规被立案调查",
    "丙集团预计全年亏损5亿元",
    "丁药业：债券违约，控股股东股份被司法冻结",
    "戊科技收到交易所问询函",
    "己电子跌停，业绩爆雷",
    "庚银行：终止重大资产重组",
]
SESSIONS = pd.DatetimeIndex(
    ["2024-02-01", "2024-02-02", "2024-02-05", "2024-02-06", "2024-02-07"], name="date"
)


@pytest.mark.feature("A16")
@pytest.mark.parametrize("segmenter", ["match", "jieba"])
def test_plain_headlines(segmenter):
    scorer = LexiconScorer(segmenter=segmenter)
    assert (score(GOOD, scorer=scorer) > 0).all()
    assert (score(BAD, scorer=scorer) < 0).all()
    assert np.abs(scorer.score(GOOD + BAD)).max() < 1


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("公司中标", 1),
        ("公司未中标", -1),
        ("公司不存在违规", 1),
        ("终止收购", -1),
        ("收购事项终止", -1),
        ("终止减持", 1),
        ("减持计划终止", 1),
        ("无意终止收购", 1),
        ("解除质押", 1),
        ("定增被否", -1),
        ("定增未获证监会通过", -1),
        ("减持不超2%", -1),
        ("今天开会", 0),
    ],
)
def test_negation_and_reversal(text, sign):
    assert np.sign(score([text])[0]) == sign


def test_degree_and_saturation():
    s = score(["小幅下滑", "下滑", "大幅下滑", "违约违约违约违约违约"])
    assert (np.diff(s[:3]) < 0).all()
    assert -1 <= s[3] < -0.99
    assert score(["中标"])[0] == pytest.approx(np.tanh(2 / 2))


def test_hits_explain_the_score():
    assert LexiconScorer().hits("终止收购，大幅亏损") == [
        ("收购", -1.5),
        ("终止", -1.5),
        ("亏损", -2.25),
    ]


def test_missing_texts_and_swapped_scorer():
    class Constant:
        def score(self, texts):
            return np.full(len(texts), 0.25)

    got = score(["中标", None, "", float("nan"), "  "])
    assert np.isnan(got[1:]).all()
    assert score(["x", None], scorer=Constant())[0] == 0.25
    assert score([]).shape == (0,)
    with pytest.raises(DataError, match="one string"):
        score("中标")
    with pytest.raises(DataError, match="shape"):
        score(["a", "b"], scorer=type("Bad", (), {"score": lambda self, t: np.array([3.0])})())


def test_user_lexicon_overlays_ours(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("# ours\n[words]\n-2 量子震荡\n0 中标\n[negations]\n杜绝\n", encoding="utf-8")
    mine = LexiconScorer(default_lexicon().extended(read_lexicon(path)))
    assert score(["量子震荡来袭", "公司中标"], scorer=mine).tolist() == [np.tanh(-1), 0.0]
    assert score(["杜绝违约"], scorer=mine)[0] > 0 > score(["杜绝违约"])[0]


def test_lexicon_is_consistent():
    lexicon = default_lexicon()
    weights = np.array(list(lexicon.words.values()))
    assert (weights > 0).sum() > 300
    assert (weights < 0).sum() > 300
    assert not set(lexicon.reversals) & set(lexicon.words)
    assert np.abs(weights).max() <= 2
    assert all(factor > 0 for factor in lexicon.degrees.values())


def test_bad_lexicons(tmp_path):
    with pytest.raises(DataError, match=r"line 1.*no known section"):
        parse_lexicon("2 中标")
    with pytest.raises(DataError, match=r"line 2.*weight"):
        parse_lexicon("[words]\n中标 增持")
    with pytest.raises(FileError, match="cannot be read"):
        read_lexicon(tmp_path / "absent.txt")


def test_missing_jieba_names_the_extra(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "jieba":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    lexicon_scorer._jieba_cutter.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"quantquake\[text\]"):
        LexiconScorer(segmenter="jieba")
    assert score(["中标"])[0] > 0  # the default needs nothing
    with pytest.raises(ConfigError, match="segmenter"):
        LexiconScorer(segmenter="hanlp")


def test_scoring_loads_neither_sklearn_nor_jieba():
    code = (
        "import sys; from quantquake.measures.sentiment import score; score(['中标']);"
        "print('sklearn' in sys.modules, 'jieba' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "False"]


def news(*rows):
    return pd.DataFrame(rows, columns=["date", "score"])


@pytest.mark.feature("A16")
def test_daily_score_by_hand():
    feed = news(("2024-02-02 10:00", 1.0), ("2024-02-02 14:59:59", 0.5), ("2024-02-06 09:00", -1))
    got = daily_score(feed, sessions=SESSIONS, window=3, prior=10)
    # n / (n + 10) times the mean = sum / (n + 10); the window is three sessions, t included.
    expected = [np.nan, 1.5 / 12, 1.5 / 12, 0.5 / 13, -1 / 11]
    np.testing.assert_allclose(got, expected)
    assert got.name == "news_score"
    assert got.index.equals(SESSIONS)


@pytest.mark.feature("A16")
def test_empty_feed_is_missing_not_zero():
    assert daily_score(news(), sessions=SESSIONS).isna().all()
    # A feed that falls silent becomes missing again, with no residue of earlier sums.
    got = daily_score(news(("2024-02-01 10:00", 0.3)), sessions=SESSIONS, window=2)
    assert got.notna().tolist() == [True, True, False, False, False]
    cancel = news(("2024-02-01 10:00", 0.3), ("2024-02-01 11:00", -0.3))
    assert daily_score(cancel, sessions=SESSIONS)["2024-02-01"] == 0  # news, and balanced


@pytest.mark.feature("A16")
@pytest.mark.parametrize(
    ("stamp", "session"),
    [
        ("2024-02-02 14:59:59", "2024-02-02"),
        ("2024-02-02 15:00:00", "2024-02-05"),  # after the close: Monday
        ("2024-02-03 12:00:00", "2024-02-05"),  # Saturday
        ("2024-02-02", "2024-02-02"),
        ("2024-02-07 20:00:00", None),
    ],
)
def test_news_after_the_close_counts_next_session(stamp, session):
    got = daily_score(news((stamp, 1.0)), sessions=SESSIONS, window=1).dropna()
    assert list(got.index) == ([] if session is None else [pd.Timestamp(session)])


def test_close_time_date_only_and_prior_move_the_score():
    late = news(("2024-02-02 15:30", 1.0))
    assert daily_score(late, sessions=SESSIONS, close_time="16:00")["2024-02-02"] > 0
    dated = daily_score(news(("2024-02-02", 1.0)), sessions=SESSIONS, date_only="next")
    assert dated.first_valid_index() == pd.Timestamp("2024-02-05")
    assert daily_score(late, sessions=SESSIONS, prior=0)["2024-02-05"] == 1.0


@pytest.mark.feature("A16")
def test_a_users_series_gives_the_same_path_as_texts():
    stamped = pd.DataFrame({"date": ["2024-02-02 10:00"] * 14, "text": GOOD + BAD})
    own = stamped.assign(score=score(GOOD + BAD)).drop(columns="text")
    pd.testing.assert_series_equal(
        daily_score(stamped, sessions=SESSIONS), daily_score(own, sessions=SESSIONS)
    )


def test_daily_score_never_looks_ahead():
    rng = np.random.default_rng(0)
    days = pd.bdate_range("2024-01-01", periods=60, name="date")
    stamp = days[rng.integers(60, size=300)] + pd.to_timedelta(rng.integers(86400, size=300), "s")
    feed = pd.DataFrame({"date": stamp, "score": rng.uniform(-1, 1, 300)})
    full = daily_score(feed, sessions=days)
    cut = days[30]
    seen = feed[feed["date"] < cut + pd.Timedelta("15h")]
    pd.testing.assert_series_equal(
        daily_score(seen, sessions=days[:31]), full[:31], check_freq=False
    )


def test_daily_panel_by_symbol():
    feed = news(("2024-02-02 10:00", 1.0), ("2024-02-05 10:00", -1)).assign(symbol=["A", "B"])
    panel = daily_panel(feed, sessions=SESSIONS, window=2)
    assert panel.columns.tolist() == ["A", "B"]
    np.testing.assert_allclose(panel["A"], [np.nan, 1 / 11, 1 / 11, np.nan, np.nan])
    assert panel.loc["2024-02-05", "B"] == pytest.approx(-1 / 11)
    with pytest.raises(DataError, match="symbol"):
        daily_panel(news())


def test_bad_news_frames():
    with pytest.raises(DataError, match="cannot be read"):
        daily_score(news(("yesterday-ish", 1.0)), sessions=SESSIONS)
    with pytest.raises(DataError, match="needs `date`"):
        daily_score(pd.DataFrame({"date": []}), sessions=SESSIONS)
    with pytest.raises(DataError, match=r"1 of 1 scores lie outside"):
        daily_score(news(("2024-02-02", 50.0)), sessions=SESSIONS)
    zoned = news(("2024-02-02 10:00", 1.0))
    zoned["date"] = pd.to_datetime(zoned["date"]).dt.tz_localize("Asia/Shanghai")
    with pytest.raises(DataError, match="zone"):
        daily_score(zoned, sessions=SESSIONS)


def test_skill_against_scikit_learn():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 400)
    s = np.round(rng.normal(y - 0.5, 1), 1)  # ties included
    got = skill(s, y, groups=np.arange(400) // 4, draws=200)
    assert got.auc == pytest.approx(roc_auc_score(y, s))
    assert brier(1 / (1 + np.exp(-s)), y) == pytest.approx(
        brier_score_loss(y, 1 / (1 + np.exp(-s)))
    )
    assert got.auc_interval[0] < got.auc < got.auc_interval[1]
    assert got.coverage == np.mean(s != 0)
    # Hanley and McNeil 1982: s.e. of an AUC of 0.76 with 200 + 200 cases is about 0.024.
    assert got.auc_interval[1] - got.auc_interval[0] == pytest.approx(4 * 0.024, rel=0.35)
    assert np.isnan(auc(s, np.ones(400, dtype=bool)))
    with pytest.raises(DataError, match="labels"):
        skill(s, np.ones(400))


def test_whole_days_widen_the_interval():
    rng = np.random.default_rng(2)
    day = np.repeat(np.arange(30), 20)
    y = rng.integers(0, 2, 600)
    s = np.where(rng.random(30)[day] < 0.5, y - 0.5, 0.5 - y) + 0.2 * y  # whole days go wrong
    single, daily = skill(s, y, draws=200), skill(s, y, groups=day, draws=200)
    width = [r.auc_interval[1] - r.auc_interval[0] for r in (single, daily)]
    assert width[1] > 2 * width[0]


@pytest.fixture(scope="module")
def labelled():
    """Made-up headlines with 10 % wrong labels over 100 days."""
    rng = np.random.default_rng(3)
    label = rng.integers(0, 2, 400)
    texts = [(GOOD if y else BAD)[rng.integers(7)] + f"第{rng.integers(99)}号" for y in label]
    wrong = rng.random(400) < 0.1
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(400) // 4, unit="D")
    return pd.DataFrame({"text": texts, "label": np.where(wrong, 1 - label, label), "date": dates})


def test_training_is_judged_on_later_texts(labelled):
    report = SentimentModel.train(labelled["text"].tolist(), labelled["label"], labelled["date"])
    assert len(report.folds) == 5
    assert report.folds["n_train"].is_monotonic_increasing
    assert (
        report.folds["test_from"].to_numpy()[1:] > report.folds["test_to"].to_numpy()[:-1]
    ).all()
    assert 0.8 < report.accuracy < 0.97  # 10 % of the labels are wrong: 0.9 is the ceiling
    assert report.accuracy > report.majority + 0.2
    assert "model" not in report.to_dict()
    assert report.n_texts == 400
    assert (report.model.score(GOOD) > 0).all()
    assert (report.model.score(BAD) < 0).all()


def test_shuffled_labels_have_no_skill(labelled):
    shuffled = np.random.default_rng(0).permutation(labelled["label"])
    report = SentimentModel.train(labelled["text"].tolist(), shuffled, labelled["date"])
    assert report.auc == pytest.approx(0.5, abs=0.1)


def test_model_survives_disk_and_matches_scikit_learn(labelled, tmp_path):
    report = train_file(labelled, out=tmp_path / "model.json", folds=2)
    loaded = SentimentModel.load(tmp_path / "model.json")
    np.testing.assert_array_equal(loaded.score(GOOD + BAD), report.model.score(GOOD + BAD))
    # Independent twin: the same pipeline by scikit-learn end to end.
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pipe = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2),
        LogisticRegression(C=10, max_iter=2000),
    ).fit(labelled["text"], labelled["label"])
    p = pipe.predict_proba(GOOD + BAD)
    np.testing.assert_allclose(loaded.probabilities(GOOD + BAD), p, atol=1e-6)


def test_three_classes(labelled):
    y = labelled["label"].to_numpy() * 2
    texts = labelled["text"].tolist()
    for i in range(0, 400, 5):
        texts[i], y[i] = "今天开会讨论", 1
    report = SentimentModel.train(texts, y, folds=2)
    assert report.model.signs == (-1.0, 0.0, 1.0)
    assert abs(report.model.score(["今天开会讨论"])[0]) < 0.2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_train_file_guesses_columns(labelled, tmp_path, encoding):
    path = tmp_path / "labels.csv"
    named = labelled.rename(columns={"text": "标题", "label": "标签", "date": "日期"})
    named.to_csv(path, index=False, encoding=encoding)
    report = train_file(path, folds=2)
    assert report.origin.as_of == labelled["date"].max()
    with pytest.raises(DataError, match="No text column body"):
        train_file(path, text="body")


def test_refused_training_and_models(labelled, tmp_path):
    with pytest.raises(DataError, match="labels"):
        SentimentModel.train(["a", "b"], [0, 7])
    with pytest.raises(DataError, match=r"later|judged"):
        SentimentModel.train(GOOD + BAD, [1] * 7 + [0] * 7)  # all the good news first
    with pytest.raises(FileError, match="cannot be read"):
        train_file(tmp_path / "absent.csv")
    (tmp_path / "x.json").write_text(json.dumps({"format": "other"}))
    with pytest.raises(FileError, match="no sentiment model"):
        SentimentModel.load(tmp_path / "x.json")
