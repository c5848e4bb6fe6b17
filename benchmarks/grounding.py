"""Are errors in summaries caught, and are faithful ones let through?

python -m benchmarks.grounding [../shared]

Errors are planted one by one into extracts of real articles, and into their editors' own summaries
where these pass: another number, unit, date or name, a denial, and what belongs to something else.
Then the editors' summaries as they are. Exit status 1 if a goal is missed.
"""

import math
import random
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from archive import numbers
from archive.days import dates
from archive.models import Article
from archive.names import known
from archive.text import clean, clean_line
from benchmarks import gold
from benchmarks.bars import Bars
from summarizer.extractive import summarize
from summarizer.grounding import ground
from summarizer.keywords import segmenter

SETS = ("finna", "lctt")
_OTHER_UNITS = dict(
    pair.split(":")
    for pair in (
        "元:美元 美元:元 %:个百分点 个百分点:% 吨:公斤 万:亿 亿:万 家:人 人:家 年:个月 天:年"
        " 小时:分钟 分钟:小时"
        " 例:吨 公里:米 股:元 倍:% GB:TB MB:GB 个:吨 次:元 台:吨 辆:吨 种:吨 点:% 港元:美元"
    ).split()
)
_PLACES = (
    "云南 贵州 甘肃 青海 海南 宁夏 挪威 智利 秘鲁 肯尼亚 匈牙利 温州 洛阳 桂林 大庆 内蒙古"
    " 台州 阿根廷 埃及 泰国 吉隆坡 德黑兰 乌鲁木齐 三亚 洪都拉斯 秦皇岛 保定"
).split()
_PEOPLE = (
    "许长庚 何汝嘉 周望川 林知远 孙怀瑾 郭允之 马世铎 高以宁 欧阳修文 韦伯斯特 史密斯 卡尔森"
    " 吕思齐 德米特里 罗素 魏长明"
).split()
_TITLE = re.compile(
    "(?:长|总裁|总经理|创始人|院士|教授|研究员|分析师|主任|负责人|记者|主席|总统|总理|主管|CEO)$"
)
_NO_PLACES = frozenset("中国 我国 城市 东西 普及 上市 加密 入门 关联 新建 深度 外国 大关".split())
_LATIN = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z0-9]{2,}(?![A-Za-z0-9])")

_QUOTED = "青衡 万象更新 一个转折点 关于加强某某管理的办法 我们不会退出 灵犀二号".split()
_OPPOSITES = dict(
    pair
    for one, other in (("增长", "下降"), ("上升", "下降"), ("上涨", "下跌"), ("增加", "减少"))
    for pair in ((other, one), (one, other))
)
_OTHERS = 250
"""Texts of each training set into which errors are planted as well."""

Plant = Callable[[str, Article, random.Random], str | None]


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared") / "summarization"
    if gold.absent(folder):
        return 0
    bars = Bars()
    dev = {name: [*gold.rows(folder / f"{name}.dev.jsonl.gz")] for name in SETS}
    refused = _planting(bars, "planted errors caught", dev)
    # Another planting, in texts by which no rule was judged.
    other = {name: [*gold.rows(folder / f"{name}.train.jsonl.gz")][-_OTHERS:] for name in SETS}
    _planting(bars, "planted errors caught, other texts", other)
    for name, many in refused.items():
        n = len(dev[name])
        bars.bar(f"editors' summaries refused, {name}", many / n, 0.1, n, least=False)
    return int(bars.missed)


