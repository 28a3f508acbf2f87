"""The raw files of a run: which there are, what is in them, and whether they are what was sent.

Files lie in `<raw root>/<system>/<table>.csv`, `.parquet` or a folder `<table>/` of parts, or the
same one folder deeper, by account. Names that start with `.` or `_` are not data. A folder may hold
`_manifest.csv`, in which the sender says what was delivered:

    table,file,rows,sha256,is_full,extracted_at      (all but `table` optional)

`file` is relative to the manifest's folder; without it a row speaks of all files of the table
there. Rows are physical CSV records without the header.
"""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from python_checks.errors import RunError

DEFAULT_ACCOUNT = "default"
MANIFEST = "_manifest.csv"
MANIFEST_COLUMNS = ("table", "file", "rows", "sha256", "is_full", "extracted_at")
FORMATS = (".csv", ".parquet")
LONGEST_CELL = 2**31 - 1
TRUE, FALSE = {"true", "t", "yes", "1"}, {"false", "f", "no", "0", ""}


@dataclass(frozen=True)
class ExtractFile:
    """One raw file. `source_file` is relative to the raw root; times are naive UTC."""

    source_system: str
    source_account: str
    raw_table: str
    source_file: str
    file_bytes: int
    sha256: str
    modified_at: datetime
    extracted_at: datetime | None = None
    is_full: bool = False


@dataclass(frozen=True)
class Declaration:
    """One row of a `_manifest.csv`; what it leaves empty is None."""

    manifest: Path
    line: int
    raw_table: str
    file: str | None
    rows: int | None
    sha256: str | None
    is_full: bool
    extracted_at: datetime | None

    def __str__(self) -> str:
        return f"{self.manifest} line {self.line} (table {self.raw_table})"


def read_extracts(
    raw_root: Path, systems: Sequence[str], tables: Mapping[str, Iterable[str]]
) -> list[ExtractFile]:
    """Every raw file of the systems that are on, hashed, sorted by path.

    `tables` are the raw tables that each system's sources name: a folder of such a name holds
    parts of it, any other folder is an account. RunError when a file differs from what a manifest
    declares, or when two accounts deliver the same bytes as one table.
    """
    extracts: list[ExtractFile] = []
    for system in systems:
        folder = raw_root / system
        if not folder.is_dir():
            continue
        known = set(tables.get(system, ()))
        extracts += _read_folder(raw_root, folder, system, DEFAULT_ACCOUNT, known)
        for account in _visible(folder):
            if account.is_dir() and account.name not in known:
                extracts += _read_folder(raw_root, account, system, account.name, known)
    _refuse_swapped_accounts(raw_root, extracts)
    return sorted(extracts, key=lambda extract: extract.source_file)


def unknown_folders(raw_root: Path, systems: Iterable[str]) -> list[str]:
    """Folders of the raw root that are no system: most often a misspelt name."""
    if not raw_root.is_dir():
        return []
    known = set(systems)
    return [path.name for path in _visible(raw_root) if path.is_dir() and path.name not in known]


def extract_hash(extracts: Iterable[ExtractFile]) -> str:
    """One hash over everything that was read: equal hashes, equal input."""
    digest = hashlib.sha256()
    for extract in sorted(extracts, key=lambda extract: extract.source_file):
        identity = (
            extract.source_system,
            extract.source_account,
            extract.raw_table,
            extract.source_file,
            extract.file_bytes,
            extract.sha256,
        )
        digest.update(("\t".join(map(str, identity)) + "\n").encode())
    return digest.hexdigest()


def refuse_changed(raw_root: Path, extracts: Iterable[ExtractFile]) -> None:
    """RunError when a file was changed or removed since it was hashed.

    A build that read half of the old and half of the new file would be wrong without a sign of it.
    """
    for extract in extracts:
        path = raw_root / extract.source_file
        if not path.is_file() or (path.stat().st_size, _modified_at(path)) != (
            extract.file_bytes,
            extract.modified_at,
        ):
            raise RunError(
                f"{path} changed while the run read it. Nothing was published; run again when the"
                " extract is complete."
            )


def count_rows(path: Path) -> int:
    """Data rows of a CSV (records after the header, empty lines aside) or Parquet file."""
    if path.suffix == ".parquet":
        try:
            with duckdb.connect() as connection:
                counted = connection.execute(
                    "select num_rows from parquet_file_metadata(?)", [str(path)]
                ).fetchone()
        except duckdb.Error as error:
            raise RunError(f"{path} is no readable Parquet file: {error}") from error
        return int(counted[0]) if counted else 0
    csv.field_size_limit(LONGEST_CELL)
    # What cannot be decoded is the landing's to report; here it still counts as a row.
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        records = sum(1 for record in csv.reader(_without_nulls(lines)) if record)
    return max(records - 1, 0)


def count_rows_of(paths: Sequence[Path]) -> int:
    """Data rows of several files: Parquet files are asked together, which is much faster."""
    parquet = [path for path in paths if path.suffix == ".parquet"]
    others = sum(count_rows(path) for path in paths if path.suffix != ".parquet")
    if not parquet:
        return others
    try:
        with duckdb.connect() as connection:
            counted = connection.execute(
                "select coalesce(sum(num_rows), 0) from parquet_file_metadata(?)",
                [[str(path) for path in parquet]],
            ).fetchone()
    except duckdb.Error:
        # One of them is damaged: asked one by one, it is named.
        return others + sum(count_rows(path) for path in parquet)
    return others + (int(counted[0]) if counted else 0)


