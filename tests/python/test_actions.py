"""What people decided is read as they wrote it, or refused with its place in the file."""

import shutil
from pathlib import Path

import duckdb
import pytest
import yaml
from test_landing import dbt

REPOSITORY = Path(__file__).resolve().parents[2]
HEADER = (
    "action_id,action,subject_key,pair_id,actor,approver,reason_code,note,evidence_uri,"
    "effective_at,expires_at"
)
ROW = "a1,accept_break,k1,R01,amy,ben,known,,,2026-03-01,2026-05-01"
PROFILE = """
small:
  target: duckdb
  outputs:
    duckdb:
      {type: duckdb, path: "{{ env_var('WAREHOUSE_ROOT') }}/billing.duckdb", threads: 1,
       settings: {TimeZone: UTC}}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dbt project with the real macro and the real source."""
    folder = tmp_path_factory.mktemp("actions") / "project"
    (folder / "models").mkdir(parents=True)
    for name in ("actions", "reading", "landing"):
        shutil.copytree(REPOSITORY / "macros" / name, folder / "macros" / name)
    sources = yaml.safe_load((REPOSITORY / "models/_sources.yml").read_text(encoding="utf-8"))
    actions = [source for source in sources["sources"] if source["name"] == "actions"]
    (folder / "models" / "_sources.yml").write_text(yaml.safe_dump({"sources": actions}))
    (folder / "models" / "one.sql").write_text(
        "select * from {{ source('actions', 'recon_actions') }}"
    )
    (folder / "profiles.yml").write_text(PROFILE)
    (folder / "dbt_project.yml").write_text(
        "{name: small, version: 1.0.0, profile: small, model-paths: [models],"
        " macro-paths: [macros], flags: {send_anonymous_usage_stats: false}}"
    )
    return folder


class Warehouse:
    """A warehouse folder, and the file of actions that belongs to it."""

    def __init__(self, project: Path, root: Path) -> None:
        self._project = project
        self._root = root
        self.file = root / "actions" / "recon_actions.csv"

    def land(self, *lines: str | bytes) -> str:
        """Writes the file and lands it; what a failed landing said, else nothing."""
        if lines:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            as_bytes = [line.encode() if isinstance(line, str) else line for line in lines]
            self.file.write_bytes(b"".join(line + b"\n" for line in as_bytes))
        result = dbt(self._project, "run-operation", "land_actions")
        if result.success:
            return ""
        return str(result.exception or result.result.results[0].message)

    def rows(self, columns: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self._root / "billing.duckdb")) as connection:
            query = f"select {columns} from actions.recon_actions order by row_number"
            return connection.execute(query).fetchall()


@pytest.fixture
def warehouse(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.setenv("WAREHOUSE_ROOT", str(tmp_path))
    monkeypatch.delenv("ACTIONS_ROOT", raising=False)
    return Warehouse(project, tmp_path)


def test_no_file_is_a_table_without_rows(warehouse: Warehouse) -> None:
    assert warehouse.land() == ""
    assert warehouse.rows("row_number, action_id, expires_at") == []


def test_rows_are_text_as_written_with_their_place(warehouse: Warehouse) -> None:
    quoted = (
        'a2,write_off,k2,R06,amy,ben,small,"two\nlines, one ""note""",memo,2026-03-01 09:00:00,'
    )
    assert warehouse.land("\ufeff" + HEADER, ROW, quoted, ROW.replace("a1", " a3 ")) == ""
    assert warehouse.rows("row_number, action_id, note, evidence_uri, expires_at") == [
        (2, "a1", None, None, "2026-05-01"),
        (3, "a2", 'two\nlines, one "note"', "memo", None),
        (4, "a3", None, None, "2026-05-01"),
    ]


def test_columns_are_found_by_name_and_others_are_ignored(warehouse: Warehouse) -> None:
    names = [*reversed(HEADER.split(",")), "ticket"]
    cells = [*reversed(ROW.split(",")), "T-1"]
    assert warehouse.land(",".join(names), ",".join(cells)) == ""
    assert warehouse.rows("action_id, actor, approver, effective_at") == [
        ("a1", "amy", "ben", "2026-03-01")
    ]


def test_a_folder_of_its_own_is_read_instead(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.land(HEADER, ROW)
    monkeypatch.setenv("ACTIONS_ROOT", str(tmp_path / "elsewhere"))
    assert warehouse.land() == ""
    assert warehouse.rows("action_id") == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([""], "row 1: the column action_id is missing"),
        ([HEADER.replace(",approver", "")], "row 1: the column approver is missing"),
        ([HEADER + ",actor"], "row 1: the column actor is there more than once"),
        ([HEADER, ROW, ROW + ",more"], "line 3: TOO MANY COLUMNS"),
        ([HEADER, ROW, "a2,accept_break"], "line 3: MISSING COLUMNS"),
        ([HEADER, ROW.replace("a1", "")], "row 2, column action_id: it is empty"),
        ([HEADER, ROW, ROW], "row 3, column action_id: a1 is in row 2 already"),
        (
            [HEADER, ROW.replace("2026-03-01", "1.3.2026")],
            "row 2, column effective_at: 1.3.2026 is no date or instant",
        ),
        ([HEADER, ROW.replace("2026-05-01", "soon")], "row 2, column expires_at: soon is no date"),
        ([HEADER, ROW.replace("2026-05-01", "2026-02-30")], "row 2, column expires_at: 2026-02-30"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    warehouse: Warehouse, lines: list[str], message: str
) -> None:
    said = warehouse.land(*lines)
    assert message in said
    assert str(warehouse.file) in said
    assert "Nothing was built" in said


def test_all_problems_are_said_at_once(warehouse: Warehouse) -> None:
    said = warehouse.land(HEADER, ROW, ROW.replace("2026-03-01", "x"), ROW.replace("a1", ""))
    assert "3 problems" in said
