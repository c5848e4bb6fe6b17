import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import scale
from demo.newsroom import OUTLETS, dated, load
from demo.server import Newsroom, NewsroomError
from demo.sites import Site

DAY = date(2026, 11, 22)
DEMO = Path(scale.__file__).parent
OUTLET = {outlet.id: outlet for outlet in OUTLETS}


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with Newsroom(DAY) as room:
        yield room


class Got(NamedTuple):
    status: int
    headers: Message
    content: bytes


def get(room: Newsroom, outlet: str, path: str, size: int | None = None, **headers: str) -> Got:
    """One request; reads `size` bytes, or what comes at once when it is 0, or all."""
    connection = http.client.HTTPConnection(OUTLET[outlet].address, room.port, timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with contextlib.closing(connection):
        connection.request("GET", path, headers=named)
        with connection.getresponse() as response:
            content = response.read1(100) if size == 0 else response.read(size)
            return Got(response.status, response.headers, content)


def body(room: Newsroom, outlet: str, path: str) -> str:
    got = get(room, outlet, path)
    assert got.status == 200
    return got.content.decode(OUTLET[outlet].encoding)


def sources(room: Newsroom) -> list[dict[str, Any]]:
    text = (DEMO / "sources.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text.replace("{port}", str(room.port)))["source"])


def where(room: Newsroom, outlet: str, slug: str) -> str:
    pieces = {piece.slug: piece for piece in load(DAY)[outlet]}
    return Site(OUTLET[outlet], (), DAY, room.port).path(pieces[slug])


def trouble(room: Newsroom, title: str) -> str:
    found = re.search(rf'href="(/news/\d+\.html)">[^<]*{title}', body(room, "yueli", "/news/"))
    assert found
    return found[1]


def test_every_article_of_every_outlet_is_served(room: Newsroom) -> None:
    files = {path for path in DEMO.glob("articles/*/*.md") if ".corrected" not in path.name}
    shelves = load(DAY)
    assert sum(map(len, shelves.values())) == len(files) + 4
    for outlet in OUTLETS:
        for piece in shelves[outlet.id]:
            page = body(room, outlet.id, where(room, outlet.id, piece.slug))
            assert piece.document or piece.title in page.replace("&#34;", '"')


def test_a_document_twin_is_served_as_it_is_in_the_file(room: Newsroom) -> None:
    page = body(room, "jingxiang", where(room, "jingxiang", "damaged-mirror"))
    assert page == dated((DEMO / "twins/damaged-mirror.html").read_text(encoding="utf-8"), DAY)


@pytest.mark.parametrize("corrected", [False, True])
def test_no_date_token_is_left_in_any_answer(tmp_path: Path, corrected: bool) -> None:
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"corrected": corrected}))
    with Newsroom(DAY, state) as room:
        answers = [
            (outlet.id, path, make().body)
            for outlet in OUTLETS
            for path, make in room.routes(outlet.address).items()
        ]
    assert len(answers) > 90
    left = [(name, path) for name, path, answer in answers if re.search(rb"\{(D|Y\})", answer)]
    assert left == []


def test_every_entry_point_of_the_registry_announces_the_whole_outlet(room: Newsroom) -> None:
    for source in sources(room):
        entry = source["entry"][0]
        pages = [entry["url"]]
        pages += [
            entry["next"].replace("{page}", str(n)) for n in range(2, entry.get("pages", 1) + 1)
        ]
        root = source["homepage"].rstrip("/")
        shown = "".join(body(room, source["id"], page.removeprefix(root)) for page in pages)
        links = re.findall(r'(?:href="|>|"url": ")(/[^"<]+|http://[^"<]+)', shown)
        urls = {link if link.startswith("http") else root + link for link in links}
        ids = [found[1] for url in urls if (found := re.match(source["article"], url))]
        extra = 12 if source["id"] == "yueli" else 0
        assert len(set(ids)) == len(load(DAY)[source["id"]]) + extra, source["id"]


