"""Which lines of a page are its furniture."""

import re
from collections.abc import Iterable
from itertools import accumulate

from archive.text import fold
from crawler.articles import metadata
from crawler.articles.bylines import is_byline, is_name
from crawler.articles.paragraphs import rejoin

NOTICE_LENGTH = 300
"""Characters; a longer line that speaks of rights is a paragraph about rights."""

_MARK = re.compile(r"[，。！？；：、”」]|[,.!?;](?:\s|$)")
_CHARACTERS_PER_MARK = 40
"""Chinese sentences have a mark every 10 to 20 characters; a list of names or words has none."""
_SHORT = 25
_LABEL = 80
"""Characters; buttons and headings are short, and the patterns for them slow on long lines."""
# What buttons and boxes say; a whole line, wherever it stands.
_BUTTON = re.compile(
    r"(?!.*。$)[\W\d]*(?:举报(?:/反馈)?|反馈|纠错|打印(?:本[文页稿])?|关闭(?:窗口)?|收藏(?:本文)?|点赞|在看|转发|分享|放大|缩小|复制链接"
    r"|返回(?:搜狐|首页|顶部|页首|列表).{0,8}|(?:点击)?(?:查看|阅读|展开|显示|收起)(?:全文|更多|详情|全部|原文)"
    r"|点击展开.{0,6}|(?:分享|转发)(?:到|至|给)[^，。！？]{0,30}|字[号体][：:\s].{0,10}|[大中小](?:\s*[大中小]){1,2}"
    r"|(?:(?:打开|用|使用)?微信)?扫(?:一扫|码|描).{0,30}|长按.{0,8}(?:识别|关注).{0,16}"
    r"|点击(?:上方|下方)?.{0,4}(?:蓝字|关注).{0,16}|设为星标.{0,8}|一键三连.{0,6}"
    r"|(?:打开|下载|安装)[^，。]{0,12}(?:APP|客户端).{0,12}|(?:APP|客户端)内打开"
    r"|(?:我要|发表|网友|查看|全部|最新|热门|精彩)*(?:评论|留言|跟帖)(?:\s*[（(]?\d*[）)]?条?)"
    r"|(?:上|下)一[篇页章条版](?:[：:\s].*)?|第?\d+\s*页?\s*/\s*共?\d+\s*页?.{0,20}"
    r"|(?:阅读|浏览|点击|评论|播放)[量数]?[：:\s]*\d+.{0,12}|(?:您|你)?(?:所在|当前|现在)的?位置[：:].{0,60}"
    r"|(?:赞助|打赏)本站|AITNT资源拓展|广告|加载中|正在加载.{0,6})\W*",
    re.IGNORECASE,
)
# Glued to the end of a line.
_GLUED = re.compile(r"\s*(?:举报/反馈|返回搜狐，查看更多|[【\[]?纠错[】\]])\s*$")
# What rights and duties a page claims; only where it stands around the text.
_NOTICE = re.compile(
    r"未经.{0,20}(?:授权|许可|允许|同意|协议).{0,8}(?:不得|禁止|请勿|严禁|谢绝)|(?:不得|请勿|禁止|谢绝|严禁).{0,6}转载"
    r"|转载.{0,12}注明|版权(?:所有|声明|[归属].{2,24}所有)|版權所有|免[责責][声聲]明|(?:特别|平台|广告|郑重)?声明：|本声明"
    r"|(?:仅|僅|只|不)(?:代表|反映).{0,16}(?:观点|觀點|立场|立場|本人)|(?:观点|立场).{0,8}无关|信息存储空间|网易号.{0,8}用户上传"
    r"|Notice: The content above|投资(?:者)?(?:有风险|须谨慎)|(?:据此|依此|按此)(?:操作|入市|投资)"
    r"|不构成.{0,8}建议|风险提示："
    r"|如有侵权|侵权.{0,10}删除|尽在新浪财经|(?:题|头|封面)图(?:来源|来自|：)|ICP[备证]|京公网安备|举报电话|信息服务许可证"
    r"|Copyright\s*(?:©|\(c\)|\d{4})|©|(?:本文|原文)(?:系|为|是|由).{0,20}(?:原创|授权|独家)|本文来自.{0,20}(?:澎湃|付费栏目)"
    r"|更多.{0,12}(?:资讯|内容|新闻).{0,12}(?:下载|关注|点击|登录)|(?:关注|搜索).{0,16}(?:公众号|微信号|官方微信)"
    r"|合作(?:请联系|联系[：:])",
    re.IGNORECASE,
)
# When a page was put up, if that stands in the article's element.
_STAMP = re.compile(r"(?:19|20)\d\d\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}.{0,8}?\d{1,2}:\d\d")
_DATED = re.compile(r"\W*(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)[^，。！？；]{0,30}")
# What is left of a bar of page numbers without its links.
_PAGES = re.compile(r"\W*\d{1,2}(?:\W+\d{1,2})*\W*")
_QUOTED = 30
"""Characters of a line that is no coincidence, nor a heading, when a paragraph says it too."""
_WORDS = 10.0
"""Characters of sentences that boxes without sentences seem to have."""
_FEW = 6
"""Lines among which an article says beforehand what it is about."""
_EDGE = 3
"""Lines at either end among which a page's own lines stand."""
# The heading of what follows an article.
_AFTERWARDS = re.compile(
    r"\W*(?:(?:更多)?(?:相关|相關|推荐|推薦|延伸|扩展|关联|热门|熱門|精彩|最新|本周|今日|热点|往期|其他|编辑)的?"
    r"(?:阅读|閱讀|新闻|新聞|报道|報導|推荐|推薦|文章|链接|连接|热词|内容|专题|资讯|回顾|精选|话题|搜索|排行|视频|图片|评论|留言)"
    r"|猜你喜欢|为您推荐|大家都在看|大家还在看|你可能.{0,6}(?:喜欢|感兴趣|错过).{0,4}|还有更多.{0,6}|杂志排行"
    r"|(?:24小时)?(?:热|熱)(?:榜|文|搜|点|门)(?:排行)?|(?:点击|阅读|新闻)?排行榜?|(?:网友|读者)评论|发表评论|我要评论"
    r"|参考(?:资料|文献|链接|来源)|作者简介|幻灯欣赏)[\W\d条]*(?:MORE|更多)?\W*"
    # With what it heads in the same line.
    r"|\W*(?:相关|相關|热门|熱門)(?:热词|熱詞|标签|標籤|关键词|搜索|话题|阅读|新闻|文章|推荐|内容)\s*[：:][^。！？]*",
    re.IGNORECASE,
)
# What stands over a text beside its credits: its keywords, the issue of the magazine.
_LABELLED = re.compile(
    r"(?:关键[词字]|關鍵[詞字]|标签|標籤|主题词|TAGS?|keywords?)\s*[：:].{0,80}"
    r"|《?[^\W\d_]{2,12}》?\s*(?:19|20)\d\d\s*年(?:第?\s*\d{1,2}\s*期|\d{1,2}月[上中下刊])?",
    re.IGNORECASE,
)
_BAR = re.compile(r"(?:[^|｜，。；]{1,16}[|｜]\s*){5,}[^|｜，。；]{0,16}")
_TEASER = re.compile(
    r"(?:导[读语]|導[讀語]|摘要|提要|核心提示|内容提要|編者按)\s*[：:]\s*|(?:…|\.{3})+$"
)
_END = re.compile(r"[（(【\-—\s]*(?:完|END|THE END|全文完|本文结束)[）)】\-—\s]*", re.IGNORECASE)


