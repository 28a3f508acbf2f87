"""The phases of a run on the screen, and how long each took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

PHASES = ("preflight", "build", "checks", "finish", "gates", "publish")

# Called by a phase with what it wants said when it is over, such as "212 nodes".
Say = Callable[[str], None]
Advance = Callable[[int, int], None]


class Phases:
    """Shows one line per phase: a bar while it runs (on a terminal), then its seconds."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.seconds: dict[str, float] = {}

    @contextmanager
    def run(self, name: str) -> Iterator[tuple[Advance, Say]]:
        """Runs a phase; gives it a function to advance its bar and one to sum it up."""
        title = f"{PHASES.index(name) + 1}/{len(PHASES)} {name:<9}"
        summed_up: list[str] = []
        started = time.perf_counter()
        with self._bar(title) as advance:
            try:
                yield advance, summed_up.append
            finally:
                self.seconds[name] = round(time.perf_counter() - started, 3)
        self.console.print(
            f"{title} {self.seconds[name]:6.1f} s  {', '.join(summed_up)}".rstrip(),
            highlight=False,
            markup=False,
        )

    @contextmanager
    def _bar(self, title: str) -> Iterator[Advance]:
        if not self.console.is_terminal:
            yield lambda finished, total: None
            return
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(title, total=None)
            yield lambda finished, total: progress.update(task, completed=finished, total=total)
