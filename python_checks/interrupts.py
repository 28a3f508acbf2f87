"""SIGTERM and Ctrl-C, both as one KeyboardInterrupt, held back while a run commits."""

import signal
import threading
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

    def hold(self) -> None:
        """From here to the end of the block signals wait: what follows belongs together.

        Raises KeyboardInterrupt when one came before.
        """
        self.raise_if_requested()
        self._holding = True
