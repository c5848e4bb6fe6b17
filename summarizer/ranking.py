"""How much each sentence of an article says, and whether it can be read alone."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archive.models import Article
from archive.text import fold, sentences

# The weights, in the open: of the measures of `_measures`, each between 0 and 1. They were
# fitted on 1,405 technology articles and 1,500 financial flashes with summaries by editors.
WEIGHTS = {
    "first": 0.13,
    "place": 0.21,
    "central": 0.80,
    "like_lead": 0.46,
    "title_like": 0.35,
    "title_cover": 0.34,
    "title_letters": 0.57,
    "length": 0.19,
    "opens": 0.14,
    "purpose": 0.16,
    "short_first": 0.32,
    "short_early": 0.19,
    "most_letters": 0.61,
    "most_cover": 0.48,
    "among_ten": 0.28,
    "latin": -0.54,
    "quotes": -0.19,
    "long": -0.31,
}
SHORT = 300
"""Characters of a text whose first sentence weighs more: news flashes put everything there."""

SHORTEST, LONGEST, CUT = 12, 200, 300
"""Characters of a sentence that can be read alone; what is longer than CUT is cut off there, as
it is a table or broken markup."""

REPEATS = 0.5
"""Two sentences that overlap by more say the same."""

_END = re.compile(r"[。！!；;…][”’」』）)\]]*$")
_QUESTION = re.compile(r"[？?][”’」』）)\]]*$")
# Openings that lean on the sentence before, and numbers of lists.
_DANGLING = re.compile(
    r"""[“「（(]*(?:
    但|然而|不过|可是|而(?!今)|此外|另外|除此|同时|与此同时|另一方面|一方面|其中|对此|为此|因此|因而|所以|于是|从而
    |他|她|它|其(?!他|实)|这|那|该|此(?!前|次|外)|上述|以上|如此|也|还|又|再|并|且|则|却|更|双方|两者|二者|后者|前者
    |例如|比如|譬如|首先|其次|再次|最后|第[一二三四五六]，|[一二三四五六]是|总之|换言之|简而言之|也就是说|可以说|当然
    |事实上|实际上|的确|尤其|随后|之后|当时|相比之下|相较之下|不仅如此|即使|即便|尽管如此|虽然如此|值得一提|值得注意
    |[\u4e00-\u9fff]{2,5}的是，|现在情况|下面|如下|如前|前面|上面|前文|在我提到|刚才
    |然后|接着|接下来|而后|别忘了|不光如此|谁承想|谁知|岂料|没想到|果然|就这样|从那时|就如|正如|正是|毕竟|所谓|说起来|备注|因为|以及|相反|只是|\d{1,2}[.、．)）]\s?\D|[一二三四五六七八九十]+[、.．）)]|[-•·\#]
    )""",
    re.VERBOSE,
)
# The sentence as a whole leans back, or is a quotation without its speaker.
_LEANING = re.compile(
    r"^.{0,14}却|^[^，,]{0,12}(?:则|还)(?!是|款|有限)|^.{0,12}(?:该公司|这一|这家|此举|上述)"
    r"|^[^，,]{0,18}[，,]\s?[他她]|^[^，,]{0,12}[年月日时后前中上来][，,]\s?它|如此说道|^[“「][^”」]*[”」]$"
)
_CREDIT = re.compile(
    r"""^[（(【\[▲△]*(?:
    本报记者|本刊记者|[\u4e00-\u9fff]{2,8}记者\s?[\u4e00-\u9fff]{2,4}(?:[\s）)]|$)|记者[\s:：丨|]|作者[\s:：丨|]
    |文[\s/／丨|:：]|图[\s/／丨|:：\d一二三]|图为|图片|资料图|摄影|来源|原标题|责任?编|编辑[\s:：丨|]|校对[\s:：]|审核|编译
    |点击|扫码|扫描|长按|关注|欢迎|大家好|转载|版权|免责|声明|未经|更多|推荐阅读|相关阅读|延伸阅读|举报|分享|导读|温馨提示
    |注[:：])""",
    re.VERBOSE,
)
# “新华社北京1月2日电（记者某某）” says where the news came from; the sentence begins after it.
_DATELINE = re.compile(
    r"^[（(]?(?:本报讯|[\u4e00-\u9fffA-Za-z]{2,12}\d{1,2}(?:月\d{1,2})?日(?:[电電][讯訊]?|讯|訊|消息))[）)]?"
    r"(?:\s?[（(][^（()）]{0,30}[)）])?[\s，,：:]*"
)


_LATIN = re.compile(r"[A-Za-z]")
_PURPOSE = re.compile(
    r"本文|这篇|本教程|本指南|本系列|将介绍|我们将|让我们|教你|帮助你|帮你|学习如何|了解如何|看看"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article's text, at [start, end)."""

    start: int
    end: int
    text: str
    score: float
    early: float
    """1 for the first sentence, falling to 0 at the end of the text."""
    alone: bool
    """Reads well by itself: whole, no question, credit or caption, no dangling opening."""
    pairs: frozenset[str]
    """Its pairs of neighbouring characters, folded: what overlap is measured by."""


def rank(article: Article) -> list[Sentence]:
    """All sentences of the article's text in text order, scored; higher says more."""
    text = article.text
    spans = [_trim(text, *span) for span in sentences(text)]
    pairs = [_pairs(text[start:end]) for start, end in spans]
    found = []
    for index, ((start, end), own) in enumerate(zip(spans, pairs, strict=True)):
        found.append(
            Sentence(
                start,
                end,
                text[start:end],
                0.0,
                1 - index / len(spans),
                _reads_alone(text[start:end]),
                own,
            )
        )
    return [
        replace(one, score=sum(WEIGHTS[name] * value for name, value in measures.items()))
        for one, measures in zip(found, _measures(article, found), strict=True)
    ]


def _measures(article: Article, found: Sequence[Sentence]) -> Iterator[dict[str, float]]:
    """What is measured of each sentence."""
    title, letters = _pairs(article.title), frozenset(fold(article.title))
    spread = Counter(pair for one in found for pair in one.pairs)
    central = [
        sum(spread[p] - 1 for p in one.pairs) / math.sqrt(len(one.pairs) or 1) for one in found
    ]
    most_central = max(central, default=0) or 1
    # What the title shares with many sentences says little about one of them.
    rare = {pair: 1 / (1 + math.log(1 + spread[pair])) for pair in title}
    all_rare = sum(rare.values()) or 1
    cover = [sum(rare[pair] for pair in one.pairs & title) / all_rare for one in found]
    same = [len(letters.intersection(one.text.lower())) / (len(letters) or 1) for one in found]
    most_cover, most_same = max(cover, default=0) or 1, max(same, default=0) or 1
    short = len(article.text) <= SHORT
    for index, one in enumerate(found):
        yield {
            "first": index == 0,
            "among_ten": index < 10,
            "place": 1 / (1 + index),
            "opens": one.start == 0 or article.text[one.start - 1] == "\n",
            "central": central[index] / most_central,
            "like_lead": _alike(one.pairs, found[0].pairs) if index else 0.0,
            "title_like": _alike(one.pairs, title),
            "title_cover": cover[index],
            "most_cover": cover[index] / most_cover,
            "title_letters": same[index],
            "most_letters": same[index] / most_same,
            "length": min(1.0, len(one.text) / 40),
            "long": min(1.0, max(0, len(one.text) - 40) / 60),
            "latin": len(_LATIN.findall(one.text)) / len(one.text),
            "quotes": "“" in one.text,
            "purpose": bool(_PURPOSE.search(one.text)),
            "short_first": short and index == 0,
            "short_early": short * one.early,
        }


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """The cosine of two sentences as sets of pairs."""
    return len(one & other) / math.sqrt(len(one) * len(other) or 1)


def overlap(one: Sentence, two: Sentence) -> float:
    """How much of the shorter of two sentences the other repeats, 0 to 1."""
    smaller = min(len(one.pairs), len(two.pairs))
    return len(one.pairs & two.pairs) / smaller if smaller else 0.0


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without a dateline and without what is too long to be a sentence."""
    end = min(end, start + CUT)
    dateline = _DATELINE.match(text[start:end])
    return (start + dateline.end() if dateline and start + dateline.end() < end else start), end


def _reads_alone(text: str) -> bool:
    """Whether a sentence is whole, no question, credit or caption, and opens by itself."""
    return (
        SHORTEST <= len(text) <= LONGEST
        and text.count("“") == text.count("”")
        and bool(_END.search(text))
        and not _QUESTION.search(text)
        and not _CREDIT.search(text)
        and not _DANGLING.match(text)
        and not _LEANING.search(text)
    )


def _pairs(text: str) -> frozenset[str]:
    folded = fold(text)
    return frozenset(folded[i : i + 2] for i in range(len(folded) - 1))
