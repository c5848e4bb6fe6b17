import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.errors import InvalidParameterValue

from archive import articles, query, search
from archive.embedded import Server

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)

Find = Callable[..., list[str]]


@pytest.fixture
def reader(postgres: Server, clone: str) -> Iterator[Connection]:
    """The reader, over TCP."""
    with psycopg.connect(postgres.address(clone, "reader"), autocommit=True) as conn:
        yield conn


@pytest.fixture
def find(reader: Connection) -> Find:
    """The titles that a search finds, in order."""

    def ask(text: str, **options: object) -> list[str]:
        asked = sql.SQL("select title from search({})").format(
            sql.SQL(", ").join(
                [sql.Literal(text)]
                + [
                    sql.SQL("{} => {}").format(sql.Identifier(name), sql.Literal(value))
                    for name, value in options.items()
                ]
            )
        )
        return [row[0] for row in reader.execute(asked)]

    return ask


@pytest.fixture
def put(desk: Any) -> Callable[..., int]:
    """Stores an article under a title, which is also its address."""

    def store(title: str, text: str = "正文。", **fields: Any) -> int:
        return desk.article(title, text, title=title, **fields)

    return store


def test_every_word_must_occur_in_title_or_text(put: Any, find: Find) -> None:
    put("量潮发布 Qing 3", "它更小，也更快。")
    put("北屿发布新电池", "与量潮无关。")
    assert find("量潮 发布") == ["量潮发布 Qing 3", "北屿发布新电池"]
    assert find("量潮\u3000更快") == ["量潮发布 Qing 3"]
    assert find("量潮 电池 更快") == []


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("臺灣的軟體", "台湾的软体"),
        ("台湾的软体", "臺灣的軟體"),
        ("ＯｐｅｎＡＩ", "openai"),
        ("openai", "ＯＰＥＮai"),
        ("营收１２亿元", "12亿"),
        ("约 5 ㎏", "5 kg".replace(" ", "\u3000").join('""')),
        ("𠮷野家", "𠮷"),
        ("很好😀。", "好😀"),
        ("一点，二点", "点,二"),
        ("我", "我"),
        ("他说“你好”。", "“你好”"),
        ("一半(ＡＢ)", "（ab）"),
        ("x - y", "-"),
        ("C++ 与 c#", "C++"),
    ],
)
def test_what_is_found(put: Any, find: Find, text: str, asked: str) -> None:
    put("标题", text)
    assert find(asked) == ["标题"]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("大 模型", "大模型"),
        ("大\n模型", "大模型"),
        ("模大型", "大模"),
        ("𠮷野家", "吉"),
        ("😁", "😀"),
        ("软件", "软体"),  # phrases are not converted
        ("你好", "“你好”"),
    ],
)
def test_what_is_not_found(put: Any, find: Find, text: str, asked: str) -> None:
    put("标题", text)
    assert find(asked) == []


def test_a_hit_may_not_reach_from_the_title_into_the_text(put: Any, find: Find) -> None:
    put("大模", "型号")
    assert find("模型") == []
    assert find("大模 型号") == ["大模"]


@pytest.mark.parametrize(
    "phrase", ['"开源 协议"', "＂开源 协议＂", '"开源 协议', '-手机 "开源 协议"']
)
def test_a_phrase_holds_its_blanks(put: Any, find: Find, phrase: str) -> None:
    put("一", "它的开源 协议。")
    put("二", "开源的协议。开源  协议")
    assert find(phrase) == ["一"]


@pytest.mark.parametrize("asked", ["芯片 -手机", "-手机 芯片", '芯片 -"手机"', "芯片 －手機"])
def test_what_is_excluded_does_not_occur(put: Any, find: Find, asked: str) -> None:
    put("一", "芯片和手机")
    put("二", "芯片")
    put("手机", "芯片")
    assert find(asked) == ["二"]


def test_a_hyphen_or_quote_inside_a_word_is_part_of_it(put: Any, find: Find) -> None:
    put("一", '屏幕 6.7" 的 GPT-4 零下 -5 度')
    assert find("gpt-4") == find('6.7"') == find('"-5 度"') == ["一"]
    assert find("gpt -4") == []


