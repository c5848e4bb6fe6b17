from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection

from archive import migrations
from archive.embedded import Server
from archive.migrations import SchemaError

FILES = {
    "migrations/0001_shelf.sql": "create table shelf (place integer);",
    "migrations/0002_book.sql": "create table book (title text); insert into shelf values (1);",
    "views/010_shelves.sql": "create view news.shelves as select place from shelf;",
    "functions/010_room.sql": "create function news.room() returns bigint language sql"
    " as 'select count(*) from news.shelves';",
    "grants.sql": "grant usage on schema news to reader;"
    " grant select on all tables in schema news to reader;",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        write(tmp_path, name, text)
    return tmp_path


@pytest.fixture
def fresh(empty_database: str) -> Iterator[Connection]:
    with psycopg.connect(empty_database, autocommit=True) as conn:
        yield conn


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text)


def exists(conn: Connection, name: str) -> bool:
    return bool(conn.execute("select to_regclass(%s) is not null", (name,)).fetchone()[0])


def test_files_are_applied_in_order_and_once(fresh: Connection, folder: Path) -> None:
    assert migrations.migrate(fresh, folder) == list(FILES)
    assert fresh.execute("select news.room()").fetchone() == (1,)
    assert migrations.migrate(fresh, folder) == []


def test_a_new_migration_is_applied_alone(fresh: Connection, folder: Path) -> None:
    migrations.migrate(fresh, folder)
    write(folder, "migrations/0003_loan.sql", "create table loan (book text);")
    assert migrations.migrate(fresh, folder) == ["migrations/0003_loan.sql"]
    assert exists(fresh, "loan")


def test_an_edited_migration_is_refused_by_name(fresh: Connection, folder: Path) -> None:
    migrations.migrate(fresh, folder)
    write(folder, "migrations/0002_book.sql", "create table magazine (title text);")
    write(folder, "migrations/0003_loan.sql", "create table loan (book text);")
    with pytest.raises(
        SchemaError, match=r"0002_book\.sql .*changed after it was applied; restore it"
    ) as caught:
        migrations.migrate(fresh, folder)
    assert caught.value.name == "migrations/0002_book.sql"
    assert not exists(fresh, "magazine")
    assert not exists(fresh, "loan")


@pytest.mark.parametrize("command", [migrations.migrate, migrations.check])
def test_a_database_of_a_newer_program_is_refused(
    fresh: Connection, folder: Path, command: object
) -> None:
    migrations.migrate(fresh, folder)
    (folder / "migrations/0002_book.sql").unlink()
    with pytest.raises(SchemaError, match="does not know; install the newer program") as caught:
        command(fresh, folder)
    assert caught.value.name == "migrations/0002_book.sql"


