"""月黎网, the badly behaving outlet: one link for each way in which a link comes to nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from archive.clock import BEIJING
from demo.newsroom import Piece, blocks
from demo.sites import HTML, Reply, Site

OUTLET = "yueli"
_TITLES = {
    "forbidden-by-robots": "月黎内参：三家云厂商的价格底线",
    "slow": "湖区数据中心改用风冷，夏天怎么过",
    "refused": "独家对话：一家芯片公司的至暗十天",
    "broken": "语音助手方言评测：十二种口音的成绩单",
    "endless": "直播实录：城市大脑开放日全程文字版",
    "redirect-loop": "图解：一次大模型调用要用多少电",
    "challenge": "无人配送车夜间上路，记者跟车一晚",
    "almost-empty": "图集：机器人马拉松的二十个瞬间",
    "login-wall": "深度：大模型价格战背后的三本账",
    "limited": "月黎观察：小城里的数据标注员",
    "off-topic": "龙舟赛明日开桨，湖区四条公交线改道",
    "off-topic-text": "老街早点铺换了新招牌，三代人守着一口锅",
}
_TEASER = (
    "价格战打到第三轮，最先撑不住的不是模型公司，而是替它们做交付的中间商。"
    "一位要求匿名的集成商负责人算了三本账：算力账、人力账和回款账。"
)
_BREAKFAST = """\
天还没亮，月黎老街的早点铺已经排起队。店主的爷爷五十年前在这里支起第一口锅，如今铺子换了招牌，\
锅还是那一口。老街今年春节后整修路面，沿街餐饮店停业四十天，重新开张这天，街坊们带着自家的碗来，\
说豆浆还是老味道，只是一碗贵了五角。

店主说，附近的菜市场和酒店都来订过货，但他每天只磨两桶黄豆，卖完就收摊。孙女想把铺子开到旅游码头去，\
一家人还在商量：码头的租金高，游客爱拍照，可拍照的人不一定吃早点。
"""
_PAGE = "<html><head><meta charset='utf-8'><title>{}</title></head><body>{}</body></html>"
_CHALLENGE = _PAGE.format(
    "安全验证",
    "<noscript>请开启JavaScript并刷新该页</noscript><p>正在检查您的浏览器，请稍候……</p>"
    "<script>var _waf_tk='5f1c0e';document.cookie='__waf_sess='+_waf_tk+';path=/';"
    "setTimeout(function(){location.reload()},1500)</script><p>安全防护由月盾提供</p>",
)
_PARAGRAPH = "<p>主持人：欢迎回到直播间，下面请工作人员继续演示路口信号灯的自适应配时。</p>"


def pieces(today: date) -> tuple[Piece, ...]:
    """The links that the listing shows beside the outlet's healthy articles."""
    published = datetime.combine(today - timedelta(days=1), time(10), BEIJING)
    piece = Piece(OUTLET, "", "", published, published, blocks(_TEASER))
    found = (
        replace(
            piece,
            slug=slug,
            title=title,
            locked=slug == "login-wall",
            blocks=blocks(_BREAKFAST) if slug == "off-topic-text" else piece.blocks,
        )
        for slug, title in _TITLES.items()
    )
    # The oldest and so the last to be fetched: after it the outlet is left alone for an hour.
    earlier = published - timedelta(days=3)
    return tuple(
        replace(piece, published=earlier, updated=earlier) if piece.slug == "limited" else piece
        for piece in found
    )


def routes(site: Site) -> dict[str, Callable[[], Reply]]:
    """What the bad links answer; addresses that are not here behave."""
    where = {piece.slug: site.path(piece) for piece in site.pieces if piece.slug in _TITLES}
    loop, jump = where["redirect-loop"], "/jump?from=news"
    robots = f"User-agent: *\nDisallow: {where['forbidden-by-robots']}\n"
    return {
        "/robots.txt": _saying(robots, content_type="text/plain"),
        where["slow"]: _saying(_PAGE.format("月黎网", _PARAGRAPH * 20), manner="slow"),
        where["refused"]: _saying(_PAGE.format("403", "拒绝访问"), 403),
        where["broken"]: _saying(_PAGE.format("500", "服务器开小差了"), 500),
        where["endless"]: _saying(_PARAGRAPH, manner="endless"),
        loop: _saying("", 302, (("Location", jump),)),
        jump: _saying("", 302, (("Location", loop),)),
        where["challenge"]: _saying(_CHALLENGE),
        where["almost-empty"]: _saying(_PAGE.format("图集_月黎网", "<p>图片加载中</p>")),
        where["limited"]: _saying(
            _PAGE.format("429", "访问过于频繁"), 429, (("Retry-After", "3600"),)
        ),
    }


def _saying(
    text: str,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
    content_type: str = HTML,
    manner: str = "",
) -> Callable[[], Reply]:
    reply = Reply(text.encode(), content_type, status, headers, manner=manner)
    return lambda: reply
