import gzip
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.clock import BEIJING
from archive.models import FoundLink
from crawler.links.answers import DiscoveryError
from crawler.links.feeds import feed

FETCHED = datetime(2026, 3, 5, 14, 30, tzinfo=BEIJING)
BASE = "https://www.jia.example/feed"

RSS = """\
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>甲报</title><link>https://www.jia.example/</link>
<item>
  <title>云岭智能开源“青鸾-Lite” &amp; 工具链</title>
  <link>https://www.jia.example/a/1?utm_source=rss</link>
  <pubDate>Wed, 04 Mar 2026 09:05:00 +0800</pubDate>
  <description>短短的摘要。</description>
  <content:encoded><![CDATA[<p>第一段<b>全文</b>。</p><script>x()</script>]]></content:encoded>
</item>
<item>
  <title><![CDATA[沧澜半导体<em>玄鲸</em>量产]]></title>
  <link>/a/2</link>
  <pubDate>Wed, 04 Mar 2026 08:00:00</pubDate>
  <description>另一则摘要。</description>
</item>
<item><title>同一地址</title><link>https://www.jia.example/a/1</link></item>
<item><title>没有地址</title></item>
<item><title>邮件</title><link>mailto:a@jia.example</link></item>
</channel></rss>
"""
ATOM = """\
<feed xmlns="http://www.w3.org/2005/Atom"><title>乙网</title>
<entry><title type="html">鹿溪机器人&lt;br&gt;进厂</title>
<link rel="alternate" href="https://www.yi.example/b/7"/><id>tag:yi.example,2026:7</id>
<published>2026-03-03T20:05:00Z</published><updated>2026-03-04T20:05:00Z</updated>
<content type="html">&lt;p&gt;全文。&lt;/p&gt;</content></entry></feed>
"""
RDF = """\
<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<item rdf:about="https://www.bing.example/c/9"><title>丙站旧闻</title>
<link>https://www.bing.example/c/9</link><dc:date>2026-03-04T09:05:00+08:00</dc:date></item>
</rdf:RDF>
"""


def read(text: str | bytes) -> list[FoundLink]:
    return feed(text if isinstance(text, bytes) else text.encode(), BASE, FETCHED)


def test_an_rss_feed_shows_its_links_in_order_and_once() -> None:
    first, second = read(RSS)
    assert first.url == "https://www.jia.example/a/1"
    assert first.title == "云岭智能开源“青鸾-Lite” & 工具链"
    assert first.published_at == datetime(2026, 3, 4, 1, 5, tzinfo=UTC)
    assert "<b>全文</b>" in first.content
    assert second.url == "https://www.jia.example/a/2"
    assert second.title == "沧澜半导体玄鲸量产"


def test_a_date_without_a_zone_is_beijing_time() -> None:
    assert read(RSS)[1].published_at == datetime(2026, 3, 4, 8, 0, tzinfo=BEIJING)


def test_a_short_description_is_not_the_text_but_a_long_one_is() -> None:
    assert read(RSS)[1].content == ""
    long = "<p>" + "公司当天公布了测试结果。" * 100 + "</p>"
    assert read(RSS.replace("另一则摘要。", f"<![CDATA[{long}]]>"))[1].content == long


def test_an_atom_feed() -> None:
    (link,) = read(ATOM)
    assert (link.url, link.title) == ("https://www.yi.example/b/7", "鹿溪机器人进厂")
    assert link.published_at == datetime(2026, 3, 3, 20, 5, tzinfo=UTC)
    assert link.content == "<p>全文。</p>"


def test_an_rdf_feed() -> None:
    (link,) = read(RDF)
    assert (link.url, link.title) == ("https://www.bing.example/c/9", "丙站旧闻")
    assert link.published_at == datetime(2026, 3, 4, 9, 5, tzinfo=BEIJING)


def test_a_guid_that_is_an_address_stands_in_for_the_link() -> None:
    text = RSS.replace("<link>/a/2</link>", "<guid>https://www.jia.example/a/3</guid>")
    assert read(text)[1].url == "https://www.jia.example/a/3"


def test_the_stamp_changes_with_the_article_only() -> None:
    before, same = read(RSS)[0].stamp, read(RSS.replace("甲报", "甲报网"))[0].stamp
    assert before == same
    assert read(RSS.replace("第一段", "更正后的第一段"))[0].stamp != before


def test_the_stamp_is_the_time_of_the_update_where_a_feed_has_one() -> None:
    updated = ATOM.replace("04T20:05:00Z</updated>", "04T21:05:00Z</updated>")
    assert read(ATOM)[0].stamp != read(updated)[0].stamp
    assert read(ATOM)[0].stamp == read(ATOM.replace("全文", "正文"))[0].stamp


