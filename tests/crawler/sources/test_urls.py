from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.sources import registry
from crawler.sources.source import Source
from crawler.sources.urls import UrlError, canonical, domain, key

DEFAULTS = {source.id: source for source in registry.load()}


def a_source(**more: object) -> Source:
    return Source.model_validate(
        {
            "id": "a",
            "name": "甲",
            "homepage": "https://www.news.example/",
            "article": r"^https?://(?:www|m)\.news\.example/(?:a/(\d+)|show\?id=(\d+))",
            "entry": [{"kind": "feed", "url": "https://www.news.example/feed"}],
            **more,
        }
    )


# The vectors of the facts that the rules come from; a name where a default source knows them.
VECTORS = [
    (
        "https://baijiahao.baidu.com/s?id=1790123456789012345&wfr=spider&for=pc",
        "https://baijiahao.baidu.com/s?id=1790123456789012345",
        None,
    ),
    ("https://36kr.com/p/3345678901234567?f=rss", "https://36kr.com/p/3345678901234567", None),
    (
        "http://www.huxiu.com/article/4831234.html?f=wangzhan",
        "https://www.huxiu.com/article/4831234.html",
        "huxiu",
    ),
    (
        "https://www.ifanr.com/1612345?utm_source=rss&utm_medium=rss&utm_campaign=",
        "https://www.ifanr.com/1612345",
        "ifanr",
    ),
    (
        "https://www.solidot.org/story?sid=83456&utm_source=x",
        "https://www.solidot.org/story?sid=83456",
        "solidot",
    ),
    ("https://www.v2ex.com/t/1123456#reply1", "https://www.v2ex.com/t/1123456", None),
    (
        "https://www.sohu.com/a/912345678_115060"
        "?scm=1102.xchannel:325:100002.0.6.0&spm=smpc.home.0",
        "https://www.sohu.com/a/912345678_115060",
        None,
    ),
    (
        "https://www.163.com/dy/article/K1ABCDEF0511B8LM.html"
        "?f=post2020_dy_recommends&spss=dy_author",
        "https://www.163.com/dy/article/K1ABCDEF0511B8LM.html",
        None,
    ),
    (
        "https://mp.weixin.qq.com/s?__biz=MzA==&mid=22&idx=1&sn=ab&chksm=cd&scene=21"
        "#wechat_redirect",
        "https://mp.weixin.qq.com/s?__biz=MzA==&mid=22&idx=1&sn=ab",
        None,
    ),
]


@pytest.mark.parametrize(("url", "expected", "name"), VECTORS)
def test_the_documented_vectors_hold(url: str, expected: str, name: str | None) -> None:
    assert canonical(url, DEFAULTS[name] if name else None) == expected


@pytest.mark.parametrize(("url", "expected", "name"), VECTORS)
def test_they_hold_without_a_source_except_for_https(
    url: str, expected: str, name: str | None
) -> None:
    assert canonical(url, None).partition("://")[2] == expected.partition("://")[2]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://News.Example.:443", "https://news.example/"),
        ("http://news.example:80/a", "http://news.example/a"),
        ("http://news.example:8080/a", "http://news.example:8080/a"),
        ("https://news.example/a//b/index.html?", "https://news.example/a/b/"),
        (
            "https://news.example/go/https://x.example/b",
            "https://news.example/go/https://x.example/b",
        ),
        ("https://news.example/?b=2&a=1", "https://news.example/?a=1&b=2"),
        ("https://news.example/资讯", "https://news.example/%E8%B5%84%E8%AE%AF"),
        ("https://news.example/%e8%b5%84%e8%ae%af", "https://news.example/%E8%B5%84%E8%AE%AF"),
        ("https://news.example/?q=%C4%E3", "https://news.example/?q=%C4%E3"),
        ("https://新闻.example/", "https://xn--efvy88h.example/"),
        ("https://news.example/#/article/7", "https://news.example/#/article/7"),
        ("https://news.example/a#comments", "https://news.example/a"),
        ("  https://news.example/a\u200b\n", "https://news.example/a"),
        ("https://news.example/a#!/b", "https://news.example/a#!/b"),
        ("http://[::0:1]/a", "http://[::1]/a"),
        ("https://news.example/%7Ea/%2d%41", "https://news.example/~a/-A"),
        ("https://news.example/a%2fb%3f", "https://news.example/a%2Fb%3F"),
        ("https://news.example/100%/%%34%31", "https://news.example/100%25/%2541"),
        ("https://news.example/a/../b/./index.html", "https://news.example/b/"),
        ("https://news.example/%2e%2e/a", "https://news.example/a"),
        ("https://ｎｅｗｓ。example/", "https://news.example/"),
        ("https://news.example/a?ID=1&Utm_Source=x&SPM=2", "https://news.example/a?ID=1"),
        (
            "https://news.example/a?from=1&source=2&f=3",
            "https://news.example/a?f=3&from=1&source=2",
        ),
        ("https://bbs.example/thread?tid=7&gclid=1", "https://bbs.example/thread?tid=7"),
        ("https://mp.weixin.qq.com/s/AbC?scene=1&x=2", "https://mp.weixin.qq.com/s/AbC"),
        (
            "https://mp.weixin.qq.com/mp/homepage?hid=3&__biz=MzA==&scene=18",
            "https://mp.weixin.qq.com/mp/homepage?__biz=MzA==&hid=3",
        ),
    ],
)
def test_spellings_of_one_address_become_one(url: str, expected: str) -> None:
    assert canonical(url, None) == expected


