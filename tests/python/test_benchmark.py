"""The benchmark measures processes for what they are, and says when a phase fails."""

import json
import sys
from pathlib import Path

from typer.testing import CliRunner

from python_checks import benchmark
from python_checks.cli import app as commands


def test_a_process_is_measured_with_its_peak_memory_and_exit_code() -> None:
    big = "x = bytearray(300 * 1024 * 1024); raise SystemExit(3)"
    code, seconds, peak = benchmark.measured([sys.executable, "-c", big])
    assert code == 3
    assert seconds > 0
    assert peak > 300
    assert benchmark.measured([sys.executable, "-c", "pass"])[0] == 0


def test_a_phase_that_fails_ends_the_benchmark_and_is_in_its_result(tmp_path: Path) -> None:
    foreign = tmp_path / "raw" / "notes.txt"
    foreign.parent.mkdir()
    foreign.write_text("not written by the simulator", encoding="utf-8")
    ended = CliRunner().invoke(
        benchmark.app, ["--out", str(tmp_path), "--invoices", "1000"], catch_exceptions=False
    )
    assert ended.exit_code == 2, ended.output
    result = json.loads((tmp_path / "benchmark.json").read_text(encoding="utf-8"))
    assert [(phase["name"], phase["exit_code"]) for phase in result["phases"]] == [("simulate", 2)]
    assert result["invoices_asked_for"] == 1000
    assert foreign.read_text(encoding="utf-8") == "not written by the simulator"


def test_the_commands_that_it_measures_are_there() -> None:
    names = {command.name or command.callback.__name__ for command in commands.registered_commands}  # type: ignore[union-attr]
    assert {"simulate", "run"} <= names
