from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.clock import BEIJING
from crawler.links.dates import date_in_url, find_date, parse_date, plausible

# A Thursday, 14:30 in Beijing; still Wednesday 22:30 would be wrong at any point.
FETCHED = datetime(2026, 3, 5, 14, 30, tzinfo=BEIJING)


def at(*parts: int) -> datetime:
    """A moment in Beijing."""
    return datetime(*parts, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-04 09:05", at(2026, 3, 4, 9, 5)),
        ("2026-03-04 09:05:33", at(2026, 3, 4, 9, 5, 33)),
        ("2026-03-04T09:05:33+08:00", at(2026, 3, 4, 9, 5, 33)),
        ("2026-03-04T01:05:33Z", at(2026, 3, 4, 9, 5, 33)),
        ("2026-03-04T01:05:33.123Z", at(2026, 3, 4, 9, 5, 33)),
        ("2026-03-04T09:05:33", at(2026, 3, 4, 9, 5, 33)),
        ("2026-03-03T20:05:33-0500", at(2026, 3, 4, 9, 5, 33)),
        ("2026年03月04日20:10", at(2026, 3, 4, 20, 10)),
        ("2026年3月4日 09:05", at(2026, 3, 4, 9, 5)),
        ("2026年03月04日 09时05分", at(2026, 3, 4, 9, 5)),
        ("2026年03月04日 09时05分33秒", at(2026, 3, 4, 9, 5, 33)),
        ("2026 年 3 月 4 日 09：05", at(2026, 3, 4, 9, 5)),
        ("２０２６年３月４日　０９：０５", at(2026, 3, 4, 9, 5)),
        ("2026年3月4日（星期三） 09:05", at(2026, 3, 4, 9, 5)),
        ("2026年3月4日 星期三 下午3:20", at(2026, 3, 4, 15, 20)),
        ("2026年3月4日週三 上午8:21", at(2026, 3, 4, 8, 21)),
        ("26-03-04 09:05", at(2026, 3, 4, 9, 5)),
        ("2026/3/4 9:05:33", at(2026, 3, 4, 9, 5, 33)),
        ("03/04/2026 09:05:33", at(2026, 3, 4, 9, 5, 33)),
        ("2026-03-04-09:05:33", at(2026, 3, 4, 9, 5, 33)),
        ("2026.03.04 09:05", at(2026, 3, 4, 9, 5)),
        ("20260304090533", at(2026, 3, 4, 9, 5, 33)),
        ("202603040905", at(2026, 3, 4, 9, 5)),
        ("Wed, 04 Mar 2026 01:05:33 GMT", at(2026, 3, 4, 9, 5, 33)),
        ("Wed, 04 Mar 2026 09:05:33 +0800", at(2026, 3, 4, 9, 5, 33)),
        ("Wed, 04 Mar 2026 09:05:33", at(2026, 3, 4, 9, 5, 33)),
        ("4 Mar 2026 09:05 CST", at(2026, 3, 4, 9, 5)),
        ("Wed, 04 Mar 2026 09:05:33 GMT+8", at(2026, 3, 4, 9, 5, 33)),
        ("1772586333", at(2026, 3, 4, 9, 5, 33)),
        ("1772586333000", at(2026, 3, 4, 9, 5, 33)),
        ("1772586333.0", at(2026, 3, 4, 9, 5, 33)),
        ("刚刚", FETCHED),
        ("1分钟内", at(2026, 3, 5, 14, 29)),
        ("5分钟前", at(2026, 3, 5, 14, 25)),
        ("半小时前", at(2026, 3, 5, 14, 0)),
        ("3小时前", at(2026, 3, 5, 11, 30)),
        ("3 个小时之前", at(2026, 3, 5, 11, 30)),
        ("今天 08:15", at(2026, 3, 5, 8, 15)),
        ("昨天 12:30", at(2026, 3, 4, 12, 30)),
        ("昨日12:30", at(2026, 3, 4, 12, 30)),
        ("前天 09:00", at(2026, 3, 3, 9, 0)),
        ("03-04 09:05", at(2026, 3, 4, 9, 5)),
        ("03/04 09:05", at(2026, 3, 4, 9, 5)),
        ("3月4日 09:05", at(2026, 3, 4, 9, 5)),
        ("12-31 23:59", at(2025, 12, 31, 23, 59)),
        ("09:05", at(2026, 3, 5, 9, 5)),
        ("14:34", at(2026, 3, 5, 14, 34)),
        ("14:36", at(2026, 3, 4, 14, 36)),
        ("上午9:05", at(2026, 3, 5, 9, 5)),
        ("下午2:20", at(2026, 3, 5, 14, 20)),
        ("晚8点", at(2026, 3, 4, 20, 0)),
        ("中午12:10", at(2026, 3, 5, 12, 10)),
        ("凌晨12:10", at(2026, 3, 5, 0, 10)),
        ("周三 09:05", at(2026, 3, 4, 9, 5)),
        ("周四 09:05", at(2026, 3, 5, 9, 5)),
        ("周四 15:05", at(2026, 2, 26, 15, 5)),
        ("发布时间：2026-03-04 09:05", at(2026, 3, 4, 9, 5)),
        ("发布于 09:05", at(2026, 3, 5, 9, 5)),
    ],
)
def test_a_date_with_its_minute(text: str, expected: datetime) -> None:
    parsed = parse_date(text, FETCHED)
    assert parsed is not None
    assert (parsed.instant, parsed.precision) == (expected, "minute")
    assert parsed.instant.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-04", at(2026, 3, 4)),
        ("2026/03/04", at(2026, 3, 4)),
        ("2026.03.04", at(2026, 3, 4)),
        ("2026-03.04", at(2026, 3, 4)),
        ("2026年3月4日", at(2026, 3, 4)),
        ("20260304", at(2026, 3, 4)),
        ("Mar 4, 2026", at(2026, 3, 4)),
        ("March 4, 2026", at(2026, 3, 4)),
        ("4 March 2026", at(2026, 3, 4)),
        ("3月4日", at(2026, 3, 4)),
        ("3/4", at(2026, 3, 4)),
        ("12月31日", at(2025, 12, 31)),
        ("昨日", at(2026, 3, 4)),
        ("今天", at(2026, 3, 5)),
        ("2天前", at(2026, 3, 3)),
        ("1周前", at(2026, 2, 26)),
        ("1个月前", at(2026, 2, 3)),
        ("星期三", at(2026, 3, 4)),
    ],
)
def test_a_date_of_a_day(text: str, expected: datetime) -> None:
    parsed = parse_date(text, FETCHED)
    assert parsed is not None
    assert (parsed.instant, parsed.precision) == (expected, "day")


