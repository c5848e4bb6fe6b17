"""The reading stage: a page is read by the rules of its source,."""

from typing import Any

LEAD = (
    "云岭智能今天在江城发布了第三代大模型，并把调用价格下调三成，首批客户有十二家医院和三家银行。"
)
ASIDE = "砺石资本昨天宣布完成新一期基金的募集，规模为三十亿元，主要投向机器人与自动驾驶。"


def test_a_page_is_read_by_its_source_s_selectors(deployment: Any, publisher: Any) -> None:
    title = "云岭智能发布第三代大模型"
    body = f"<div class='txt'><p>{LEAD}</p><p>{LEAD[::-1]}</p></div><div><p>{ASIDE}</p></div>"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
    publisher.feed(publisher.say("/a/1", page))
    deployment.allow(publisher.host)
    deployment.register(publisher.source() + "\n[source.selectors]\nbody = '.txt'\n")
    deployment.counts("crawl")
    deployment.counts("extract")
    assert deployment.ask("select text from news.articles") == [(f"{LEAD}\n{LEAD[::-1]}",)]
