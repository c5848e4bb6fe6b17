"""Whether a sentence can be read alone, and where it begins: what an extract must not quote.

The rules are wording, not topics. They rather lose a good sentence than open an extract with “但”.
"""

import re

SHORTEST, LONGEST = 12, 200
"""Characters of a sentence that can be read alone."""

_END = re.compile(r"[。！!；;…][”’」』）)\]]*$")
_ASKS = re.compile(r"[？?][”’」』）)\]]*$")
# Openings that lean on the sentence before, or that nothing but a list or a caption has.
_DANGLING = re.compile(
    r"""[“「（(《]*(?:
    # connectives
    但|然而|然则|不过|可是|只是|只不过|而(?!今)|反而|反之|相反|此外|另外|除此|同时|与此同时|与之|另一方面|一方面
    |因此|因而|因为|所以|于是|从而|以及|以至|进而|故而?[，,]|由此|对此|为此|据此|就此|借此|尽管如此|虽然如此|即使|即便
    |也(?!许|门)|还(?!原)|又(?!名)|再(?!生|度|融|制)|并(?!购|州|网|联|行|发)|且|则|却|更(?!新|换|名|正)|都(?!市|江|灵|柏)
    |即(?!将|日|时|墨|梦|可|刻)|才(?!能|华)|便(?!利|携|捷|民|宜)|就(?=[是像算会能可要有没这那在连])
    |例如|比如|譬如|诸如|就如|正如|正是|如此|首先|其次|再次|再者|最后|总之|总而言之|综上|换言之|换句话|简而言之|简言之
    |也就是说|可以说|当然|其实|事实上|实际上|的确|确实|尤其|毕竟|究其|归根|说到底|说白了|果然|显然|不然|否则|要不|无论如何
    |不仅如此|不光如此|相比之下|相较之下|相形之下|反观|随即|随后|尔后|而后|之后|此后|其后|之前|然后|接着|接下来|紧接着|后来|当时|那时
    |届时|至此|自此|从此|从那|到时|当天|当日|当晚|当年|同日|同年|同月|次日|翌日|次年|事后|席间|会上|会后|期间|其间|很快|不久[，,后]
    |现在[，,就]|结果[，,]|谁承想|谁知|岂料|没想到|就这样|是的|没错|对了|好了|好吧|好在|别|请|快来|不妨|备注|所谓
    # pronouns
    |他(?!国|乡|山)|她|它|其(?!他|它|实|余|乐)|这(?!里|边|几年|些年|个夏|个冬)|那(?!曲|不勒|么)|该|此(?!前|次|外)|彼此
    |上述|以上|以下|如上|如下|如前|下面|上面|前面|前文|上文|下文|双方|两者|二者|三者|后者|前者|两人|二人|两家公司|自己
    # numbers of lists
    |第[二三四五][天日]|第[一二三四五六七八九十\d]{1,2}[，,、：:点条步类项个]|(?:其)?[一二三四五六七八九十][是则来][，,\u4e00-\u9fff]
    |[一二三四五六七八九十]+[、.．:：）)]|\d{1,2}[.、．)）:：]\s?\D|[①-⑳❶-❿]|[-–•·●■◆▶▲△▼\#>→↓↑➤]|\*(?!ST)|步骤
    )""",
    re.VERBOSE,
)
# It speaks of what was spoken of.
_REMARK = re.compile(
    r"^(?:说|提|谈)(?:起|到|及)|^(?:通过|用|以|按照?|从|对于?|除|除了|随着|关于|针对|面对)[他她它其这该此那]"
    r"|^在(?:其|这(?!篇|里)|该|那|他|她|它)"
)
# In the first clause nothing stands before that these could mean.
_BACK = re.compile(
    r"^[^，,；：:。]*(?:这|那)(?:个|些|种|类|一)(?:问题|情况|做法|现象|方式|方法|背景|过程|消息|决定|一?点)"
    r"|^[^；：:。《》“”]{0,12}(?:(?<![是像如])(?:这样|那样)的|(?:这|那)(?:个|些(?!年)|种|一|次|项|类|款|家|位|点|番|时|两|三)|此(?:种|类|项|案|时|举|方法|方式|选项|命令|问题)|这里|该(?:公司|项目|产品|市|省|县|校|院|行|系统|模型|平台|机构|案|剧|片"
    r"|游戏|软件|应用|功能|团队|人|员|型|机|技术|方案|企业|基金|股|集团)|上述|此举|为此|对此|前述)"
)
_LEANING = re.compile(
    r"^.{0,14}却|^[^，,]{0,12}(?:(?<![规原准法总细守否一])则|还)(?!是|款|有限|原)|^[^，,]{0,18}[，,]\s?[他她]"
    r"|^[^，,]{0,12}[年月日时后前中上来][，,]\s?它|^[^，,]{0,10}(?:相反|亦然|如此|同理)了?[，,。]"
)
# What is quoted, and then nobody who says it.
_UNSAID = re.compile(
    r"^[“「][^”」]*[”」]$|^[“「][^”」]{6,}[，。！？,!?…][”」](?:[他她它这那此]|[^说表示道称指出问认为]{0,12}$)|如此说道"
)
# A sentence without a subject goes on with what was said before.
_HEADLESS = re.compile(
    r"^(?:要(?![闻素求点约务员塞])(?!.*[，,](?:你|我|可|只|请|需|必|使|其中))|会(?=[有是让被在把使对给])|将(?=[会在于对为把被使让给])|被(?![告])|把|使(?=[得其])|让(?!我们)"
    r"|均|仅(?!次)|只(?=[是有要能])|已(?=[有经于在])|曾(?=[是在经有任])|不(?=[仅但光只是再])|没有?(?=[人任想])|是(?!否)|有(?=[了着的]))"
)
# Refers to a list, a picture, a line of code next to it, or to another page.
_POINTS = re.compile(
    r"下面|如下|下述|下列|如[下上]?图|[上下左右]图|见图|[上下]表[中所]|上面的|(?:[上前后]|(?<!上)下)文|前面提到|刚才|刚刚提到"
    r"|(?:^|[，,：:是用按照将把看行了])以下(?!简?称)|^[（(]?[^，。]{0,6}(?:译者?注|编者[按注])|在我提到|[：:]$"
)
# Speaks to the reader, not of the matter: greetings, teasers, requests, advertisements.
_ADDRESS = re.compile(
    r"小编|你知道吗|有没有想过|大家好|各位|[朋网]友们|亲们|老铁|欢迎(?:来到|关注|留言|订阅|加入|转发|投稿|大家|收[看听]|阅读|评论|在评)|评论区|在评论|下方评论"
    r"|在?[下][面方边]的?评论|留下你?的?评论|点赞|下期|敬请期待|拭目以待|未完待续|(?:一起|让我们|就)来?(?:看看|了解一下|聊聊|瞧瞧)|[带教跟和与给为](?:大家|你们)[^，。]{0,4}"
    r"(?:介绍|分享|[讲说聊谈]|推荐|盘点|整理|了解|看|做|一)|(?:欢迎|记得|请|赶快|快来?|点击|不要忘了)订阅|(?:关注|我们的|本|搜索)[^，。]{0,8}公众号|公众号后台|二维码|购买链接|优惠码|原文链接|阅读原文|加入我们|联系我们|[👇👆⬇]"
)
_CREDIT = re.compile(
    r"""^[（(【\[▲△]*(?:
    本报记者|本刊记者|本文(?:来源|作者|首发|转载|由|来自|仅代表|系)|[\u4e00-\u9fff]{2,8}记者\s?[\u4e00-\u9fff]{2,4}(?:[\s）)]|$)|记者[\s:：丨|]|作者[\s:：丨|]
    |文[\s/／丨|:：]|图[\s/／丨|:：\d一二三]|图为|图片|资料图|摄影|来源|原标题|责任?编|责编|编辑[\s:：丨|]|校对[\s:：]|审核|编译|翻译
    |点击|扫码|扫描|长按|关注|欢迎|转载|版权|免责|声明|未经|更多|推荐阅读|相关阅读|延伸阅读|举报|分享|导读|温馨提示|提示[:：]
    |新华社发|中新社发|受访者供|注[:：]|注意[:：]|附[:：]|题图)
    |(?:[的频页博信道站面]截图|供图|资料图|效果图|示意图|配图|图源[^，。]{0,12}|[\u4e00-\u9fff]{1,4}\s?摄|图[/／][^，。]{0,12})[。）)\]】]*$""",
    re.VERBOSE,
)
# “新华社北京1月2日电（记者某某）”, “某某网3月2日消息，” and “某报讯” say where the news came from,
# “【…】” before a sentence is its headline; the sentence begins after them.
_DATELINE = re.compile(
    r"^[①-⑳❶-❿■●◆▶▌]?\s*(?:【[^】]{2,60}】\s*(?=[^\s【]))?(?:[（(]?(?:"
    r"(?!据)[\u4e00-\u9fffA-Za-z0-9\s]{2,16}?(?:[见見]习)?(?:[记記]者[\u4e00-\u9fff\s、]{0,16}?)?"
    r"(?:\d{4}\s?年\s?)?(?:\d{1,2}\s?月\s?)?\d{1,2}\s?日(?:\s?[电電][讯訊]?|[讯訊]|\s?消息|\s?[报報][道導](?=[：:]))"
    r"|本[报報网網台刊站][讯訊]"
    r"|[\u4e00-\u9fffA-Za-z0-9]{2,10}(?<![资通腾快视简音喜喅电短])[讯訊](?=[\s，,：:（(]))"
    r"[）)]?(?:\s?[（(][^（()）]{0,40}[)）])?[\s，,：:]*)?"
)
# What only ties a sentence to the one before, or says how it is meant, can be left off.
_TIE = re.compile(
    r"^(?:(?:但是?|不过|然而|可是|只是|只不过|而且?|并且|此外|另外|除此之外|同时|与此同时|另一方面|一方面|因此|因而|所以|于是|从而|由此|故而?"
    r"|为此|对此|总之|总而言之|综上所述|换言之|换句话说|也就是说|可以说|当然|其实|事实上|实际上|的确|确实|尤其|毕竟|显然"
    r"|相反|反之|相比之下|不仅如此|尽管如此|即便如此|虽然如此|因为如此|现在|好在|无论如何|不得不说|不用说|不可否认|毫无疑问|众所周知"
    r"|别担心|话不多说|在这里|在此|[总整大]体(?:来说|而言|来看|上)|(?:具体|总的|简单|一般|准确)[地]?(?:来说|而言|说来|来讲|来看|说|讲)|简而言之|简言之|说到底|说白了"
    r"|[^，,。“”的]{1,5}的是|(?:事实|原因|问题|结果|关键|重点)是)\s?[，,：:]\s*"
    r"|(?:但是?(?![丁愿凡求泽])|然而|因此(?!而)|所以(?!说)|不过(?![是于如就多几])|可是|而(?![今已且是言立非后]))(?=.{12}))"
)
_PAIRS = ("“”", "「」", "《》", "（）")
_TEASER = 24
"""Characters up to which an exclamation only calls out."""


def opening(sentence: str) -> int:
    """Where a sentence begins to say something: after dateline, bracketed headline and “但是，”."""
    start = 0
    for mark in (_DATELINE, _TIE, _TIE):
        found = mark.match(sentence[start:])
        start += found.end() if found else 0
    return start if start < len(sentence) else 0


def reads_alone(text: str) -> bool:
    """Whether a sentence is whole, no question, credit or caption, and opens by itself."""
    return (
        SHORTEST <= len(text) <= LONGEST
        and all(text.count(pair[0]) == text.count(pair[1]) for pair in _PAIRS)
        and bool(_END.search(text))
        and not _ASKS.search(text)
        and not (len(text) <= _TEASER and text[-1] in "!！")
        and not _DANGLING.match(text)
        and not any(
            rule.search(text)
            for rule in (
                _CREDIT, _REMARK, _BACK, _LEANING, _UNSAID, _HEADLESS, _POINTS, _ADDRESS,
            )
        )
    )  # fmt: skip