@pytest.mark.parametrize(
    "jump",
    [
        "https://link.zhihu.com/?target=https%3A//news.example/a%3Fid%3D1",
        "https://link.juejin.cn/?target=https%3A%2F%2Fnews.example%2Fa%3Fid%3D1",
        "https://link.csdn.net/?from_id=9&target=https%3A%2F%2Fnews.example%2Fa%3Fid%3D1",
        "https://www.oschina.net/action/GoToLink?url=https%3A%2F%2Fnews.example%2Fa%3Fid%3D1",
        "https://www.chinaz.com/go.shtml?url=https://news.example/a?id=1",
        "https://sspai.com/link?target=https%3A%2F%2Fnews.example%2Fa%3Fid%3D1",
        "https://www.jianshu.com/go-wild?ac=2&url=https%3A%2F%2Fnews.example%2Fa%3Fid%3D1",
        "https://weibo.cn/sinaurl?u=https%3A%2F%2Fnews.example%2Fa%3Fid%3D1",
        "https://link.juejin.cn/?target=https%253A%252F%252Fnews.example%252Fa%253Fid%253D1",
        "https://link.zhihu.com/?target=https%3A%2F%2Fweibo.cn%2Fsinaurl%3Fu%3D"
        "https%253A%252F%252Fnews.example%252Fa%253Fid%253D1",
    ],
)
def test_jump_links_are_unwrapped(jump: str) -> None:
    assert canonical(jump, None) == "https://news.example/a?id=1"


def test_what_a_jump_link_leads_to_is_taken_as_it_stands() -> None:
    jump = "https://link.zhihu.com/?target=https%3A%2F%2Fnews.example%2F%3Fq%3D%25C4%25E3%2Bb"
    assert canonical(jump, None) == "https://news.example/?q=%C4%E3+b"
    bare = "https://www.chinaz.com/go.shtml?url=https://news.example/?q=%C4%E3+b"
    assert canonical(bare, None) == "https://news.example/?q=%C4%E3+b"


def jumping(times: int) -> str:
    url = "https://news.example/a"
    for _ in range(times):
        url = "https://link.zhihu.com/?target=" + quote(url, safe="")
    return url


def test_three_jumps_are_followed_and_no_more() -> None:
    assert canonical(jumping(3), None) == "https://news.example/a"
    with pytest.raises(UrlError, match="jumps more than 3 times"):
        canonical(jumping(4), None)


def test_a_path_that_only_resembles_a_jump_link_is_none() -> None:
    url = "https://sspai.com/link/98765?target=https://news.example/a"
    assert canonical(url, None) == url


def test_a_jump_link_to_anything_but_a_page_stays() -> None:
    jump = "https://link.zhihu.com/?target=javascript:alert(1)"
    assert canonical(jump, None) == jump