@pytest.mark.parametrize("asked", ["", "  \u3000", "-手机", '-"a b" -c', '""', '"'])
def test_a_search_for_nothing_is_refused_with_a_hint(find: Find, asked: str) -> None:
    with pytest.raises(InvalidParameterValue, match="names nothing") as told:
        find(asked)
    assert "大模型" in told.value.diag.message_hint


def test_a_search_that_is_too_long_is_refused(put: Any, find: Find) -> None:
    put("标题", "字" * 1200)
    assert find("字" * 1000) == ["标题"]
    with pytest.raises(InvalidParameterValue, match="10000 characters, more than 1000"):
        find("字" * 10_000)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "%",
            "_",
            "\\",
            "\\%",
            "'",
            "''",
            "$$",
            "$1",
            "%s",
            "{}",
            "(",
            "[a",
            "*",
            "?",
            ".",
            ";",
            "--",
        ),
        *("'; drop schema news cascade; --", "' or '1'='1", "1) or true --", "union select null"),
        *("\\'", "E'\\x00'", "x' and pg_sleep(9)=''", "$q$ || version() || $q$", "@>", "&|!"),
        *("😀", "👩‍💻", "𠀀𠀁", "e\u0301", "\u202e", "\u200b", "\ufffd", "{1,2}", "NULL", "\x7f"),
    ],
)
def test_every_sign_is_taken_as_itself(put: Any, find: Find, text: str) -> None:
    put("无关", "平常的正文，a b c 1 2 3。")
    asked = f'"{text}"'
    assert find(asked) == []
    put("有关", f"其中有{text}在内。")
    assert find(asked) == ["有关"]
    for hostile in (text * 20, f"-{text} 平常", f'{text}"', f'"{text}'):
        with contextlib.suppress(InvalidParameterValue):
            find(hostile)


def test_titles_come_first_then_the_newest(put: Any, find: Find) -> None:
    put("旧闻", "芯片", at=NOON - 3 * DAY)
    put("芯片旧闻", at=NOON - 9 * DAY)
    put("新闻", "芯片", at=NOON)
    put("芯片新闻", at=NOON - DAY)
    assert find("芯片") == ["芯片新闻", "芯片旧闻", "新闻", "旧闻"]


def test_of_several_words_those_in_the_title_count(put: Any, find: Find) -> None:
    put("新闻", "芯片 手机", at=NOON)
    put("手机旧闻", "芯片", at=NOON - 3 * DAY)
    put("芯片手机", at=NOON - 700 * DAY)
    assert find("芯片 手机") == ["芯片手机", "手机旧闻", "新闻"]


def test_equal_times_are_in_order_of_their_numbers(put: Any, find: Find) -> None:
    for name in "甲乙丙丁戊":
        put(name, "芯片", at=NOON)
    assert find("芯片") == list("戊丁丙乙甲")


def test_the_date_decides_and_none_is_when_it_was_seen(put: Any, find: Find) -> None:
    put("昨日", "芯片", at=NOON, published_at=NOON - DAY)
    put("无日期", "芯片", at=NOON - DAY / 2)
    put("来自未来", "芯片", at=NOON - 2 * DAY, published_at=NOON + 9000 * DAY)
    put("上古", "芯片", at=NOON, published_at=NOON - 40_000 * DAY)
    assert find("芯片") == ["无日期", "昨日", "来自未来", "上古"]


def test_pages_follow_each_other(put: Any, find: Find) -> None:
    for number in range(7):
        put(f"{number}", "芯片", at=NOON - number * 100 * DAY)
    assert [find("芯片", page=page, page_size=3) for page in (1, 2, 3, 4)] == [
        ["0", "1", "2"],
        ["3", "4", "5"],
        ["6"],
        [],
    ]