def _planting(bars: Bars, title: str, sets: dict[str, list[dict[str, str]]]) -> Counter[str]:
    """Plant, count what is caught, and tell how many editors' summaries of each set are refused."""
    caught, planted, refused = Counter[str](), Counter[str](), Counter[str]()
    for name, rows in sets.items():
        for row in rows:
            article = Article(clean_line(row.get("title") or ""), clean(row["article"]))
            faithful = [summarize(article).text]
            reference = clean(row["reference"])
            if ground(reference, article).problems:
                refused[name] += 1
            else:
                faithful.append(reference)
            for number, summary in enumerate(faithful):
                if not summary or ground(summary, article).problems:
                    planted["faithful refused"] += not number
                    continue
                for kind, plant in PLANTS.items():
                    dice = random.Random(f"{row['id']} {number} {kind}")
                    wrong = plant(summary, article, dice)
                    if wrong is not None and wrong != summary:
                        planted[kind] += 1
                        caught[kind] += bool(ground(wrong, article).problems)
    total = sum(planted[kind] for kind in PLANTS if kind not in APART)
    share = sum(caught[kind] for kind in PLANTS if kind not in APART) / max(1, total)
    bars.bar(title, share, 0.97, total)
    for kind in PLANTS:
        print(f"  {kind:<46}{caught[kind] / max(1, planted[kind]):>9.3f}   n={planted[kind]}")
    print(f"{'faithful extracts refused':<48}{planted['faithful refused']:>9}")
    return refused


def _number(summary: str, article: Article, dice: random.Random) -> str | None:
    """Another digit in one of its numbers, so that the article has no such number."""
    there = {one.values for one in numbers.amounts(f"{article.text}\n{article.title}")}
    ones = [one for one in numbers.amounts(summary) if not one.written]
    for one in dice.sample(ones, len(ones)):
        digits = [n for n in range(one.start, one.end) if summary[n].isdigit()]
        place = dice.choice(digits[:2])
        digit = dice.choice([d for d in "123456789" if d != summary[place]])
        wrong = summary[:place] + digit + summary[place + 1 :]
        now = [each for each in numbers.amounts(wrong) if each.start == one.start]
        if now and now[0].values not in there:
            return wrong
    return None


def _is_plain(one: numbers.Amount) -> bool:
    """Whether it is a figure rather than a phrase (一个) or a term (5年期)."""
    return not one.written and one.kind != "duration"


def _is_near(one: numbers.Amount, others: set[tuple[float, ...]]) -> bool:
    """Whether a number may be another one rounded, so that to put it there is no error."""
    return any(
        math.isclose(value, each, rel_tol=0.1)
        for other in others
        for value in one.values
        for each in other
    )


def _unit(summary: str, article: Article, dice: random.Random) -> str | None:
    """Another unit, or 万 for 亿, after one of its numbers."""
    choices = []
    for one in filter(_is_plain, numbers.amounts(summary)):
        words = summary[one.start : one.end]
        for unit in ("万", "亿") if re.search("[万亿]", words) else (one.unit,):
            if unit in _OTHER_UNITS and unit in words:
                place = one.start + words.rindex(unit)
                choices.append((place, unit))
    choices = [one for one in choices if _OTHER_UNITS[one[1]] not in ("", one[1])]
    if not choices:
        return None
    place, unit = dice.choice(choices)
    return summary[:place] + _OTHER_UNITS[unit] + summary[place + len(unit) :]


def _date(summary: str, article: Article, dice: random.Random) -> str | None:
    """Another year, month or day in one of its dates, such that the article has no such date."""
    source = f"{article.text}\n{article.title}"
    days = dates(summary)
    for one in dice.sample(days, len(days)):
        words = summary[one.start : one.end]
        part = dice.choice([name for name in ("year", "month", "day") if getattr(one, name)])
        value = getattr(one, part)
        other = dice.choice(
            [
                n
                for n in {"year": range(1995, 2035), "month": range(1, 13)}.get(part, range(1, 29))
                if n != value
            ]
        )
        wrong = re.sub(rf"(?<!\d)0?{value}(?!\d)", str(other), words, count=1)
        if wrong != words and not re.search(rf"(?<!\d)0?{other}(?!\d)", source):
            return summary[: one.start] + wrong + summary[one.end :]
    return None


