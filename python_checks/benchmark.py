"""Measures the whole road on a simulated company: simulate, build, publish; reconciliation apart.

    python -m python_checks.benchmark --invoices 1000000 --out DIR

Every phase is a process of its own, so that the peak of its memory is its own too. Prints a table
and writes DIR/benchmark.json; what is in DIR from an earlier benchmark is replaced.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.table import Table

REPOSITORY = Path(__file__).resolve().parents[1]
# Invoices of one customer in the six months of the default window.
INVOICES_A_CUSTOMER = 5.5
KIB = 1024
MATCHED_AND_CLASSIFIED = ("recon_breaks", "recon_matches", "recon_summary")
# Reconciliation is to fit 6 GB (what the process needs beside DuckDB's own memory included).
RECONCILIATION_MEMORY = "5GB"
PUBLISHED_WITH_FAULTS = 1


@dataclass(frozen=True)
class Phase:
    """One process: what it took, and what it left."""

    name: str
    command: str
    exit_code: int
    seconds: float
    peak_memory_mib: float
    rows: int
    bytes_on_disk: int
    parts: dict[str, float] = field(default_factory=dict)


def measured(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> tuple[int, float, float]:
    """Exit code, wall-clock seconds and peak resident memory (MiB) of a process.

    The peak is at least what this process holds, which the other one begins with.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    per_mib = KIB if sys.platform != "darwin" else KIB * KIB
    return process.returncode, seconds, usage.ru_maxrss / per_mib


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _simulate(out: Path, invoices: int, seed: int) -> Phase:
    customers = max(30, round(invoices / INVOICES_A_CUSTOMER))
    arguments = ["simulate", "--out", str(out), "--customers", str(customers), "--seed", str(seed),
                 "--faults", "none", "--format", "parquet"]  # fmt: skip
    code, seconds, peak = measured([sys.executable, "-m", "python_checks", *arguments])
    rows = 0
    if code == 0:
        (rows,) = duckdb.execute(
            "select count(*) from read_parquet(?, union_by_name = true)",
            [f"{out}/raw/**/*.parquet"],
        ).fetchall()[0]
    words = f"python -m python_checks {' '.join(arguments)}".replace(str(out), "DIR")
    return Phase("simulate", words, code, seconds, peak, rows, _bytes(out / "raw"))


def _run(out: Path) -> Phase:
    warehouse = out / "warehouse"
    arguments = ["run", "--raw", str(out / "raw"), "--warehouse", str(warehouse)]
    code, seconds, peak = measured([sys.executable, "-m", "python_checks", *arguments])
    published = warehouse / "published.duckdb"
    rows = 0
    parts: dict[str, float] = {}
    if published.exists():
        with duckdb.connect(str(published), read_only=True) as connection:
            for (estimated,) in connection.execute(
                "select estimated_size from duckdb_tables()"
            ).fetchall():
                rows += estimated
    last_run = warehouse / "last_run.json"
    if last_run.exists():
        parts = json.loads(last_run.read_text(encoding="utf-8"))["phase_seconds"]
    words = f"python -m python_checks {' '.join(arguments)}".replace(str(out), "DIR")
    return Phase("run", words, code, seconds, peak, rows, _bytes(warehouse), parts)


def _reconcile(out: Path) -> Phase:
    """All pairs once more over the finished build: legs, matching, causes, what is open.

    `models` of the parts is the wall-clock time from the first model to the end of the last; the
    rest of the seconds is dbt's start and a look at the raw files. The gate before posting and the
    chain from order to cash, which match nothing, are part of the run alone.
    """
    warehouse, target = out / "warehouse", out / "target"
    selected = [f"+{mart},path:models/marts/reconciliation" for mart in MATCHED_AND_CLASSIFIED]
    arguments = ["run", "--quiet", "--select", *selected]
    code, seconds, peak = measured(
        [str(Path(sys.executable).with_name("dbt")), *arguments, "--target-path", str(target)],
        {
            "WAREHOUSE_ROOT": str(warehouse),
            "RAW_ROOT": str(out / "raw"),
            "DBT_PROFILES_DIR": str(REPOSITORY / "profiles"),
            "DUCKDB_MEMORY_LIMIT": RECONCILIATION_MEMORY,
        },
    )
    rows, parts = 0, {}
    results = target / "run_results.json"
    if code == 0 and results.exists():
        models = [
            result
            for result in json.loads(results.read_text(encoding="utf-8"))["results"]
            if result["unique_id"].startswith("model.")
        ]
        ticks = [
            datetime.fromisoformat(timing[end])
            for result in models
            for timing in result["timing"]
            for end in ("started_at", "completed_at")
        ]
        parts["models"] = (max(ticks) - min(ticks)).total_seconds()
        with duckdb.connect(str(warehouse / "billing.duckdb"), read_only=True) as connection:
            [(rows,)] = connection.execute(
                "select count(*) from marts_private.int_recon_legs"
            ).fetchall()
    words = f"dbt {' '.join(arguments)}"
    return Phase("reconciliation", words, code, seconds, peak, rows, 0, parts)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    out: Annotated[Path, typer.Option(help="Folder for the extracts and the warehouse.")],
    invoices: Annotated[int, typer.Option(min=1_000, help="About how many.")] = 1_000_000,
    seed: Annotated[int, typer.Option()] = 7,
) -> None:
    """Simulates, builds and publishes, and prints what that took."""
    console = Console()
    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    phases = [_simulate(out, invoices, seed)]
    if phases[0].exit_code == 0:
        phases.append(_run(out))
    if phases[-1].name == "run" and phases[-1].exit_code <= PUBLISHED_WITH_FAULTS:
        phases.append(_reconcile(out))
    table = Table("phase", "rows", "seconds", "peak memory, MiB", "MB on disk", "exit", box=None)
    for phase in phases:
        table.add_row(
            phase.name, f"{phase.rows:,}", f"{phase.seconds:,.1f}",
            f"{phase.peak_memory_mib:,.0f}", f"{phase.bytes_on_disk / 1e6:,.0f}",
            str(phase.exit_code),
        )  # fmt: skip
        for name, seconds in phase.parts.items():
            table.add_row(f"  {name}", "", f"{seconds:,.1f}", "", "", "")
    console.print(table)
    result = {
        "measured_at": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
        "cores": os.cpu_count(),
        "invoices_asked_for": invoices,
        "python": sys.version.split()[0],
        "versions": {name: version(name) for name in ("duckdb", "dbt-core", "polars", "numpy")},
        "phases": [asdict(phase) for phase in phases],
    }
    (out / "benchmark.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    failed = [phase for phase in phases if phase.exit_code > PUBLISHED_WITH_FAULTS]
    if failed:
        console.print(f"{failed[0].name} failed with exit code {failed[0].exit_code}")
        raise typer.Exit(2)


if __name__ == "__main__":
    app()
