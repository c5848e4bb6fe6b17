"""Which names mean the same publisher: 新华社, 新华网客户端 and 新华社北京7月13日电 are one."""

import re
from functools import cache

from archive.names import publishers
from archive.script import simplified
from archive.text import fold

_DATELINE = re.compile(r"(?<=[社报网])[\u4e00-\u9fff]{0,12}(?:\d+月)?\d+日(?:专?电|讯|消息)?$")
_BETWEEN = re.compile(r"[（）()《》「」|/、，,;；]+")
# What stands behind a publisher's name: where it published, or which desk did.
_CHANNEL = re.compile(
    r"(?<=..)(?:(?:官方)?(?:微信)?公众号|(?:官方)?微博|官微|官方账号|官网|客户端|百家号|头条号|搜狐号"
    r"|网易号|企鹅号|app|pro|杂志|[社网]|(?<=[网社报])(?:新闻|财经|科技|记者.*))$"
)
_DESKS = frozenset(("财经", "科技", "新闻", "综合", "政策", "原创"))


def outlets(name: str) -> frozenset[str]:
    """The keys of whom a name means; two names that share one mean the same publisher.

    A name may hold several: 科技日报（中国科技网）. Empty if it names nobody.
    """
    parts = _BETWEEN.split(written(name))
    stems = (_stem(part) for part in parts)
    return frozenset(_known().get(stem, stem) for stem in stems if stem and stem not in _DESKS)


def written(name: str) -> str:
    """The name without the place and day of a dateline behind it."""
    return _DATELINE.sub("", name.strip())


def _stem(name: str) -> str:
    stem, shorter = "", simplified(fold(name))
    while stem != shorter:
        stem, shorter = shorter, _CHANNEL.sub("", shorter)
    return stem


@cache
def _known() -> dict[str, str]:
    return {_stem(alias): _stem(name) for alias, name in publishers().items()}
