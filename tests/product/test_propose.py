"""The first recipe for data nobody has described yet."""

from __future__ import annotations

from pathlib import Path

from aas_server.product import propose
from aas_server.product.recipe import dump, load


def test_a_proposal_says_what_is_known_and_what_is_to_be_filled_in(tmp_path: Path) -> None:
    made = propose.recipe(
        "press", "프레스", ("recording_press",), ("when", "force", "ok"), "when", "ok", {"Y": 90, "N": 10}
    )
    assert made.title == {"ko": "프레스 제조데이터", "en": "프레스 manufacturing data"}
    assert "3개 변수" in made.description["ko"] and "3 variables" in made.description["en"]
    assert made.label is not None and made.label.defect == ("N",)
    assert made.owner.company == {"ko": "(입력 필요)", "en": "(to be filled in)"}
    assert made.owner.phone == "(입력 필요)"
    file = tmp_path / "product.toml"
    file.write_bytes(dump(made))
    assert load(file) == made