def test_a_failing_file_changes_nothing(fresh: Connection, folder: Path) -> None:
    failing = "migrations/0003_loan.sql"
    write(folder, failing, "create table loan (book text); select 1 / 0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrations.migrate(fresh, folder)
    assert exists(fresh, "book")
    assert not exists(fresh, "loan")
    write(folder, failing, "create table loan (book text);")
    assert migrations.migrate(fresh, folder) == [failing, *list(FILES)[2:]]


def test_a_failing_first_file_leaves_an_empty_database(fresh: Connection, folder: Path) -> None:
    write(folder, "migrations/0001_shelf.sql", "create table shelf (place integer); select 1 / 0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrations.migrate(fresh, folder)
    assert migrations.is_empty(fresh)
    assert migrations.check(fresh, folder) is False
    write(folder, "migrations/0001_shelf.sql", FILES["migrations/0001_shelf.sql"])
    assert migrations.migrate(fresh, folder) == list(FILES)


def test_somebody_who_reads_stops_no_migration_for_ever(
    fresh: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations.migrate(fresh, folder)
    write(folder, "views/010_shelves.sql", "create view news.shelves as select 2 as place;")
    monkeypatch.setattr(migrations, "LOCK_SECONDS", 0.2)
    fresh.execute("set lock_timeout = 0")  # what the tests' server gives up after
    with psycopg.connect(fresh.info.dsn, password=fresh.info.password) as reader:
        reader.execute("select from news.shelves")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            migrations.migrate(fresh, folder)
        assert reader.execute("select place from news.shelves").fetchall() == [(1,)]
    assert migrations.migrate(fresh, folder) == ["views/010_shelves.sql", *list(FILES)[3:4]]


def test_views_are_made_anew_when_the_text_of_one_changes(fresh: Connection, folder: Path) -> None:
    migrations.migrate(fresh, folder)
    changed = "create view news.shelves as select place, 'oak' as wood from shelf;"
    write(folder, "views/010_shelves.sql", changed)
    assert migrations.migrate(fresh, folder) == list(FILES)[2:4]
    assert fresh.execute("select wood, news.room() from news.shelves").fetchall() == [("oak", 1)]
    assert migrations.migrate(fresh, folder) == []


def test_a_view_that_fails_leaves_the_old_ones(fresh: Connection, folder: Path) -> None:
    migrations.migrate(fresh, folder)
    write(folder, "views/020_books.sql", "create view news.books as select isbn from book;")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        migrations.migrate(fresh, folder)
    assert fresh.execute("select news.room()").fetchone() == (1,)


def test_the_reader_may_read_views_that_are_made_anew(fresh: Connection, folder: Path) -> None:
    readable = "select has_table_privilege('reader', 'news.shelves', 'select')"
    for _ in range(2):
        migrations.migrate(fresh, folder)
        assert fresh.execute(readable).fetchone() == (True,)
        write(folder, "views/010_shelves.sql", "create view news.shelves as select 2 as place;")


OTHERS = """
create schema mine;
create table mine.note (place integer);
create view mine.narrow with (security_barrier) as select place from news.shelves;
create view mine.wide as select n.place, room from mine.narrow n, news.room() room;
create materialized view mine.kept as select place from news.shelves;
create unique index kept_place on mine.kept (place);
create view mine.above as select place + 1 as above from mine.kept;
create function mine.first(news.shelves) returns integer language sql as 'select $1.place';
create view news.own as select place from news.shelves;
comment on view mine.narrow is 'narrow';
grant usage on schema news to mailer;
grant select on news.shelves, mine.above to mailer;
grant select (place) on news.shelves to writer;
"""
WIDER = "create view news.shelves as select 'oak' as wood, place, 2 as tiers from shelf;"


def test_what_others_built_on_our_views_goes_on(fresh: Connection, folder: Path) -> None:
    migrations.migrate(fresh, folder)
    fresh.execute(OTHERS)
    write(folder, "views/010_shelves.sql", WIDER)
    before = fresh.execute("select 'mine.narrow'::regclass::oid").fetchone()
    for _ in range(2):
        migrations.migrate(fresh, folder)
        assert fresh.execute("select * from mine.wide, mine.above").fetchall() == [(1, 1, 2)]
        assert fresh.execute("select mine.first(s) from news.shelves s").fetchall() == [(1,)]
        assert fresh.execute("select place from news.own").fetchall() == [(1,)]
        write(folder, "views/010_shelves.sql", WIDER.replace("2", "3"))
    assert fresh.execute("select * from archive_schema.lost").fetchall() == []
    # A plain view is the same one, with all that hangs on it.
    assert fresh.execute("select 'mine.narrow'::regclass::oid").fetchone() == before
    kept = fresh.execute(
        "select obj_description('mine.narrow'::regclass), to_regclass('mine.kept_place') is null,"
        " (select reloptions from pg_class where oid = 'mine.narrow'::regclass)"
    )
    assert kept.fetchone() == ("narrow", False, ["security_barrier=true"])
    assert not exists(fresh, "news_aside.shelves")


def test_grants_of_others_go_on(fresh: Connection, folder: Path) -> None:
    migrations.migrate(fresh, folder)
    fresh.execute(OTHERS)
    fresh.execute("alter default privileges in schema news grant select on tables to mailer")
    write(folder, "views/010_shelves.sql", WIDER)
    write(folder, "views/020_new.sql", "create view news.new as select 1 as one;")
    migrations.migrate(fresh, folder)
    for granted in (
        "has_schema_privilege('mailer', 'news', 'usage')",
        "has_table_privilege('mailer', 'news.shelves', 'select')",
        "has_table_privilege('mailer', 'mine.above', 'select')",
        "has_table_privilege('mailer', 'news.new', 'select')",
        "has_column_privilege('writer', 'news.shelves', 'place', 'select')",
    ):
        assert fresh.execute(f"select {granted}".encode()).fetchone() == (True,), granted
    whole = "select has_table_privilege('writer', 'news.shelves', 'select')"
    assert fresh.execute(whole).fetchone() == (False,)
    for other in ("mine.wide", "mine.kept"):
        refused = f"select has_table_privilege('mailer', '{other}', 'select')"
        assert fresh.execute(refused.encode()).fetchone() == (False,)


def test_what_no_longer_fits_is_told_and_its_definition_kept(
    fresh: Connection, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    migrations.migrate(fresh, folder)
    fresh.execute(OTHERS)
    write(folder, "views/010_shelves.sql", "create view news.shelves as select 1 as position;")
    migrations.migrate(fresh, folder)
    lost = dict(fresh.execute("select name, reason from archive_schema.lost").fetchall())
    theirs = {"mine.narrow", "mine.wide", "mine.kept", "mine.above", "news.own"}
    assert set(lost) == theirs | {"mine.first(news.shelves)"}
    assert lost["mine.narrow"] == 'column "place" does not exist'
    for name in lost:
        assert name in caplog.text
    # Put right by hand, from what was kept.
    write(folder, "views/010_shelves.sql", FILES["views/010_shelves.sql"])
    migrations.migrate(fresh, folder)
    for (definition,) in fresh.execute("select definition from archive_schema.lost").fetchall():
        fresh.execute(definition.encode())
    assert fresh.execute("select * from mine.wide, mine.above").fetchall() == [(1, 1, 2)]


def test_a_view_of_another_role_is_never_made_in_our_name(
    fresh: Connection, folder: Path, postgres: Server
) -> None:
    migrations.migrate(fresh, folder)
    fresh.execute(OTHERS)
    with psycopg.connect(postgres.dsn(fresh.info.dbname), autocommit=True) as superuser:
        superuser.execute("alter view mine.narrow owner to mailer")
        superuser.execute("alter materialized view mine.kept owner to mailer")
    write(folder, "views/010_shelves.sql", WIDER)
    migrations.migrate(fresh, folder)
    lost = dict(fresh.execute("select name, reason from archive_schema.lost").fetchall())
    assert lost["mine.narrow"] == lost["mine.kept"] == "it belongs to another role"


def test_ours_are_known_by_their_full_names(empty_database: str, folder: Path) -> None:
    for path in ("news,public", "public"):
        with psycopg.connect(
            empty_database, autocommit=True, options=f"-csearch_path={path}"
        ) as conn:
            migrations.migrate(conn, folder)
            made = conn.execute("select name from archive_schema.made order by 1").fetchall()
            assert made == [("routine news.room()",), ("view news.shelves",)]
        write(folder, "views/010_shelves.sql", WIDER)


def test_a_view_that_our_files_drop_is_gone(fresh: Connection, folder: Path) -> None:
    write(folder, "views/020_old.sql", "create view news.old as select 1 as one;")
    migrations.migrate(fresh, folder)
    fresh.execute("create table news.note (n integer); create view news.own as select 1 as one")
    (folder / "views/020_old.sql").unlink()
    write(folder, "views/010_shelves.sql", WIDER)
    migrations.migrate(fresh, folder)
    assert not exists(fresh, "news.old")
    assert exists(fresh, "news.own")
    assert exists(fresh, "news.note")


ARCHIVE = """
select 'table', attrelid::regclass::text, attname::text from pg_attribute join pg_class c
    on c.oid = attrelid where relnamespace = 'archive'::regnamespace and attnum > 0
union all select 'default', adrelid::regclass::text, adnum::text from pg_attrdef
union all select 'constraint', conrelid::regclass::text, conname from pg_constraint
union all select 'trigger', tgrelid::regclass::text, tgname from pg_trigger
union all select 'function', oid::regprocedure::text, '' from pg_proc
    where pronamespace = 'archive'::regnamespace
order by 1, 2, 3
"""


def test_nothing_of_the_archive_stands_on_its_views(fresh: Connection) -> None:
    migrations.migrate(fresh)
    oid = "select 'news.articles'::regclass::oid"
    before, view = fresh.execute(ARCHIVE).fetchall(), fresh.execute(oid).fetchone()
    fresh.execute("update archive_schema.applied set digest = '' where name ^@ 'views/'")
    migrations.migrate(fresh)
    assert fresh.execute(oid).fetchone() != view
    assert fresh.execute(ARCHIVE).fetchall() == before


def test_eight_migrators_apply_each_file_once(
    empty_database: str, folder: Path, at_once: object
) -> None:
    def migrate(_: int) -> list[str]:
        with psycopg.connect(empty_database, autocommit=True) as conn:
            return migrations.migrate(conn, folder)

    applied = at_once(8, migrate)
    assert sorted(name for names in applied for name in names) == sorted(FILES)


def test_check_tells_an_empty_database_from_a_current_one(fresh: Connection, folder: Path) -> None:
    assert migrations.check(fresh, folder) is False
    migrations.migrate(fresh, folder)
    assert migrations.check(fresh, folder) is True


@pytest.mark.parametrize("name", ["migrations/0003_loan.sql", "views/010_shelves.sql"])
def test_check_says_how_to_catch_up(fresh: Connection, folder: Path, name: str) -> None:
    migrations.migrate(fresh, folder)
    write(folder, name, "select 1;")
    with pytest.raises(SchemaError, match="run: jianbao migrate") as caught:
        migrations.check(fresh, folder)
    assert caught.value.name == name


def test_check_counts_what_is_missing(fresh: Connection, folder: Path) -> None:
    migrations.migrate(fresh, folder)
    for number in "345":
        write(folder, f"migrations/000{number}_more.sql", "select 1;")
    with pytest.raises(SchemaError, match=r"lacks migrations/0003_more\.sql and 2 more"):
        migrations.check(fresh, folder)


def test_our_own_schema_is_current_after_migrating(fresh: Connection) -> None:
    kinds = ("migrations", "views", "functions")
    ours = {f"{kind}/{path.name}" for kind in kinds for path in (migrations.SQL / kind).iterdir()}
    assert set(migrations.migrate(fresh)) == ours | {"grants.sql"}
    assert migrations.check(fresh) is True
