"""The default registry: every source knows the shape of its articles' addresses."""

from pathlib import Path

import pytest

from crawler import registry
from crawler.urls import canonical, key

SOURCES = registry.load()
# Made-up addresses of the documented shapes, and the key that each must get.
SHAPES = [
    ("https://www.qbitai.com/2026/03/123456.html", "qbitai:123456"),
    ("https://www.leiphone.com/category/ai/AbCdEfGhIjKlMnOp.html", "leiphone:AbCdEfGhIjKlMnOp"),
    ("https://www.infoq.cn/article/abcDEF123ghiJKL456mn", "infoq_cn:abcDEF123ghiJKL456mn"),
    ("https://www.infoq.cn/news/abcDEF123ghiJKL456mn", "infoq_cn:abcDEF123ghiJKL456mn"),
    ("https://www.oschina.net/news/345678", "oschina:345678"),
    ("https://www.oschina.net/news/345678/some-release-1-0", "oschina:345678"),
    ("https://www.ithome.com/0/812/345.htm", "ithome:812345"),
    ("https://www.ithome.com/1/002/353.htm", "ithome:1002353"),
    ("https://www.ifanr.com/1612345?utm_source=rss&utm_medium=rss", "ifanr:1612345"),
    ("https://www.tmtpost.com/7512345.html", "tmtpost:7512345"),
    ("http://m.tmtpost.com/nictation/7512346.html", "tmtpost:7512346"),
    ("http://www.huxiu.com/article/4831234.html?f=wangzhan", "huxiu:4831234"),
    ("https://www.huxiu.com/brief/4831234.html", "huxiu:brief/4831234"),
    ("https://www.solidot.org/story?sid=83456", "solidot:83456"),
    ("https://zhidx.com/p/456789.html", "zhidx:456789"),
    ("https://aiera.com.cn/2026/09/12/other/admin/81234/some-slug", "aiera:81234"),
    ("https://www.aibase.com/zh/news/21234", "aibase:21234"),
    ("https://news.aibase.com/zh/news/21234", "aibase:21234"),
    ("https://www.bbtnews.com.cn/2026/0304/567890.shtml", "bbtnews:567890"),
    ("http://www.zqrb.cn/tmt/tmthangye/2026-03-04/A1740012345678.html", "zqrb:A1740012345678"),
    ("https://www.ceweekly.cn/company/2026/0304/456789.html", "ceweekly:456789"),
    ("https://www.stdaily.com/web/gdxw/2026-03/04/content_483210.html", "stdaily:483210"),
    ("http://finance.people.com.cn/n1/2026/0304/c1004-40123456.html", "people:40123456"),
    ("http://finance.people.cn/n1/2026/0304/c1004-40123456.html", "people:40123456"),
    ("http://scitech.people.com.cn/n1/2026/0304/c1007-40123456_2.html", "people:40123456"),
    (
        "http://www.ce.cn/cysc/tech/gd2012/202603/04/t20260304_2310101.shtml",
        "ce_cn:t20260304_2310101",
    ),
    ("http://www.ce.cn/xwzx/gnsz/gdxw/202603/t20260304_2310123.shtml", "ce_cn:t20260304_2310123"),
    ("https://m.jiemian.com/article/12345678.html", "jiemian:12345678"),
    ("https://www.yicai.com/news/102512345.html", "yicai:102512345"),
    ("http://www.chinanews.com/cj/2026/03-04/10456789.shtml", "chinanews:10456789"),
    (
        "https://finance.sina.com.cn/tech/roll/2026-03-04/doc-inhabcde1234567.shtml",
        "sina_tech:inhabcde1234567",
    ),
    (
        "https://tech.sina.com.cn/i/2026-03-04/doc-inhabcde1234568.shtml",
        "sina_tech:inhabcde1234568",
    ),
    ("https://www.gov.cn/zhengce/content/202603/content_7012345.htm", "gov_cn:7012345"),
    ("https://www.cac.gov.cn/2026-03/04/c_1741234567890123.htm", "cac:1741234567890123"),
    (
        "https://wap.miit.gov.cn/xwfb/gxdt/sjdt/art/2026/art_0123456789abcdef0123456789abcdef.html",
        "miit:0123456789abcdef0123456789abcdef",
    ),
]


@pytest.mark.parametrize(("url", "expected"), SHAPES)
def test_an_article_has_one_source_and_one_key(url: str, expected: str) -> None:
    owners = [each for each in SOURCES if each.matches(canonical(url, each))]
    assert [owner.id for owner in owners] == [expected.partition(":")[0]]
    assert key(url, owners[0]) == expected


def test_every_default_source_is_covered() -> None:
    assert len(SOURCES) == 25
    assert {expected.partition(":")[0] for _, expected in SHAPES} == {each.id for each in SOURCES}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_front_and_entry_pages_are_no_articles(source: registry.Source) -> None:
    for url in (source.homepage, *(entry.url for entry in source.entry)):
        assert not source.matches(canonical(url, source))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_every_default_says_what_it_rests_on_and_is_polite(source: registry.Source) -> None:
    assert source.evidence
    assert source.topics
    assert source.min_delay >= (120 if source.id == "people" else 10)


def test_the_file_says_in_both_languages_that_nothing_was_tried_live() -> None:
    head = Path(registry.__file__).with_name("sources.toml").read_text("utf-8").split("[[")[0]
    assert "unverified live" in head
    assert "未经实地验证" in head