def test_pages_stay_as_of_a_moment(conn: Connection, desk: Any, find: Find) -> None:
    def put(title: str, stored: datetime, published: datetime) -> None:
        link = desk.link(title)
        article = articles.Article(title, "芯片", published_at=published)
        articles.put(conn, link, desk.page(link, title.encode()), article, stored)

    for number in range(4):
        put(f"{number}", NOON, NOON - number * DAY)
    moment = NOON + timedelta(hours=1)
    first = find("芯片", page_size=2, as_of=moment)
    put("新闻", NOON + 2 * DAY, NOON - DAY / 2)
    put("芯片新闻", NOON + 2 * DAY, NOON - DAY / 2)
    assert find("芯片", page_size=2, as_of=moment) == first == ["0", "1"]
    assert find("芯片", page_size=2, page=2, as_of=moment) == ["2", "3"]
    assert find("芯片", page_size=2) == ["芯片新闻", "0"]


@pytest.mark.parametrize("options", [{"page": 0}, {"page_size": 0}, {"page_size": 1001}])
def test_an_impossible_page_is_refused(find: Find, options: dict[str, int]) -> None:
    with pytest.raises(InvalidParameterValue, match="there is no page"):
        find("芯片", **options)


def test_filters_narrow_a_search(put: Any, desk: Any, find: Find) -> None:
    now = datetime.now(UTC)
    put("旧闻", "芯片", at=now - 8 * DAY)
    desk.summary(put("新闻", "芯片", at=now - 6 * DAY), technologies=("大模型",), topic="算力")
    desk.summary(put("他报", "芯片", at=now, source="zhidian"), keywords=(), technologies=())
    assert find("芯片", since="7 days") == ["他报", "新闻"]
    assert find("芯片", since="3 days", as_of=now - 4.5 * DAY) == ["新闻"]
    assert find("芯片", source="zhidian") == ["他报"]
    assert find("芯片", tag="大模型") == find("芯片", tag="算力") == ["新闻"]
    assert find("芯片", tag="软件") == ["他报", "新闻"]
    assert find("芯片", tag="软件", source="zhidian") == ["他报"]
    assert find("芯片", tag="软件", since="1 day") == ["他报"]
    assert find("芯片", tag="软件", as_of=now - DAY) == ["新闻"]
    assert find("芯片", tag="") == find("芯片", source="nobody") == find("手机", tag="软件") == []


def test_a_copy_is_found_by_the_tags_of_its_original(put: Any, desk: Any, find: Find) -> None:
    original, copy = put("原文", "芯片"), put("转载", "芯片", source="zhidian")
    desk.summary(copy, technologies=("机器人",))
    desk.summary(original, technologies=("大模型",))
    desk.copies(original, copy)
    assert sorted(find("芯片", tag="大模型")) == ["原文", "转载"]
    # What it said before it was known as a copy does not count.
    assert find("芯片", tag="机器人") == []


def test_an_article_that_is_given_to_another_source_is_found_there(
    conn: Connection, desk: Any, put: Any, find: Find
) -> None:
    put("芯片")
    other = desk.link("a", source="zhidian")
    conn.execute("update archive.article set link = %s", (other,))
    assert (find("芯片", source="zhidian"), find("芯片", source="xinghe")) == (["芯片"], [])


def test_a_frequent_tag_narrows_as_a_rare_one_does(put: Any, desk: Any, find: Find) -> None:
    desk.summary(put("新闻", "芯片"), industries=("软件",))
    put("未标", "芯片")
    desk.conn.execute(
        "insert into archive.link (source, key, url, first_seen, pending, outcome)"
        " select 'xinghe', 'k' || n, 'u', %s, false, 'stored' from generate_series(1, 2001) n",
        (NOON,),
    )
    desk.conn.execute(
        "insert into archive.article (link, part, page, title, text_hash, fingerprint, authors,"
        " editor, origin, date_precision, section, page_keywords, first_seen, extracted_at)"
        " select l.id, 1, a.page, 't', text_hash, '', '{}', '', '', '', '', '{}', l.first_seen,"
        " l.first_seen from archive.link l, archive.article a where l.key ^@ 'k' and l.url = 'u'"
        " and a.title = '未标'"
    )
    desk.conn.execute(
        "insert into archive.summary select a.id, m.text_hash, '', '[]', '{}', '{}', '{软件}',"
        " '', '[]', '', '', m.made_at from archive.article a, archive.summary m where a.title = 't'"
    )
    original, copy = (desk.one("select min(id) from archive.article where title = %s", title)
                      for title in ("新闻", "未标"))  # fmt: skip
    desk.copies(original, copy)
    assert sorted(find("芯片", tag="软件")) == ["新闻", "未标"]


