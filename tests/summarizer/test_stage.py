"""The stage as a whole: a real archive, and a real server on this machine."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql
from typer.testing import CliRunner

from archive import articles, links, pages, sources, summaries
from archive.models import Article, FoundLink, Page
from archive.settings import Settings
from summarizer.commands import app
from summarizer.stage import summarize_pending

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)


@pytest.fixture
def asking(server: Any) -> Settings:
    """Settings that name the server."""
    return Settings(summarizer_url=server.url, summarizer_model="qinghe-7b")


@pytest.fixture
def store(conn: Connection, article: Article) -> Callable[..., int]:
    """Stores the article under a name, perhaps with another text; its number."""
    sources.sync(conn, [("xinghe", "星河日报", "https://xinghe.example", True)], NOON)

    def put(name: str, text: str = article.text) -> int:
        url = f"https://xinghe.example/{name}"
        links.discover(conn, "xinghe", name, FoundLink(url), NOON)
        link = links.get(conn, name)
        assert link
        pages.add(conn, Page(link.id, url, text.encode(), NOON))
        (page,) = conn.execute("select id from archive.page where link = %s", (link.id,)).fetchone()
        articles.put(conn, link.id, page, replace(article, text=text), NOON)
        (stored,) = conn.execute(
            "select id from archive.article where link = %s", (link.id,)
        ).fetchone()
        return stored

    return put


def rows(conn: Connection, columns: str) -> list[Any]:
    chosen = sql.SQL(", ").join(map(sql.Identifier, columns.split(", ")))
    query = sql.SQL("select {} from news.summaries order by id")
    return conn.execute(query.format(chosen)).fetchall()


def test_what_is_done_is_not_looked_at_again_in_a_run_but_what_came_behind_is(
    conn: Connection, store: Any, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = store("a"), store("b", article.text + "量潮明天再说。")
    looked_after = []
    claim = articles.claim_unsummarized

    def spy(conn: Connection, most: int = 1, after: int = 0) -> Any:
        looked_after.append(after)
        return claim(conn, most, after)

    def revise(progress: str) -> None:
        if progress == "2 articles":
            store("a", article.text + "量潮更正。")

    monkeypatch.setattr(articles, "claim_unsummarized", spy)
    assert summarize_pending(conn, Settings(), revise)["summarized"] == 3
    assert looked_after == [0, one, other, 0, one, 0]


def test_without_a_model_summaries_are_extracts(conn: Connection, store: Any) -> None:
    store("a")
    assert summarize_pending(conn, Settings()) == {"summarized": 1, "extractive": 1}
    assert rows(conn, "method, model, prompt, reason, again") == [("extractive", "", "", "", False)]
    assert summarize_pending(conn, Settings()) == {}


def test_a_server_writes_and_its_use_is_noted(
    conn: Connection, store: Any, server: Any, asking: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In Beijing it is the next day.
    monkeypatch.setenv("JIANBAO_NOW", "2026-03-04T20:00:00Z")
    numbers = [store("a"), store("b", "云汐市5月8日开放试验路段。")]
    assert summarize_pending(conn, asking) == {"summarized": 2, "written": 1, "lead": 1}
    model = f"qinghe-7b at {server.host}"
    (written, kept), (refused, reason) = rows(conn, "method, reason")
    assert (written, kept, refused) == ("written", "", "lead")
    assert "2.4亿元" in reason
    told = "model, prompt, tokens_read, tokens_written, again"
    assert rows(conn, told) == [(model, "1", 700, 80, False)] * len(numbers)
    used = conn.execute("select * from news.model_usage").fetchall()
    assert used == [(NOON.date(), model, 2, 1400, 160)]


def test_many_articles_are_asked_about_together_and_all_are_kept(
    conn: Connection, store: Any, server: Any, asking: Settings, article: Article
) -> None:
    for number in range(20):
        store(str(number), f"{article.text}\n第{number}号稿件。")
    good = server.answer
    server.answer = lambda body: "不" if "第3号" in body["messages"][0]["content"] else good(body)
    counts = summarize_pending(conn, asking)
    assert counts == {"summarized": 20, "written": 19, "extractive": 1}
    assert len(server.asked) == 20


def test_a_server_that_is_down_is_said_once_and_asked_again_by_the_next_run(
    conn: Connection, store: Any, server: Any, asking: Settings, article: Article, capsys: Any
) -> None:
    for number in range(20):
        store(str(number), f"{article.text}\n第{number}号稿件。")
    good, server.answer = server.answer, lambda _: 401
    assert summarize_pending(conn, asking) == {"summarized": 20, "extractive": 20}
    assert capsys.readouterr().err.count("refuses the key") == 1
    assert len(server.asked) == 16
    assert {again for (again,) in rows(conn, "again")} == {True}
    assert all("refuses the key" in reason for (reason,) in rows(conn, "reason"))
    # Still down: it is tried with one batch, and what there is stays as it is.
    assert summarize_pending(conn, asking) == {}
    assert len(server.asked) == 32
    server.answer = good
    assert summarize_pending(conn, asking) == {"summarized": 20, "written": 20}
    assert {again for (again,) in rows(conn, "again")} == {False}


def test_the_days_tokens_are_a_bound_for_all_workers(
    conn: Connection,
    store: Any,
    server: Any,
    asking: Settings,
    article: Article,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    monkeypatch.setenv("JIANBAO_NOW", "2026-03-05T04:00:00Z")
    bounded = asking.model_copy(update={"summarizer_tokens_per_day": 2000})
    summaries.note_usage(conn, NOON.date(), "another worker's", 1, 1500, 0)
    store("a")
    assert summarize_pending(conn, bounded) == {"summarized": 1, "written": 1}
    for name in "bc":
        store(name, f"{article.text}\n第{name}号稿件。")
    assert summarize_pending(conn, bounded) == {"summarized": 2, "extractive": 2}
    assert capsys.readouterr().err.count("the day's 2000 tokens are used up") == 1
    assert len(server.asked) == 1
    monkeypatch.setenv("JIANBAO_NOW", "2026-03-06T04:00:00Z")
    assert summarize_pending(conn, bounded) == {"summarized": 2, "written": 2}


def test_what_cannot_be_asked_at_all_leaves_extracts(
    conn: Connection, store: Any, server: Any, capsys: Any
) -> None:
    store("a")
    nameless = Settings(summarizer_url=server.url)
    assert summarize_pending(conn, nameless) == {"summarized": 1, "extractive": 1}
    assert "SUMMARIZER_MODEL does not name it" in capsys.readouterr().err
    assert rows(conn, "again") == [(True,)]


def test_a_model_is_not_loaded_for_nothing(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Heavy:
        model, prompt = "heavy", "1"

        @property
        def batch(self) -> int:
            pytest.fail("it was loaded")

    monkeypatch.setattr("summarizer.stage.writer", lambda _: Heavy())
    assert summarize_pending(conn, Settings()) == {}


def test_the_same_text_is_asked_about_once(
    conn: Connection, store: Any, server: Any, asking: Settings, article: Article
) -> None:
    store("a")
    summarize_pending(conn, asking)
    store("b")
    store("c", f"{article.text}\n多了一段。")
    assert summarize_pending(conn, asking) == {"summarized": 2, "shared": 1, "written": 1}
    assert len(server.asked) == 2
    (one, other, _) = rows(conn, "summary, keywords, method, tokens_read")
    assert one[:2] == other[:2]
    assert other[2:] == ("shared", 0)


def test_another_publication_takes_the_text_over_if_it_is_true_of_it(
    conn: Connection, store: Any, server: Any, asking: Settings, article: Article
) -> None:
    one = store("a")
    summarize_pending(conn, asking)
    same = store("b", article.text.replace("对此，周望川说，公司早有准备。", ""))
    other = store("c", article.text.replace("2.4亿元", "4.2亿元"))
    conn.execute("insert into archive.story values (%s, 1)", (one,))
    group = "insert into archive.copy_group (id, original, story, told_at) values (%s, %s, %s, %s)"
    conn.execute(group, (one, one, one, NOON))
    # Each for itself, as if it had become the original.
    conn.execute(
        "insert into archive.copy (article, copy_group, text_hash, method, placed_at)"
        " select id, %s, text_hash, 1, %s from archive.article where id = any(%s)",
        (one, NOON, [one, same, other]),
    )
    assert summarize_pending(conn, asking) == {"summarized": 2, "shared": 1, "extractive": 1}
    assert "4.2亿元" in server.texts()[1]
    assert len(server.asked) == 2


def test_a_redo_ends_and_asks_again(
    conn: Connection, store: Any, server: Any, asking: Settings
) -> None:
    store("a")
    summarize_pending(conn, Settings())
    assert summaries.mark(conn) == 1
    assert summarize_pending(conn, asking) == {"summarized": 1, "written": 1}
    assert summarize_pending(conn, asking) == {}
    summaries.mark(conn)
    assert summarize_pending(conn, asking) == {"summarized": 1, "written": 1}
    assert len(server.asked) == 2


def test_a_written_summary_outlives_a_redo_without_its_server(
    conn: Connection, store: Any, server: Any, asking: Settings
) -> None:
    store("a")
    summarize_pending(conn, asking)
    before = rows(conn, "summary, method")
    summaries.mark(conn)
    server.answer = lambda _: 401
    assert summarize_pending(conn, asking) == {}
    assert rows(conn, "summary, method") == before
    assert rows(conn, "again") == [(True,)]


def test_a_redo_goes_on_where_it_was_broken_off(
    conn: Connection, store: Any, server: Any, asking: Settings, article: Article, database_url: str
) -> None:
    for number in range(20):
        store(str(number), f"{article.text}\n第{number}号稿件。")
    summarize_pending(conn, Settings())
    summaries.mark(conn)
    good = server.answer

    def break_off(body: dict[str, Any]) -> object:
        if len(server.asked) == 17:
            conn.execute("select pg_terminate_backend(%s)", (doomed.info.backend_pid,))
        return good(body)

    server.answer = break_off
    doomed = psycopg.connect(database_url, autocommit=True)
    with pytest.raises(psycopg.OperationalError):
        summarize_pending(doomed, asking)
    doomed.close()
    assert sorted(rows(conn, "method, again"))[3:5] == [("extractive", True), ("written", False)]
    server.answer = good
    assert summarize_pending(conn, asking) == {"summarized": 4, "written": 4}
    assert summarize_pending(conn, asking) == {}


def test_the_command_makes_again_what_it_is_told_to(
    conn: Connection, store: Any, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        store(name)
    conn.execute("update archive.article set first_seen = '2026-03-08 20:00+00' where id = 2")
    monkeypatch.setenv("DATABASE_URL", database_url)
    run = CliRunner()

    def summarize(*words: str) -> Any:
        done = run.invoke(app, ["summarize", *words])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout.splitlines()[-1])

    assert summarize() == {"summarized": 2, "extractive": 2}
    assert summarize("--redo") == {"marked": 2, "summarized": 2, "extractive": 2}
    # Midnight in Beijing was at 16:00.
    assert summarize("--redo", "--since", "2026-03-09")["marked"] == 1
    assert summarize("--redo", "--since", "2026-03-10") == {"marked": 0}
    assert summarize("--redo", "--method", "lead") == {"marked": 0}
    assert summarize("--redo", "--model", "qinghe") == {"marked": 0}


def test_two_workers_share_the_work(
    conn: Connection, store: Any, server: Any, asking: Settings, article: Article, database_url: str
) -> None:
    for number in range(40):
        store(str(number), f"{article.text}\n第{number}号稿件。")
    done: list[dict[str, int]] = []

    def work() -> None:
        with psycopg.connect(database_url, autocommit=True) as own:
            done.append(summarize_pending(own, asking))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(one.get("written", 0) for one in done) == 40
    assert len(server.asked) == 40
    assert summaries.used(conn, datetime.now(UTC).astimezone(Settings().timezone).date()) == 31200