@pytest.mark.parametrize(
    "text",
    [
        "",
        "news.example/a",
        "//news.example/a",
        "ftp://news.example/a",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https:///a",
        "https://user@news.example/",
        "https://news..example/",
        "https://news.example:99999/",
        "https://[::1/",
        "https://a b/",
        "https://[fe80::1%25eth0]/",
        "https://1.2.3.999/",
        "https://1.2.3.4.5/",
        "https://news.0x/",
        "https://%31.example/",
        "https://" + "a." * 130 + "cn/",
        "https://news.example/" + "a" * 3000,
        "https://news.example/" + "a" * 30_000,
    ],
)
def test_what_is_no_http_address_is_refused(text: str) -> None:
    with pytest.raises(UrlError):
        canonical(text, None)


@pytest.mark.parametrize(
    "host",
    ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "①②⑦.⓪.⓪.①", "127.0.0.1.", "[::ffff:7f00:1]"],
)
def test_a_number_is_the_address_that_the_network_takes_it_for(host: str) -> None:
    assert canonical(f"http://{host}/a", None) == "http://127.0.0.1/a"


def test_a_source_folds_its_hosts_and_asks_over_https() -> None:
    source = a_source(aliases=["m.news.example", "news-alias.example"])
    assert canonical("http://m.news.example/a/7?from=app", source) == (
        "https://www.news.example/a/7"
    )
    assert canonical("http://news-alias.example/x", source) == "https://www.news.example/x"
    assert canonical("http://tech.news-alias.example/x", source) == "https://tech.news.example/x"


def test_other_hosts_and_other_ports_keep_their_scheme() -> None:
    assert canonical("http://elsewhere.example/a", a_source()) == "http://elsewhere.example/a"
    assert canonical("http://www.news.example:8000/x", a_source()) == (
        "http://www.news.example:8000/x"
    )
    assert canonical("http://www.news.example/x", a_source(https=False)) == (
        "http://www.news.example/x"
    )


def test_the_query_goes_when_the_path_says_which_article_it_is() -> None:
    assert canonical("https://www.news.example/a/7?id=9&page=2", a_source()) == (
        "https://www.news.example/a/7"
    )


def test_the_query_of_a_page_that_is_no_article_stays() -> None:
    url = "https://www.news.example/list?page=2"
    assert canonical(url, a_source()) == url


def test_the_query_that_says_which_article_it_is_stays() -> None:
    url = "https://www.news.example/show?t=1&id=7"
    source = a_source(
        article=r"^https?://www\.news\.example/show\?(?:.*&)?id=(\d+)", keep_params=["id"]
    )
    assert canonical(url, source) == "https://www.news.example/show?id=7"
    forgetful = source.model_copy(update={"keep_params": ()})
    assert canonical(url, forgetful) == "https://www.news.example/show?id=7&t=1"


def test_where_the_parameter_stands_does_not_matter() -> None:
    url = "https://www.solidot.org/story?from=rss&sid=83456"
    assert canonical(url, DEFAULTS["solidot"]) == "https://www.solidot.org/story?sid=83456"
    assert key(url, DEFAULTS["solidot"]) == "solidot:83456"


def test_a_parameter_that_is_kept_is_no_tracking() -> None:
    source = a_source(article=r"^https?://www\.news\.example/go\?spm=(\d+)", keep_params=["spm"])
    assert canonical("https://www.news.example/go?spm=7&scm=8", source) == (
        "https://www.news.example/go?spm=7"
    )


def test_an_article_is_known_by_its_source_and_id() -> None:
    source = a_source(aliases=["m.news.example"])
    assert key("http://m.news.example/a/7?f=rss", source) == "a:7"
    assert key("https://www.news.example/show?id=7", source) == "a:7"