def prose(line: str) -> float:
    """How many characters of a line are sentences: as many as its punctuation stands for."""
    if is_button(line) or is_notice(line):
        return 0.0
    size, marks = len(fold(line)), len(_MARK.findall(line))
    if size <= _SHORT and marks < 2:
        return 2.0 * marks
    return float(min(size, marks * _CHARACTERS_PER_MARK))


def is_button(line: str) -> bool:
    """Whether a line is what a button or a box of a page says, or several buttons beside it."""
    if len(line) > _LABEL:
        return False
    return bool(_BUTTON.fullmatch(line)) or all(map(_BUTTON.fullmatch, line.split()))


def is_notice(line: str) -> bool:
    """Whether a line speaks of rights, duties and risks, as under every article of a site."""
    return len(line) < NOTICE_LENGTH and bool(_NOTICE.search(line))


def heads_others(line: str) -> bool:
    """Whether a line is the heading of other articles, comments or references."""
    return len(line) <= _LABEL and bool(_AFTERWARDS.fullmatch(line))


def tidy(lines: Iterable[str], headline: str) -> list[str]:
    """The paragraphs of an article among the lines of its element."""
    kept = [_GLUED.sub("", line) for line in _until_the_end([*lines]) if not is_button(line)]
    kept = [line for line in _without_teasers(kept) if line and not is_credit(line)]
    while kept and (is_notice(kept[-1]) or _ends(kept[-1]) or _is_bar(kept[-1])):
        kept.pop()
    folded = fold(headline)
    while kept and (_is_head(kept[0]) or fold(kept[0]) == folded):
        del kept[0]
    last = len(kept) - _EDGE
    return rejoin(
        [
            line
            for number, line in enumerate(kept)
            if not (number < _EDGE and (is_notice(line) or fold(line) == folded))
            and not ((number < _EDGE or number >= last) and is_stamp(line))
        ]
    )


