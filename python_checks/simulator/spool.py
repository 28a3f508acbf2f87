"""Keeps tables on disk between their making and their writing, so that a large company's views
never lie in memory together."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl


class Spool(Mapping[str, pl.DataFrame]):
    """Tables by path, each read from disk when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, int] = {}

    def put(self, path: str, frame: pl.DataFrame) -> None:
        """Keeps a table; one that is there under the path is replaced."""
        place = self._place(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(place, compression="lz4")
        self.rows[path] = frame.height

    def scan(self, path: str) -> pl.LazyFrame:
        """The table, to be filtered before it is read."""
        return pl.scan_parquet(self._place(path), glob=False)

    def __getitem__(self, path: str) -> pl.DataFrame:
        if path not in self.rows:
            raise KeyError(path)
        return pl.read_parquet(self._place(path), glob=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def _place(self, path: str) -> Path:
        return self.folder / f"{path}.parquet"
