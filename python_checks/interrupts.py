"""SIGTERM and Ctrl-C, both as one KeyboardInterrupt, held back while a run commits."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self


class Interrupts:
    """Handles SIGTERM and SIGINT for the length of a `with` block.

    `requested` says that one came: dbt catches the exception and returns a result instead, so
    whoever called dbt asks here. Outside the main thread nothing is handled (Python allows none).
    """

    def __init__(self) -> None:
        self.requested = False
        self._holding = False
        self._previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._previous[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        if not self._holding:
            raise KeyboardInterrupt

    def raise_if_requested(self) -> None:
        """Raises KeyboardInterrupt when a signal came while somebody else caught it."""
        if self.requested:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lets a short block finish: appending to state, renaming and marking belong together."""
        self.raise_if_requested()
        self._holding = True
        try:
            yield
        finally:
            self._holding = False

    @contextmanager
    def committed(self) -> Iterator[None]:
        """Lets the rest of a run finish once it counts: an interrupt can no longer undo it."""
        self._holding = True
        yield
