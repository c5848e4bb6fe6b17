"""The default registry: every source knows the shape of its articles' addresses."""

import pytest

from crawler.sources import registry
from crawler.sources.source import Source
from crawler.sources.urls import canonical, key

SOURCES = registry.load()
NAMED = {source.id: source for source in SOURCES}
HEX = "0123456789abcdef0123456789abcdef"
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
    ("https://36kr.com/p/3345678901234567?f=rss", "kr36:3345678901234567"),
    ("https://m.36kr.com/p/3345678901234567", "kr36:3345678901234567"),
    ("https://36kr.com/newsflashes/3345678901234568", "kr36:newsflashes/3345678901234568"),
    ("https://www.landiannews.com/archives/110234.html", "landiannews:110234"),
    ("http://www.landian.vip/archives/110234.html", "landiannews:110234"),
    (f"https://www.news.cn/tech/20260304/{HEX}/c.html", f"xinhuanet:{HEX}"),
    ("http://www.xinhuanet.com/politics/2022-03/04/c_1128437890.htm", "xinhuanet:1128437890"),
    ("https://tech.gmw.cn/2026-03/04/content_38012345.htm", "gmw_tech:38012345"),
    ("https://tech.gmw.cn/2026-03/04/content_38012345_2.htm", "gmw_tech:38012345"),
    ("https://www.stcn.com/article/detail/1567890.html", "stcn:1567890"),
    ("https://www.thepaper.cn/newsDetail_forward_30123456", "thepaper:30123456"),
    ("https://m.thepaper.cn/detail/30123456", "thepaper:30123456"),
    ("https://www.163.com/dy/article/K1ABCDEF0511B8LM.html", "netease_tech:K1ABCDEF0511B8LM"),
    ("https://dy.163.com/article/K1ABCDEF0511B8LM.html", "netease_tech:K1ABCDEF0511B8LM"),
    ("https://c.m.163.com/news/a/K1ABCDEF0511B8LM.html", "netease_tech:K1ABCDEF0511B8LM"),
    ("https://www.163.com/tech/article/K1ABCDEF00097U7T.html", "netease_tech:K1ABCDEF00097U7T"),
    ("https://tech.ifeng.com/c/8hAbCdEfGhI", "ifeng_tech:8hAbCdEfGhI"),
    (
        "https://www.ndrc.gov.cn/xwdt/xwfb/202603/t20260304_1398765.html",
        "ndrc:t20260304_1398765",
    ),
    ("https://wallstreetcn.com/articles/3761234", "wallstreetcn:3761234"),
    ("https://wallstreetcn.com/livenews/3761234", "wallstreetcn:livenews/3761234"),
    ("https://www.fx361.com/page/2023/0405/15678901.shtml", "fx361:15678901"),
    ("https://m.fx361.com/news/2023/0405/15678901.html", "fx361:15678901"),
    ("http://www.ailab.cn/html/3456789.html", "ailab:3456789"),
    (
        "https://baijiahao.baidu.com/s?id=1790123456789012345&wfr=spider&for=pc",
        "baijiahao:1790123456789012345",
    ),
    (
        "https://www.sohu.com/a/912345678_115060?scm=1102.xchannel:325:100002.0.6.0",
        "sohu:912345678",
    ),
    ("https://m.sohu.com/a/912345678_115060", "sohu:912345678"),
    # Other forms of the same.
    ("https://scitech.people.cn/n1/2026/0304/c1007-40123456.html", "people:40123456"),
    (f"https://www.xinhuanet.com/tech/20260304/{HEX}/c.html", f"xinhuanet:{HEX}"),
    ("https://www.36kr.com/p/3345678901234567", "kr36:3345678901234567"),
    ("https://3g.163.com/dy/article/K1ABCDEF0511B8LM.html", "netease_tech:K1ABCDEF0511B8LM"),
    ("https://m.ithome.com/html/812345.htm", "ithome:812345"),
    ("https://m.bbtnews.com.cn/article/567890", "bbtnews:567890"),
    ("https://m.huxiu.com/article/4831234.html", "huxiu:4831234"),
    ("https://m.yicai.com/news/102512345.html", "yicai:102512345"),
    ("https://finance.sina.cn/tech/2026-03-04/detail-inhab.d.html?vt=4", "sina_tech:inhab"),
    (f"https://wap.miit.gov.cn/xwfb/art/2026/art_{HEX}.html", f"miit:{HEX}"),
]
# Made-up addresses of sections: whether they are taken, and by which pattern.
SECTIONS = [
    ("infoq_cn", "https://xie.infoq.cn/article/abcDEF123ghiJKL456mn", False),
    ("infoq_cn", "https://www.infoq.cn/minibook/abcDEF123ghiJKL456mn", False),
    ("zqrb", "http://www.zqrb.cn/tmt/tmthangye/2026-03-04/A1740012345678.html", True),
    ("zqrb", "http://www.zqrb.cn/gscy/qiyexinxi/2026-03-04/A1740012345678.html", True),
    ("zqrb", "http://www.zqrb.cn/finance/hangyedongtai/2026-03-04/A1740012345678.html", True),
    ("zqrb", "http://www.zqrb.cn/jrjg/bank/2026-03-04/A1740012345678.html", False),
    ("ce_cn", "http://www.ce.cn/guanggao/202603/t20260304_2310101.shtml", False),
    ("chinanews", "https://www.chinanews.com.cn/cj/2026/03-04/10456789.shtml", True),
    ("chinanews", "https://www.chinanews.com.cn/ty/2026/03-04/10456789.shtml", False),
    ("sina_tech", "https://tech.sina.com.cn/zhuanti/2026-03-04/doc-inhabcde1234567.shtml", False),
    ("sina_tech", "https://tech.sina.com.cn/slide/2026-03-04/doc-inhabcde1234567.shtml", False),
    ("kr36", "https://36kr.com/video/3345678901234567", False),
    ("xinhuanet", f"https://www.news.cn/tech/20260304/{HEX}/c.html", True),
    ("xinhuanet", f"https://www.news.cn/fortune/20260304/{HEX}/c.html", True),
    ("xinhuanet", f"https://www.news.cn/politics/20260304/{HEX}/c.html", False),
    ("gmw_tech", "https://tech.gmw.cn/2026-03/04/content_38012345.htm", True),
    ("gmw_tech", "https://sports.gmw.cn/2026-03/04/content_38012345.htm", False),
]