def test_yesterday_is_yesterday_in_beijing() -> None:
    early = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)  # already the 5th in Beijing
    parsed = parse_date("昨天 12:30", early)
    assert parsed is not None
    assert parsed.instant == at(2026, 3, 4, 12, 30)


def test_the_29th_of_february_is_one_of_the_last_leap_year() -> None:
    parsed = parse_date("2月29日", datetime(2025, 1, 10, tzinfo=UTC))
    assert parsed is not None
    assert parsed.instant == at(2024, 2, 29)
    assert parse_date("2月29日", FETCHED) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "记者",
        "第3/4版",
        "1985-03-04",
        "2026-03-07 09:05",
        "2031年3月4日",
        "2026-13-04",
        "2026-02-30",
        "25:61",
        "100000000",
        "99999999999",
        "12345",
        "20000天前",
        "版本 3.0.2",
        "2026年3月",
    ],
)
def test_what_is_no_plausible_date_is_none(text: str) -> None:
    assert parse_date(text, FETCHED) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("星河科技报 陆知远 2026-03-04 09:05 来源：本报", at(2026, 3, 4, 9, 5)),
        ("来源：江城商报　　2026年03月04日09:05　　编辑：周宁", at(2026, 3, 4, 9, 5)),
        ("陆知远 · 3小时前 · 阅读 1024", at(2026, 3, 5, 11, 30)),
        ("科技 | 昨天 12:30 | 评论(3)", at(2026, 3, 4, 12, 30)),
        ("人工智能 03-04 09:05 12 条评论", at(2026, 3, 4, 9, 5)),
        ("更新时间：2026-03-05 10:00 发布时间：2026-03-04 09:05", at(2026, 3, 4, 9, 5)),
        ("最后更新于 2026-03-05 10:00", at(2026, 3, 5, 10)),
        ("1985年3月4日生，2026年3月4日09:05发稿", at(2026, 3, 4, 9, 5)),
    ],
)
def test_a_date_is_found_in_a_line(line: str, expected: datetime) -> None:
    found = find_date(line, FETCHED)
    assert found is not None
    assert found.instant == expected


