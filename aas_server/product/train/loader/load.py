"""Runs the model of this release: needs onnxruntime and numpy (pyarrow for Parquet, Pillow for pictures).

    pip install -r model/requirements.txt
    python model/load.py                      # the sample of this release (of pictures: the first hundred)
    python model/load.py data/shots.parquet   # a table, or a CSV, JSON or JSON Lines of your own
    python model/load.py --json new.csv       # one JSON object a row
    python model/load.py --raw feed.csv       # records as the factory sends them: cleaned first, as the data were

In Python: ``from load import Model; Model().predict([{"Pressure": 101.5}])``, or ``predict(records, raw=True)``.
"""

from __future__ import annotations

import argparse
import csv
import json
import runpy
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent
MISSING = ("", "nan", "na", "null")
DIGITS = 7
BATCH = 64
SHOWN = 100


class Model:
    """The ONNX file beside this one, with its card."""

    def __init__(self, folder: Path = HERE) -> None:
        self.card = json.loads((folder / "model-card.json").read_text("utf-8"))
        self.features: Sequence[str] = self.card["features"]
        self.texts: Sequence[str] = self.card["texts"]
        self.classes: Sequence[str] = self.card["classes"]
        self.rules: Mapping[str, Any] | None = self.card.get("row_cleaning")
        self.cleaning = runpy.run_path(str(folder / "cleaning.py")) if self.rules else {}
        file = folder / Path(self.card["storage"]).name
        self.session: Any = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])

    def predict(self, rows: Sequence[Mapping[str, Any]], raw: bool = False) -> list[dict[str, Any]]:
        """One answer a row: ``class`` with ``probabilities`` or ``score``, or ``value``. Columns go by their
        idShort; what a row lacks (or holds as None) counts as missing, other columns are not looked at. ``raw``:
        the rows are records as the factory sends them (by its names, too); they are cleaned first."""
        feeds: dict[str, Any] = {}
        rows = self.cleaned(rows, raw)
        if rows and not any(name in row for row in rows for name in (*self.features, *self.texts)):
            raise ValueError(f"No row holds an input of the model: {', '.join((*self.features, *self.texts))}")
        if self.features:
            numbers = [[number(row.get(name)) for name in self.features] for row in rows]
            feeds["features"] = np.array(numbers, dtype=np.float32).reshape(len(rows), len(self.features))
        if self.texts:
            words = [[word(row.get(name)) for name in self.texts] for row in rows]
            feeds["texts"] = np.array(words, dtype=object).reshape(len(rows), len(self.texts))
        return self.answers(feeds)

    def cleaned(self, rows: Sequence[Mapping[str, Any]], raw: bool) -> Sequence[Mapping[str, Any]]:
        """The rows by the rules in the card. Raises ``ValueError`` for raw records that they can't clean."""
        rules = self.rules
        if rules is None:
            if raw:
                raise ValueError("This release does not say how records are cleaned: give values as it has them.")
            return rows
        moments = [self.moment(row) if raw else None for row in rows]
        return [self.clean(rules, row, raw, moment) for row, moment in zip(rows, moments, strict=True)]

    def clean(self, rules: Mapping[str, Any], row: Mapping[str, Any], raw: bool, moment: Any) -> Mapping[str, Any]:
        """One row, by idShort."""
        if kept := next((name for name in rules["as_released"] if raw and row.get(name) is not None), None):
            raise ValueError(f"'{kept}' can be given as the release has it only: leave it out of raw records.")
        clean = dict(row)
        for name, rule in rules["columns"].items():
            cell = row.get(name, row.get(rule["name"]) if raw else None)
            if isinstance(cell, str) and cell.strip().lower() in MISSING:
                cell = None
            if raw and (name in row or rule["name"] in row):
                clean[name] = self.cleaning["raw"](rules, rule, cell, moment)[0]
            elif cell is not None and self.cleaning["released"](rules, rule, cell):
                clean[name] = None
        return clean

    def moment(self, row: Mapping[str, Any]) -> Any:
        """The time of a raw record, where the rules ask for one."""
        rules = self.rules or {"columns": {}, "time": ()}
        if not any(rule["scale"] for rule in rules["columns"].values()):
            return None
        return self.cleaning["moment"](rules, next((row[name] for name in rules["time"] if name in row), None))

    def look(self, files: Iterable[Path]) -> list[dict[str, Any]]:
        """The same for a model of pictures (JPEG, PNG, BMP)."""
        answers: list[dict[str, Any]] = []
        waiting = iter(files)
        while some := list(islice(waiting, BATCH)):
            seen = np.stack([picture(file, self.card["picture"]) for file in some])
            answers += self.answers({"pictures": seen})
        return answers

    def answers(self, feeds: Mapping[str, Any]) -> list[dict[str, Any]]:
        names = [output.name for output in self.session.get_outputs()]
        told = dict(zip(names, self.session.run(names, dict(feeds)), strict=True))
        if "value" in told:
            return [{"value": value} for value in rounded(told["value"].ravel())]
        answers = [{"class": self.classes[at]} for at in told["label"].ravel().tolist()]
        for answer, score in zip(
            answers, rounded(told["scores"].ravel()) if "scores" in told else (), strict=False
        ):
            answer["score"] = score
        for answer, shares in zip(answers, rounded(told.get("probabilities", np.empty(0))), strict=False):
            answer["probabilities"] = dict(zip(self.classes, shares, strict=True))
        return answers


