"""What people read about a document that they brought."""

from dataclasses import replace
from datetime import datetime

from rich.cells import cell_len

from archive.clock import BEIJING
from archive.models import Article, Edit, StoredArticle
from crawler.accounts import account, counted

NOON = datetime(2026, 11, 22, 12, tzinfo=BEIJING)
NOTES = tuple(Edit("note", 9 * at, "(fā)", "") for at in range(1, 6))
ARTICLE = Article(
    "湖区数据中心改用风冷",
    "夏天的耗电量比去年少了两成。",
    authors=("陆知远", "白芷汀"),
    contributors=("宋怀民",),
    editor="季明夏",
    origin="湖区日报",
    origin_kind="byline",
    published_at=NOON,
    date_precision="minute",
    repairs=(*NOTES, Edit("bytes", 60, "?春么", "看好", guess=True)),
)
STORED = StoredArticle(7, "https://hu.example/1", "hu", "湖区号", NOON, ARTICLE)


def told(*articles: StoredArticle, outcome: str = "stored", reason: str = "") -> str:
    return "\n".join(account("1.txt", outcome, reason, articles))


def test_the_outcome_the_credits_and_the_repairs_are_told() -> None:
    assert told(STORED) == (
        "1.txt: stored\n"
        "  1  湖区数据中心改用风冷\n"
        "    on 湖区号: https://hu.example/1\n"
        "    by 陆知远、白芷汀; with 宋怀民; edited by 季明夏; from 湖区日报 (byline)\n"
        "    at 2026-11-22 12:00; 14 characters\n"
        "    repaired: 5 note, 1 bytes\n"
        "      bytes  at 60     ?春么 → 看好  (a guess)\n"
        "      note   at 9      (fā) → ∅\n"
        "      note   at 18     (fā) → ∅\n"
        "      note   at 27     (fā) → ∅\n"
        "      and 2 more of kind note"
    )


def test_an_article_without_address_credits_or_repairs_is_short() -> None:
    bare = replace(STORED, url="urn:sha256:0", article=Article("标题", "正文。"))
    assert told(bare) == "1.txt: stored\n  1  标题\n    3 characters"


def test_several_articles_are_counted_and_a_refusal_gives_its_reason() -> None:
    second = replace(STORED, article=replace(ARTICLE, part=2, repairs=()))
    assert told(STORED, second).startswith("1.txt: stored, 2 articles\n")
    assert "\n  2  湖区数据中心改用风冷\n" in told(STORED, second)
    assert told(outcome="too_short", reason="5 characters") == "1.txt: too_short (5 characters)"


def test_no_line_is_wider_than_a_screen() -> None:
    long = (Edit("bytes", 60, "?春么竽P图夹" * 5, "非常看好大模型技术" * 5),)
    wide = replace(ARTICLE, title="湖区" * 60, authors=("陆知远",) * 30, repairs=long)
    lines = told(replace(STORED, article=wide)).split("\n")
    assert max(map(cell_len, lines)) <= 80
    assert lines[-2].startswith("      bytes  at 60     ?春么")
    assert lines[-1].lstrip().startswith("→ 非常看好")


def test_kinds_are_counted() -> None:
    assert counted({"note": 1204, "bytes": 3}) == "1,204 note, 3 bytes"
    assert counted({}) == ""
