"""Numbers and dates of a text with their places, by what they mean: 1.2亿元, １２０００万元 and
一亿二千万元 are one amount, 2023年7月13日 and 2023-07-13 one day.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from archive.script import simplified

MONEY = (
    "元 块钱 块 人民币 元人民币 人民币元 美元 美金 欧元 日元 港元 港币 英镑 韩元 卢布 台币 新台币 加元 澳元 瑞郎 卢比"
).split()
SHARES = "% ‰ 个百分点 百分点 成 倍 个基点 基点 bp".split()
DURATIONS = (
    "年 个月 周 个星期 星期 天 晚 小时 个小时 钟头 个钟头 分钟 秒 秒钟 毫秒 微秒 纳秒 季度 个季度"
    " 周年 载 岁 周岁"
).split()
COUNTS = (
    "个 家 项 名 人 位 件 台 套 辆 架 艘 条 只 头 匹 棵 株 份 张 本 册 篇 幅 部 款 种 类 次 场 轮 批 期 起 宗 例"
    " 座 栋 幢 间 所 处 户 口 笔 单 枚 颗 粒 片 根 支 把 双 对 副 人次 架次 车次 班 趟 列 门 组 队 层 字 页 则 集 首"
    " 句 遍 席 桌 床 瓶 箱 袋 盒 杯 股 手 票 剂 针 发 机架 标准机架 标准箱 参数 像素 用户 词 点 点击 扇 段 道 顶 台套"
    " 台次 户次 辆次 人份 例次 tokens token Tokens Token 步 节 盘 桶 捆 顿"
).split()
MEASURES = (
    "米 千米 公里 厘米 公分 毫米 微米 纳米 英里 英尺 英寸 寸 海里 光年 平方米 平米 平方公里 平方千米 平方英尺 ㎡ 亩"
    " 公顷 立方米 立方 克 千克 公斤 斤 吨 毫克 微克 磅 盎司 升 毫升 瓦 千瓦 兆瓦 吉瓦 千瓦时 兆瓦时 度 摄氏度 ℃ °C 伏"
    " 毫安时 毫安 赫兹 兆赫 帕 焦耳 卡路里 千卡 大卡 比特 字节 艾字节 马力 牛米 分贝 次/秒 Hz kHz MHz GHz THz mAh Ah"
    " W kW MW GW Wh kWh MWh GWh V mV mA nm mm cm m km kg g mg t ml L KB MB GB TB PB EB FPS fps nits nit ppi"
    " dB TOPS FLOPS TFLOPS PFLOPS EFLOPS bit bps Mbps Gbps rpm 马赫"
).split()

_ALIKE = {
    other: group.split()[0]
    for group in (
        "人 名 位 口",
        "元 块 块钱 人民币 元人民币 人民币元",
        "美元 美金",
        "港元 港币",
        "个百分点 百分点",
        "公里 千米 km",
        "米 m",
        "厘米 公分 cm",
        "毫米 mm",
        "纳米 nm",
        "公斤 千克 kg",
        "克 g",
        "毫升 ml",
        "平方米 平米 ㎡",
        "千瓦时 度 kWh",
        "小时 个小时 钟头 个钟头",
        "周 星期 个星期",
        "秒 秒钟",
        "tokens token",
    )
    for other in group.split()
}

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_HAN = "零〇一二两三四五六七八九十百千万亿"
_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_ABOUT = "[余多来]?"
_NUMBER = (
    rf"{_ARABIC}(?: ?{_ABOUT}[十百千万亿]+(?:{_ARABIC}[千万]+)?)?(?: ?[余多来])?"
    rf"|(?<![第几数好每周初期拜图表{_HAN}])[零〇一二两三四五六七八九十][{_HAN}]*"
    rf"(?:点[零〇一二三四五六七八九]+[万亿]*)?{_ABOUT}[万亿]*{_ABOUT}"
)
_PART = re.compile(rf"({_ARABIC}|[{_HAN}]+(?:点[{_HAN}]+)?) ?{_ABOUT}([十百千万亿]*)")
_UNITS = sorted({*MONEY, *SHARES, *DURATIONS, *COUNTS, *MEASURES}, key=len, reverse=True)
# Words that begin with a unit: 2017人力资本, 图二十二所示, 三成为.
_NO_UNIT = dict(
    pair.split(":")
    for pair in "人:力工才民类造 个:性别体 家:族庭电长居用 名:义额单称 条:件例约 位:置 次:于序 项:目 种:植 场:馆所景地 部:分门署委"
    " 门:票店 口:径岸 手:机 股:权东份市 票:房 台:湾州风 所:示谓有 期:间权待 元:旦件素宵 成:为功立员本都果就长交 米:兰 起:来诉 分:"
    " 代:表 组:织合成 层:面次 集:团成中 首:次个席 段: 道:路 类:似型 轮:胎 件:事 种:子 班:级 队:伍 例:如外 步:骤 节:目 盘:点 块:头"
    " 点:赞评名 度:假过".split()
)
_UNIT = "|".join(
    re.escape(unit)
    + ("(?![A-Za-z])" if unit.isascii() and unit.isalpha() else "")
    + (f"(?![{_NO_UNIT[unit]}])" if _NO_UNIT.get(unit) else "")
    for unit in _UNITS
)
_EACH = "年|月|日|天|小时|分钟|秒|股|人|吨|台|件|个|次|张|套|桶|平方米|平米|亩|公斤|千克|斤|升|度|立方米"
_AMOUNT = re.compile(
    # No piece of a name (GPT-4, S20, 5G), of a ratio (3:2) or of a product (3200×1440).
    rf"(?<![\dA-Za-z.第图表])(?<![A-Za-z]-)(?<!\d[,:×x*比])"
    rf"(?:(?P<whole>[百千万]|[{_HAN}]+)分之(?P<part>{_NUMBER})"
    rf"|(?P<number>{_NUMBER})(?: ?(?P<unit>(?:{_UNIT})(?:/(?:{_EACH}))?)|(?![A-Za-z\d])))"
    rf"(?![.,]\d| ?[×*:]\d|分之|比\d)"
)
_RANGE = re.compile(r" ?(?:--?|——?|–|~|至|到) ?")
_ADDRESS = re.compile(r"(?:https?://|www\.)[\x21-\x7e]+")
_TIME = re.compile(
    r"(?<![\d.:,])(?:[01]?\d|2[0-4])(?:(?::[0-5]\d){1,2}(?!\d)|[时点](?!\d*[余多]?[万亿])(?:[0-5]?\d分)?)"
)
_YEAR = r"(?P<{0}>(?<!\d)(?:19|20)\d\d|(?<![{1}])[一二][零〇一九][零〇一二三四五六七八九]{{2}})".format
_DATE = re.compile(
    rf"(?:{_YEAR('year', _HAN)} ?年度? ?)?(?P<month>(?<![\d.])(?:1[0-2]|0?[1-9])|(?<![{_HAN}个])(?:十[一二]?"
    rf"|[一二三四五六七八九])) ?月(?:份|(?P<day> ?(?:[12]\d|3[01]|0?[1-9])(?![\d.])|(?:[一二三]?十[一二三四五六七八九]?"
    rf"|[一二三四五六七八九])(?=[日号])) ?[日号]?)?"
    rf"|{_YEAR('only', _HAN)} ?(?:年度?(?!代)|财年|(?=[-~—至到]+(?:19|20)\d\d ?年))(?: ?(?P<part>第?[一二三四1-4]季度?|[上下]半年|前[一二三两\d]+(?:个季度|个月|季度)))?"
    r"|(?<![\d.])(?P<y>(?:19|20)\d\d)(?P<mark>[-/.])(?P<m>1[0-2]|0?[1-9])(?P=mark)(?P<d>[12]\d|3[01]|0?[1-9])(?!\d)"
    r"|(?<![\d.第])(?P<alone>[12]\d|3[01]|[1-9])[日号](?![线楼院元])"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a text at [start, end), with its multiplier and unit.

    `values` has one number or, for a range, two, in the bare unit (7亿元 is 700000000 元); the
    unit is as written, empty where none follows. 三分之一 is 0.333… without a unit.
    """

    start: int
    end: int
    values: tuple[float, ...]
    unit: str
    written: bool = False
    """In Chinese characters (十二家), so that one below ten may be part of a phrase."""

    @property
    def meaning(self) -> tuple[tuple[float, ...], str]:
        """Values and unit by which equal amounts are equal."""
        return meaning(self.values, self.unit)