@pytest.mark.parametrize(
    "line",
    [
        "本报讯 今天，公司刚刚发布新品",
        "第 12 版 3/4 页",
        "比分 3-4，耗时 09:05",
        "编号 1772586333",
        "售价 2026.5 元",
        "1985 年 3 月 4 日生",
        "服务器 192.168.3.4",
    ],
)
def test_a_line_without_a_date_has_none(line: str) -> None:
    assert find_date(line, FETCHED) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/gd2012/202603/04/t20260304_2310101.shtml",
        "http://a.example/x/202603/t20260304_2310123.shtml",
        "https://a.example/2026/0304/567890.shtml",
        "https://a.example/web/2026-03/04/content_483210.html",
        "https://a.example/2026/03/04/slug",
        "https://a.example/cj/2026/03-04/10456789.shtml",
        "https://a.example/tmt/2026-03-04/A1740012345678.html",
        "https://a.example/rain/a/20260304A01XYZ00",
    ],
)
def test_the_day_in_an_address(url: str) -> None:
    found = date_in_url(url)
    assert found is not None
    assert (found.instant, found.precision) == (at(2026, 3, 4), "day")


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/2026/03/123456.html",
        "https://a.example/news/120260304.html",
        "https://a.example/p/20261304.html",
        "https://a.example/art_0123456789abcd20260304efabcdef01.html",
        "https://20260304.example/a",
        "not an address 2026/03/04",
    ],
)
def test_a_number_in_an_address_is_not_always_a_day(url: str) -> None:
    assert date_in_url(url) is None


def test_a_day_to_come_is_none_on_which_an_article_was_published() -> None:
    url = "https://a.example/2099/0101/t20260304_1.html"
    day = date_in_url(url)
    assert day is not None
    assert day.instant == at(2099, 1, 1)
    day = date_in_url(url, FETCHED)
    assert day is not None
    assert day.instant == at(2026, 3, 4)
    assert date_in_url("https://a.example/2099/0101/1.html", FETCHED) is None


def test_plausible_is_from_1995_to_a_day_after_the_fetch() -> None:
    assert plausible(FETCHED + timedelta(hours=24), FETCHED)
    assert not plausible(FETCHED + timedelta(hours=24, seconds=1), FETCHED)
    assert plausible(datetime(1995, 1, 1, tzinfo=UTC), FETCHED)
    assert not plausible(datetime(1994, 12, 31, tzinfo=UTC), FETCHED)


PIECES = st.sampled_from(
    "2026 03 4 31 99999 年 月 日 - / . : ： T Z +08:00 GMT+ GMT 上午 晚 点 分 秒 半 小时前 天前 "
    "个月前 昨天 今 周三 星期 Mar Wed, 更新 发布时间 二 1772586333 ".split(" ")
)
TEXTS = st.text() | st.lists(PIECES | st.just(" "), max_size=12).map("".join)
MOMENTS = st.integers(
    int(datetime(1996, 1, 1, tzinfo=UTC).timestamp()), int(FETCHED.timestamp())
).map(lambda seconds: datetime.fromtimestamp(seconds, BEIJING))


@settings(deadline=None)
@given(TEXTS, MOMENTS)
def test_any_text_is_a_plausible_date_or_none(text: str, fetched_at: datetime) -> None:
    for parsed in (parse_date(text, fetched_at), find_date(text, fetched_at)):
        assert parsed is None or plausible(parsed.instant, fetched_at)
    date_in_url("https://a.example/" + text)


@settings(deadline=None)
@given(MOMENTS)
def test_what_is_written_is_what_is_read(moment: datetime) -> None:
    moment = moment.replace(second=0)
    for form in ("%Y-%m-%d %H:%M", "%Y年%m月%d日%H:%M", "%Y/%m/%d %H:%M", "%d %b %Y %H:%M"):
        parsed = parse_date(moment.strftime(form), FETCHED)
        assert parsed is not None
        assert parsed.instant == moment
