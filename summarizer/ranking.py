"""How much each sentence of an article says, and whether it can be read alone."""

import math
import re
from collections import Counter
from dataclasses import dataclass

from archive.models import Article
from archive.text import fold, sentences

# The weights, in the open. Each feature is between 0 and 1 and is named where it is computed.
CENTRAL, TITLE_LIKE, TITLE_COVER = 0.5, 1.0, 1.1
POSITION, LENGTH, ALONE, SHORT_LEAD = 1.0, 0.4, 0.2, 0.5
SHORT = 300
"""Characters of a text whose first sentence gets SHORT_LEAD: news flashes put everything there."""

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
    |就如|正如|正是|毕竟|所谓|说起来|备注|因为|以及|相反|只是|\d{1,2}[.、．)）]\s?\D|[一二三四五六七八九十]+[、.．）)]|[-•·\#]
    )""",
    re.VERBOSE,
)
# The sentence as a whole leans back, or is a quotation without its speaker.
_LEANING = re.compile(
    r"^.{0,14}却|^[^，,]{0,12}(?:则|还)(?!是|款|有限)|^.{0,12}(?:该公司|这一|这家|此举|上述)"
    r"|^[^，,]{0,12}[年月日时后前中上来][，,]\s?(?:他|她|它)|如此说道|^[“「][^”」]*[”」]$"
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
    r"^[（(]?(?:本报讯|[\u4e00-\u9fffA-Za-z]{2,12}\d{1,2}(?:月\d{1,2})?日(?:电|讯|消息))[）)]?"
    r"(?:\s?[（(][^（()）]{0,30}[)）])?[\s，,：:]*"
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
    title, pairs = _pairs(article.title), [_pairs(text[start:end]) for start, end in spans]
    spread = Counter(pair for own in pairs for pair in own)
    central = [sum(spread[p] - 1 for p in own) / math.sqrt(len(own) or 1) for own in pairs]
    most_central = max(central, default=0) or 1
    # What the title shares with many sentences says little about one of them.
    rare = {pair: 1 / (1 + math.log(1 + spread[pair])) for pair in title}
    found = []
    for index, ((start, end), own) in enumerate(zip(spans, pairs, strict=True)):
        early = 1 - index / len(spans)
        alone = _reads_alone(text[start:end])
        shared = own & title
        score = (
            CENTRAL * central[index] / most_central
            + TITLE_LIKE * len(shared) / math.sqrt(len(title) * len(own) or 1)
            + TITLE_COVER * sum(rare[pair] for pair in shared) / (sum(rare.values()) or 1)
            + POSITION * early
            + LENGTH * min(1.0, (end - start) / 40)
            + ALONE * alone
            + SHORT_LEAD * (index == 0 and len(text) <= SHORT)
        )
        found.append(Sentence(start, end, text[start:end], score, early, alone, own))
    return found


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