def test_the_registry_names_the_outlets_and_their_addresses(room: Newsroom) -> None:
    said = [(source["id"], source["name"], source["homepage"]) for source in sources(room)]
    assert said == [(o.id, o.name, f"http://{o.address}:{room.port}/") for o in OUTLETS]


def test_numbers_do_not_change_with_the_day() -> None:
    by_day = [
        {piece.slug: piece.number for piece in load(day)["dongan"]}
        for day in (DAY, date(2027, 3, 1))
    ]
    assert by_day[0] == by_day[1]
    assert by_day[0]["guanlan-q3"] == 618994


def test_the_gbk_outlet_says_utf8_and_sends_gbk(room: Newsroom) -> None:
    response = get(room, "jiuzhou", "/list.htm")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    raw = response.content
    assert "本周热门" in raw.decode("gbk")
    assert b"charset=gb2312" in raw
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


def test_the_full_text_feed_has_bodies_and_the_other_only_summaries(room: Newsroom) -> None:
    full, short = body(room, "xinghe", "/feed"), body(room, "qianyan", "/rss")
    assert full.count("<content:encoded>") == full.count("<item>") > 5
    assert "content:encoded>" not in short
    assert re.search(r"<pubDate>\w{3}, \d\d Nov 2026 \d\d:\d\d:00 \+0800</pubDate>", full)
    assert re.search(r"<pubDate>\w{3}, \d\d Nov 2026 \d\d:\d\d:00</pubDate>", short)


def test_flashes_are_announced_in_epoch_seconds(room: Newsroom) -> None:
    first = json.loads(body(room, "zhidian", "/api/flash?page=1"))["data"]["list"][0]
    newest = load(DAY)["zhidian"][0]
    assert first["ctime"] == newest.published.timestamp()
    assert first["title"] == newest.title
    assert json.loads(body(room, "zhidian", "/api/flash?page=3"))["data"]["list"] == []


@pytest.mark.parametrize(
    ("outlet", "path"),
    [("xinghe", "/feed"), ("jiangcheng", "/news/"), ("dongan", "/sitemap.xml")],
)
def test_what_has_not_changed_is_not_sent_again(room: Newsroom, outlet: str, path: str) -> None:
    first = get(room, outlet, path)
    assert first.headers["Last-Modified"].endswith("GMT")
    again = get(room, outlet, path, If_None_Match=first.headers["ETag"])
    assert (again.status, again.content) == (304, b"")