@dataclass(frozen=True, slots=True)
class Day:
    """A date of a text at [start, end), as far as it is stated; 0 for what is not."""

    start: int
    end: int
    year: int = 0
    month: int = 0
    day: int = 0
    part: str = ""
    """上半年, 一季度 …"""


def meaning(values: tuple[float, ...], unit: str) -> tuple[tuple[float, ...], str]:
    """Values and unit in the form in which equal amounts are equal: 三成 is 30 %, 三名 are 3 人."""
    times, unit = {"成": (10.0, "%"), "‰": (0.1, "%")}.get(unit, (1.0, unit))
    if not unit and 0 < values[-1] < 1:
        times, unit = 100.0, "%"
    return tuple(round(times * value, 6) for value in values), _ALIKE.get(unit, unit)


def narrow(text: str) -> str:
    """The text with half-width signs and Simplified characters; its length stays the same."""
    text = re.sub("(?<=[０-９])，(?=[０-９])", ",", text)
    return simplified(text.translate(_WIDTHS))


_WIDTHS = {
    code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，；！？（）"
} | {0x3000: " ", 0xA0: " ", 0x2013: "-", 0xFE6A: "%", 0x301C: "~", 0x223C: "~"}


def amounts(text: str) -> list[Amount]:
    """The numbers of a text in order, without those of its dates, times, addresses and names.

    Numbers in Chinese characters only with a unit; 半年, 数百, 几十, 第三 are none.
    """
    plain = narrow(text)
    for pattern in (_ADDRESS, _DATE, _TIME):
        plain = pattern.sub(lambda found: "\0" * len(found[0]), plain)
    return list(_joined(plain, _singles(plain)))


