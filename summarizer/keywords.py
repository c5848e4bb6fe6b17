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

from archive.script import simplified
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
# “《…报》记者” names the paper, not the subject; markup and addresses name nothing.
_BYLINE = re.compile(
    r"《[^《》\n]{2,12}》(?:见习)?(?:记者|采访)|[\u4e00-\u9fff]{2,6}[报网社台刊](?:见习)?记者"
    r"|(?m:^\w{2,10}讯[，,：: ])|</?[a-z][^<>\n]{0,99}>|(?:https?://|www\.)[!-~]+|(?:微博|视频|网页|网络)截图"
)
# Words of a clause, not of a name: “已暴升至”, “怎样才能”.
_CLAUSE = re.compile("已|约合|也|怎|如何|为何|为什么|什么|干嘛|越|没有|别")
# Part-of-speech tags that a phrase may consist of, begin with and end with. rjieba calls many a
# noun of Chinese a verb or an adjective (优化, 控制, 智能): these count for less.
_ACTS = frozenset("v a".split())
_INSIDE = _ACTS | frozenset("n nz nt ns nr nrt nrfg ng vn eng an b j l k g".split())
_FIRST = _INSIDE - {"k", "g", "ng"}
_LAST = _INSIDE - {"nrfg", "an", "b", "g"}
_PERSON = "nr"
_EACH = frozenset("每几数多各某")
"""After these and after a number, one character is a measure word."""

_WORDS_IN_PHRASE = 4
_STATED = 3
"""Mentions, the headline's among them, that make a name of what has a verb in it there."""
_FULLER = 3
"""Mentions that make a longer name of the headline the one to take."""
_SHARED = 2
"""Keywords that may have a word in common."""
_LONGEST = 12
"""Characters of a phrase."""
_TEXT_READ = 20_000
"""Characters of a text that are read; more would only repeat what it is about."""

_TITLE_BONUS, _QUOTE_BONUS, _EARLY_BONUS, _REPEAT_BONUS = 1.0, 0.3, 0.5, 1.5
# A phrase that begins with a verb, ends with one, has one inside; a word of two characters.
_ACT_FIRST, _ACT_LAST, _ACT_INSIDE, _TWO_SHARE = 0.5, 0.85, 0.5, 0.6
# Who is quoted in an article is rarely what it is about.
_PERSON_SHARE = 0.5
_GENERIC_SHARE = 0.5
# rjieba's dictionary counts about 60 million words. Words below the floor are all equally rare,
# so that a misspelling or a wrong cut does not win by being unknown.
_CORPUS, _FLOOR = 6e7, 60

# Words that say what is done in any article, or how much: no phrase begins or ends with them.
_COMMON = frozenset(
    """
    进行 采用 提出 利用 分析 研究 建立 存在 具有 通过 基于 结合 得到 表明 认为 使用 方法 讨论 探讨
    指出 提供 实现 提高 发现 说明 给出 介绍 包括 影响 需要 要求 开展 成为 减少 增加 降低 选择 考虑
    形成 出现 产生 引起 观察 比较 根据 针对 显示 证明 得出 阐述 研究结果 结果表明 达到 获得 作用
    促进 有利于 符合 不同 主要 重要 明显 显著 有效 具体 良好 一定 相关 可能 能够 可以 没有 应用
    发展 变化 改变 改善 构建 问题 因素 特征 特点 过程 水平 程度 意义 现状 原因 条件 情况 内容 方面
    目标 优势 发布 宣布 表示 推出 成立 举行 召开 完成 启动 透露 称 报道 介绍 预计 计划 决定 获悉
    强调 希望 继续 开始 正在 超过 支持 帮助 推动 加快 加强 推进 打造 带来 面临 拥有 看到 成功 公布
    公开 参与 负责 加入 来自 位于 属于 作为 告诉 接受 参加 是否 成熟 快速 不断 优秀 最新 最大 真正
    简单 直接 完全 正式 共同 十分 非常 越来越 许多 很多 提到 走进 落地 生效
    升至 降至 位列 存在 否认 小时 分钟 公里
    """.split()
)

_GENERIC = frozenset(
    """
    公司 企业 行业 产业 领域 市场 技术 产品 服务 用户 客户 问题 时代 记者 专家 人士 业内人士
    负责人 数据 能力 模型 系统 平台 应用 场景 方案 解决方案 工作 发展 研究 报告 项目 中国 我国
    国内 全国 全球 世界 时间 情况 方式 方面 过程 未来 目前 今年 去年 同比 部分 有限公司 股份 集团
    总裁 副总裁 董事长 首席执行官 来源 消息 内容 信息 作者 编辑 文章 图片 视频 网友 方法 结果
    目的 本文 结论 作用 影响 特点 基础 关键 核心 重点 水平 程度 条件 因素 生活 活动 目标 功能
    机构 团队 国家 社会 经济 价格 成本 规模 趋势 机会 优势 需求 价值 环境 资源 建设 管理 创新
    科技 智能 科技公司 新一轮 新一代 人工智能 人工智能技术 AI技术 AI APP CEO HTTP HTTPS WWW COM
    东西 基本 普通 长时间 高质量 着力 痛点 答案 利器 从业者 篇文章 步骤 任务 孩子们 英文 数量
    THE OF AND IN TO FOR IS
    """.split()
)