def test_a_correction_changes_page_sitemap_and_tags(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with Newsroom(DAY, state) as room:
        path = where(room, "dongan", "guanlan-q3")
        before = get(room, "dongan", "/sitemap.xml")
        assert "12.6亿元" in body(room, "dongan", path)
        state.write_text('{"corrected": true}')
        page = body(room, "dongan", path)
        assert "21.6亿元" in page
        assert "更正" in page
        after = get(room, "dongan", "/sitemap.xml", If_None_Match=before.headers["ETag"])
        assert after.status == 200
        assert after.headers["Last-Modified"] != before.headers["Last-Modified"]
        assert f"{path}</loc><lastmod>2026-11-22T06:10:00+08:00</lastmod>" in after.content.decode()


@pytest.mark.parametrize(
    ("title", "status"),
    [("独家对话", 403), ("语音助手", 500), ("小城里", 429), ("图集", 200), ("图解", 302)],
)
def test_a_bad_page_fails_in_its_own_way(room: Newsroom, title: str, status: int) -> None:
    response = get(room, "yueli", trouble(room, title))
    assert response.status == status
    assert len(response.content) < 200
    assert response.headers.get("Retry-After") == ("3600" if status == 429 else None)


def test_the_redirect_comes_back_to_where_it_began(room: Newsroom) -> None:
    start = trouble(room, "图解")
    jump = get(room, "yueli", start).headers["Location"]
    assert get(room, "yueli", jump).headers["Location"] == start


def test_robots_forbids_one_page_that_is_linked(room: Newsroom) -> None:
    assert f"Disallow: {trouble(room, '月黎内参')}\n" in body(room, "yueli", "/robots.txt")


def test_the_slow_page_sends_a_byte_a_second(room: Newsroom) -> None:
    response = get(room, "yueli", trouble(room, "湖区"), size=0)
    assert int(response.headers["Content-Length"]) > 1000
    # One, but for a reader that comes late.
    assert 0 < len(response.content) < 60


def test_the_endless_page_does_not_end(room: Newsroom) -> None:
    response = get(room, "yueli", trouble(room, "直播实录"), size=3_000_000)
    assert response.headers["Content-Length"] is None
    assert len(response.content) == 3_000_000


def test_what_is_no_request_is_refused(room: Newsroom) -> None:
    with socket.create_connection((OUTLET["xinghe"].address, room.port), timeout=60) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nx=1")
        assert raw.recv(100).startswith(b"HTTP/1.1 405 ")
    assert get(room, "xinghe", "/nowhere").status == 404


def test_dates_are_written_as_the_newsroom_writes_them() -> None:
    assert dated("{D0}和{D-1}，{DATE-22}", DAY) == "11月22日和11月21日，2026-10-31"
    assert dated("自{Y}年{D+60}起，{Y}版", DAY) == "自2027年1月21日起，2026版"


@given(st.integers(-400, 400), st.dates(date(2001, 1, 1), date(2100, 1, 1)))
def test_a_day_token_is_that_many_days_away(days: int, today: date) -> None:
    assert (
        date.fromisoformat(dated(f"{{DATE{days:+}}}", today)).toordinal()
        == today.toordinal() + days
    )


def test_a_crowd_is_the_same_each_time_and_no_text_is_like_another() -> None:
    crowd, again = (scale.Crowd(4, 10, 7, DAY) for _ in range(2))
    pieces = [piece for outlet in crowd.outlets for piece in crowd.pieces(outlet)]
    assert pieces == [piece for outlet in again.outlets for piece in again.pieces(outlet)]
    assert all(400 <= piece.size <= 1500 for piece in pieces)
    texts = ["".join(block.lines[0] for block in piece.blocks) for piece in pieces]
    shingled = [{text[at : at + 4] for at in range(len(text) - 3)} for text in texts]
    alike = [len(a & b) / len(a | b) for n, a in enumerate(shingled) for b in shingled[:n]]
    assert max(alike) < 0.25


def test_a_crowd_is_served_at_the_addresses_of_its_registry() -> None:
    crowd = scale.Crowd(252, 3, 7, DAY)
    with Newsroom(DAY, crowd=crowd) as room:
        last = tomllib.loads(scale.registry(252, room.port))["source"][-1]
        assert last["homepage"] == f"http://127.0.2.2:{room.port}/"
        connection = http.client.HTTPConnection("127.0.2.2", room.port, timeout=60)
        connection.request("GET", "/feed")
        links = re.findall("<link>(.*?)</link>", connection.getresponse().read().decode())[1:]
        assert len([link for link in links if re.match(last["article"], link)]) == 3
        connection.request("GET", "/n/00001.html")
        assert connection.getresponse().status == 200
        connection.close()


def test_two_newsrooms_do_not_share_a_port(room: Newsroom) -> None:
    with pytest.raises(NewsroomError, match=rf"127\.0\.1\.1:{room.port}: Address already in use"):
        Newsroom(DAY, port=room.port)


def test_the_command_says_ready_and_stops_on_sigterm() -> None:
    command = [sys.executable, "-m", "demo.server", "--port", "0", "--reference-day", "2026-11-22"]
    with subprocess.Popen(
        command, cwd=DEMO.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        ready, port = process.stdout.readline().split()
        assert ready == "ready"
        with socket.create_connection(("127.0.1.8", int(port)), timeout=60):
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")
