"""The words and phrases that an article is about: noun phrases, quoted names, product names.

A phrase scores by how often it occurs, how rare its words are in general Chinese (rjieba's own
frequencies), whether the title has it and whether it is quoted as a name.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import rjieba

from archive.taxonomy import load

# A quotation that is a name: no sentence, no “我的…”.
_QUOTED = re.compile(
    r"[“「『]([^“”「」『』《》\s，。；：、？！,;:?!我你他她的了是不]{2,12})[”」』]"
    r"|《([^《》\s，。；：？！,;:?!]{2,12})》"
)
# GPT-4o, Llama 2, DeepSeek-R1, H200: a Latin word, with its version.
_PRODUCT = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]*(?:[-.+][A-Za-z0-9]+)*(?: \d+(?:\.\d+)?)?(?![A-Za-z0-9])"
)
# “《…报》记者” names the paper, not the subject.
_BYLINE = re.compile(r"《[^《》\n]{2,12}》(?:见习)?(?:记者|采访)")
# Part-of-speech tags that a phrase may consist of, begin with and end with.
_INSIDE = frozenset("n nz nt ns nr nrt nrfg ng vn eng an b j l k g".split())
_FIRST = _INSIDE - {"k", "g", "ng"}
_LAST = _INSIDE - {"nrfg", "an", "b", "l", "g"}
_PERSON = "nr"

_WORDS_IN_PHRASE = 3
_TEXT_READ = 20_000
"""Characters of a text that are read; more would only repeat what it is about."""

_TITLE_BONUS, _QUOTE_BONUS, _EARLY_BONUS = 1.0, 0.3, 0.3
# Who is quoted in an article is rarely what it is about.
_PERSON_SHARE = 0.5
_GENERIC_SHARE = 0.5
# rjieba's dictionary counts about 60 million words. Words below the floor are all equally rare,
# so that a misspelling or a wrong cut does not win by being unknown.
_CORPUS, _FLOOR = 6e7, 20

_GENERIC = frozenset(
    """
    公司 企业 行业 产业 领域 市场 技术 产品 服务 用户 客户 问题 时代 记者 专家 人士 业内人士
    负责人 数据 能力 模型 系统 平台 应用 场景 方案 解决方案 工作 发展 研究 报告 项目 中国 我国
    国内 全国 全球 世界 时间 情况 方式 方面 过程 未来 目前 今年 去年 同比 部分 有限公司 股份 集团
    总裁 副总裁 董事长 首席执行官 来源 消息 内容 信息 作者 编辑 文章 图片 视频 网友 方法 结果
    目的 本文 结论 作用 影响 特点 基础 关键 核心 重点 水平 程度 条件 因素 生活 活动 目标 功能
    机构 团队 国家 社会 经济 价格 成本 规模 趋势 机会 优势 需求 价值 环境 资源 建设 管理 创新
    科技 智能 科技公司 新一轮 新一代 人工智能 人工智能技术 AI技术 AI APP CEO HTTP HTTPS WWW COM
    THE OF AND IN TO FOR IS
    """.split()
)


def keywords(title: str, text: str, limit: int = 8) -> tuple[str, ...]:
    """At most `limit` keywords, the best first; no two of them share a word."""
    phrases = _phrases(_BYLINE.sub("\n", f"{title}\n{text[:_TEXT_READ]}"))
    in_title = _phrases(title).keys()
    # What is never seen outside one longer phrase is a fragment of it.
    fragments = {
        piece
        for phrase in phrases.values()
        for piece in ("".join(phrase.words[1:]), "".join(phrase.words[:-1]))
        if piece in phrases and phrases[piece].count == phrase.count
    }
    scores = {
        name: _score(phrase, name in in_title)
        for name, phrase in phrases.items()
        if name not in fragments and _is_name(name, phrase, name in in_title)
    }
    chosen: list[str] = []
    used: set[str] = set()
    for name in sorted(scores, key=lambda name: -scores[name]):
        words = {word.lower() for word in phrases[name].words}
        if words & used or any(name in one or one in name for one in chosen):
            continue
        chosen.append(name)
        used |= words
        if len(chosen) == limit:
            break
    return tuple(chosen)


@dataclass(slots=True)
class _Phrase:
    words: tuple[str, ...]
    tag: str
    """Part of speech of the last word."""
    start: float
    """Where it is first found: 0 at the start of the text, 1 at its end."""
    count: int = 0
    quoted: bool = False


def _phrases(text: str) -> dict[str, _Phrase]:
    found: dict[str, _Phrase] = {}
    for start, run in _runs(text):
        for first in range(len(run)):
            for last in range(first, min(len(run), first + _WORDS_IN_PHRASE)):
                if run[first][1] in _FIRST and run[last][1] in _LAST:
                    words = tuple(word for word, _ in run[first : last + 1])
                    phrase = found.setdefault(
                        "".join(words), _Phrase(words, run[last][1], start / len(text))
                    )
                    phrase.count += 1
    for pattern in (_QUOTED, _PRODUCT):
        names = Counter(match[match.lastindex or 0] for match in pattern.finditer(text))
        for name, count in names.items():
            place = text.index(name) / len(text)
            phrase = found.setdefault(name, _Phrase(tuple(name.split()), "nz", place))
            phrase.count = max(phrase.count, count)
            phrase.quoted |= pattern is _QUOTED
    return found


def _runs(text: str) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Stretches of words that can form phrases, each with its offset: [(word, tag), …]."""
    run: list[tuple[str, str]] = []
    start = offset = 0
    for word, tag in segmenter().tag(text):
        if tag in _INSIDE and word[0].isalnum():
            start = start if run else offset
            run.append((word, tag))
        elif run:
            yield start, run
            run = []
        offset += len(word)
    if run:
        yield start, run


def _is_name(name: str, phrase: _Phrase, in_title: bool) -> bool:
    """Whether this can be a keyword at all."""
    if name.isdigit() or name.upper() in _GENERIC:
        return False
    if not 2 <= len(name) <= (20 if name.isascii() else 10):
        return False
    # A word that no dictionary has may be a wrong cut; twice the same cut is a word.
    known = phrase.quoted or all(map(_is_known, phrase.words))
    return bool(known or in_title or phrase.count > 1)


def _is_known(word: str) -> bool:
    return word.isascii() or segmenter().has_word(word)


def _score(phrase: _Phrase, in_title: bool) -> float:
    rarity = sum(map(_rarity, phrase.words)) / math.sqrt(len(phrase.words))
    score = (1 + math.log(phrase.count)) * rarity * (1 + _EARLY_BONUS * (1 - phrase.start))
    if in_title:
        return score * (1 + _TITLE_BONUS) * (1 + _QUOTE_BONUS * phrase.quoted)
    if phrase.quoted and phrase.count > 1:
        score *= 1 + _QUOTE_BONUS
    return score * (_PERSON_SHARE if phrase.tag == _PERSON else 1)


def _rarity(word: str) -> float:
    rarity = math.log(_CORPUS / max(_FLOOR, rjieba.suggest_freq(word)))
    return rarity * (_GENERIC_SHARE if word.upper() in _GENERIC else 1)


@cache
def segmenter() -> rjieba.Jieba:
    """A segmenter of our own that knows the dictionary's words; loading takes 0.1 s."""
    segmenter = rjieba.Jieba()
    taxonomy = load()
    for term in (*taxonomy.technologies, *taxonomy.industries):
        for word in term.words:
            if not word.isascii():
                segmenter.add_word(word, None, "nz")
    return segmenter