def test_a_search_reads_as_it_stands_in_the_readme(reader: Connection, desk: Any) -> None:
    now = datetime.now(UTC)
    article = desk.article("a", "大模型走向商业化。", title="商业化", at=now, published_at=None)
    desk.summary(article, technologies=("芯片",))
    rows = reader.execute(
        "select * from news.search('大模型 商业化', since => '7 days', tag => '芯片')"
    ).fetchall()
    assert rows == [
        (article, "商业化", "星河科技报", None, "https://xinghe.example/a",
         "【大模型】走向【商业化】。", "大模型走向商业化。")
    ]  # fmt: skip


def snippet(find: Find, reader: Connection, asked: str) -> str:
    return reader.execute("select snippet from search(%s)", (asked,)).fetchone()[0]


@pytest.mark.parametrize(
    ("text", "asked", "shown"),
    [
        ("量潮发布了ＡＩ芯片。", "ai芯", "量潮发布了【ＡＩ芯】片。"),
        ("……㎏…㎏臺灣晶片廠", "台湾 厂", "……㎏…㎏【臺灣】晶片【廠】"),
        ("约5㎏重", "g重", "约5【㎏重】"),
        ("人工智能智能", "智能 人工", "【人工智能智能】"),
        ("一\n二芯\n片", "芯", "一 二【芯】 片"),
        ("【独家】芯片", "芯片", "[独家]【芯片】"),
        ("正文在此", "标题", "正文在此"),
        ("字" * 60 + "芯片" + "字" * 100, "芯片", "…" + "字" * 25 + "【芯片】" + "字" * 63 + "…"),
        ("…" * 60 + "芯片" + "字" * 9, "芯片", "…" + "…" * 9 + "【芯片】" + "字" * 9),
        ("ｶﾞ" * 60 + "芯片", "芯片", "…" + "ｶﾞ" * 25 + "【芯片】"),
    ],
)
def test_a_snippet_marks_hits_in_the_original(
    put: Any, reader: Connection, text: str, asked: str, shown: str
) -> None:
    put("标题", text)
    found = reader.execute("select snippet from search(%s)", (asked,)).fetchone()
    assert found == (shown,)


def test_what_is_revised_is_found_by_its_present_words(
    conn: Connection, desk: Any, find: Find
) -> None:
    link = desk.link("a")
    for title, text in (("旧题", "旧文"), ("新题", "新文")):
        article = articles.Article(title, text)
        articles.put(conn, link, desk.page(link, text.encode()), article, NOON)
    assert (find("旧题"), find("旧文"), find("新题 新文")) == ([], [], ["新题"])


def test_articles_from_before_search_are_made_findable_once(
    conn: Connection, put: Any, find: Find
) -> None:
    put("一", "芯片")
    put("二", "芯片")
    conn.execute("update archive.search_text set doc = 'x', fold = 1 where title = '一'")
    conn.execute("delete from archive.search_text where title = '二'")
    conn.execute("update archive.fold set version = 1, written = '芯', folded = '心'")
    assert find("芯片") == []
    assert search.index_pending(conn) == 2
    assert find("芯片") == ["二", "一"]
    assert search.index_pending(conn) == 0


def test_several_workers_share_what_is_not_findable(
    conn: Connection, put: Any, find: Find, database_url: str, at_once: Any
) -> None:
    for number in range(30):
        put(f"{number}", "芯片")
    conn.execute("truncate archive.search_text")

    def work(_: int) -> int:
        with psycopg.connect(database_url, autocommit=True) as own:
            return search.index_pending(own)

    assert sum(at_once(4, work)) == 30
    assert len(find("芯片", page_size=50)) == 30


def test_a_search_without_sense_is_told_in_one_line(database_url: str) -> None:
    with pytest.raises(query.SearchError, match=r"names nothing that shall occur\. Write words"):
        query.search(database_url, "-a", None, None, None, 1)
    with pytest.raises(query.SearchError, match="interval"):
        query.search(database_url, "a", "soon", None, None, 1)
    with pytest.raises(query.SearchError, match="NUL"):
        query.search(database_url, "a\0b", None, None, None, 1)
