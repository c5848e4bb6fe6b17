"""`jianbao demo`: the whole job once, through Airflow, on the sample newsroom."""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable

from archive import console, database, settings, subscribers
from archive import query as archive_query
from archive.edition_models import Choice
from archive.settings import Settings
from demo import deployment, newsroom
from demo.deployment import READER, Demo
from service import live
from service.airflow import Client
from service.supervisor import Program, ServiceError

Progress = Callable[[str], None]
_RUN_SECONDS = 240

QUERIES = (
    (
        "Which AI technologies did the news name most often? 新闻里哪些 AI 技术最多？",
        "select technology, count(*) as articles\n"
        "from articles, unnest(technologies) technology\n"
        "group by technology order by articles desc, technology limit 6",
    ),
    (
        "Search: both words occur, title hits first 检索：两词都有，标题命中在前",
        "select id, source_name, title from search('大模型 推理') limit 5",
    ),
    (
        "One labelled record 一条标注记录",
        "select 标题, 关键词, AI技术, 行业, 重大事件摘要 from record\n"
        "where 标题 like '云岭智能发布青鸾3.0：%'",
    ),
)


def run(fresh: bool) -> None:
    """Run the demo; every step can be interrupted and run again. `fresh` forgets the last one."""
    began = time.monotonic()
    if fresh or (deployment.home().exists() and not deployment.exists()):
        forget()
    demo = deployment.kept()
    os.environ.update(demo.environment())
    current = settings.load()
    console.say(f"The sample newsroom's day is {demo.day}; the demo is in {deployment.FOLDER}")
    with console.working("1/5 Setting up the database and Airflow's metadata"):
        ready = live.set_up(current, demo.environment())
        with database.connect(current, database.MAILER) as conn:
            subscribers.put(conn, READER, Choice(), demo.now)
    with console.working("2/5 Starting newsroom, mailbox and Airflow") as progress:
        live.start(ready, _programs(demo))
        client = ready.client()
        _wait_until_ready(client, progress)
    corrected = newsroom.is_corrected(demo.state)
    with console.working("3/5 Crawling the newsroom") as progress:
        _run_dag(client, "crawl_news", {"force": True}, progress)
        if not corrected:
            demo.state.write_text(json.dumps({"corrected": True}))
            progress("a publisher corrects an article; crawling again")
            _run_dag(client, "crawl_news", {"force": True}, progress)
    with console.working("4/5 Summarizing the new articles") as progress:
        _wait_summarized(client, current, progress)
    with console.working("5/5 Composing and mailing the edition") as progress:
        _run_dag(client, "send_digest", {"day": demo.day.isoformat()}, progress)
    _report(demo, current, time.monotonic() - began, ready.port)


def forget() -> None:
    """Stop the demo of this checkout and remove all it made."""
    os.environ.update(deployment.kept().environment())
    with console.working("Removing the last demo"):
        live.stop(settings.load())
        for folder in (deployment.home(), deployment.FOLDER):
            shutil.rmtree(folder, ignore_errors=True)


def _programs(demo: Demo) -> list[Program]:
    python = sys.executable
    serving = (
        python, "-m", "demo.server", "--port", str(demo.newsroom_port),
        "--reference-day", demo.day.isoformat(), "--state", str(demo.state),
    )  # fmt: skip
    mailbox = (
        python, "-m", "demo.mailbox", "--port", str(demo.mailbox_port),
        "--folder", str(demo.mails),
    )  # fmt: skip
    return [Program("newsroom", serving), Program("mailbox", mailbox)]


def _wait_until_ready(client: Client, progress: Progress) -> None:
    deadline = time.monotonic() + live.START_SECONDS
    while time.monotonic() < deadline:
        health = client.healthy()
        waiting = [name for name, state in health.items() if state and state != "healthy"]
        progress(f"waiting for {', '.join(waiting) or 'the DAGs'}" if health else "API server")
        if health.get("scheduler") == "healthy":
            client.wait_for_dags(live.DAGS, live.START_SECONDS)
            return
        time.sleep(1)
    raise ServiceError("Airflow", f"was not ready after {live.START_SECONDS} seconds")


def _run_dag(client: Client, dag: str, conf: dict[str, object], progress: Progress) -> None:
    run_id = client.trigger(dag, conf)
    deadline = time.monotonic() + _RUN_SECONDS
    while time.monotonic() < deadline:
        tasks = client.tasks(dag, run_id)
        done = sum(task["state"] in ("success", "skipped") for task in tasks)
        progress(f"{done} of {len(tasks)} tasks done")
        state = next(run["state"] for run in client.runs(dag) if run["dag_run_id"] == run_id)
        if state == "success":
            return
        if state == "failed":
            raise ServiceError(f"DAG {dag}", "failed", deployment.home() / "airflow" / "logs")
        time.sleep(1)
    raise ServiceError(f"DAG {dag}", f"did not end in {_RUN_SECONDS} seconds")


def _wait_summarized(client: Client, current: Settings, progress: Progress) -> None:
    url = database.looking_dsn(current)
    deadline = time.monotonic() + _RUN_SECONDS
    while time.monotonic() < deadline:
        answer = archive_query.ask(url, "select pending from backlog where stage = 'summarize'")
        left = answer.rows[0][0]
        busy = any(
            run["state"] in ("queued", "running") for run in client.runs("summarize_articles")
        )
        if left == 0 and not busy:
            return
        progress(f"{left} articles left")
        time.sleep(1)
    raise ServiceError("DAG summarize_articles", f"did not end in {_RUN_SECONDS} seconds")


def _report(demo: Demo, current: Settings, seconds: float, port: int) -> None:
    url = database.looking_dsn(current)

    def show(title: str, sql: str) -> None:
        answer = archive_query.ask(url, sql)
        console.table(list(answer.columns), list(answer.rows), title=f"\n{title}")

    show(
        "What each source gave 各来源的收获",
        "select name, links, articles, coalesce(trouble, '') as trouble from sources"
        " where enabled order by id",
    )
    show(
        "What became of every link 每个链接的结局",
        'select outcome, count(*) as links, min(reason) as "for example"'
        " from ledger group by outcome order by links desc, outcome",
    )
    for title, sql in QUERIES:
        console.out.print(f"\n{title}\n", markup=False)
        console.out.print(f"  news=> {sql.replace(chr(10), chr(10) + '         ')};", markup=False)
        answer = archive_query.ask(url, sql)
        if len(answer.rows) == 1 and len(answer.columns) > 3:
            for name, value in zip(answer.columns, answer.rows[0], strict=True):
                for line in f"{name}: {value}".splitlines():
                    console.paragraph(line, indent=2)
        else:
            console.table(list(answer.columns), list(answer.rows))
    kept = archive_query.ask(url, "select html from editions where day = %s", demo.day)
    page = deployment.FOLDER / f"digest-{demo.day}.html"
    page.write_text(str(kept.rows[0][0]), encoding="utf-8")
    mails = len(list(demo.mails.glob("*.eml")))
    out = console.out
    for name, value in (
        ("\nEdition  简报", page),
        ("Mailbox  邮箱", f"{demo.mails} ({mails} mail)"),
        ("Airflow  页面", f"http://127.0.0.1:{port}  user admin, password in"),
        ("             ", deployment.home() / "secrets.json"),
        ("SQL      查询", ".venv/bin/jianbao --demo psql"),
        ("Stop     停止", "make down"),
        ("Next     继续", "docs/tutorial.md"),
    ):
        out.print(f"{name}  {value}", markup=False)
    out.print(f"Done in {seconds:.0f} seconds.", markup=False)
