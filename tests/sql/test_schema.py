"""sql/ as a whole: what it makes of an empty database and of one that is there, and what holds for every function."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from sql import apply
from tests.sql.catalog import OURS, catalog

# The tree as it was released, once there is a migration: sql/ of the newest release before the first migration.
RELEASED = Path(__file__).with_name("released")
DEFINED = re.compile(r"^create (?:or replace )?function (\w+)", re.MULTILINE | re.IGNORECASE)
NewDatabase = Callable[[], str]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of sql/ to change."""
    shutil.copytree(apply.FOLDER, tmp_path / "sql", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "sql"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, f"{path.name} has {text.count(old)} times: {old}"
    path.write_text(text.replace(old, new))


def built(url: str, folder: Path = apply.FOLDER) -> str:
    apply.apply(url, {}, folder=folder)
    return url


def one(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as conn:
        found = conn.execute(query.encode())
        row = found.fetchone() if found.description else None
    return row[0] if row else None


def test_a_migrated_database_is_the_same_as_a_new_one(
    new_database: NewDatabase, new_product_database: NewDatabase
) -> None:
    if any((apply.FOLDER / "migrations").glob("*.sql")):
        assert RELEASED.is_dir(), f"copy sql/ as it was released to {RELEASED}: a migration is there"
    migrated = built(new_database(), RELEASED if RELEASED.is_dir() else apply.FOLDER)
    built(migrated)
    assert catalog(migrated) == catalog(new_product_database())


def test_a_migration_and_the_schema_that_goes_with_it_come_to_the_same(
    new_database: NewDatabase, new_product_database: NewDatabase, tree: Path
) -> None:
    old = new_product_database()
    one(old, "insert into tenants (name) values ('kept')")
    column = "    language          text,\n"
    edit(
        tree / "schema/contacts.sql",
        column,
        f"{column}    labels            text[] not null default '{{}}',\n",
    )
    more = (
        "\ncreate table visits (\n    tenant_id uuid not null references tenants on delete cascade,\n"
        "    contact_id uuid not null references contacts on delete cascade,\n    primary key (tenant_id, contact_id)\n);\n"
        "create index visits_by_contact on visits (contact_id);\nselect isolate('visits');\n"
        "grant select on visits to chatbot_app;\n"
    )
    edit(tree / "schema/contacts.sql", "grant update (paused_until", f"{more}grant update (paused_until")
    migration = tree / "migrations/20990101_0000_add_visits.sql"
    migration.write_text(
        "alter table contacts add column labels text[] not null default '{}';\n"
        "update tenants set name = name || ' and migrated';\n" + more
    )
    functions = tree / "functions/contacts.sql"
    functions.write_text(
        functions.read_text()
        + "\ncreate or replace function count_visits(p_contact uuid) returns int\n    language sql stable\n"
        "    return (select count(*)::int from visits where contact_id = p_contact);\n"
        "select own_functions('count_visits');\ngrant execute on function count_visits to chatbot_app;\n"
    )
    applied = apply.apply(old, {}, folder=tree)
    assert applied[0] == "migrations/20990101_0000_add_visits.sql"
    assert catalog(old) == catalog(built(new_database(), tree))
    assert one(old, "select name from tenants") == "kept and migrated"
    assert apply.apply(old, {}, folder=tree) == [], "once"
    migration.write_text("select 1;\n")
    with pytest.raises(apply.MigrationError, match="was changed after it was applied"):
        built(old, tree)


def test_a_migration_that_fails_leaves_nothing_and_is_tried_again(
    new_product_database: NewDatabase, tree: Path
) -> None:
    url = new_product_database()
    before = catalog(url)
    migration = tree / "migrations/20990101_0000_half.sql"
    migration.write_text("create table half (n int);\nselect 1 / 0;\n")
    with pytest.raises(
        apply.MigrationError, match=r"half\.sql failed, nothing of it was kept: division by zero"
    ):
        built(url, tree)
    assert catalog(url) == before
    migration.write_text("drop function citation;\n")
    assert "functions/find_passages.sql" in apply.apply(url, {}, folder=tree)
    assert catalog(url) == before, "what the migration dropped is there again"


def test_a_file_of_functions_is_applied_again_when_it_changes(
    new_database: NewDatabase, new_product_database: NewDatabase, tree: Path
) -> None:
    url = new_product_database()
    file = tree / "functions/search.sql"
    edit(file, "return 5000;", "return 6000;")
    assert apply.apply(url, {}, folder=tree) == ["functions/search.sql"]
    assert one(url, "select largest_exact_tenant()") == 6000
    assert apply.apply(url, {}, folder=tree) == []
    assert catalog(url) == catalog(built(new_database(), tree))


@pytest.mark.parametrize(
    ("file", "edits"),
    [
        (
            "find_passages",
            [
                ("p_page int) returns jsonb", "p_page int) returns json"),
                ("then p_page end))\n", "then p_page end))::json\n"),
            ],
        ),
        ("find_passages", [("p_page int) returns jsonb", "p_page int, p_more int) returns jsonb")]),
        ("documents", [("pages_left(p_document uuid)", "pages_left(p_document uuid, p_more int)")]),
        (
            "find_passages",
            [
                ("small_words(p_language text", "small_words(p_tongue text"),
                ("p_language::regconfig", "p_tongue::regconfig"),
            ],
        ),
        (
            "turn_steps",
            [
                (
                    "int, p_lease interval default '5 minutes') returns void",
                    "int, p_lease interval) returns void",
                )
            ],
        ),
    ],
    ids=["return type", "arguments", "arguments of everybody's function", "name of an argument", "default"],
)
def test_a_function_that_postgresql_can_not_replace_is_made_anew(
    new_database: NewDatabase,
    new_product_database: NewDatabase,
    tree: Path,
    file: str,
    edits: list[tuple[str, str]],
) -> None:
    url = new_product_database()
    for old, new in edits:
        edit(tree / f"functions/{file}.sql", old, new)
    assert apply.apply(url, {}, folder=tree) == [f"functions/{file}.sql"]
    assert catalog(url) == catalog(built(new_database(), tree))


def test_functions_may_need_each_other_in_any_order(new_database: NewDatabase, tree: Path) -> None:
    """Bodies of the standard's form name what they call when they are made."""
    for name, other in (("zz", "aa"), ("aa", "mm"), ("mm", "")):
        body = f"{other}_asked()" if other else "7"
        (tree / f"functions/{name}.sql").write_text(
            f"create or replace function {name}_asked() returns int\n    language sql return {body};\n"
        )
    assert one(built(new_database(), tree), "select zz_asked()") == 7


def test_what_is_wrong_in_a_function_is_said_with_its_file(
    new_product_database: NewDatabase, tree: Path
) -> None:
    url = new_product_database()
    before = catalog(url)
    (tree / "functions/zz.sql").write_text(
        "create or replace function zz_asked() returns int\n    language sql return nobody_made_this();\n"
    )
    with pytest.raises(apply.MigrationError, match=r"functions/zz\.sql failed, .*nobody_made_this"):
        built(url, tree)
    assert catalog(url) == before


def test_a_database_of_the_numbered_files_is_refused(new_database: NewDatabase) -> None:
    url = new_database()
    one(url, "create table schema_migrations (name text primary key, sha256 text)")
    with pytest.raises(apply.MigrationError, match="drop it, make an empty one, and run this again"):
        built(url)
    assert one(url, "select to_regclass('tenants')") is None


def test_each_function_is_defined_once_and_each_file_is_applied(new_product_database: NewDatabase) -> None:
    texts = {path: path.read_text() for path in sorted(apply.FOLDER.rglob("*.sql"))}
    defined = Counter(name for text in texts.values() for name in DEFINED.findall(text))
    assert [name for name, times in defined.items() if times > 1] == []
    for path, text in texts.items():
        assert len(text.splitlines()) <= 400 and max(map(len, text.splitlines())) <= 120, path
        if path.parent.name == "functions":
            header = text[: text.index("create or replace function ")]
            assert all(not line or line.startswith("--") for line in header.splitlines()), path
    with psycopg.connect(new_product_database()) as conn:
        query = f"select proname from pg_proc p where pronamespace = 'public'::regnamespace and {OURS}"
        made = Counter(name for (name,) in conn.execute(query.encode()))
    assert made == defined
    files = {f"schema/{path.name}" for path in (apply.FOLDER / "schema").iterdir()}
    assert files == {apply.ROLES, *apply.TABLES}


def test_functions_with_the_owners_rights_have_a_search_path_and_are_not_for_everybody(
    new_product_database: NewDatabase,
) -> None:
    query = f"""
        select proname from pg_proc p
        where pronamespace = 'public'::regnamespace and prosecdef and {OURS}
          and (not exists (select from unnest(proconfig) setting where setting = 'search_path=public, pg_temp')
               or exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) a where a.grantee = 0)
               or proowner <> 'chatbot_owner'::regrole)"""
    with psycopg.connect(new_product_database()) as conn:
        assert conn.execute(query.encode()).fetchall() == []
