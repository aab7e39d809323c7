"""Score published indices and funds over their whole history and draw one page each.

Run it on your own index table:

    python examples/crowding_history.py indices.parquet [funds.parquet ...] --from 2018 --out out/history

It prints the year's alarms of every basket with the number of dimensions behind them, and writes
one HTML figure a basket. Nothing is downloaded and nothing is shipped.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from quantquake.app.inputs import read_inputs
from quantquake.app.scoring import score_baskets
from quantquake.report.figures import price_score_strips


def main() -> None:
    """Parse, score, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="+", help="index or fund bars")
    parser.add_argument("--from", dest="start", default="2018-01-01")
    parser.add_argument("--until", dest="end", default=None)
    parser.add_argument("--out", default="out/history")
    parser.add_argument("--lang", default="en", choices=("en", "zh"))
    asked = parser.parse_args()

    inputs = read_inputs(index=asked.tables, as_of=asked.end)
    scored, notes = score_baskets(inputs)
    folder = Path(asked.out)
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{'basket':12} {'dims':>4} {'days':>6} {'alarm days':>10} {'alarms':>6}  alarms by year")
    for basket, score, price, _ in scored:
        signal = score.signal[asked.start :].astype(bool)
        table = score.signal_table()
        begun = table[table["start"] >= asked.start] if len(table) else table
        years = begun["start"].dt.year.value_counts().sort_index().to_dict() if len(begun) else {}
        dims = score.coverage[asked.start :].max()
        print(
            f"{basket.name:12} {dims:4.0f} {len(signal):6d} {int(signal.sum()):10d} "
            f"{len(begun):6d}  {years}"
        )
        figure = price_score_strips(score, price[asked.start :], lang=asked.lang, theme="light")
        figure.write_html(folder / f"{basket.name}.html", include_plotlyjs=True)
    for note in notes:
        print("·", note)


if __name__ == "__main__":
    main()
