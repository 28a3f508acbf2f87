"""dbt inside this process: one runner, one parse, several invocations, readable failures."""

import gc
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from dbt.adapters.contracts.connection import ConnectionState
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.factory import FACTORY
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode
from dbt_common.events.base_types import EventMsg

from python_checks.configuration import Settings, variables_as_text
from python_checks.errors import RunError
from python_checks.interrupts import Interrupts

# Called with (nodes finished, nodes in all) while dbt works.
OnProgress = Callable[[int, int], None]

FAILED = ("error", "fail", "runtime error", "partial success")
# For every invocation but the build: the artifacts that remain are then the build's.
NO_ARTIFACTS = "--no-write-json"

# How often, after an interrupt, what still runs is told to stop.
SECONDS_BETWEEN_CANCELS = 0.3

LONGEST_MESSAGE_LINES = 14
MOST_FAILURES_SHOWN = 12

# Where dbt says which macro called which: of no use to who reads the message.
MACRO_TRAIL = re.compile(r"^\s*> (in|called by) macro ")


@dataclass(frozen=True)
class NodeOutcome:
    """How one node ended: `status` as dbt names it, `failing_rows` of a test."""

    name: str
    kind: str
    path: str
    status: str
    message: str
    failing_rows: int | None

    @property
    def has_failed(self) -> bool:
        """Whether the node ended in an error, or a test of severity error found rows."""
        return self.status in FAILED

    def __str__(self) -> str:
        where = f"{self.kind.replace('_', ' ')} {self.name} ({self.path})"
        if self.kind == "test" and self.status in ("fail", "warn"):
            rows = f"{self.failing_rows} failing row{'' if self.failing_rows == 1 else 's'}"
            return f"{where}: {rows}"
        return f"{where}: {readable(self.message)}"


