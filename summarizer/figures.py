"""Figures: the numbers of an article with what they measure, when, and whose estimate they are.

Subjects are found by parts of speech, clause by clause: what is counted stands after its number
(238个大模型), else what is measured before it (产业规模约143亿元).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

from archive import taxonomy
from archive.models import Figure
from archive.numbers import COUNTS, DURATIONS, MEASURES, MONEY, SHARES, Amount, amounts, dates
from archive.numbers import narrow
from archive.text import sentences
from summarizer.keywords import segmenter

LONGEST = 30
"""Characters of a subject."""
_BEFORE, _AFTER = 20, 16
_READ = 20_000
"""Characters of a text that are read."""

_NOUNS = frozenset("n nr ns nt nz nrt nrfg vn eng an b j l i s g ng k vg".split())
_IDIOMS = frozenset("l i".split())
_INSIDE = _NOUNS | {"a", "ag", "uj", "c", "ad", "t"}
_LINKS = frozenset("、和及与或“”《》·- ")
_VERB = frozenset("v vd vi vq".split())
_EDGE = frozenset("d p c x u uj uz ud ug uv zg r y e o f".split())
_TO = frozenset(
    """
    为 是 达 达到 有 共 共有 约 约为 约合 近 超 超过 逾 仅 仅有 只有 高达 至 到 突破 合计 总计 累计 已 已有 已达 将
    将达 预计 可 可达 接近 不到 不足 不超过 多达 最多 最高 最低 至少 大约 增至 增加至 增加到 降至 扩大到 上升到 上升 还有
    占 合 起 来到 进行 最少 大概 包括 分别 分别为 其中 支持 拟 完成 预期 未来 有望 目前 一共 总共 一度 余 人民币 如今
    """.split()
)
_CHANGE = re.compile(
    r"(?:与|较|比)?(?:上年|去年|上一代|上月|上季度)?(?:相比)?(?:同期)?(?:相比)?(?:将|约|近)?"
    r"(?:迅速|已|暴|激|猛|升至|变为|同比|环比|同时|比例|增幅|降幅|涨幅|跌幅|增长|增加|减少|下降|上升|提高|提升|降低|上涨|下跌|下滑|扩大|缩小|回落"
    r"|增速|大幅|小幅|了|至|到|约|约为|为|达|相比|比上年|超过|的|年均|复合|增长率|将|可|则|也|均|分别|占比|占){1,6}"
)
_GENERIC = frozenset(
    """
    产业 行业 市场 规模 数量 总数 总量 总额 企业 企业数量 核心 核心产业 公司 数字 用户 用户数 用户规模 营收 营业收入 收入
    净利润 利润 销售额 销量 产值 产量 价格 售价 总规模 投资 金额 比例 占比 市场规模 产业规模 增长率 增速 人数 数据 增幅 中国 全球 世界 增减 同比 环比 时间 当地
    总金额 年度 平均 投资者 项目 产品 技术 领域 地区 部分 人员 国家 城市 集团 股东 股份 股票 资金 交易日 例子 病例
    """.split()
)
_DROPPED = frozenset("产业 行业 市场 领域 总 的 目前 方面 有关 相关 数据 左右 预计 约 其中 合计".split())
_SAME = {"我国": "中国", "国内": "中国", "全国": "中国", "ai": "人工智能", "数": "数量", "总数": "数量"}
_CLAUSE = re.compile(r"[，；;：:。！？!?\n]|,(?!\d\d\d)|(?<=[：:])“")
_WHEN = re.compile(
    r"(?:截至|截止|到|至|自|从)?(?:目前|今年以来|今年|去年|前年|本月|上月|当年|近年来|同期|当日|今日|昨日|如今|此前|现在)"
    r"(?:上半年|下半年|[一二三四]季度|前[\d一二三]+个?(?:季度|月)|\d{1,2}月(?:\d{1,2}日|底|初|末)?)?"
)
_SINCE = re.compile(r"(?:截至|截止|到|至|自|从)?$")
_UNTIL = re.compile(r" ?(?:底|初|末|以来|前[\d一二三十]+个?(?:季度|月)|[上下]半年|[一二三四]季度)")
_SAID = re.compile(
    r"(?:据|根据)(?P<by>[^，。：；]{2,24}?)的?(?:最新)?(?:不完全)?(?:统计|数据|预测|测算|估算|估计|介绍|调查|研究|报告|消息|报道"
    r"|分析|显示|说|披露|透露)|(?:^|[，。；：“”\n])(?:尽管|但是?|而|不过|因为?|同时|此外)?(?P<who>[^，。：；“”]{2,24}?)"
    r"(?:的?(?:最新)?(?:研究|报告|数据|统计|调查|预测|模型))*(?:(?<=[据告计查究P台])显示|表示|称|预计(?!会|将)|预测|指出|认为|发现"
    r"|透露|披露|估计|介绍|说|声称|宣布|威胁称)"
)
_STOCK = re.compile(
    "截至|截止|目前|现有|已有|拥有|达到|共有|数量|规模|总数|存量|保有量|余额|市值|估值|注册资本|用户|总资产|在册|在用|持有|库存"
)
_FLOW = re.compile(
    "发布|新增|实现|收入|营收|利润|产值|销售|销量|产量|出口|进口|投资|完成|接待|抓获|破获|融资|支出|成交|交付|发放|增加|签约"
    "|前[一二三四五六七八九十两\\d]+个?(?:月|季度)|上半年|下半年|季度|全年|期间|以来|每年|年均|同比"
)
_PRICE = re.compile("价|标额|收购|竞得|(?<!销)售|费|造价|/|起步|约合|报价|单价|成本|薪")
# What is left of a clause after a number, when it is short; not what only modifies the number.
_SHORT = re.compile(r" ?(?!左右|以[上下内外]|之[间多]|不等|上下|起|余|多|[左右上下前后以]|[的、和与及])[\u4e00-\u9fffA-Za-z]{2,8}(?=[，。；、,;\n +]|$)")
_REFERS = re.compile("(?:这一|这个|该|上述|此)(?:数字|数据|比例|数值|金额|规模|数量)")
_SKIPPED = re.compile("[每第](?:隔|逾)?$")


def figures(text: str) -> tuple[Figure, ...]:
    """The figures of a text in order, each once; durations and bare numbers are none."""
    found: list[Figure] = []
    for figure in told(text):
        if not any(_same(figure, other) for other in found):
            found.append(figure)
    return tuple(one if _is_special(one.terms) else replace(one, terms=()) for one in found)


def told(text: str) -> Iterator[Figure]:
    """The figures of a text as often as it tells them."""
    return _Reading(text[:_READ]).figures()


def _is_special(terms: Sequence[str]) -> bool:
    """Whether a subject says enough to be compared with that of another article."""
    return len(terms) > 1 and not set(terms) <= _GENERIC


def _same(one: Figure, other: Figure) -> bool:
    if (one.values, one.unit) != (other.values, other.unit) or one.kind in ("rate", "measure"):
        return False
    terms, others = set(one.terms), set(other.terms)
    return min(len(terms), len(others)) > 1 and (terms <= others or others <= terms)


def measured(amount: Amount) -> str:
    """What an amount is of: money, share, count, measure, duration; empty for a bare number."""
    unit = amount.unit.partition("/")[0] if amount.unit not in MEASURES else amount.unit
    for kind, units in _KINDS.items():
        if unit in units:
            return kind
    return "share" if amount.values[-1] < 1 and amount.written else ""


_CHANGED = re.compile("增|减|降|升|涨|跌|提高|同比|环比|扩大|缩小|回落|下滑")


_KINDS = {
    "money": frozenset(MONEY),
    "share": frozenset(SHARES),
    "duration": frozenset(DURATIONS),
    "measure": frozenset(MEASURES) | {"像素"},
    "count": frozenset(COUNTS),
}


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    tag: str
    start: int
    end: int


@dataclass(slots=True)
class _Found:
    """A figure's subject while it is put together."""

    bearer: str = ""
    before: str = ""
    after: str = ""
    end: int = 0

    @property
    def text(self) -> str:
        return " ".join(filter(None, (self.bearer + self.before, self.after)))