def test_any_other_page_is_known_by_its_address() -> None:
    assert key("http://www.news.example/about?utm_source=x", a_source()) == (
        "www.news.example/about"
    )
    assert key("https://elsewhere.example/b", None) == "elsewhere.example/b"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("feed.mix.sina.com.cn", "sina.com.cn"),
        ("www.gov.cn", "www.gov.cn"),
        ("gov.cn", "gov.cn"),
        ("127.0.1.7", "127.0.1.7"),
        ("localhost", "localhost"),
        ("a.b.unheard-of", "b.unheard-of"),
    ],
)
def test_the_registrable_domain(host: str, expected: str) -> None:
    assert domain(host) == expected


KEEPING = a_source(
    article=r"^https?://www\.news\.example/(?:a/(\d+)|show\?id=(\w+)(?:&p=(\w*))?)",
    keep_params=["p", "id"],
)
SOURCES = st.sampled_from([None, a_source(), KEEPING, *DEFAULTS.values()])
HOSTS = st.sampled_from(
    ["link.zhihu.com", "www.news.example", "m.huxiu.com", "mp.weixin.qq.com", "x.people.cn"]
)
PARAMS = st.sampled_from(["target", "url", "id", "sid", "utm_x", "F", "__biz", "spm"])
ADDRESSES = st.builds(
    lambda scheme, host, path, pairs, fragment: (
        f"{scheme}://{host}/{path}?{'&'.join('='.join(pair) for pair in pairs)}#{fragment}"
    ),
    st.sampled_from(["http", "https", "HTTP"]),
    HOSTS,
    st.text(max_size=12) | st.sampled_from(["article/12.html", "story", "a/7", "index.html"]),
    st.lists(
        st.tuples(
            PARAMS,
            st.text(max_size=12)
            | st.sampled_from(
                ["https%3A%2F%2Flink.zhihu.com%2F%3Ftarget%3Dhttp%253A%252F%252Fa.b"]
            ),
        ),
        max_size=4,
    ),
    st.text(max_size=6) | st.just("/x"),
)


@settings(deadline=None)
@given(st.text() | ADDRESSES | st.text().map("https://".__add__), SOURCES)
@example("https://link.zhihu.com/?target=x&target=http%3A%2F%2Fa.b", None)
def test_canonical_is_its_own_canonical_form_or_an_error(text: str, source: Source | None) -> None:
    try:
        once = canonical(text, source)
    except UrlError:
        return
    assert canonical(once, source) == once
    assert once.isascii()
    assert once.startswith(("http://", "https://"))
    assert key(once, source) == key(text, source)


PLAIN = st.lists(
    st.tuples(
        st.sampled_from(["id", "sid", "p", "tid", "from", "page", "__biz", "idx", "wfr"]),
        st.text("ab1%=", max_size=4),
    ),
    max_size=5,
    unique_by=lambda pair: pair[0],
)
NOISE = st.lists(
    st.tuples(
        st.sampled_from(["utm_source", "UTM_x", "spm", "gclid", "ADTAG", "spss"]),
        st.text("ab1", max_size=3),
    ),
    max_size=4,
)
PATHS = st.sampled_from(["article/12.html", "story", "a/7", "show", "s", "s/x", ""])


@given(SOURCES, HOSTS, PATHS, PLAIN, NOISE, st.randoms(), st.sampled_from(["", "#rd", "#7"]))
def test_neither_order_nor_tracking_matters(
    source: Source | None, host: str, path: str, pairs: list, noise: list, dice: Any, mark: str
) -> None:
    def address(scheme: str, pairs: list) -> str:
        return f"{scheme}://{host}/{path}?" + "&".join("=".join(pair) for pair in pairs)

    plain = address("https", pairs)
    mixed = [*pairs, *noise]
    dice.shuffle(mixed)
    other = address("https", mixed) + mark
    assert canonical(other, source) == canonical(plain, source)
    assert key(address("http", mixed), source) == key(plain, source)


@settings(deadline=None)
@given(st.text(), st.lists(PARAMS, max_size=5))
def test_unknown_hosts_lose_only_tracking(value: str, names: list[str]) -> None:
    query = "&".join(f"{name}=1" for name in names)
    url = canonical(f"https://unknown.example/p?{query}", None)
    kept = sorted(f"{name}=1" for name in names if name not in ("utm_x", "spm"))
    assert url == "https://unknown.example/p" + ("?" + "&".join(kept) if kept else "")
