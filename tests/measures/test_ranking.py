"""Areas against scikit-learn, the kernel against its twin."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from quantquake.measures.evidence.ranking import rank_score
from quantquake.measures.evidence.resampling import stationary_blocks
from quantquake.measures.kernels.evidence import ranking_areas, ranking_areas_python


@pytest.mark.parametrize("ties", [False, True])
def test_areas_match_scikit_learn(ties):
    rng = np.random.default_rng(int(ties))
    hit = (rng.random(400) < 0.3).astype(float)
    score = hit * 0.5 + rng.random(400)
    if ties:
        score = np.round(score * 4)
    score[:10] = np.nan
    found = rank_score(score, hit, stationary_blocks(400, 200, 20, rng))
    assert found.roc_auc == pytest.approx(roc_auc_score(hit[10:], score[10:]))
    assert found.pr_auc == pytest.approx(average_precision_score(hit[10:], score[10:]))
    assert found.roc_interval[0] < found.roc_auc < found.roc_interval[1]


def test_kernel_equals_twin_and_resampled_days():
    rng = np.random.default_rng(3)
    hit, score = (rng.random(120) < 0.4).astype(float), np.round(rng.random(120) * 9)
    blocks = stationary_blocks(120, 8, 10, rng)
    order = np.argsort(-score, kind="stable")
    closes = np.append(np.diff(score[order]) != 0, True)
    areas, twin = np.empty((8, 2)), np.empty((8, 2))
    ranking_areas(*blocks, order, closes, hit, areas)
    ranking_areas_python(*blocks, order, closes, hit, twin)
    np.testing.assert_array_equal(areas, twin)
    for d in range(8):
        days = np.concatenate(
            [np.arange(s, s + n) % 120 for s, n in zip(*(part[d] for part in blocks), strict=True)]
        )
        assert areas[d, 0] == pytest.approx(roc_auc_score(hit[days], score[days]))
        assert areas[d, 1] == pytest.approx(average_precision_score(hit[days], score[days]))


def test_one_sided_labels_have_no_area():
    rng = np.random.default_rng(4)
    blocks = stationary_blocks(50, 30, 5, rng)
    found = rank_score(rng.random(50), np.zeros(50), blocks)
    assert np.isnan([found.roc_auc, found.pr_auc, *found.roc_interval]).all()
    assert np.isnan(rank_score(np.full(50, np.nan), np.zeros(50), blocks).prevalence)