class _Reading:
    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = narrow(text)
        self._last: tuple[int, _Found] | None = None
        self.amounts = [
            one
            for one in amounts(text)
            if _counts(one, bool(re.search("[万亿]", self.plain[one.start : one.end])))
        ]

    @cached_property
    def _when(self) -> list[tuple[int, int, str]]:
        """Start, end and ISO form of what is said of time; a month is of the last year named."""
        spans, year, last = [], 0, 0
        for one in dates(self.text):
            if self._parted(last, one.start):
                year = 0
            year, last = one.year or year, one.end
            spans.append((one.start, one.end, _iso(year, one.month, one.day)))
        spans += [(*found.span(), "") for found in _WHEN.finditer(self.plain)]
        return sorted(spans)

    def _parted(self, start: int, end: int) -> bool:
        return bool(re.search("[。！？\n]", self.plain[start:end]))

    def figures(self) -> Iterator[Figure]:
        spans = sentences(self.text)
        at = 0
        last: tuple[int, _Found] | None = None
        for index, (start, end) in enumerate(spans):
            ones = []
            while at < len(self.amounts) and self.amounts[at].start < end:
                ones.append(self.amounts[at])
                at += 1
            if not ones:
                continue
            begin = start
            if index and self._goes_on(spans[index - 1], start, ones[0]):
                begin = spans[index - 1][0]
            previous: tuple[int, _Found] | None = None
            if last is not None and self.plain[last[0] : start].strip() == "":
                previous = last
            for number, one in enumerate(ones):
                if _SKIPPED.search(self.plain, max(start, one.start - 2), one.start):
                    continue
                stop = ones[number + 1].start if number + 1 < len(ones) else end
                low = max(ones[number - 1].end, previous[1].end if previous else 0) if number else begin
                found = self._subject(begin, low, one, stop, end, previous)
                subject = found.text[:LONGEST].strip()
                if len(subject) < 2:
                    continue
                previous = self._last = (one.end, found)
                yield self._figure(one, subject, begin, end)
            last = previous
    
    def _goes_on(self, before: tuple[int, int], start: int, one: Amount) -> bool:
        """Whether a line begins with the number that the line before leads up to."""
        line = self.plain[slice(*before)]
        words = _words(line, 0)
        return one.start == start and bool(words) and words[-1].text in _TO

    def _figure(self, one: Amount, subject: str, begin: int, end: int) -> Figure:
        clause = self.plain[self._clause_start(begin, one.start) : self._clause_end(one.end, end)]
        date, as_of = self._date(begin, one.start)
        return Figure(
            subject=subject,
            values=one.values,
            unit=one.unit,
            kind=_kind(one, clause + subject, date, self.plain[begin : one.start]),
            date=date,
            as_of=as_of,
            by=self._by(begin, one.start),
            text=self.text[one.start : one.end],
            start=one.start,
            end=one.end,
            sentence=(begin, end),
            terms=_terms(subject),
        )

    def _clause_start(self, begin: int, place: int) -> int:
        start = begin
        for found in _CLAUSE.finditer(self.plain, begin, len(self.plain[:place].rstrip())):
            start = found.end()
        return start

    def _clause_end(self, place: int, end: int) -> int:
        found = _CLAUSE.search(self.plain, place, end)
        return found.start() if found else end

    def _subject(
        self,
        begin: int,
        low: int,
        one: Amount,
        stop: int,
        end: int,
        previous: tuple[int, _Found] | None,
    ) -> _Found:
        kind = measured(one)
        start = max(low, self._clause_start(begin, one.start))
        before = self._before(start, one.start)
        ends = self._clause_end(one.end, end)
        after = self._after(one, ends, kind, before)
        found = _Found("", before, after, self.plain.find(after, one.end) + len(after))
        refers = _REFERS.search(self.plain, start, one.start)
        if refers:
            previous, found.before, before = self._last, "", ""
        if (before and _CHANGE.fullmatch(before)) or not (before or after):
            if previous is not None:
                found.bearer = previous[1].text if not previous[1].after else previous[1].after
                found.bearer = found.bearer[: LONGEST - len(before)]
                return found
        if not before and not after:
            found.after = self._verbal(one.end, ends)
        if not found.text and start > begin:
            found.bearer = self._before(self._clause_start(begin, start - 1), start - 1)
        if start > begin and not before:
            lead = self.plain[start - 1]
            if lead in ":：":
                found.bearer = self._before(self._clause_start(begin, start - 1), start - 1)
        elif before and set(_terms(before)) <= _GENERIC and not after:
            found.bearer = self._bearer(begin, start, previous)
        return found

    def _bearer(self, begin: int, start: int, previous: tuple[int, _Found] | None) -> str:
        """Whose measure it is when the clause does not say: of the clause before, or the line."""
        if previous is not None and self._clause_start(begin, start) <= previous[0] + 1:
            text = previous[1].bearer or previous[1].before
            words = _words(text, 0)
            while words and words[-1].text in _GENERIC:
                words.pop()
            return "".join(word.text for word in words)
        if start <= begin:
            return ""
        lead = self._clause_start(begin, start - 1)
        words = _words(self.plain[lead : start - 1], 0)
        head = ""
        for word in words:
            if word.tag not in _NOUNS or word.tag in _IDIOMS:
                break
            head += word.text
        return head

    def _before(self, start: int, end: int) -> str:
        """What stands before a number in its clause, without dates and what leads to the number."""
        pieces, done = [], start
        for low, high, _ in self._when:
            if low >= done and high <= end:
                cut = _SINCE.search(self.plain, done, low)
                pieces.append(self.plain[done : cut.start() if cut else low])
                follows = _UNTIL.match(self.plain, high, end)
                done = follows.end() if follows else high
        pieces.append(self.plain[done:end])
        words = _words("".join(pieces).replace("\n", ""), 0)
        while words and (words[-1].tag[0] in "x" or words[-1].tag in _EDGE or words[-1].text in _TO):
            words.pop()
        while words and (words[0].tag in _EDGE or words[0].text in _TO):
            words.pop(0)
        while len(words) > 1 and words[-1].end - words[0].start > _BEFORE:
            words.pop(0)
        while words and words[0].tag in _EDGE:
            words.pop(0)
        return "".join(word.text for word in words).strip()

    def _after(self, one: Amount, end: int, kind: str, before: str) -> str:
        """What is counted: the nouns after a number."""
        text = self.plain[one.end : end]
        of = text.startswith("的")
        if kind == "share" and not of and before:
            return ""
        if of and kind != "share" and any(w.tag in _NOUNS for w in _words(before, 0)[-1:]):
            return ""
        words = _words(text[of:], 0)
        head = _nouns(words)
        if (kind == "share" or (kind == "money" and before)) and not of and head:
            rest = text[len(head) :]
            if kind == "share" or rest[:1] not in ("", "，", "。"):
                return "" if before else head
        rest = _SHORT.match(text)
        if rest and not of and len(rest[0]) > len(head) and (kind != "money" or not before):
            return rest[0].strip()
        follows = re.match(rf"{re.escape(head)}[超达大高低不近约过到于足]{{0,2}}\d[^的，]{{0,8}}的", text)
        if head and follows:
            head = _nouns(_words(text[follows.end() :], 0)) or head
        if not head and words and kind == "count":
            for skipped in range(1, min(3, len(words))):
                if head or words[skipped - 1].tag[0] in "xmu":
                    break
                if nouns := _nouns(words[skipped:]):
                    head = text[: words[skipped].start] + nouns
            parts = re.match(r"[^的，。；、]{1,24}的", text)
            if not head and parts:
                head = _nouns(_words(text[parts.end() :], 0))
        return head

    def _verbal(self, start: int, end: int) -> str:
        words = _words(self.plain[start:end], 0)
        while words and words[-1].end > _AFTER:
            words.pop()
        return "".join(word.text for word in words).strip("的 以上左右")

    def _date(self, begin: int, place: int) -> tuple[str, str]:
        """The date that a number holds for, as stated and in ISO form: the last of its clause, else
        the last that a clause begins with, else the first of its sentence."""
        spans = [one for one in self._when if begin <= one[0] and one[1] <= place]
        if not spans:
            return "", ""
        clause = self._clause_start(begin, place)
        low, high, iso = next(
            (
                one
                for one in spans[::-1]
                if one[0] >= clause or one[0] - self._clause_start(begin, one[0]) <= 3
            ),
            spans[0],
        )
        lead, follows = _SINCE.search(self.plain, begin, low), _UNTIL.match(self.plain, high)
        start, end = lead.start() if lead else low, follows.end() if follows else high
        stated = self.text[start:end].strip()
        return stated, "" if "以来" in stated or "自" in stated else iso

    def _by(self, begin: int, end: int) -> str:
        said = [found for found in _SAID.finditer(self.plain, begin, end)]
        if not said:
            return ""
        found = said[-1]
        return self.text[slice(*found.span("by" if found["by"] else "who"))].strip()