DAMAGED = {
    "a blank line before the prolog": lambda text: "\n\n" + text,
    "a byte order mark": lambda text: "\ufeff" + text,
    "control characters": lambda text: text.replace("云岭", "云\x00岭\x0b"),
    "bare ampersands": lambda text: text.replace("&amp;", "&"),
    "HTML entities": lambda text: text.replace("短短的", "短短&nbsp;的&hellip;"),
    "a stray end tag": lambda text: text.replace("<item>", "</div><item>", 1),
    "a prolog that lies": lambda text: text.replace("UTF-8", "gb2312"),
    "an entity bomb": lambda text: text.replace(
        "<rss", '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<rss', 1
    ).replace("短短的", "&b;"),
    "nothing after the second entry": lambda text: text[: text.index("<item><title>同一")],
    "a cut in the third address": lambda text: text[
        : text.index("a/1</link></item>\n<item><t") + 1
    ],
    "a warning before the prolog": lambda text: "Notice: undefined index\n" + text,
    "a comment before the root": lambda text: text.replace("<rss", "<!-- <html> --><rss", 1),
    "a comment without end": lambda text: text.replace("短短的", "<!-- 短短的"),
    "HTML that is not escaped": lambda text: text.replace("短短的", "<p>短短<br>的<img src=x>"),
    "a description without end": lambda text: text.replace("摘要。</description>", "摘要。", 1),
    "an entry without end": lambda text: text.replace("</item>", "", 1),
    "a channel that ends too early": lambda text: text.replace("<item>", "</channel></rss><item>"),
    "a cut in the middle of a character": lambda text: (
        text.encode()[: text.encode().find(b"</ch")] + "京".encode()[:2]
    ),
    "gzip that nobody asked for": lambda text: gzip.compress(text.encode()),
    "gzip without its end": lambda text: gzip.compress(text.encode())[:-12],
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_feed_still_shows_its_links(damage) -> None:
    links = read(damage(RSS))
    assert [link.url for link in links] == [
        "https://www.jia.example/a/1",
        "https://www.jia.example/a/2",
    ]
    assert links[0].title == "云岭智能开源“青鸾-Lite” & 工具链"


@pytest.mark.parametrize("label", ["gb2312", "GBK", "gb18030", "UTF-8"])
def test_a_gbk_feed_is_read_whatever_its_prolog_says(label: str) -> None:
    links = read(RSS.replace("UTF-8", label).encode("gb18030"))
    assert links[1].title == "沧澜半导体玄鲸量产"


def test_an_entry_that_was_cut_off_has_no_shortened_address() -> None:
    for end in range(RSS.index("<link>/a/2"), RSS.index("</link>", RSS.index("/a/2"))):
        assert [link.url for link in read(RSS[:end])] == ["https://www.jia.example/a/1"]


def test_an_ampersand_in_an_address_begins_no_entity() -> None:
    text = RSS.replace("/a/2<", "/a/2?x=1&copy=2&amp;lt=3&section=4<")
    assert read(text)[1].url == "https://www.jia.example/a/2?copy=2&lt=3&section=4&x=1"


def test_references_are_read_once_and_only_where_xml_has_them() -> None:
    text = RSS.replace(
        "云岭智能", "&#20113;&#x5CAD;&hellip;&#0;&#55555;&#x110000;&amp;lt;&unknown;"
    )
    assert read(text)[0].title.startswith("云岭…<&unknown;开源")
    raw = RSS.replace("第一段", "&lt;b&gt; &amp;amp;")
    assert "<p>&lt;b&gt; &amp;amp;<b>" in read(raw)[0].content


def test_pictures_and_origins_do_not_speak_for_the_entry() -> None:
    extra = (
        "<source url='https://x.example/'><title>别家</title></source>"
        "<media:group><media:title>图注</media:title><media:description>图</media:description>"
        "</media:group><itunes:title>播客</itunes:title><!-- <title>旧题</title> -->"
    )
    links = read(RSS.replace("<item>", f"<item>{extra}"))
    assert [link.title for link in links] == [link.title for link in read(RSS)]


def test_of_several_links_the_alternate_is_the_article() -> None:
    text = ATOM.replace(
        "<link rel", '<link rel="self" href="/self"/><link href=\'/b/8\'/><link rel'
    )
    assert read(text)[0].url == "https://www.yi.example/b/8".replace("yi", "jia")
    assert read(ATOM.replace('"alternate"', '"enclosure"')) == []


def test_xhtml_stays_as_it_is() -> None:
    content = '<content type="xhtml"><div><p>甲 &lt; 乙</p></div></content>'
    text = ATOM.replace(ATOM[ATOM.index("<content") : ATOM.index("</entry>")], content)
    assert read(text)[0].content == "<div><p>甲 &lt; 乙</p></div>"


def test_a_tag_in_a_section_of_text_ends_no_field() -> None:
    page = "<p>第一段</p><pre></content:encoded></item><item><link>/a/8</link></pre>"
    links = read(RSS.replace("<p>第一段", page))
    assert [link.url for link in links] == [link.url for link in read(RSS)]
    assert links[0].content.endswith("<script>x()</script>")


def test_a_number_for_an_id_is_no_address() -> None:
    assert len(read(RSS.replace("<title>没有地址", "<guid>778899</guid><title>没有地址"))) == 2


def test_an_external_entity_is_not_fetched(tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("秘密")
    text = RSS.replace("<rss", f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]>\n<rss', 1)
    assert "秘密" not in repr(read(text.replace("短短的", "&x;").replace("第一段", "&x;")))


LARGE = {
    "nested tags": ("<rss><item><description>", "<b>"),
    "fields without end": ("<rss><item>", "<title>"),
    "fields of nobody": ("<rss><item>", "<a:title></t>"),
    "open brackets": ("<rss>", "<"),
    "references": ("<rss><item><title>", "&nbsp;&#60;&lt;"),
    "comments without end": ("<rss><item>", "<!--"),
    "sections without end": ("<rss><item><title>", "<![CDATA["),
    "dates": ("<rss>", f"<item><pubDate>{'1-1 ' * 50}</pubDate><title>{'<' * 900}</title></item>"),
}


@pytest.mark.parametrize(("head", "unit"), LARGE.values(), ids=LARGE)
def test_the_worst_five_megabytes_take_no_longer_than_others(
    head: str, unit: str, in_time: None
) -> None:
    body = (head + unit * ((5_000_000 - len(head)) // len(unit))).encode()
    read(body)


def test_a_gzip_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"<rss>" + b" " * 100_000_000)
    tracemalloc.start()
    with pytest.raises(DiscoveryError) as caught:
        read(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.kind == "too_large"
    assert peak < 30_000_000


@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE html><html><body>请完成验证</body></html>",
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
        '{"code": 403}',
        b"\x1f\x8b" + b"\xff" * 20,
        "",
        "   ",
        "维护中",
    ],
)
def test_what_is_no_feed_is_said_to_be_none(body: str | bytes) -> None:
    with pytest.raises(DiscoveryError) as caught:
        read(body)
    assert caught.value.kind == "not_a_feed"
    assert BASE in str(caught.value)


def test_an_answer_of_many_megabytes_is_refused() -> None:
    with pytest.raises(DiscoveryError) as caught:
        read(b"<rss>" + b" " * 5_000_000)
    assert caught.value.kind == "too_large"


def test_of_a_feed_without_end_the_first_500_are_read_quickly(in_time: None) -> None:
    entry = "<item><title>第{n}则</title><link>https://www.jia.example/a/{n}</link></item>"
    text = "<rss><channel>" + "".join(entry.replace("{n}", str(n)) for n in range(30_000))
    links = read(text)
    assert [link.url for link in links] == [f"https://www.jia.example/a/{n}" for n in range(500)]


def test_beijing_clock_called_gmt_is_put_right() -> None:
    clock = "Thu, 05 Mar 2026 14:20:00 GMT"  # 22:20 in Beijing, eight hours after the fetch
    text = RSS.replace("Wed, 04 Mar 2026 09:05:00 +0800", clock)
    text = text.replace("Wed, 04 Mar 2026 08:00:00", "Thu, 05 Mar 2026 08:00:00 GMT")
    assert [link.published_at for link in read(text)] == [
        datetime(2026, 3, 5, 14, 20, tzinfo=BEIJING),
        datetime(2026, 3, 5, 8, 0, tzinfo=BEIJING),
    ]


def test_a_true_gmt_is_left_alone() -> None:
    text = RSS.replace("Wed, 04 Mar 2026 09:05:00 +0800", "Thu, 05 Mar 2026 06:20:00 GMT")
    assert read(text)[0].published_at == FETCHED - timedelta(minutes=10)


FRAGMENTS = st.sampled_from(
    [
        "<rss>", "<feed>", "<channel>", "<item>", "</item>", "<entry>", "<link>", "</link>",
        "<title>", "</title>", "<![CDATA[", "]]>", "<!DOCTYPE x [", "<?xml", "?>", "&", "&#0;",
        "<pubDate>", "2026-03-04", "https://a.example/1", '<link href="/x">', "<updated>",
        "<content:encoded>", "<!--", "-->", "<base href='::'>",
    ]
)  # fmt: skip


@settings(deadline=None)
@given(st.binary() | st.lists(FRAGMENTS | st.text(max_size=5)).map(lambda p: "<rss>" + "".join(p)))
def test_any_bytes_are_links_or_an_error_of_ours(body: bytes | str) -> None:
    raw = body.encode("utf-8", "replace") if isinstance(body, str) else body
    try:
        links = read(raw)
    except DiscoveryError:
        return
    assert all(link.url.startswith(("http://", "https://")) for link in links)