def keywords(title: str, text: str, limit: int = 8) -> tuple[str, ...]:
    """At most `limit` keywords, the best first; no word is in more than two of them."""
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
    used: Counter[str] = Counter()
    for best in sorted(scores, key=lambda name: -scores[name]):
        # The headline's fuller name, when the text has it again and again: AI大模型, not 大模型.
        fuller = (one for one in in_title if best in one and one in scores)
        name = max((one for one in fuller if phrases[one].count >= _FULLER), key=len, default=best)
        words = Counter({word.lower() for word in phrases[name].words})
        if max((words + used).values()) > _SHARED or any(
            name in one or one in name for one in chosen
        ):
            continue
        chosen.append(name)
        used += words
        if len(chosen) == limit:
            break
    return tuple(chosen)


@dataclass(slots=True)
class _Phrase:
    words: tuple[str, ...]
    tags: tuple[str, ...]
    """Their parts of speech."""
    start: float
    """Where it is first found: 0 at the start of the text, 1 at its end."""
    count: int = 0
    quoted: bool = False


def _phrases(text: str) -> dict[str, _Phrase]:
    found: dict[str, _Phrase] = {}
    for start, run in _runs(text):
        for first in range(len(run)):
            for last in range(first, min(len(run), first + _WORDS_IN_PHRASE)):
                words, tags = zip(*run[first : last + 1], strict=True)
                if tags[0] in _FIRST and tags[-1] in _LAST and _is_phrase(words, tags):
                    phrase = found.setdefault(
                        "".join(words), _Phrase(words, tags, start / len(text))
                    )
                    phrase.count += 1
    for pattern in (_QUOTED, _PRODUCT):
        names = Counter(match[match.lastindex or 0] for match in pattern.finditer(text))
        for name, count in names.items():
            place = text.index(name) / len(text)
            phrase = found.setdefault(name, _Phrase(tuple(name.split()), ("nz",), place))
            phrase.count = max(phrase.count, count)
            phrase.quoted |= pattern is _QUOTED
    return found


def _runs(text: str) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Stretches of words that can form phrases, each with its offset: [(word, tag), …]."""
    run: list[tuple[str, str]] = []
    start = offset = 0
    counted = False
    for known, tag in segmenter().tag(simplified(text)):
        word = text[offset : offset + len(known)]
        measure = counted and len(word) == 1
        if tag in _INSIDE and word[0].isalnum() and (tag not in _ACTS or len(word) > 1):
            if not measure:
                start = start if run else offset
                run.append((word, tag))
        elif run:
            yield start, run
            run = []
        counted = tag == "m" or word in _EACH
        offset += len(word)
    if run:
        yield start, run


def _is_phrase(words: tuple[str, ...], tags: tuple[str, ...]) -> bool:
    """Whether a noun is in it, and no word that stands in any article at either end."""
    ends = simplified(words[0]), simplified(words[-1])
    return not (_ACTS.issuperset(tags) or _COMMON.intersection(ends))


def _is_name(name: str, phrase: _Phrase, in_title: bool) -> bool:
    """Whether this can be a keyword at all."""
    if name.isdigit() or name.upper() in _GENERIC or any(map(_CLAUSE.match, phrase.words)):
        return False
    if not 2 <= len(name) <= (20 if name.isascii() else _LONGEST):
        return False
    # A word that no dictionary has may be a wrong cut; twice the same cut is a word.
    known = phrase.quoted or all(map(_is_known, phrase.words))
    # 某人提到, 走进工厂: what has a verb or an adjective is a name only when it comes again.
    seldom = phrase.count < (_STATED if in_title else 2)
    if seldom and not phrase.quoted and not _ACTS.isdisjoint(phrase.tags):
        return False
    return bool(known or in_title or phrase.count > 1)


def _is_known(word: str) -> bool:
    return word.isascii() or segmenter().has_word(simplified(word))


def _score(phrase: _Phrase, in_title: bool) -> float:
    rarity = sum(map(_rarity, phrase.words)) / math.sqrt(len(phrase.words))
    score = (1 + _REPEAT_BONUS * math.log(phrase.count)) * rarity * _shape(phrase)
    score *= 1 + _EARLY_BONUS * (1 - phrase.start)
    if in_title:
        return score * (1 + _TITLE_BONUS) * (1 + _QUOTE_BONUS * phrase.quoted)
    if phrase.quoted and phrase.count > 1:
        score *= 1 + _QUOTE_BONUS
    return score * (_PERSON_SHARE if phrase.tags[-1] == _PERSON else 1)


def _shape(phrase: _Phrase) -> float:
    """How much like a name its parts of speech and its length are."""
    first, *inside, last = phrase.tags[0], *phrase.tags[1:-1], phrase.tags[-1]
    shape = _ACT_FIRST if first == "v" else 1.0
    shape *= _ACT_LAST if last in _ACTS else 1.0
    shape *= 1.0 if _ACTS.isdisjoint(inside) else _ACT_INSIDE
    is_short = sum(map(len, phrase.words)) == 2 and not phrase.quoted
    return shape * (_TWO_SHARE if is_short else 1.0)


def _rarity(word: str) -> float:
    rarity = math.log(_CORPUS / max(_FLOOR, rjieba.suggest_freq(simplified(word))))
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
