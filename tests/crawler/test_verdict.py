import pytest

from archive.models import Outcome
from crawler.verdict import refuse

LONG = "湖区数据中心改用风冷，夏天的耗电量比去年少了两成。" * 20


@pytest.mark.parametrize(
    "markup",
    [
        "<script>var _waf_tk='1';document.cookie='a='+_waf_tk;location.reload()</script>",
        "<script>document.cookie = 'k=1';\nsetTimeout(function(){location.href='/'},9)</script>",
        "<script src='/aliyun_waf_x.js'></script>",
        "<script>var arg1='A0';acw_sc__v2(arg1)</script>",
        "<title>百度安全验证</title>",
        "<title>人机验证 - 某网</title>",
        "<title>Just a moment...</title>",
    ],
)
def test_a_challenge_is_recognised_and_its_sign_is_named(markup: str) -> None:
    outcome, reason = refuse(f"<html>{markup}<p>请稍候</p></html>", "请稍候") or (None, "")
    assert outcome == Outcome.CHALLENGE_PAGE
    assert reason.startswith("the page says ")
    assert len(reason) > len("the page says ")


@pytest.mark.parametrize("words", ["登录后阅读全文", "请先登录", "扫码登录后查看"])
def test_a_login_wall_is_a_paywall(words: str) -> None:
    outcome, reason = refuse(f"<p>价格战。</p><p>{words}</p>", "价格战。") or ("", "")
    assert outcome == Outcome.PAYWALLED
    assert reason.removeprefix("the page says ") in words


@pytest.mark.parametrize("words", ["以下为付费内容", "订阅后可读全文", "剩余 85% 未读"])
def test_a_paywall_is_recognised(words: str) -> None:
    verdict = refuse(f"<p>开头一段。</p><div>{words}</div>" + " " * 30_000, "开头一段。")
    assert verdict == (Outcome.PAYWALLED, f"the page says {words}")


def test_an_article_that_quotes_a_challenge_is_none() -> None:
    assert refuse(f"<title>什么是人机验证</title><p>{LONG}</p>", LONG) is None
    assert refuse(f"<title>人机验证</title>{'<i></i>' * 3000}", "短讯一则。") is None


def test_with_enough_text_a_wall_does_not_matter() -> None:
    assert refuse(f"<p>{LONG}</p><p>请先登录后评论。以下为付费内容</p>", LONG) is None


def test_a_short_page_without_signs_may_be_an_article() -> None:
    assert refuse("<p>北屿新能源今日启用虚拟电厂。</p>", "北屿新能源今日启用虚拟电厂。") is None
    assert refuse("", "") is None