@pytest.mark.parametrize(("url", "expected"), SHAPES)
def test_an_article_has_one_source_and_one_key(url: str, expected: str) -> None:
    owners = [each for each in SOURCES if each.matches(canonical(url, each))]
    assert [owner.id for owner in owners] == [expected.partition(":")[0]]
    assert key(url, owners[0]) == expected


def test_every_source_is_covered() -> None:
    assert {expected.partition(":")[0] for _, expected in SHAPES} == {each.id for each in SOURCES}


def test_there_are_defaults_reserves_and_sites_of_which_only_links_are_read() -> None:
    assert len([source for source in SOURCES if source.enabled]) == 25
    assert len([source for source in SOURCES if source.entry and not source.enabled]) == 10
    links_only = {source.id for source in SOURCES if not source.entry}
    assert links_only == {"fx361", "ailab", "baijiahao", "sohu"}


@pytest.mark.parametrize(("name", "url", "taken"), SECTIONS)
def test_a_section_is_taken_or_dropped(name: str, url: str, taken: bool) -> None:
    source = NAMED[name]
    assert source.matches(canonical(url, source))
    assert source.section(canonical(url, source))[0] == taken


def test_every_pattern_for_a_section_decides_something() -> None:
    stated = {(each.id, pattern) for each in SOURCES for pattern in (*each.take, *each.drop)}
    decided = {(name, NAMED[name].section(url)[1]) for name, url, _ in SECTIONS}
    assert stated - decided == set()


def test_what_is_sold_is_no_article() -> None:
    assert not NAMED["ithome"].matches("https://lapin.ithome.com/html/digi/812345.htm")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_front_and_entry_pages_are_no_articles(source: Source) -> None:
    for url in (source.homepage, *(entry.url for entry in source.entry)):
        assert not source.matches(canonical(url, source))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_every_source_says_what_it_rests_on_and_is_polite(source: Source) -> None:
    assert source.evidence
    assert source.min_delay >= (120 if source.id == "people" else 10)


def test_the_file_says_in_both_languages_that_nothing_was_tried_live() -> None:
    head = registry.SHIPPED.read_text("utf-8").split("[[")[0]
    assert "unverified live" in head
    assert "未经实地验证" in head
