"""Refused: pages that only look like articles. Stored: articles that only talk about such pages."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.models import Outcome
from archive.settings import PROJECT
from crawler.articles import verdict
from crawler.extract import Reading, read

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
URL = "https://news.example/2026/11/22/40017.html"
SENTENCE = "湖区数据中心改用风冷，夏天的耗电量比去年少了两成，值班室也从三班改成了两班。"
FLASH = SENTENCE + "运维负责人说，最难的一周已经过去，机房里第一次能听见人说话。"
LONG = "\n".join(f"第{number}周。{FLASH}" for number in range(20))


def page(title: str, *paragraphs: str, head: str = "", heading: str | None = None) -> str:
    shown = title if heading is None else heading
    body = "".join(f"<p>{paragraph}</p>" for text in paragraphs for paragraph in text.split("\n"))
    return (
        f"<html><head><title>{title}</title>{head}</head>"
        f"<body><h1>{shown}</h1><article>{body}</article></body></html>"
    )


def judged(markup: str, url: str = URL) -> Reading:
    return read(markup.encode(), url, NOW)


SIGNS = (
    "<script>var _waf_tk='1';document.cookie='a='+_waf_tk;location.reload()</script>",
    "<script>document.cookie = 'k=1';\nsetTimeout(function(){location.href='/'},9)</script>",
    "<script src='/aliyun_waf_x.js'></script>",
    "<script>var arg1='A0';acw_sc__v2(arg1)</script>",
    "<script>var arg1='3A2B9C0D1E4F5A6B7C8D';</script>",
    "<script>window._waftokenid='7'</script>",
    "<script>var a={_wafchallengeid:1}</script>",
    "<script>$_ts = window['$_ts'];</script>",
    "<script>window._cf_chl_opt={}</script>",
    "<script src='https://wappass.baidu.com/static/x.js'></script>",
    "<title>百度安全验证</title>",
    "<title>人机验证 - 某网</title>",
    "<title>Just a moment...</title>",
    "<p>很抱歉，由于您访问的地址可能对网站造成威胁，您的访问被阻断。</p>",
)


@pytest.mark.parametrize("markup", SIGNS)
def test_a_challenge_is_recognised_and_its_sign_is_named(markup: str) -> None:
    found = judged(f"<html>{markup}<p>请稍候</p></html>")
    assert found.outcome == Outcome.CHALLENGE_PAGE
    assert found.reason.removeprefix("the page says ").removeprefix("its title says ")
    assert found.reason.startswith(("the page says ", "its title says "))


@pytest.mark.parametrize("status", [202, 403, 405, 412])
def test_a_lone_script_is_a_challenge_by_its_status(status: int) -> None:
    markup = "<html><title>新闻</title><script src='/probe.js'>go()</script><p>请稍候</p></html>"
    assert verdict.challenge(markup, status) == f"nothing but a script, with HTTP {status}"
    assert not verdict.challenge(markup, 200)
    assert not verdict.challenge(markup.replace("请稍候", FLASH), status)
    assert not verdict.challenge("<p>拒绝访问</p>", status)


GONE_TITLES = (
    "404", "404 Not Found", "404错误_云上新闻", "页面不存在 - 云上新闻", "文章已删除", "内容不存在",
    "抱歉，您访问的页面不存在", "该文章已被作者删除", "Page Not Found", "找不到您要的页面",
)  # fmt: skip
GONE_LINES = (
    "很抱歉，您访问的页面不存在或已被删除！", "该文章已被删除", "此内容已被发布者删除。",
    "您要查看的文章不存在", "对不起，你要找的页面找不到了", "404 Not Found", "链接已失效，请返回",
)  # fmt: skip


@pytest.mark.parametrize("title", GONE_TITLES)
def test_a_missing_page_is_known_by_its_title_even_with_lists_below(title: str) -> None:
    found = judged(page(title, "大家都在看", FLASH, FLASH, heading=""))
    assert found.outcome == Outcome.GONE
    assert found.reason.startswith("its title says ")


@pytest.mark.parametrize("line", GONE_LINES)
def test_a_missing_page_is_known_by_its_only_message(line: str) -> None:
    found = judged(page("云上新闻", line, "返回首页"))
    assert found == Reading((), Outcome.GONE, f"the page says {line}")


WALLS = (
    "剩余 85% 未读", "以下为付费内容", "以下内容为付费内容，购买后继续", "登录后阅读全文",
    "本文为VIP会员专享文章", "开通会员后可阅读全文", "订阅后可读全文", "扫码登录后查看全文",
    "付费解锁全文", "登录以继续阅读", "试读已结束", "购买后可查看剩余内容", "登录后可查看完整内容",
)  # fmt: skip


@pytest.mark.parametrize("line", WALLS)
def test_a_teaser_is_known_by_the_line_under_it(line: str) -> None:
    found = judged(page("价格战的三本账", FLASH, SENTENCE, line))
    assert found == Reading((), Outcome.PAYWALLED, f"the page says {line}")


def test_a_teaser_is_known_by_what_its_metadata_says() -> None:
    head = '<script type="application/ld+json">{"isAccessibleForFree": "False"}</script>'
    assert judged(page("价格战的三本账", FLASH, head=head)).outcome == Outcome.PAYWALLED


@pytest.mark.parametrize("end", ["[…]", "[...]", "【……】", "[&#8230;] 阅读全文"])
def test_a_text_that_breaks_off_is_a_teaser(end: str) -> None:
    found = judged(page("价格战的三本账", f"{FLASH} {end}"))
    assert found.outcome == Outcome.PAYWALLED
    assert found.reason.startswith("the page says [") or "【" in found.reason


@pytest.mark.parametrize("line", ["请先登录", "您还未登录", "扫码登录", "用户登录", "登录后查看"])
def test_a_page_with_nothing_but_a_login_says_so(line: str) -> None:
    found = judged(page("云上新闻", line))
    assert found == Reading((), Outcome.PAYWALLED, f"the page says {line}")


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("<meta http-equiv='refresh' content='3;url=/'>", Outcome.GONE),
        ("<script>location.href = 'https://news.example/404.html'</script>", Outcome.GONE),
        ("<script>window.location.replace('/user/login?back=1')</script>", Outcome.PAYWALLED),
        ("<script>location.href='/2026/11/22/40017_2.html'</script>", Outcome.TOO_SHORT),
    ],
)
def test_an_empty_page_is_judged_by_where_it_jumps(body: str, outcome: Outcome) -> None:
    assert judged(f"<html>{body}<p>正在跳转</p></html>").outcome == outcome


STORED = {
    "a long article that quotes every sign": page(
        "登录之后：网站怎样说“没有”", LONG, *GONE_LINES, *WALLS, "请先登录", "acw_sc__v2", "[…]"
    ),
    "news about a missing page": page("读者看到“页面不存在”", FLASH + "目前该文章已被删除。"),
    "news about 404": page("404 页面也能卖广告：一家小站的生意经", FLASH),
    "news about a question": page("404，被删除的文章去哪了", FLASH),
    "news about a firewall": page("一家云厂商的防火墙误拦请求", FLASH + "用户的访问被拦截。"),
    "news that quotes a firewall's code": page("脚本里的秘密", FLASH + "脚本名叫acw_sc__v2。"),
    "news about verification": page("支付软件上线新的安全验证", FLASH),
    "news about logins": page("扫码登录后查看账单：一款记账软件改版", FLASH),
    "news about paywalls": page("以下为付费内容", FLASH, heading="“以下为付费内容”这句话值多少钱"),
    "a flash with a comment box": page("风冷机房省电两成", FLASH, "请先登录", "登录后参与评论"),
    "a flash with a members' corner": page("风冷机房省电两成", FLASH, "登录后查看更多评论"),
    "a flash that says so in a paragraph": page("风冷机房省电", FLASH, "该文章已被删除。"),
    "a flash with comments to read": page("风冷机房省电两成", FLASH, "登录后阅读评论"),
    "a flash whose text can be unfolded": page("风冷机房省电两成", FLASH, "展开全文", "阅读全文"),
    "an article with an ellipsis": page("风冷机房省电两成", FLASH + "后面的事，他不愿再说……"),
    "an article that sets a cookie": page(
        "风冷机房省电两成", LONG, head="<script>document.cookie='a=1';location.reload()</script>"
    ),
}  # fmt: skip


@pytest.mark.parametrize("markup", STORED.values(), ids=STORED)
def test_a_real_article_is_stored(markup: str) -> None:
    found = judged(markup)
    assert (found.outcome, found.reason) == (Outcome.STORED, "")


@pytest.mark.parametrize(
    ("came", "outcome"),
    [
        ("https://news.example/", Outcome.GONE),
        ("https://m.news.example/index.html", Outcome.GONE),
        ("https://news.example/2026/11/", Outcome.GONE),
        ("https://news.example/404.html", Outcome.GONE),
        ("https://news.example/error/notfound?from=40017", Outcome.GONE),
        ("https://passport.news.example/?next=40017", Outcome.PAYWALLED),
        ("https://news.example/user/login?back=40017", Outcome.PAYWALLED),
        ("https://wappass.baidu.com/static/captcha/?a=1", Outcome.CHALLENGE_PAGE),
        (URL, None),
        (URL + "?from=rss", None),
        ("https://m.news.example/2026/11/22/40017.html", None),
        ("https://news.example/2026/11/22/40017_1.html", None),
        ("https://news.example/#/story/40017", None),
        ("https://news.example/?p=40017", None),
        ("https://other.example/story/login-page-of-the-year", None),
        ("urn:sha256:00", None),
    ],
)
def test_where_an_address_leads_tells_what_became_of_it(came: str, outcome: str | None) -> None:
    refused = verdict.led_away(URL, came)
    assert refused == (outcome and (outcome, f"its address leads to {came}"))


@pytest.mark.parametrize(
    ("asked", "came"),
    [
        ("https://news.example/a/wind-cooling/amp", "https://news.example/a/wind-cooling/"),
        ("https://news.example/a/40017/2.html", "https://news.example/a/40017/"),
        ("https://news.example/", "https://news.example/index.html"),
        ("https://news.example/login/40017", "https://news.example/login/40017.html"),
    ],
)
def test_the_same_article_at_another_address_is_not_led_away(asked: str, came: str) -> None:
    assert verdict.led_away(asked, came) is None


def test_a_page_that_many_links_gave_is_the_sites_own() -> None:
    def is_template(wanted: str, shown: str, text: str, alike: int) -> bool:
        return verdict.is_template(wanted, shown, text, alike)

    assert is_template("风冷机房省电两成", "云上新闻", LONG, 3)
    assert is_template("", "云上新闻", FLASH, 3)
    assert not is_template("风冷机房省电两成", "云上新闻", LONG, 2)
    # One article at several addresses.
    assert not is_template("风冷机房省电两成", "【快讯】风冷机房省电两成", LONG, 9)
    assert not is_template("", "风冷机房省电两成", LONG, 9)


@given(st.text(max_size=200), st.sampled_from([*GONE_LINES, *WALLS, *SIGNS, "请先登录", ""]))
def test_any_text_is_judged(text: str, sign: str) -> None:
    verdict.refuse(text + sign, text, (text, sign), [text, sign], URL)
    verdict.challenge(sign + text, 403)
    verdict.led_away(URL, text)


def test_no_real_page_is_refused_for_a_sign() -> None:
    pages = sorted(Path(PROJECT, "../shared/extraction/dev").glob("*/page.html"))
    if not pages:
        pytest.skip("real pages are not part of the project: ../shared/extraction/dev")
    refused = {path.parent.name: read(path.read_bytes(), URL, NOW) for path in pages}
    outcomes = {found.outcome for found in refused.values()}
    assert outcomes <= {Outcome.STORED, Outcome.TOO_SHORT, Outcome.EXTRACTION_FAILED}
