"""A publisher that leads to private addresses, in every spelling and by every road."""

import itertools
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

SITE = "http://www.gongkai.example"
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
REBINDING = "rebind.gongkai.example"
"""Public at the first question, private ever after."""
ARTICLE = (
    "<title>公开网发布第三代开放目录</title><h1>公开网发布第三代开放目录</h1>"
    "<p>2026-11-21 09:05　来源：公开网</p>"
    + "<p>公开网今天在江城发布了第三代开放目录，收录的数据集比上一代多三成，首批用户有十二家。</p>"
    * 3
)


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
