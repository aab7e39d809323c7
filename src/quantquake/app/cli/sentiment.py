"""`quantquake sentiment`: rate headlines, or train a model on labelled ones."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from quantquake.app.cli.options import Format, Out, OutputFormat
from quantquake.app.cli.output import emit, steps
from quantquake.app.cli.places import check_place

sentiment = typer.Typer(
    no_args_is_help=True, help="Rate finance headlines, or train on labelled ones."
)

Text = Annotated[str | None, typer.Option("--text", help="Column of the texts, if not recognised.")]
Label = Annotated[str | None, typer.Option("--label", help="Column of labels: 0/1, -1/0/1, 0/1/2.")]
DateColumn = Annotated[str | None, typer.Option("--date", help="Column of dates, oldest first.")]
Model = Annotated[
    str | None, typer.Option("--model", help="A trained model instead of the lexicon.")
]
File = Annotated[str, typer.Argument(help="CSV or Parquet with one text a row.")]


@sentiment.command()
def train(
    file: File,
    text: Text = None,
    label: Label = None,
    date: DateColumn = None,
    save: Annotated[
        str | None, typer.Option("--save", help="Where to keep the model (JSON).")
    ] = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
) -> None:
    """Fit TF-IDF and logistic regression; judged only on texts later than those it saw."""
    from quantquake.measures.sentiment.training import train_file

    check_place(out, (file, save))
    check_place(save, (file,))
    with steps(title="training"):
        report = train_file(file, text=text, label=label, date=date, out=save)
    emit(
        fmt=fmt,
        out=out,
        table=lambda _: _folds(report),
        payload=lambda: {"schema": "quantquake.sentiment/1", **report.to_dict()},
        frame=report.to_frame,
        page=lambda: _no_page("sentiment train"),
    )


@sentiment.command()
def rate(
    file: File,
    text: Text = None,
    model: Model = None,
    fmt: OutputFormat = Format.csv,
    out: Out = None,
) -> None:
    """Rate every text between -1 (bad) and 1 (good) with the shipped lexicon or your model."""
    from quantquake.measures.sentiment import score
    from quantquake.measures.sentiment.model import SentimentModel
    from quantquake.measures.sentiment.training import read_texts

    check_place(out, (file, model))
    texts = read_texts(file, text)
    scorer = None if model is None else SentimentModel.load(model)
    rated = texts.to_frame("text").assign(score=score(texts.tolist(), scorer=scorer))
    emit(
        fmt=fmt,
        out=out,
        table=lambda _: rated.to_string(index=False),
        payload=lambda: {
            "schema": "quantquake.sentiment-rate/1",
            "texts": rated.to_dict("records"),
        },
        frame=lambda: rated.set_index("text"),
        page=lambda: _no_page("sentiment rate"),
    )


def _no_page(verb: str) -> str:
    from quantquake.errors import ConfigError

    raise ConfigError(
        f"`{verb}` has no page: its answer is one table. Choose --format table, json or csv."
    )


def _folds(report: Any) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for column in ("test_from", "test_to", "n_train", "n_test", "auc", "accuracy", "majority"):
        table.add_column(column, justify="right")
    for one in report.folds.to_dict("records"):
        table.add_row(*(_cell(one[c.header]) for c in table.columns))
    said = (
        f"{report.n_texts:,} texts. On later texts: AUC {report.auc:.3f}, accuracy "
        f"{report.accuracy:.3f}; always saying the commonest label {report.majority:.3f}."
    )
    return Group(said, table)


def _cell(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)[:10]
