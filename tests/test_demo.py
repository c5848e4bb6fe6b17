"""The whole job, for real: demo twice, then the live service beside it, through Airflow."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import psycopg
import pytest

from archive import embedded
from archive.settings import PROJECT

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]
JIANBAO = Path(sys.executable).with_name("jianbao")

COOKBOOK = """# Questions to the archive 查询示例

Each of these is a file in `sql/queries/` and runs in `make psql`; the answers are the sample
newsroom's, cut to the first rows. `news.clock()` is the present (in a demo, the demo's).
以下查询都在 `sql/queries/` 中，可在 `make psql` 里运行；答案来自示例新闻站，只列前几行。

"""

# A registry whose only source the address guard refuses: the live service must reach nobody here.
REGISTRY = """
[[source]]
id = "nowhere"
name = "Nowhere"
homepage = "http://127.0.0.1:9/"
https = false
article = '^http://127\\.0\\.0\\.1:9/(\\d+)$'
[[source.entry]]
kind = "feed"
url = "http://127.0.0.1:9/feed"
"""


class Checkout:
    """A demo and a live archive of their own, as `make` would run them."""

    def __init__(self, folder: Path) -> None:
        self.demo = folder / "demo"
        registry = folder / "sources.toml"
        registry.write_text(REGISTRY)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("JIANBAO")} | {
            "JIANBAO_ENV_FILE": os.devnull,
            "JIANBAO_DEMO_FOLDER": str(self.demo),
            "JIANBAO_HOME": str(folder / "live"),
            "JIANBAO_SOURCES": str(registry),
        }

    def run(self, *words: str, check: bool = True, **changes: str) -> str:
        done = subprocess.run(
            [JIANBAO, *words], env=self.env | changes, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout if check else done.stderr

    def ask(self, sql: str, *options: str) -> str:
        return self.run(*options, "psql", "-At", "-c", sql).strip()


@pytest.fixture(scope="module")
def checkout() -> Iterator[Checkout]:
    # Not pytest's own folder: as root the database's user must be able to pass through.
    with tempfile.TemporaryDirectory(prefix="jianbao-whole-") as folder:
        Path(folder).chmod(0o711)
        made = Checkout(Path(folder))
        yield made
        made.run("down")
        if (made.demo / "demo.json").exists():
            shutil.rmtree(made.run("--demo", "status").split()[1])


@pytest.fixture(scope="module")
def report(checkout: Checkout) -> str:
    """What the first demo printed."""
    return checkout.run("demo")


FACTS = """
select json_build_object(
    'outcomes', (select json_object_agg(outcome, n) from
                 (select outcome, count(*) n from ledger group by 1) o),
    'articles', (select count(*) from articles), 'editions', (select count(*) from editions),
    'revisions', (select count(*) from revisions),
    'sent', (select sum(readers) from deliveries where state = 'sent'))
