"""What of an article is compared with others: its text folded, and a few marks to find it by."""

import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.numerals import CHARACTERS, whole
from archive.script import simplified

GRAM = 6
"""Characters of a passage that becomes a mark."""
WINDOW = 24
"""Of so many passages in a row at least one is a mark, in texts up to `FULL` passages."""
FULL = 1200

_TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_SYLLABLE = rf"[a-zü{_TONES}]{{1,6}}[1-5]?"
# 發(fā), 發（fa1 zhan3）, 發[fā], and without brackets where a tone tells it from a word
_NOTE = re.compile(
    rf"(?<=[\u3400-\u9fff])\s*(?:[(\[]\s*{_SYLLABLE}(?:\s+{_SYLLABLE})*\s*[)\]]"
    rf"|[a-z]{{0,3}}[{_TONES}][a-zü]{{0,3}})"
)
_DROPPED = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<=第)[一二三四五六七八九十百]+")
_SLOT = "\ue000"
# What Taiwan calls otherwise, where it matters here, Simplified; chosen from OpenCC's TWPhrases
_TAIWAN = dict(
    pair.split("=")
    for pair in """
        网际网路=互联网 网路=网络 软体=软件 硬体=硬件 韧体=固件 程式码=代码 程式=程序 资料库=数据库
        资料=数据 资讯=信息 影片=视频 支援=支持 最佳化=优化 执行=运行 伺服器=服务器 晶片=芯片
        智慧=智能 数位=数字 品质=质量 档案=文件 外挂=插件 预设=默认 介面=界面 使用者=用户 萤幕=屏幕
        记忆体=内存 硬碟=硬盘 积体电路=集成电路 雷射=激光 奈米=纳米 释出=发布 连结=链接 设定=设置
        专案=项目 社群=社区 部落格=博客 演算法=算法 频寬=带宽 列印=打印 滑鼠=鼠标
        作业系统=操作系统 模组=模块 通讯=通信
    """.split()
)
_WORDS = re.compile("|".join(sorted(_TAIWAN, key=len, reverse=True)))
_NOT_AROUND = re.compile(rf"[^0-9a-z\u3400-\u9fff{_SLOT}]+")
# What a page writes where it shows only the beginning
_CUT = re.compile(r"(?:\.{3}|全文|更多|未完|待续|下转第?\w{0,3}版)\W*$")
# Only lines of prose: those of a page's frame (time, views, licence number) have no such mark.
_PROSE = re.compile(r"[,;。]|\.(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Traits:
    """An article as it is compared."""

    title: str
    """Folded."""
    text: str
    """Folded."""
    numbers: Mapping[str, Sequence[str]]
    """The numbers of its prose, in order, by what stands directly before and after them."""
    is_cut: bool = False
    """It says of itself that there is more to read."""

    @property
    def marks(self) -> tuple[int, ...]:
        """By these it is found: 32 bits, signed, ascending, distinct; none for an empty text."""
        return marks(self.text)


def traits(title: str, text: str) -> Traits:
    """What is compared of an article with this title and text."""
    plain = _plain(text)
    is_cut = _CUT.search(plain[-40:].rstrip()) is not None
    return Traits(fold(title), _DROPPED.sub("", plain), _numbers(plain), is_cut)


def fold(text: str) -> str:
    """Only Simplified characters, Latin letters in lower case and digits; no pinyin notes."""
    return _DROPPED.sub("", _plain(text))


def written(passage: str, *texts: str) -> str:
    """How the first of the texts that has it writes a folded passage; else as it is."""
    between = r"[^0-9\u3400-\u9fff]{0,9}?"  # pinyin too
    first, last = between.join(passage[:6]), between.join(passage[-6:])
    spelled = re.compile(rf"{first}[\s\S]{{0,{2 * len(passage)}}}?{last}")
    for text in texts:
        plain = simplified(unicodedata.normalize("NFKC", text).lower())
        if found := spelled.search(plain):
            if len(plain) != len(text):
                text = unicodedata.normalize("NFKC", text)
            return text[found.start() : found.end()]
    return passage


def marks(folded: str) -> tuple[int, ...]:
    """Winnowing (Schleimer, Wilkerson, Aiken 2003): the least hash of every window of passages.

    The marks with a larger window are among those with a smaller one, so that long texts can
    have fewer to the page and still meet short ones.
    """
    coded = folded.encode("utf-16-le")
    width = 2 * GRAM
    hashes = [
        zlib.crc32(coded[at : at + width]) - 0x80000000
        for at in range(0, max(2, len(coded) - width + 2) if coded else 0, 2)
    ]
    window = max(WINDOW, WINDOW * len(hashes) // FULL)
    return tuple(sorted(_minima(hashes, window)))


def _minima(hashes: Sequence[int], window: int) -> set[int]:
    """The least of every `window` in a row; of all, where there are fewer."""
    if not hashes:
        return set()
    least = min(hashes[:window])
    found, place = {least}, hashes.index(least)
    for end in range(window + 1, len(hashes) + 1):
        # The latest of equal ones stays longest: a text may repeat itself all along.
        if hashes[end - 1] <= least:
            place, least = end - 1, hashes[end - 1]
        elif place < end - window:
            least = min(hashes[end - window : end])
            place = hashes.index(least, end - window)
        found.add(least)
    return found


def _plain(text: str) -> str:
    text = simplified(_NOTE.sub("", unicodedata.normalize("NFKC", text).lower()))
    return _WORDS.sub(lambda word: _TAIWAN[word[0]], text)


def _numbers(plain: str) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in plain.split("\n"):
        if not _PROSE.search(line):
            continue
        values = [_value(number) for number in _NUMBER.findall(line)]
        around = _NOT_AROUND.sub("", _NUMBER.sub(_SLOT, line))
        at = -1
        for value in values:
            at = around.index(_SLOT, at + 1)
            context = around[max(0, at - 4) : at + 3]
            if len(context) > 4:
                found[context].append(value)
    return dict(found)


def _value(number: str) -> str:
    if number[0] in CHARACTERS:
        return str(whole(number))
    number = number.replace(",", "")
    return number.rstrip("0").rstrip(".") if "." in number else number