def _without_teasers(lines: list[str]) -> list[str]:
    """Without what only shows, beforehand or large, what a paragraph says: leads, pull quotes."""
    texts = [fold(line) for line in lines]
    kept = []
    for number, (line, text) in enumerate(zip(lines, texts, strict=True)):
        teaser = number < _FEW and _TEASER.search(line)
        shown = fold(_TEASER.sub("", line)) if teaser else text
        if teaser:
            told = shown in "".join(texts[number + 1 :])
        else:
            told = len(line) < NOTICE_LENGTH and any(shown in each != shown for each in texts)
        if not told or len(shown) < (_QUOTED // 2 if teaser else _QUOTED):
            kept.append(line)
    return kept


def _until_the_end(lines: list[str]) -> list[str]:
    """Without what follows an end mark or the heading of other articles, if that is little; then
    without what follows a closing line and is no sentence."""
    said = list(accumulate(map(prose, lines), initial=0.0))
    for number, line in enumerate(lines):
        late = number * 3 >= len(lines) * 2 or said[number] >= 2 * (said[-1] - said[number])
        if late and said[number] and _ends(line):
            lines = lines[:number]
            break
    for number, line in enumerate(lines):
        if said[number] and said[len(lines)] - said[number] < _WORDS and _closes(line):
            return lines[:number]
    return lines


def _closes(line: str) -> bool:
    return is_button(line) or is_credit(line)


def _ends(line: str) -> bool:
    return len(line) <= _LABEL and bool(_END.fullmatch(line) or _AFTERWARDS.fullmatch(line))


def _is_bar(line: str) -> bool:
    """Whether a line is a bar of page numbers, places or words of a menu."""
    return bool(_PAGES.fullmatch(line) or _BAR.fullmatch(line))


def is_credit(line: str) -> bool:
    """Whether a line only says who wrote, reported or edited, or where the text is from."""
    return metadata.is_credit_line(line) or is_byline(line)


def _is_head(line: str) -> bool:
    """Whether a line belongs to the credits over a text."""
    return bool(_LABELLED.fullmatch(line)) or is_stamp(line) or is_dated(line) or is_name(line)


def is_dated(line: str) -> bool:
    """Whether a line is a day, in digits, and perhaps somebody."""
    return bool(_DATED.fullmatch(line))


def is_stamp(line: str) -> bool:
    """Whether a line says when a page was put up, and is no sentence."""
    return bool(_STAMP.search(line)) and not re.search("[，。！？]", line)
