"""Writes the committed sample: the default company, with the default faults.

    python -m python_checks.simulator.sample

The extracts of its systems go to seeds/raw/ (what other systems have there stays), the truth about
them to tests/fixtures/truth/, the page about the company to docs/.
"""

import shutil
import tempfile
from pathlib import Path

from python_checks.simulator import describe
from python_checks.simulator.settings import Settings
from python_checks.simulator.simulate import Company, write_company
from python_checks.simulator.writing import MARKER

REPOSITORY = Path(__file__).resolve().parents[2]
RAW, TRUTH = Path("seeds/raw"), Path("tests/fixtures/truth")


def write_sample(root: Path) -> Company:
    """Writes sample and truth below `root`, in the places of the repository."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        company = write_company(Settings(), out)
        for system in sorted(path for path in (out / "raw").iterdir() if path.is_dir()):
            _replace(system, root / RAW / system.name)
        _replace(out / "truth", root / TRUTH)
    return company


def _replace(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(MARKER))


if __name__ == "__main__":
    write_sample(REPOSITORY)
    page = REPOSITORY / describe.PAGE
    page.write_text(describe.page(), encoding="utf-8", newline="\n")
    print(f"written: {RAW}, {TRUTH}, {describe.PAGE}")