def _counts(one: Amount, has_power: bool) -> bool:
    """Whether an amount can be a figure."""
    kind = measured(one)
    if one.written and one.unit == "块" and one.values[-1] < 10:
        return False
    if kind in ("", "duration"):
        return not kind and has_power
    return not one.written or kind in ("money", "share") or one.values[-1] >= 10


def _kind(one: Amount, clause: str, date: str, lead: str) -> str:
    kind = measured(one)
    if kind == "share":
        return "rate"
    if kind == "measure":
        return "measure"
    if kind == "money" and ("/" in one.unit or _PRICE.search(clause)):
        return "price"
    flows, stocks = (len(pattern.findall(clause + date)) for pattern in (_FLOW, _STOCK))
    if kind == "money":
        return "stock" if stocks > flows else "flow"
    return "flow" if flows > stocks else "stock"


def _iso(year: int, month: int, day: int) -> str:
    if not year:
        return ""
    return "-".join([str(year), *([f"{month:02}"] if month else []), *([f"{day:02}"] if day else [])])


def _words(text: str, offset: int) -> list[_Word]:
    words, at = [], offset
    for word, tag in segmenter().tag(text):
        words.append(_Word(word, "ns" if word == "我国" else tag, at, at + len(word)))
        at += len(word)
    return words


def _nouns(words: Sequence[_Word]) -> str:
    """The nouns that words begin with, with what links them."""
    kept = 0
    for number, word in enumerate(words):
        if word.tag in _NOUNS:
            kept = number + 1
        elif word.tag not in _INSIDE and word.text not in _LINKS:
            break
        if word.end - words[0].start > _AFTER:
            break
    return "".join(word.text for word in words[:kept]).strip()


def _terms(subject: str) -> tuple[str, ...]:
    """The nouns of a subject, each once, in the form in which subjects are compared."""
    words = [
        _SAME.get(word.text.lower()) or _names().get(word.text.lower(), word.text.lower())
        for word in _words(subject, 0)
        if word.tag in _NOUNS and word.tag not in _IDIOMS
    ]
    if _CHANGED.search(subject):
        words.append("增减")
    return tuple(sorted({word for word in words if word not in _DROPPED}))


@cache
def _names() -> dict[str, str]:
    """The name of the dictionary for each of its words."""
    return {
        word.lower(): term.name for term in taxonomy.load().technologies for word in term.words
    }
