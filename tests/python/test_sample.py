"""The committed sample is the simulator's default output, and small enough to be committed."""

import tempfile
from pathlib import Path

import pytest

from python_checks.simulator import describe
from python_checks.simulator.sample import RAW, REPOSITORY, TRUTH, write_sample

MOST_BYTES = 8_000_000
COMMAND = "python -m python_checks.simulator.sample"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    write_sample(root)
    return root


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_the_committed_extracts_are_what_the_simulator_writes(written: Path) -> None:
    for system in sorted((written / RAW).iterdir()):
        committed = files_below(REPOSITORY / RAW / system.name)
        made = files_below(system)
        assert committed.keys() == made.keys(), f"run {COMMAND} and commit what it writes"
        different = [name for name in made if made[name] != committed[name]]
        assert different == [], f"{system.name}: run {COMMAND} and commit what it writes"


def test_the_committed_truth_is_what_the_simulator_writes(written: Path) -> None:
    assert files_below(REPOSITORY / TRUTH) == files_below(written / TRUTH), f"run {COMMAND}"


def test_the_page_about_the_company_is_what_the_simulator_writes() -> None:
    committed = (REPOSITORY / describe.PAGE).read_text(encoding="utf-8")
    assert committed == describe.page(), f"run {describe.COMMAND} and commit what it writes"


def test_the_sample_is_small(written: Path) -> None:
    size = sum(len(content) for content in files_below(written / RAW).values())
    assert size < MOST_BYTES


def test_nothing_is_left_in_temporary_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    write_sample(tmp_path)
    assert list((tmp_path / "tmp").iterdir()) == []