class DbtProcess:
    """The dbt of one run. `parse()` first; `close()` before anybody else opens the build file."""

    def __init__(self, settings: Settings, interrupts: Interrupts) -> None:
        self._settings = settings
        self._interrupts = interrupts
        self._on_progress: OnProgress = lambda finished, total: None
        self._finished = 0
        self._total = 0
        self._manifest: Manifest | None = None
        self.notices: list[str] = []

    @property
    def manifest(self) -> Manifest:
        """What dbt knows of the project; RunError before `parse()`."""
        if self._manifest is None:
            raise RunError("The dbt project has not been parsed yet.")
        return self._manifest

    @property
    def models(self) -> list[ModelNode]:
        """The models that are on, in the order of their ids."""
        nodes = self.manifest.nodes
        return [node for key in sorted(nodes) if isinstance(node := nodes[key], ModelNode)]

    def raw_tables(self) -> Mapping[str, list[str]]:
        """The raw tables of each system, as its source (`raw_<system>`) names them."""
        tables: dict[str, list[str]] = {}
        for source in self.manifest.sources.values():
            if source.source_name.startswith("raw_"):
                tables.setdefault(source.source_name.removeprefix("raw_"), []).append(source.name)
        return tables

    def parse(self) -> None:
        """Reads the project once for all invocations of the run; RunError when it is not sound."""
        outcome = self._call(["parse", NO_ARTIFACTS])
        if not isinstance(outcome.result, Manifest):
            raise RunError("dbt could not parse the project.")
        self._manifest = outcome.result

    def invoke(
        self, arguments: Sequence[str], on_progress: OnProgress | None = None
    ) -> list[NodeOutcome]:
        """Runs one dbt command and returns how each node ended; empty when it selects nothing.

        RunError when dbt itself stops: a compilation error, a failed hook, an unreadable extract.
        """
        if on_progress is not None:
            self._on_progress = on_progress
        full_refresh = self._settings.full_refresh and arguments[0] == "build"
        outcome = self._call([*arguments, *(["--full-refresh"] if full_refresh else [])])
        results = getattr(outcome.result, "results", None) or []
        outcomes = [_outcome_of(result) for result in results]
        for node in outcomes:
            if node.kind == "operation" and node.has_failed:
                raise RunError(readable(node.message))
        return outcomes

    def close(self) -> None:
        """Closes every handle of dbt on the build and the state file.

        The adapter keeps its database open between invocations, and only forgets it when told to
        close; forgetting is not enough to release the file's lock.
        """
        environment = DuckDBConnectionManager._ENV
        if environment is not None:
            environment.close()  # type: ignore[no-untyped-call]
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        gc.collect()

    def _call(self, arguments: list[str]) -> dbtRunnerResult:
        self._finished = self._total = 0
        runner = dbtRunner(manifest=self._manifest, callbacks=[self._listen])
        with self._cancelled_on_interrupt():
            outcome = runner.invoke(
                [
                    *("--log-level", "none", "--log-level-file", "debug", "--quiet", "--no-print"),
                    "--no-use-colors",
                    *arguments,
                    *("--project-dir", str(self._settings.project_dir)),
                    *("--vars", variables_as_text(self._settings.variables)),
                ]
            )
        self._interrupts.raise_if_requested()
        if outcome.exception is not None:
            raise RunError(readable(str(outcome.exception))) from outcome.exception
        return outcome

    @contextmanager
    def _cancelled_on_interrupt(self) -> Iterator[None]:
        """After an interrupt, cancels open queries again and again until dbt has returned.

        dbt cancels each connection at most once and then waits for its threads. DuckDB forgets a
        cancel that reaches a connection between two queries, so that a query which was about to
        start would run to its end. The adapter's own method for this cannot be used: it waits
        for a lock that dbt holds while it closes a connection, and that waits for the query.
        """
        has_returned = threading.Event()

        def cancel() -> None:
            while not has_returned.wait(SECONDS_BETWEEN_CANCELS):
                if self._interrupts.requested:
                    _cancel_open_queries()

        thread = threading.Thread(target=cancel, name="cancel-on-interrupt", daemon=True)
        thread.start()
        try:
            yield
        finally:
            has_returned.set()
            thread.join()

    def _listen(self, event: EventMsg) -> None:
        """Follows dbt's events; dbt calls it from all its threads."""
        name, data = event.info.name, event.data
        if name == "LogStartLine":
            self._total = data.total
        elif name == "NodeFinished":
            self._finished += 1
            self._on_progress(self._finished, max(self._total, self._finished))
        elif name == "JinjaLogWarning":
            self.notices.append(readable(data.msg))


def failures_as_text(outcomes: Sequence[NodeOutcome]) -> str:
    """The nodes that failed, one paragraph each, and what was left out because of them."""
    failed = [str(outcome) for outcome in outcomes if outcome.has_failed]
    skipped = sum(outcome.status == "skipped" for outcome in outcomes)
    lines = failed[:MOST_FAILURES_SHOWN]
    if len(failed) > len(lines):
        lines.append(f"… and {len(failed) - len(lines)} more")
    if skipped:
        lines.append(f"{skipped} nodes that depend on them were skipped.")
    return "\n".join(lines)


def readable(message: str) -> str:
    """A message of dbt without its trail of macros, indentation and empty lines, cut when long."""
    lines = [
        line.rstrip()
        for line in message.strip().splitlines()
        if line.strip() and not MACRO_TRAIL.match(line)
    ]
    if len(lines) > LONGEST_MESSAGE_LINES:
        lines = [*lines[:LONGEST_MESSAGE_LINES], "  …"]
    return "\n".join(lines)


def _cancel_open_queries() -> None:
    for adapter in list(FACTORY.adapters.values()):
        manager = adapter.connections
        for connection in list(manager.thread_connections.values()):
            if connection.state == ConnectionState.OPEN:
                manager.cancel(connection)


def _outcome_of(result: Any) -> NodeOutcome:
    node = result.node
    return NodeOutcome(
        name=node.name,
        kind=str(node.resource_type),
        path=node.original_file_path,
        status=str(result.status),
        message=str(result.message or ""),
        failing_rows=getattr(result, "failures", None),
    )
