"""The guide book: what the data are, how they were made, and how to read them; for a person, in one file."""

from __future__ import annotations

import json
from pathlib import Path

from aas_server.product import report
from aas_server.product.package.datasheet import PAGES, Facts
from aas_server.product.plots.classes import named

NAME = "guide-book.html"


def write(facts: Facts, folder: Path) -> None:
    """Write the guide book into ``folder``."""
    (folder / NAME).write_bytes(
        report.html(
            PAGES,
            NAME,
            facts=facts,
            model_file=facts.trained.onnx.name,
            data_code=data_code(facts),
            model_code=model_code(facts),
            class_name=named,
        )
    )


def data_code(facts: Facts) -> str:
    """Python that loads every table; run in the unzipped folder."""
    lines = ["import pandas as pd", ""]
    for number, table in enumerate(facts.tables):
        name = "table" if number == 0 else f"table_{number + 1}"
        lines += [f"{name} = pd.read_parquet({_quoted(table.file)})", f"print({name}.shape)"]
    lines.append("print(table.head())")
    for part in facts.pictures[:1]:
        lines += [f"pictures = pd.read_csv({_quoted(part.manifest)})", "print(pictures.head())"]
    return "\n".join(lines)


def model_code(facts: Facts) -> str:
    """Python that lets the model judge the main table; empty where the model needs more than its columns."""
    model = facts.trained.model
    features = model.features
    if model.picture:
        return _look_code(facts)
    if model.texts or not features or not set(features) <= set(facts.main.columns):
        return ""
    names = ",\n    ".join(_quoted(feature) for feature in features)
    return f"""import onnxruntime
import pandas as pd

table = pd.read_parquet({_quoted(facts.main.file)})
features = [
    {names},
]
rows = table[features].astype("float32").to_numpy()
session = onnxruntime.InferenceSession({_quoted("model/" + facts.trained.onnx.name)})
answer = session.run(None, {{session.get_inputs()[0].name: rows}})[0]
print(answer[:10])"""


def _look_code(facts: Facts) -> str:
    """The same for a model of pictures."""
    if not facts.pictures:
        return ""
    return f"""import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, "model")
from load import Model

pictures = pd.read_csv({_quoted(facts.pictures[0].manifest)})
print(Model().look([Path(file) for file in pictures["picture"][:10]]))"""


def _quoted(words: str) -> str:
    """A text as a Python literal; JSON's is one."""
    return json.dumps(words, ensure_ascii=False)
