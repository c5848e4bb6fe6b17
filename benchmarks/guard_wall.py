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
from http.server import ThreadingHTTPServer
from pathlib import Path

from archive import database, embedded, query, settings
from benchmarks.guard_origin import REBINDING, SITE, Publisher, direct
from crawler.sources import urls

PUBLIC, NAMESERVER = "93.184.215.14", "93.184.215.53"
PRIVATE = (
    *("127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "198.18.0.1", "::1", "fd00::1", "64:ff9b::7f00:1", "2002:7f00:1::"),
)
PORTS = (22, 80, 443, 3306, 5432, 6379, 8080, 9200)
NAMES = {
    "www.gongkai.example": [PUBLIC],
    "sly.gongkai.example": [PUBLIC],
    "nei.gongkai.example": ["127.0.0.1"],
    "both.gongkai.example": ["127.0.0.1", PUBLIC],
    "v6.gongkai.example": ["::1"],
}
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
