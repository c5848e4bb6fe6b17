"""Crawl real pages with the real spider: how many become articles, and how clean is their text?

python -m benchmarks.dev_pages [../shared/extraction]

The pages are served on loopback as one source with a feed made of their gold titles, crawled and
read by our commands into a private archive, and scored with the scorer that comes with them.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

from archive import database, query, settings
from benchmarks import gold

ADDRESS = "127.0.2.1"


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else gold.FOLDER
    if why := gold.missing(folder):
        print(f"skipped: {why}")
        return 0
    for line in measure(folder):
        print(line)
    return 0


def measure(folder: Path) -> list[str]:
    """The lines to print: articles, outcomes, and the scorer's figures."""
    scorer, answers = gold.scorer(folder), gold.answers(folder)
    server = ThreadingHTTPServer((ADDRESS, 0), _newsstand(folder / "dev", answers))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with tempfile.TemporaryDirectory() as home:
            return _crawl_and_score(Path(home), server.server_address[1], answers, scorer)
    finally:
        server.shutdown()


def _crawl_and_score(
    home: Path, port: int, answers: dict[str, Any], scorer: ModuleType
) -> list[str]:
    home.chmod(0o755)
    registry = home / "sources.toml"
    registry.write_text(_REGISTRY.format(where=f"http://{ADDRESS}:{port}"))
    os.environ |= {
        "JIANBAO_ENV_FILE": os.devnull,
        "JIANBAO_HOME": str(home / "home"),
        "JIANBAO_SOURCES": str(registry),
        "JIANBAO_ALLOW": f"{ADDRESS}:{port}",
        "CRAWL_ARTICLES_PER_SOURCE": "1000",
    }
    (home / "home").mkdir()
    command = Path(sys.executable).with_name("jianbao")
    for words in (["crawl"], ["extract"]):
        subprocess.run([command, *words], check=True, stdout=subprocess.DEVNULL)
    url = database.reader_url(settings.load())
    rows = query.ask(
        url,
        "select url, title, text, array_to_string(authors, ' '), origin,"
        " published_at at time zone 'Asia/Shanghai' from articles",
    ).rows
    ended = query.ask(url, "select outcome, count(*) from ledger group by 1").rows
    outcomes = Counter({str(outcome): int(str(count)) for outcome, count in ended})
    subprocess.run([command, "down"], check=True, stderr=subprocess.DEVNULL)
    found = {str(row[0]).rpartition("/")[2].removesuffix(".html"): row for row in rows}
    scored = []
    for name, answer in answers.items():
        row = found.get(name)
        plain = (
            dict(
                zip(
                    ("text", "title", "author", "source", "date"),
                    (row[2], row[1], row[3], row[4], row[5]),
                    strict=True,
                )
            )
            if row
            else {}
        )
        scored.append(scorer.score_page(plain, answer))
    news = [row for row in scored if row["kind"] == "news"]
    lines = [f"articles           {len(found)} of {len(answers)} pages"]
    lines.append("outcomes           " + ", ".join(f"{k} {v}" for k, v in outcomes.most_common()))
    for name, rows_ in (("all pages", scored), ("news pages", news)):
        f1 = statistics.mean(row["f1"] for row in rows_)
        lines.append(f"mean F1, {name:<10}{f1:.3f}  n={len(rows_)}")
    for key in ("title", "date", "author", "source"):
        with_gold = [row[key] for row in news if key in row]
        lines.append(f"{key:<19}{sum(with_gold) / len(with_gold):.3f}  n={len(with_gold)}, news")
    return lines


def _newsstand(pages: Path, answers: dict[str, Any]) -> type[BaseHTTPRequestHandler]:
    class Newsstand(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2].removesuffix(".html")
            if self.path == "/feed":
                self._answer(200, "application/rss+xml", _feed(answers, self.headers["Host"]))
            elif name in answers:
                self._answer(200, "text/html", (pages / name / "page.html").read_bytes())
            else:
                self._answer(404, "text/plain", b"")

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    return Newsstand


def _feed(answers: dict[str, Any], host: str) -> bytes:
    entries = "".join(
        f"<item><title>{escape(answer.get('title') or name)}</title>"
        f"<link>http://{host}/p/{name}.html</link></item>"
        for name, answer in sorted(answers.items())
    )
    return f"<rss version='2.0'><channel><title>dev</title>{entries}</channel></rss>".encode()


_REGISTRY = """
[[source]]
id = "dev"
name = "dev pages"
homepage = "{where}/"
https = false
article = '^http://[^/]+/p/([\\w-]+)\\.html$'
min_delay = 0
[[source.entry]]
kind = "feed"
url = "{where}/feed"
"""

if __name__ == "__main__":
    sys.exit(main())