def dates(text: str) -> list[Day]:
    """The dates of a text in order; 去年 and 本月 are none."""
    return [_day(found) for found in _DATE.finditer(narrow(text))]


def _singles(plain: str) -> Iterator[Amount]:
    for found in _AMOUNT.finditer(plain):
        if found["whole"]:
            base, (value, *_) = _whole(found["whole"]), _values(found["part"])
            unit = {100: "%", 1000: "‰"}.get(base, "")
            worth = value if unit else value / base if base else 0.0
            yield Amount(found.start(), found.end(), (worth,), unit, True)
            continue
        written, unit = found["number"][0] in _HAN, found["unit"] or ""
        if unit.startswith("点") and float(_values(found["number"])[0]) < 100:
            unit = ""
        end = found.end() if unit == (found["unit"] or "") else found.start("unit")
        end = found.start() + len(plain[found.start() : end].rstrip())
        yield Amount(found.start(), end, _values(found["number"]), unit, written)


def _joined(plain: str, singles: Iterator[Amount]) -> Iterator[Amount]:
    """Ranges made one: 10—15%, 3至5亿元, 10%～15%; from one to another is none."""
    last: Amount | None = None
    for one in singles:
        if last is not None:
            joined = _range(plain, last, one)
            if joined is None and _is_whole(last):
                yield last
            last = joined or one
        else:
            last = one
    if last is not None and _is_whole(last):
        yield last


def _is_whole(one: Amount) -> bool:
    """Whether it is no word with a number in it, such as 统一 and 第一线."""
    return bool(one.unit) or not one.written or 0 < one.values[-1] < 1 or one.values[-1] >= 10**4


def _range(plain: str, low: Amount, high: Amount) -> Amount | None:
    if len(low.values) > 1 or len(high.values) > 1 or low.unit not in ("", high.unit):
        return None
    if not _RANGE.fullmatch(plain, low.end, high.start) or plain[: low.start].endswith(
        ("从", "由", "自")
    ):
        return None
    first, last = low.values[0], high.values[0]
    power = _power(plain[high.start : high.end]) if not low.unit else 1
    if power > 1 and _power(plain[low.start : low.end]) == 1 and first * power < last:
        first *= power
    if first >= last or (not high.unit and power == 1):
        return None
    return replace(high, start=low.start, values=(first, last), written=low.written)


def _power(words: str) -> int:
    found = _PART.match(words)
    return _product(found[2]) if found and words[0] not in _HAN else 1


def _product(powers: str) -> int:
    product = 1
    for power in powers:
        product *= _POWERS[power]
    return product


def _values(words: str) -> tuple[float, ...]:
    """The number of digits or characters with multipliers; two for 四五十."""
    if words[0] not in _HAN:
        parts = [
            Decimal(part[1].replace(",", "")) * _product(part[2]) for part in _PART.finditer(words)
        ]
        return (float(sum(parts)),)
    head, *tail = re.split("[余多来]", words)
    times = _product("".join(tail)) if tail else 1
    if about := re.fullmatch(r"([一二两三四五六七八九])([一二两三四五六七八九])([十百千万亿]*)", head):
        low, high = (
            float(_DIGITS[digit] * _product(about[3]) * times) for digit in about.group(1, 2)
        )
        return (low, high) if low < high else (high,)
    whole, _, rest = head.partition("点")
    powers = re.search("[万亿]*$", rest)
    digits = rest[: powers.start()] if powers else rest
    value = _whole(whole) + sum(_DIGITS[sign] / 10 ** (n + 1) for n, sign in enumerate(digits))
    return (round(float(value * (_product(powers[0]) if powers else 1) * times), 6),)


def _whole(word: str) -> int:
    """The number of 一百二十亿, 二〇二三, 十二 or 两万三."""
    if len(word) > 1 and not any(sign in _POWERS for sign in word):
        return int("".join(str(_DIGITS[sign]) for sign in word))
    total = section = digit = 0
    for sign in word:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif _POWERS[sign] < 10**4:
            section, digit = section + (digit or 1) * _POWERS[sign], 0
        else:
            total, section, digit = (total + section + digit or 1) * _POWERS[sign], 0, 0
    return total + section + digit


def _day(found: re.Match[str]) -> Day:
    year, month, day = (
        next((_whole_date(found[name]) for name in names if found[name]), 0)
        for names in (("year", "only", "y"), ("month", "m"), ("day", "d", "alone"))
    )
    return Day(found.start(), found.end(), year, month, day, found["part"] or "")


def _whole_date(word: str) -> int:
    word = word.strip()
    return int(word) if word.isdigit() and word.isascii() else _whole(word)