def number(cell: Any) -> float:
    """A cell as a number; NaN where there is none."""
    if cell is None or (isinstance(cell, str) and cell.strip().lower() in MISSING):
        return float("nan")
    if isinstance(cell, str) and cell.strip().lower() in ("true", "false"):
        return float(cell.strip().lower() == "true")
    return float(cell)


def word(cell: Any) -> str:
    """A cell as text, without the apostrophe that keeps a spreadsheet from running it."""
    said = "" if cell is None else str(cell)
    return said[1:] if said.startswith("'") and said.lstrip("'")[:1] in "=+-@" else said


def picture(file: Path, how: Mapping[str, Any]) -> Any:
    """A picture as the model takes it: RGB, resized, each value / 255; colour, line, column."""
    from PIL import Image  # noqa: PLC0415 (only models of pictures need it)

    with Image.open(file, formats=("JPEG", "PNG", "BMP")) as opened:
        small = opened.convert("RGB").resize((how["width"], how["height"]), Image.Resampling.BOX)
    return (np.asarray(small, dtype=np.float32) / np.float32(255)).transpose(2, 0, 1)


def pictures(file: Path) -> Iterable[Path]:
    """A picture itself, or the first of those that a manifest of this release names."""
    if file.suffix != ".csv":
        return [file]
    return [HERE.parent / row["picture"] for row in read(file)[:SHOWN]]


def rounded(values: Any) -> list[Any]:
    """With as many digits as a float32 holds."""
    plain: list[Any] = np.round(np.asarray(values, dtype=np.float64), DIGITS).tolist()
    return plain


def read(file: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet, CSV, JSON or JSON Lines file. Raises ``ValueError`` for any other."""
    if file.suffix in (".json", ".jsonl", ".ndjson"):
        content = file.read_text("utf-8-sig")
        lines = [content] if file.suffix == ".json" else [line for line in content.split("\n") if line.strip()]
        told = [json.loads(line) for line in lines]
        return told[0] if file.suffix == ".json" and isinstance(told[0], list) else told
    if file.suffix == ".parquet":
        import pyarrow.parquet as pq  # noqa: PLC0415 (only Parquet needs it)

        rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
        return rows
    if file.suffix != ".csv":
        raise ValueError(f"{file}: give .csv, .parquet, .json or .jsonl.")
    with file.open(encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


def main() -> None:
    """Predict every row of the files named, or of the release's sample."""
    asked = argparse.ArgumentParser(description="Runs the model of this release.")
    asked.add_argument("files", nargs="*", type=Path)
    asked.add_argument("--json", action="store_true", help="one JSON object a row")
    asked.add_argument("--raw", action="store_true", help="the files hold records as the factory sends them")
    given = asked.parse_args()
    model = Model()
    if model.card["picture"]:
        manifests = sorted((HERE.parent / "pictures").glob("*.csv"))[:1]
        answers = model.look(file for named in given.files or manifests for file in pictures(named))
    else:
        tables = given.files or [HERE.parent / "sample.csv"]
        answers = [answer for file in tables for answer in model.predict(read(file), given.raw)]
    for at, answer in enumerate(answers, 1):
        said = json.dumps(answer, ensure_ascii=False) if given.json else f"{at}\t{plain(answer)}"
        sys.stdout.write(said + "\n")


def plain(answer: Mapping[str, Any]) -> str:
    """An answer in a line."""
    shares = answer.get("probabilities", {})
    if answer.get("class") in shares:
        return f"{answer['class']}\t{shares[answer['class']]:.3f}"
    return "\t".join(str(value) for value in answer.values() if not isinstance(value, dict))


if __name__ == "__main__":
    try:
        main()
    except ValueError as fault:
        raise SystemExit(f"{fault}") from None
