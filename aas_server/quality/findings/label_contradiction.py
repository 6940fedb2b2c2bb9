"""``label_contradiction``: rows whose inputs are the same and whose label is not."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.finding import Finding
from aas_server.quality.findings.duplicate_picture import pictured
from aas_server.quality.findings.limits import limits
from aas_server.quality.repeats import identity
from aas_server.quality.subject import Seen, Subject


def find(subject: Subject) -> Finding | None:
    """Rows of groups that agree in every column but label, time and key, and bear two labels or more.

    A column whose text or whole number is another one in every row names the row and is no input, but for the
    digest of a picture, which tells what is seen. Missing equals missing; a row without a label counts for none.
    Not looked for where the label is a measured number (more than 50 different values). Groups are told by a
    64-bit hash of the inputs, in parts of bounded size.
    """
    label = subject.label
    if label is None or subject.rows < 2:
        return None
    inputs = _inputs(subject)
    if not inputs or (label.kind == "double" and _different(subject, label) > limits().label.most_labels):
        return None
    ask = subject.connection.execute
    hashed = f"hash({', '.join(part for column in inputs for part in identity(column))})"
    rows = f"FROM {subject.relation} WHERE {label.raw} IS NOT NULL AND NOT {label.gone}"
    hashes = f"SELECT {hashed} AS h, {label.raw} AS label {rows}"
    ask(f"CREATE OR REPLACE TEMP TABLE contradiction_hashes AS {hashes}")
    ask("CREATE OR REPLACE TEMP TABLE contradictions (h UBIGINT, n BIGINT)")
    parts = -(-subject.rows // limits().label.most_hashes)
    for part in range(parts):
        one = f"FROM contradiction_hashes WHERE h % {parts} = {part} GROUP BY h HAVING min(label) <> max(label)"
        ask(f"INSERT INTO contradictions SELECT h, count(*) {one}")
    ask("DROP TABLE contradiction_hashes")
    [(groups, count)] = ask("SELECT count(*), coalesce(sum(n), 0)::BIGINT FROM contradictions").fetchall()
    if not groups:
        return None
    condition = f"{hashed} IN (SELECT h FROM contradictions) AND NOT {label.gone}"  # noqa: S608
    return Finding(
        "label_contradiction",
        int(count),
        (label.name,),
        subject.examples(condition, label.raw),
        in_all("quality-found-contradiction", rows=f"{count:,}", groups=f"{groups:,}", columns=len(inputs)),
        f"SELECT row FROM {subject.relation} WHERE {condition}",  # noqa: S608
    )


def _inputs(subject: Subject) -> tuple[Seen, ...]:
    asked = [column for column in subject.inputs if column.kind in ("string", "int64")]
    if not asked:
        return subject.inputs
    counts = ", ".join(f"approx_count_distinct({column.sql})" for column in asked)
    [answer] = subject.connection.execute(f"SELECT {counts} FROM {subject.relation}").fetchall()  # noqa: S608
    likely = [c for c, count in zip(asked, answer, strict=True) if count >= 0.8 * subject.rows]
    seen = pictured(subject)
    names = {c.sql for c in likely if c != seen and _different(subject, c) == subject.rows}
    return tuple(column for column in subject.inputs if column.sql not in names)


def _different(subject: Subject, column: Seen) -> int:
    [(count,)] = subject.connection.execute(
        f"SELECT count(DISTINCT {column.sql}) FROM {subject.relation}"  # noqa: S608
    ).fetchall()
    return int(count)