"""


def test_the_demo_reports_sources_outcomes_queries_and_the_edition(
    checkout: Checkout, report: str
) -> None:
    for words in ("What each source gave", "星河科技报", "What became of every link", "news=>",
                  "重大事件摘要", "digest-", "Done in"):  # fmt: skip
        assert words in report
    assert report.count("news=>") == 3


QUERIES = sorted((PROJECT / "sql" / "queries").glob("*.sql"))


def test_every_query_of_the_cookbook_answers(
    checkout: Checkout, report: str, pytestconfig: pytest.Config
) -> None:
    assert len(QUERIES) >= 15
    page = PROJECT / "docs" / "cookbook.md"
    shown = [COOKBOOK]
    for path in QUERIES:
        query = path.read_text(encoding="utf-8")
        answer = checkout.run("--demo", "psql", "-X", "-P", "format=unaligned", "-c", query)
        *rows, count = answer.strip().splitlines()
        assert len(rows) > 1, path.name
        english, chinese = (line.removeprefix("-- ") for line in query.splitlines()[:2])
        cut = [row if len(row) <= 160 else f"{row[:159]}…" for row in rows[:7]]
        block = "\n".join([*cut, *["…"][: len(rows) > 7], count])
        shown.append(f"## {english} {chinese}\n\n`sql/queries/{path.name}`\n\n```sql\n")
        shown.append("\n".join(query.splitlines()[2:]) + f"\n```\n\n```text\n{block}\n```\n\n")
    if pytestconfig.getoption("--write-docs"):
        page.write_text("".join(shown), encoding="utf-8")
    # The answers have the demo's day in them; the questions stay.
    written = page.read_text(encoding="utf-8")
    assert all(part in written for part in shown[1::2])
    assert all("\n".join(q.read_text("utf-8").splitlines()[2:]) in written for q in QUERIES)


def test_every_link_ends_in_one_outcome_and_bad_pages_stop_nobody(
    checkout: Checkout, report: str
) -> None:
    facts = json.loads(checkout.ask(FACTS, "--demo"))
    outcomes = facts["outcomes"]
    assert "pending" not in outcomes
    assert outcomes["stored"] == 67
    assert {"http_error", "blocked_by_robots", "challenge_page", "rate_limited", "redirect_loop",
            "timeout", "too_large", "too_short", "paywalled",
            "off_topic"} <= set(outcomes)  # fmt: skip


def test_the_correction_between_the_crawls_became_a_revision(
    checkout: Checkout, report: str
) -> None:
    before, after = checkout.ask(
        "select r.text like '%12.6亿元%', a.text like '%21.6亿元%'"
        " from revisions r join articles a using (id)",
        "--demo",
    ).split("|")
    assert (before, after) == ("t", "t")


def test_one_mail_arrived_over_smtp_and_equals_the_edition(checkout: Checkout, report: str) -> None:
    (path,) = (checkout.demo / "mailbox").glob("*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    (page,) = checkout.demo.glob("digest-*.html")
    html = mail.get_body(("html",))
    assert html is not None
    assert html.get_content().splitlines() == page.read_text().splitlines()
    assert mail["Subject"] == checkout.ask("select subject from editions", "--demo")


def test_the_edition_tells_an_event_once(checkout: Checkout, report: str) -> None:
    text = checkout.ask("select text from editions", "--demo")
    story = text[text.index("\n1. 云岭智能") : text.index("\n2. ")]
    assert "   首发 星河科技报 · " in story
    for outlet in ("东岸财经", "江城商报", "智点快讯"):
        assert f"（{outlet}） http" in story
    # Traditional characters and lost bytes do not make another text of it.
    for outlet in ("智点快讯", "九州电脑网", "AI镜像站"):
        assert f"   另有 1 家转载：\n   - {outlet} http" in text


def test_the_edition_has_figures_the_correction_and_the_terms_of_the_day(
    checkout: Checkout, report: str
) -> None:
    text = checkout.ask("select text from editions", "--demo")
    assert "东岸财经称 143亿元，两说不一" in text
    assert "   数字由12.6亿元改为21.6亿元；标题改动" in text
    assert "━━ 升温词 ━━" in text
    # The first edition of an archive floods nobody.
    assert "篇较早发布的文章只存档，不列入本期。" in text
    places = "select count(*) from articles a left join edition_articles e using (id)"
    assert checkout.ask(f"{places} where e.day is null", "--demo") == "0"


def test_a_second_demo_adds_rows_to_the_run_log_only(checkout: Checkout, report: str) -> None:
    before = json.loads(checkout.ask(FACTS, "--demo"))
    runs = int(checkout.ask("select count(*) from runs", "--demo"))
    checkout.run("demo")
    assert json.loads(checkout.ask(FACTS, "--demo")) == before
    assert int(checkout.ask("select count(*) from runs", "--demo")) > runs
    assert len(list((checkout.demo / "mailbox").glob("*.eml"))) == 1


def test_status_shows_what_the_guard_lets_pass(checkout: Checkout, report: str) -> None:
    assert "127.0.1.1:" in checkout.run("--demo", "status")


def test_prune_removes_airflows_history_and_task_logs_by_the_same_policy(
    checkout: Checkout, report: str
) -> None:
    home = Path(checkout.run("--demo", "status").split()[1])
    server = embedded.running(home / "postgres")
    assert server is not None

    def kept() -> tuple[int, int]:
        with psycopg.connect(server.dsn("airflow", "airflow")) as conn:
            row = conn.execute("select count(*) from dag_run").fetchone()
        assert row is not None
        logs = [path for path in (home / "airflow" / "logs").rglob("attempt=*.log")]
        return row[0], len(logs)

    runs, logs = kept()
    assert runs >= 4
    assert logs >= 6
    later = datetime.now(UTC) + timedelta(days=10)
    settings = {"JIANBAO_HOME": str(home), "JIANBAO_KIND": "demo", "KEEP_RUNS_DAYS": "5"}
    checkout.run("prune", **settings, JIANBAO_NOW=datetime.now(UTC).isoformat())
    assert kept() == (runs, logs)
    checkout.run("prune", **settings, JIANBAO_NOW=later.isoformat())
    assert kept()[1] == 0
    # Airflow keeps the last run of each DAG, because it knows from it which one is next.
    assert kept()[0] <= 3


def test_the_live_service_beside_it_holds_no_fictional_row(checkout: Checkout, report: str) -> None:
    checkout.run("up")
    shown = checkout.run("status")
    assert "scheduler" in shown
    assert "RUNNING" in shown
    assert "lets pass" not in shown
    assert checkout.ask("select count(*) from articles") == "0"
    assert checkout.ask("select count(*) from ledger where url like '%127.0.1.%'") == "0"
    assert "星河科技报" not in checkout.ask("select string_agg(name, ' ') from sources")


def test_the_demo_refuses_the_live_archive(checkout: Checkout, report: str) -> None:
    live = checkout.run("url").strip()
    refused = checkout.run("migrate", check=False, JIANBAO_KIND="demo")
    assert "belongs to the live archive" in refused
    assert live.startswith("postgresql://reader:")


def test_the_tutorial_works_as_printed(checkout: Checkout, report: str, tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    shown = [
        block.replace(".venv/bin/jianbao", str(JIANBAO)) for block in blocks if "--demo" in block
    ]
    assert len(shown) == 3
    for block in shown:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=tmp_path, env=checkout.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        assert "(0 rows)" not in done.stdout
    assert "云汐市" in (tmp_path / "articles.csv").read_text(encoding="utf-8")


def test_down_stops_both_and_leaves_nothing(checkout: Checkout, report: str) -> None:
    checkout.run("down")
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = path.read_bytes()
        except OSError:
            continue
        assert f"JIANBAO_DEMO_FOLDER={checkout.demo}".encode() not in environment
    assert "is not up" in checkout.run("status")
