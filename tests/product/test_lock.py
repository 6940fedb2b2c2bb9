"""Work on a data folder that others, alive or killed, work on as well."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from aas_server.product.folder import whole
from aas_server.product.lock import alone, scratch


def test_one_at_a_time_works_on_a_product(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with alone(tmp_path, "cell"):
            order.append("second")

    other = threading.Thread(target=second)
    with alone(tmp_path, "cell"), alone(tmp_path, "press"):
        other.start()
        other.join(0.2)
        order.append("first")
    other.join()
    assert order == ["first", "second"]


def test_a_killed_build_leaves_nothing_for_long(tmp_path: Path) -> None:
    left = tmp_path / "work" / "cell-killed"
    left.mkdir(parents=True)
    (left / "prepared.parquet").write_bytes(b"half")
    with scratch(tmp_path, "cell") as folder:
        assert list(folder.iterdir()) == []
        assert not left.exists()
    assert not folder.exists()


def test_the_folder_of_a_build_at_work_is_left_alone(tmp_path: Path) -> None:
    with scratch(tmp_path, "cell") as first:
        (first / "prepared.parquet").write_bytes(b"half")
        with scratch(tmp_path, "press") as second:
            assert first != second
            assert (first / "prepared.parquet").exists()


def test_a_folder_survives_being_killed_between_the_renames(tmp_path: Path) -> None:
    target = tmp_path / "release"
    old = tmp_path / ".release.old"
    old.mkdir()
    (old / "data").write_text("only copy")
    with pytest.raises(RuntimeError), whole(target):
        raise RuntimeError("no new one can be made")
    assert (target / "data").read_text() == "only copy"
    assert not old.exists()


def test_what_a_killed_process_left_beside_a_whole_folder_goes(tmp_path: Path) -> None:
    target = tmp_path / "release"
    for name in (".release.old", ".release.new", "release"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data").write_text(name)
    with whole(target) as folder:
        (folder / "data").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["release"]
    assert (target / "data").read_text() == "new"