def _name(summary: str, article: Article, dice: random.Random) -> str | None:
    """Somebody or something else of the same kind, of whom the article does not speak."""
    source = f"{article.text}\n{article.title}"
    spans, at = [], 0
    for word, tag in segmenter().tag(summary):
        pool = _PLACES if tag == "ns" and len(word) > 1 else None
        if tag == "nr" and 1 < len(word) < 4 and _TITLE.search(summary, 0, at):
            pool = _PEOPLE
        if pool and word not in _NO_PLACES:
            spans.append((at, at + len(word), pool))
        at += len(word)
    firms = [name for name in known() if not name.isascii()]
    spans += [(*m.span(), [n for n in known() if n.isascii()]) for m in _LATIN.finditer(summary)]
    for name in firms:
        if (place := summary.find(name)) >= 0 and len(name) > 1:
            spans.append((place, place + len(name), firms))
    for start, end, pool in dice.sample(spans, len(spans)):
        others = [name for name in pool if name.lower() not in source.lower() and len(name) > 1]
        others = [name for name in others if known().get(name, name) not in source]
        if others:
            return summary[:start] + dice.choice(others) + summary[end:]
    return None


def _negation(summary: str, article: Article, dice: random.Random) -> str | None:
    """A denial where there was none."""
    places, at = [], 0
    words = list(segmenter().tag(summary))
    for n, (word, tag) in enumerate(words):
        if tag == "v" and n and words[n - 1][1][0] in "nd" and len(word) > 1:
            places.append(at)
        at += len(word)
    if not places:
        return None
    place = dice.choice(places)
    return summary[:place] + dice.choice(["没有", "并未", "不"]) + summary[place:]


def _crossed(summary: str, article: Article, dice: random.Random) -> str | None:
    """Two of its numbers of one unit exchanged, or one replaced by another of the article."""
    ones = [one for one in numbers.amounts(summary) if _is_plain(one) and one.unit]
    pairs = [
        (one, other)
        for n, one in enumerate(ones)
        for other in ones[n + 1 :]
        if one.unit == other.unit and not _is_near(one, {other.values})
    ]
    if pairs and dice.random() < 0.5:
        one, other = dice.choice(pairs)
        return (
            summary[: one.start]
            + summary[other.start : other.end]
            + summary[one.end : other.start]
            + summary[one.start : one.end]
            + summary[other.end :]
        )
    mine = {one.values for one in ones}
    swaps = [
        (one, other)
        for other in numbers.amounts(article.text)
        for one in ones
        if other.unit == one.unit and _is_plain(other) and not _is_near(other, mine)
    ]
    if not swaps:
        return None
    one, other = dice.choice(swaps)
    return summary[: one.start] + article.text[other.start : other.end] + summary[one.end :]


def _quotation(summary: str, article: Article, dice: random.Random) -> str | None:
    """Other words in one of its quotation marks."""
    found = list(re.finditer("(?<=[“《])[^“”《》]{2,}(?=[”》])", summary))
    if not found:
        return None
    one = dice.choice(found)
    return summary[: one.start()] + dice.choice(_QUOTED) + summary[one.end() :]


def _turned(summary: str, article: Article, dice: random.Random) -> str | None:
    """What grew by a share fell by it, or the reverse."""
    found = list(re.finditer(r"(增长|下降|上升|上涨|下跌|增加|减少)(?=[约近超]?[\d.]+%)", summary))
    if not found:
        return None
    one = dice.choice(found)
    return summary[: one.start()] + _OPPOSITES[one[1]] + summary[one.end() :]


PLANTS: dict[str, Plant] = {
    "number": _number,
    "unit": _unit,
    "date": _date,
    "name": _name,
    "cross-wired": _crossed,
    "negation": _negation,
    "quotation": _quotation,
    "turned": _turned,
}
APART = ("negation", "quotation", "turned")
"""Kinds that are reported, and not part of the goal."""

if __name__ == "__main__":
    sys.exit(main())
