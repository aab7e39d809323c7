"""The dated figures of decision 0003, measured again on the same data."""

import importlib.util
import sys
from pathlib import Path

import pytest

from quantquake.measures.probability import fall_forecasts, measured

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "evidence_on_indices.py"


@pytest.fixture(scope="module")
def run(shared_data):
    spec = importlib.util.spec_from_file_location("evidence_on_indices", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    sys.modules["evidence_on_indices"] = example
    spec.loader.exec_module(example)
    market = example.load(shared_data)
    samples = example.forecast_samples(market, example.scores(market))
    return {
        one.horizon: fall_forecasts(
            **samples, horizon=one.horizon, trees=False, recalibrate=("barrier",)
        )
        for one in measured()
    }


@pytest.mark.feature("O09")
def test_what_the_product_prints_is_what_the_data_say(run):
    for one in measured():
        found = run[one.horizon]
        for triple, seen in (
            (one.against_market, found.against_market),
            (one.against_barrier, found.against_barrier),
        ):
            assert (seen.skill, *seen.skill_interval) == pytest.approx(triple, abs=0.001)
        assert found.passed is one.passed is False
        settled = found.forecasts[found.forecasts["hit"].notna()]
        assert (settled.index.min(), settled.index.max()) == (one.first, one.last)
        assert settled["basket"].nunique() == one.indices
        tenths = found.calibration.loc["barrier"][["forecast", "observed"]].round(3)
        assert tuple(tenths.iloc[0]) == pytest.approx(one.lowest_tenth, abs=0.002)
        assert tuple(tenths.iloc[-1]) == pytest.approx(one.highest_tenth, abs=0.002)


@pytest.mark.feature("O09", "B08")
def test_the_formula_is_the_best_forecast_and_not_a_calibrated_one(run):
    for found in run.values():
        fitted = found.skill.drop(index=["barrier", "barrier_isotonic"])
        assert found.skill.loc["barrier", "brier"] < fitted["brier"].min()
        # Too sure of itself at both ends: low chances come more often than said, high ones less.
        tenths = found.calibration.loc["barrier"]
        assert tenths["observed"].iloc[0] > tenths["forecast"].iloc[0] + 0.10
        assert tenths["observed"].iloc[-1] < tenths["forecast"].iloc[-1]
        assert 0.3 < found.skill.loc["barrier", "slope"] < 0.6
        # Bending it to past frequencies mends the ends, and is no better where it counts.
        gain = found.skill.loc["barrier_isotonic", "skill_barrier"]
        assert abs(gain) < 0.02
        assert found.skill.loc["barrier_isotonic", "brier"] == pytest.approx(
            found.skill.loc["barrier", "brier"], abs=0.004
        )
