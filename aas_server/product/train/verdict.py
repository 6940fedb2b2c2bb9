"""What may be said of a model: weak or not, and why, in words."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.product.train.bench import Result
from aas_server.product.train.settings import baseline
from submodels.text import Text


def judge(result: Result, acceptance: float) -> tuple[bool, Text]:
    """``(weak, verdict)``. Weak: below ``acceptance`` (macro F1), no better than the naive guess, or not to be
    judged at all (no label, a class missing in the test part, too few defects there)."""
    counts, naive = result.counts, result.naive
    if counts is None or naive is None:
        return True, in_all("train-verdict-no-label")
    reached, guessed = counts.macro_f1, naive.macro_f1
    defects = counts.caught + counts.missed
    if reached is None or guessed is None:
        key = "train-verdict-no-good" if defects else "train-verdict-no-defect"
        return True, in_all(key, rows=counts.rows)
    values = {"reached": reached, "guessed": guessed, "acceptance": acceptance, "defects": defects}
    least = baseline().limits.min_test_defects
    if defects < least:
        return True, in_all("train-verdict-few", least=least, **values)
    if reached <= guessed:
        return True, in_all("train-verdict-naive", **values)
    if reached < acceptance:
        return True, in_all("train-verdict-below", **values)
    return False, in_all("train-verdict-good", **values)
