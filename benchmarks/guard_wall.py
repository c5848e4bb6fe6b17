"""Does any spelling of a private address get past the guard? Tried for real, on loopback alone.

python -m benchmarks.guard_wall

It makes a network namespace in which addresses that look public and private ones are all on
loopback, with a listener on many ports of every private one, a publisher on a public one, and a
name server that answers as an attacker's would. Then the real commands crawl and import. Needs
root, unshare and ip (iproute2); without them it is skipped. Nothing outside is ever asked.
"""

import contextlib
import itertools
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from archive import database, embedded, query, settings
from crawler.sources import urls

PUBLIC, NAMESERVER = "93.184.215.14", "93.184.215.53"
SITE = "http://www.gongkai.example"
PRIVATE = (
    *("127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "198.18.0.1", "::1", "fd00::1", "64:ff9b::7f00:1", "2002:7f00:1::"),
)
PORTS = (22, 80, 443, 3306, 5432, 6379, 8080, 9200)
SPELLINGS = (
    *("127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "198.18.0.1", "0.0.0.0", "0", "127.1", "127.0.1", "2130706433", "0x7f000001"),
    *("0x7f.1", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "00000177.0.0.1", "127.0.0.1."),
    *(
        "localhost",
        "LOCALHOST",
        "localhost.",
        "①②⑦.⓪.⓪.①",
        "１２７.0.0.1",
        "127。0。0。1",
        "127．0．0．1",
    ),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
    *("[::127.0.0.1]", "[fd00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25lo]"),
    *("nei.gongkai.example", "v6.gongkai.example", "both.gongkai.example", "user@127.0.0.1"),
    *("www.gongkai.example@127.0.0.1", "127.0.0.1\\@www.gongkai.example", "127.0.0.1#@a.example"),
)
CODES = (301, 302, 303, 307, 308)
NAMES = {
    "www.gongkai.example": [PUBLIC],
    "sly.gongkai.example": [PUBLIC],
    "nei.gongkai.example": ["127.0.0.1"],
    "both.gongkai.example": ["127.0.0.1", PUBLIC],
    "v6.gongkai.example": ["::1"],
}
REBINDING = "rebind.gongkai.example"
"""Public at the first question, private ever after."""
ARTICLE = (
    "<title>公开网发布第三代开放目录</title><h1>公开网发布第三代开放目录</h1>"
    "<p>2026-11-21 09:05　来源：公开网</p>"
    + "<p>公开网今天在江城发布了第三代开放目录，收录的数据集比上一代多三成，首批用户有十二家。</p>"
    * 3
)
REGISTRY = f"""
[[source]]
id = "gongkai"
name = "公开网"
homepage = "{SITE}/"
article = '^https?://[^/]+/(?:a|r)/(.+)$'
https = false
[[source.entry]]
kind = "feed"
url = "{SITE}/feed"
[[source.entry]]
kind = "sitemap"
url = "{SITE}/sitemap.xml"
[[source.entry]]
kind = "feed"
url = "{SITE}/r/302/0/feed"
"""


def main() -> int:
    if "--inside" in sys.argv:
        return inside()
    if os.geteuid() or not shutil.which("unshare") or not shutil.which("ip"):
        print("skipped: making a network namespace needs root, unshare and ip")
        return 0
    made = subprocess.run(["unshare", "--net", "--mount", "true"], check=False, capture_output=True)
    if made.returncode:
        print(f"skipped: no network namespace can be made: {made.stderr.decode().strip()}")
        return 0
    again = [sys.executable, "-m", "benchmarks.guard_wall", "--inside"]
    return subprocess.run(["unshare", "--net", "--mount", *again], check=False).returncode


def inside() -> int:
    """Everything that happens in the namespace."""
    with tempfile.TemporaryDirectory(prefix="jianbao-wall-") as folder:
        Path(folder).chmod(0o711)
        network(Path(folder))
        wall = Wall()
        reached = sum(wall.reached(address) for address in PRIVATE)
        threading.Thread(target=name_server, daemon=True).start()
        publisher = ThreadingHTTPServer((PUBLIC, 80), Publisher)
        threading.Thread(target=publisher.serve_forever, daemon=True).start()
        home = Path(folder, "home")
        try:
            tried, outcomes = commands(home)
        finally:
            embedded.stop(home / "postgres")
            publisher.shutdown()
        print(f"the wall notices connections to {reached} of {len(PRIVATE)} private addresses")
        hits = wall.hits()
        for hit, count in hits.items():
            print(f"  HIT {hit}: {count}")
        total = sum(hits.values())
        print(f"hits on private addresses   {total}  goal 0  n={tried}")
        stored = {
            url for url, outcome in outcomes.items() if outcome.startswith(("pending", "stored"))
        }
        wanted = {f"{SITE}/a/good", f"{SITE}/a/meta", f"http://{REBINDING}/a/first"}
        print(f"public pages that came      {len(wanted & stored)}  goal {len(wanted)}", end="  ")
        print(f"n={len(wanted)}")
        print(f"a name that turned private   {outcomes.get(f'http://{REBINDING}/a/2')}")
        return int(total > 0 or wanted - stored != set() or reached < len(PRIVATE))


def commands(home: Path) -> tuple[int, dict[str, str]]:
    """Crawl twice and import; addresses tried, and what became of those in the ledger."""
    registry = home.with_name("sources.toml")
    registry.write_text(REGISTRY, "utf-8")
    env = os.environ | {
        "JIANBAO_ENV_FILE": os.devnull,
        "JIANBAO_HOME": str(home),
        "JIANBAO_SOURCES": str(registry),
        "CRAWL_DELAY_FACTOR": "0",
        "CRAWL_ARTICLES_PER_SOURCE": "2000",
        "CRAWL_TIMEOUT": "5",
    }

    def run(*words: str) -> str:
        done = subprocess.run(
            [Path(sys.executable).with_name("jianbao"), *words],
            env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode > 1:
            sys.exit(done.stderr)
        return done.stdout

    run("migrate")
    # A crawl asks for a name once; the name that rebinds is another host in the second.
    for _ in range(2):
        run("crawl", "--force")
    brought = [address for address in direct("i") if importable(address)]
    run("import", *brought)
    os.environ.update(env)
    url = database.looking_dsn(settings.load())
    rows = query.ask(url, "select url, outcome || ': ' || reason from ledger").rows
    told = {str(address): str(outcome) for address, outcome in rows}
    return len(told) + len(brought), told


def importable(address: str) -> bool:
    with contextlib.suppress(urls.UrlError):
        return bool(urls.canonical(address, None))
    return False


def direct(kind: str) -> Iterator[str]:
    """Every spelling, on the usual port and on others, each on a path of its own."""
    for number, host in enumerate(SPELLINGS):
        for scheme, port in (("http", ""), ("http", ":8080"), ("https", ""), ("http", ":5432")):
            yield f"{scheme}://{host}{port}/a/{kind}{number}{port.removeprefix(':')}"


class Publisher(BaseHTTPRequestHandler):
    """The public page, and every way to lead somewhere else."""

    looks = 0
    """At the feed, which shows one more article each time, at the name that rebinds."""

    def do_GET(self) -> None:
        host = (self.headers["Host"] or "").partition(":")[0]
        match self.path.split("/")[1:]:
            case ["robots.txt"] if host.startswith("sly"):
                self._answer(302, Location="http://127.0.0.1/robots.txt")
            case ["feed"]:
                Publisher.looks += 1
                self._answer(200, _feed())
            case ["sitemap.xml"]:
                self._answer(200, _sitemap())
            case ["r", code, number, *_]:
                self._answer(int(code), Location=f"http://{SPELLINGS[int(number)]}/secret")
            case ["a", "meta"]:
                refresh = "<meta http-equiv=refresh content='0; url=http://127.0.0.1/secret'>"
                self._answer(200, refresh + ARTICLE)
            case ["a", *_]:
                self._answer(200, ARTICLE)
            case _:
                self._answer(404)

    def _answer(self, status: int, text: str = "", **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
            self.send_header(name, value.encode().decode("latin-1"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        return


def _feed() -> str:
    redirects = (
        f"{SITE}/r/{code}/{n}" for code, n in itertools.product(CODES, range(len(SPELLINGS)))
    )
    links = [
        *(f"{SITE}/a/good", f"{SITE}/a/meta", f"http://{REBINDING}/a/first"),
        "http://sly.gongkai.example/a/1",
        *(f"http://{REBINDING}/a/{look}" for look in range(2, Publisher.looks + 1)),
        *direct("d"),
        *redirects,
    ]
    entries = "".join(f"<item><link>{_escaped(link)}</link></item>" for link in links)
    return f"<rss version='2.0'><channel>{entries}</channel></rss>"


def _sitemap() -> str:
    nested = (f"<sitemap><loc>{_escaped(link)}</loc></sitemap>" for link in direct("s"))
    return f"<sitemapindex>{''.join(nested)}</sitemapindex>"


def _escaped(link: str) -> str:
    return link.replace("&", "&amp;").replace("<", "&lt;")


class Wall:
    """Listeners on every private address; connections stay in their queues until counted."""

    def __init__(self) -> None:
        self._sockets = [
            socket.create_server((address, port), family=_family(address), backlog=1024)
            for address, port in itertools.product(PRIVATE, PORTS)
        ]

    def reached(self, address: str) -> bool:
        """Whether a connection is noticed."""
        with contextlib.suppress(OSError):
            socket.create_connection((address, 80), timeout=2).close()
        return bool(self.hits())

    def hits(self) -> dict[str, int]:
        """Connections by the address that was reached, since the last time."""
        found: dict[str, int] = {}
        for sock in self._sockets:
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    sock.accept()[0].close()
                    name = "{} port {}".format(*sock.getsockname())
                    found[name] = found.get(name, 0) + 1
        return found


def network(folder: Path) -> None:
    """Put every address on loopback, and names into the hands of our name server."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in (PUBLIC, NAMESERVER, *PRIVATE):
        if address not in ("127.0.0.1", "::1", "127.8.9.1"):
            bits = "128" if ":" in address else "32"
            subprocess.run(["ip", "addr", "add", f"{address}/{bits}", "dev", "lo"], check=True)
    for name, text in (
        ("resolv.conf", f"nameserver {NAMESERVER}\noptions timeout:1 attempts:1\n"),
        ("hosts", "127.0.0.1 localhost\n::1 localhost\n"),
        ("nsswitch.conf", "hosts: files dns\n"),
    ):
        (folder / name).write_text(text)
        target = Path("/etc", name)
        if target.exists():
            subprocess.run(["mount", "--bind", folder / name, target], check=True)
    # Addresses of the sixth kind are usable only after a moment.
    time.sleep(2)


def name_server() -> None:
    """Answer questions for addresses as NAMES says."""
    asked = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((NAMESERVER, 53))
        while True:
            query, client = sock.recvfrom(512)
            labels, at = [], 12
            while size := query[at]:
                labels.append(query[at + 1 : at + 1 + size].decode("latin-1"))
                at += size + 1
            name = ".".join(labels).lower()
            wanted = socket.AF_INET6 if query[at + 2] == 28 else socket.AF_INET
            addresses = NAMES.get(name, [])
            if name == REBINDING and wanted == socket.AF_INET:
                addresses = [PUBLIC] if asked == 0 else ["127.0.0.1"]
                asked += 1
            found = [
                socket.inet_pton(wanted, each) for each in addresses if _family(each) == wanted
            ]
            head = query[:2] + struct.pack(">HHHHH", 0x8180, 1, len(found), 0, 0)
            records = b"".join(
                b"\xc0\x0c" + query[at + 1 : at + 5] + struct.pack(">IH", 0, len(each)) + each
                for each in found
            )
            sock.sendto(head + query[12 : at + 5] + records, client)


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


if __name__ == "__main__":
    sys.exit(main())
