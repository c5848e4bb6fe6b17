"""Main events (重大事件): who did what, each in the words of one sentence of the article."""

import re
from collections.abc import Sequence

from archive.models import Article, Event
from summarizer.ranking import POSITION, Sentence, overlap, rank

MOST = 7
LONGEST = 120
"""Characters of an event; a longer sentence is cut to the clauses around what happened."""
FALLBACK = "要点"
"""Kind of the one event of an article in which no cue is found: its weightiest sentence."""

# Kind, weight, what says so. The first kind that matches a sentence is its kind, so the specific
# ones stand before the common 发布, and 趋势, which is what analyses are made of, is last.
_CUES: tuple[tuple[str, float, str], ...] = (
    (
        "收购",
        1.0,
        r"收购(?!要约期)|并购|(?:公司|集团|业务)[^，。]{0,6}合并|合并重组|全资控股|私有化(?:要约|退市|交易)|剥离",
    ),
    (
        "融资",
        1.0,
        r"(?:完成|获得?|获|宣布|连续)[^，。]{0,20}(?:轮)?融资|融资(?:总)?[额金]|领投|跟投|参投|募资|估值(?:达|超|约|为|至)"
        r"|挂牌上市|首次公开(?:募股|发行)|IPO|招股书|上市(?:申请|辅导)|战略投资|注资|增资",
    ),
    (
        "开源",
        1.0,
        r"(?:宣布|正式|全部|全面|完全|将|已|并)[^，。]{0,10}开源|开源(?:了|其|发布|代码|权重)|开放(?:源代码|权重)",
    ),
    (
        "备案",
        1.0,
        r"(?:通过|完成|取得|获得?|公布|获)[^，。]{0,16}备案(?!的)|备案(?:清单|名单|信息)|备案(?:通过|获批)",
    ),
    (
        "政策",
        1.0,
        r"(?:印发|出台|施行|颁布|审议通过|征求意见|生效)|(?:发布|公布|通过|实施)[^，。]{0,12}(?:《[^》]{2,40}(?:办法|条例|规定|意见|法|方案|计划|纲要|通知|指南|标准)》)"
        r"|(?:处以|开出|被)[^，。]{0,10}罚款|反垄断调查|出口管制|(?:《[^》]{2,40}(?:办法|条例|规定|法案|法)》)[^。]{0,20}(?:发布|公布|施行|实施|生效)",
    ),
    (
        "财报",
        1.0,
        r"财报|(?:年|季|半年)报显示|业绩预告|营业?收入?[^，。]{0,14}\d|净(?:利润|亏损)[^，。]{0,14}\d|(?:收入|利润)(?:同比)?增长[^，。]{0,6}\d|创收",
    ),
    (
        "人事",
        1.0,
        r"(?:出任|任命|接任|升任|离职|辞任|辞去|卸任|加盟|加入)[^。]{0,20}(?:官|裁|长|CEO|CTO|科学家|负责人)|(?:官|裁|长|CEO|CTO|科学家|负责人)[^。，]{0,12}(?:离职|辞职|卸任|辞任)|裁员",
    ),
    (
        "合作",
        0.9,
        r"(?:达成|签署|签订|建立|展开|开展|深化)[^，。]{0,16}(?:合作|协议)|战略合作|携手|联合(?:打造|推出|发布|开发|研发|成立)|共建|签约",
    ),
    (
        "发布",
        0.9,
        r"(?:正式|宣布|首次|率先|相继|先后|陆续|全新|近日|日前|推出|已|将)[^，。]{0,12}(?:发布|推出|上线|亮相|开放|问世|登场|商用|量产|交付|投产)"
        r"|(?:发布|推出|上线|发售|开售)(?!会|的|数据|以来|后|如火|研究|之|过|日)|面世|问世|投产|量产|下线|(?<!离)开工(?!作)|启动|建成|投用|发射成功|首飞",
    ),
    (
        "趋势",
        0.8,
        r"趋势|迈进|迈向|步入|进入[^，。]{0,12}(?:时代|阶段|期)|爆发|元年|浪潮|热点|加速|升级为?|迎来|将(?:成为|会|达|出现|迎来)|有望|预计|预测|预判|未来"
        r"|活跃期|增长(?:至|到|了|约|超)?\d|(?:达到|突破|超过|增至|升至)[^，。]{0,4}\d|逐渐|正成为|转向|重构|瓶颈|内卷|分化|缺口|上涨|下跌",
    ),
)
_KINDS = tuple((kind, weight, re.compile(cues)) for kind, weight, cues in _CUES)
# Someone is asked, supposes or wishes: nothing happened.
_NOT_YET = re.compile(
    r"如果|假如|倘若|建议|应当|应该|需要(?!的)|是否|能否|希望|呼吁|必须|务必|^要|为例|例如|比如|所谓|是指"
)
_DATE = re.compile(r"\d{1,2}月\d{1,2}日|\d{1,2}日|今日|昨日|近日|日前|20\d\d年")
_NAME = re.compile(r"[A-Za-z]{2,}|[“《「][^”》」]{2,20}[”》」]|\d")
_CLAUSES = re.compile(r"[^，,：:]*[，,：:]|[^，,：:]+$")


def events(article: Article, ranked: Sequence[Sentence] | None = None) -> tuple[Event, ...]:
    """At most MOST events in text order, each `article.text[start:end]`.

    Empty only for a text without a sentence. `ranked` saves ranking the sentences again.
    """
    ranked = rank(article) if ranked is None else ranked
    readable = [sentence for sentence in ranked if sentence.alone] or list(ranked)
    found: list[tuple[float, Sentence, Event]] = []
    for sentence in readable:
        if _NOT_YET.search(sentence.text):
            continue
        for kind, weight, cues in _KINDS:
            if match := cues.search(sentence.text):
                found.append((weight * _worth(sentence), sentence, _event(kind, sentence, match)))
                break
    chosen: list[tuple[Sentence, Event]] = []
    for _, sentence, event in sorted(found, key=lambda one: -one[0]):
        if all(overlap(sentence, other) <= 0.5 for other, _ in chosen):
            chosen.append((sentence, event))
        if len(chosen) == MOST:
            break
    if not chosen and readable:
        top = max(readable, key=lambda sentence: sentence.score)
        return (Event(FALLBACK, top.text, top.start, top.end),)
    return tuple(sorted((event for _, event in chosen), key=lambda event: event.start))


def _worth(sentence: Sentence) -> float:
    """How much the sentence says, more when it is dated and names names."""
    # Events are found all over a text: what a sentence owes to its place is mostly taken back.
    worth = (
        sentence.score - 0.8 * POSITION * sentence.early + 0.3 * bool(_DATE.search(sentence.text))
    )
    return worth + 0.2 * bool(_NAME.search(sentence.text))


def _event(kind: str, sentence: Sentence, match: re.Match[str]) -> Event:
    """The sentence, or when it is long the clauses from its start, or from the cue's, on."""
    start, end = 0, len(sentence.text)
    if end > LONGEST:
        bounds = [clause.end() for clause in _CLAUSES.finditer(sentence.text)]
        stop = next(bound for bound in bounds if bound >= match.end())
        if stop > LONGEST:
            start = max((bound for bound in bounds if bound <= match.start()), default=0)
        end = max(bound for bound in bounds if bound == stop or stop < bound <= start + LONGEST)
    text = sentence.text[start:end].rstrip("，,：:")
    return Event(kind, text, sentence.start + start, sentence.start + start + len(text))