def _read_folder(
    raw_root: Path, folder: Path, system: str, account: str, tables: set[str]
) -> list[ExtractFile]:
    """The files of one account of one system, checked against the folder's own manifest."""
    files = {
        path: _describe(raw_root, path, system, account, table)
        for path, table in _data_files(folder, tables)
    }
    for declared in _read_manifest(folder / MANIFEST):
        matching = _check(declared, folder, files)
        for path in matching:
            files[path] = replace(
                files[path],
                is_full=files[path].is_full or declared.is_full,
                extracted_at=declared.extracted_at or files[path].extracted_at,
            )
    return list(files.values())


def _data_files(folder: Path, tables: set[str]) -> Iterator[tuple[Path, str]]:
    for path in _visible(folder):
        if path.is_dir() and path.name in tables:
            yield from (
                (part, path.name)
                for part in _visible(path)
                if part.is_file() and part.suffix in FORMATS
            )
        elif path.is_file() and path.suffix in FORMATS:
            yield path, path.stem


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))


def _describe(raw_root: Path, path: Path, system: str, account: str, table: str) -> ExtractFile:
    try:
        with path.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}.") from error
    return ExtractFile(
        source_system=system,
        source_account=account,
        raw_table=table,
        source_file=path.relative_to(raw_root).as_posix(),
        file_bytes=path.stat().st_size,
        sha256=sha256,
        modified_at=_modified_at(path),
    )


def _modified_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)


def _read_manifest(path: Path) -> list[Declaration]:
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            columns = reader.fieldnames or []
            unknown = [column for column in columns if column not in MANIFEST_COLUMNS]
            if unknown or "table" not in columns:
                raise RunError(
                    f"{path} must have the columns {', '.join(MANIFEST_COLUMNS)} (all but table"
                    f" optional); it has {', '.join(columns) or 'none'}."
                )
            return [_declaration(path, reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise RunError(f"{path} is no readable CSV file: {error}") from error


def _declaration(path: Path, line: int, row: Mapping[str | None, str | None]) -> Declaration:
    cells = {
        column: value.strip() or None if isinstance(value := row.get(column), str) else None
        for column in MANIFEST_COLUMNS
    }
    where = f"{path} line {line}"
    if None in row or cells["table"] is None:
        raise RunError(f"{where}: a row needs a table, and no more cells than the header has.")
    rows, is_full, extracted_at = cells["rows"], cells["is_full"] or "", cells["extracted_at"]
    if rows is not None and not rows.isdecimal():
        raise RunError(f"{where}: rows must be a whole number, not {rows!r}.")
    if is_full.lower() not in TRUE | FALSE:
        raise RunError(f"{where}: is_full must be true or false, not {is_full!r}.")
    return Declaration(
        manifest=path,
        line=line,
        raw_table=cells["table"],
        file=cells["file"],
        rows=None if rows is None else int(rows),
        sha256=cells["sha256"] and cells["sha256"].lower(),
        is_full=is_full.lower() in TRUE,
        extracted_at=None if extracted_at is None else _instant(extracted_at, where),
    )


def _instant(text: str, where: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise RunError(f"{where}: extracted_at must be an ISO 8601 time, not {text!r}.") from error
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


def _check(declared: Declaration, folder: Path, files: Mapping[Path, ExtractFile]) -> list[Path]:
    """The files a declaration speaks of; RunError when they are not as declared."""
    matching = [
        path
        for path, extract in files.items()
        if extract.raw_table == declared.raw_table
        and (declared.file is None or path == folder / declared.file)
    ]
    if not matching:
        missing = "no file of this table" if declared.file is None else f"no file {declared.file}"
        raise RunError(f"{declared}: {missing} was delivered to {folder}.")
    if declared.sha256 is not None:
        if len(matching) > 1:
            raise RunError(f"{declared}: with several files, each sha256 needs its file name.")
        if files[matching[0]].sha256 != declared.sha256:
            raise RunError(
                f"{matching[0]} is not the file that {declared} declares: expected sha256"
                f" {declared.sha256}, found {files[matching[0]].sha256}."
            )
    if declared.rows is not None:
        found = count_rows_of(matching)
        if found != declared.rows:
            raise RunError(
                f"{', '.join(map(str, matching))} is not what {declared} declares: expected"
                f" {declared.rows} rows, found {found}."
            )
    return matching


def _refuse_swapped_accounts(raw_root: Path, extracts: Iterable[ExtractFile]) -> None:
    """RunError when one account's extract was delivered as another's: same table, same bytes.

    Files without rows are alike by nature.
    """
    alike: dict[tuple[str, str, str], list[ExtractFile]] = defaultdict(list)
    for extract in extracts:
        alike[extract.source_system, extract.raw_table, extract.sha256].append(extract)
    for (system, table, _), group in alike.items():
        accounts = sorted({extract.source_account for extract in group})
        if len(accounts) > 1 and count_rows(raw_root / group[0].source_file):
            raise RunError(
                f"Accounts {' and '.join(accounts)} of {system} deliver the same bytes as table"
                f" {table}: {', '.join(sorted(extract.source_file for extract in group))}."
                " One account's extract was delivered as another's."
            )


def _without_nulls(lines: Iterable[str]) -> Iterator[str]:
    return (line.replace("\0", "") for line in lines)
