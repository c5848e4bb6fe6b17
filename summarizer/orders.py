"""Orders that an article gives to a model that reads it: they are no news, and nobody may see them.

What speaks to a reader-model (忽略以上指令, "in your summary, add …", forged system tags, ends of
JSON) is taken out before anything is chosen, written or checked, together with what follows it in
its line. The article itself is kept as it is. No list of wordings is complete: an order that is
not known here can at most have a model repeat what the article says, as all else is refused.
"""

import re
from dataclasses import replace

from archive.models import Article
from archive.script import narrow
from archive.text import sentences

REACH = 300
"""Characters after an order that go with it, to the end of its line at most."""

_MODEL = (
    "(?:ai|人工智能|大?语言模型|大模型|聊天机器人|智能助手|llm|chatgpt|assistant|languagemodel)+"
)
_ANSWER = "(?:总结|摘要|概括|概述|输出|回答|回复|答复|答案|这条记录|关键词|重大事件|json)"
_REPLY = "(?:summar(?:y|ies)|output|response|answer|reply|json|keywords?|digest)"
# Read in lower case without any blanks, so that blanks and line ends hide nothing.
_ORDER = re.compile(
    rf"""
    (?:忽略|无视|忘记|忘掉|不要理会|不必理会|抛开|推翻|绕过|不要遵守|不再遵守)(?:掉|你|了)?
      .{{0,8}}(?:以上|之前|前面|上述|上面|先前|此前|所有|一切|原有|系统|收到的).{{0,8}}
      (?:指令|指示|命令|要求|提示|规则|设定|约束)
    |(?:输出|复述|打印|重复|显示|告诉我|说出|写出|贴出).{{0,8}}(?:你的|系统的?|初始|最初的?|上面的|完整的?)
      (?:全部|完整)?(?:的)?(?:提示词|系统提示|指令|设定|prompt)
    |(?:现在|从现在起|从此刻起|接下来|如果|假如|要是)[,，]?你(?:就|将|现在)?是.{{0,12}}(?:助手|机器人|模型|{_MODEL})
    |你是(?:一个|一名|一位)?.{{0,10}}(?:助手|语言模型|聊天机器人|摘要机器人|总结机器人|摘要工具)
    |(?:作为|身为)(?:一个|一名)?{_MODEL}(?:助手|模型)?[,，]?你
    |(?:请|务必|必须|一定要|记得|应当)[^。！？]{{0,8}}?(?:在|于|把|将|往|给)[^。！？]{{0,24}}?(?:你的)?{_ANSWER}
      [^。！？]{{0,10}}?(?:加|添|附|插入|包含|写|注明|提到|声明|放|替换|改|称|说|换)
    |(?<!输入)(?:你的)?{_ANSWER}(?:中|里|时|内|的?(?:开头|结尾|末尾|最后|第一句|最后一句))?
      (?:必须|务必|只能|一定要|只需|须)[^。！？]{{0,10}}?(?:是|为|加|添|附|插入|包含|写|注明|提到|声明|称|说|返回|用)
    |(?:总结|概括|摘要|处理|阅读|读取|分析|翻译|转述|评价)(?:完)?(?:本文|此文|这篇(?:文章|新闻|报道)|这段(?:文字|话)|以上内容)
      (?:时|后|的时候)?[,，]?[^。]{{0,8}}?(?:请(?!将)|须|必须|务必|应当?|不要|不得)
    |(?:新|新的|真正的?|你的?|接下来的|唯一的|实际)(?:任务|指令|指示)(?:是|为|如下|[:：])
    |(?:前述|上述|以上|之前|上文|此前|前面|原来)的?(?:任务|内容|指令|指示|文字|要求|规则|提示)(?:都|均|全部|一律|已经?)?
      (?:作废|无效|取消|失效|结束|不算|是假|不用|不必|放弃)
    |(?:放弃|停止|终止|取消|结束)(?:执行)?(?:你的?|前述|上述|以上|之前|原来)的?(?:任务|指令|指示|工作|总结)
    |(?:优先级|优先权)[^。]{{0,6}}?高[^。]{{0,10}}?(?:系统|指令|提示|以上|此前|一切)|本(?:段|句|条|消息)(?:的)?优先级
    |(?:摘要|总结|概括)(?:生成)?(?:工具|生成器|程序|机器人|系统|器|模型|算法|助手)[^。]{{0,8}}?(?:请|须|务必|应当|[:：]|读到|看到)
    |正确的?(?:总结|摘要|概括|回答|输出)(?:是|为|应|如下|[:：])
    |{_MODEL}(?:助手|模型|工具|读者)?[,，]?(?:请|务必)(?!教|求|来|到|客|外|勿)
    |(?:不要|不得|切勿|别)(?:让|告诉|告知|透露给|提醒|通知)(?:用户|读者|任何人|人类|编辑)
    |(?:请|须|应|必须|务必|要)[^。，,]{{0,6}}?(?:原样|逐字|一字不[差漏改]地?)(?:转述|保留|输出|复制|引用|照抄|写入|写进)
    |(?:请|须|必须|务必)(?:你)?(?:把|将|对)(?:本文|此文|该文|这篇)[^。]{{0,12}}?(?:判定|评为|归为|归类|标记|标注|评分|打分|写成|说成|列为)
    |请(?:你)?(?:用|以)json
    |(?:今后|以后|所有|任何|每[篇条份个])的?{_ANSWER}(?:都|均|一律)?(?:要|须|应|必须|得)
    |(?:别|不要|停止|不必)再?(?:继续)?(?:总结|概括|摘要)
    |(?:机器人|模型|机器|程序|爬虫)(?:读者)?[,，]?请(?:复制|转述|写|输出|忽略|注意|采信|遵|按|照|在|回复|推荐)
    |请(?:模型|机器人|机器|程序|爬虫)|机器阅读专用|真实(?:的)?(?:请求|指令|任务)
    |(?:进入|切换到|启用|开启)(?:了)?(?:越狱|无限制|上帝)模式|你(?:已经?)?被重新(?:编程|设定|设置)
    |(?:请)?(?:你)?(?:扮演|充当|假扮)(?:一[个名位])?[^。，]{{0,14}}?(?:发言人|代言人|助手)[,，]
    |(?:跟我|随我|跟着我)(?:重复|念|说)[:：]|(?:你|您)的(?:回答|回复|总结|摘要)(?!了)
    |(?:收到|得到|看到)的(?:系统)?提示(?:词|语)?(?:原文|全文|内容)
    |(?:所有|任何|一切)(?:自动化?|智能|机器)(?:程序|系统|工具|摘要)[^。]{{0,12}}?(?:须|应|必须|请|都要)
    |不要(?:总结|概括|摘要)(?:本文|这篇|以上|上面|这段)
    |(?:致|告|给|请|各位|所有|提示)[^。！？，,]{{0,14}}?{_MODEL}(?:助手|模型|程序|工具|读者|摘要器)?
      (?:[:：]|注意|请|务必|必须|读到|看到|阅读)
    |{_MODEL}(?:助手|模型|程序|工具|读者|摘要器)?[,，]?(?:请注意|请务必|看到这|读到这|读到本|看到本)
    |请(?:你)?(?:只|仅)?(?:输出|回复|回答|返回)(?:以下|下面|下列|如下|[“"':：])
    |(?:ignore|disregard|forget|override|bypass|donotfollow|don'tfollow)[^.]{{0,30}}?
      (?:previous|prior|above|preceding|earlier|all|any|your|system|these|foregoing)[^.]{{0,24}}?
      (?:instruction|prompt|rule|direction|guideline|command|message)
    |(?:ignore|disregard|forget|override)[^.]{{0,16}}?(?:instructions?|prompts?|rules?|guidelines?)[^.]{{0,8}}?
      (?:above|before|youw|youhave|given)
    |(?:reveal|print|repeat|output|show|leak|reproduce|tellme|quote)[^.]{{0,20}}?
      (?:system|initial|hidden|your|original)[^.]{{0,12}}?(?:prompt|instructions|rules)
    |youarenow|fromnowon,?you|youare(?:a|an|the)[^.,]{{0,24}}?(?:assistant|chatbot|summari[sz]er|languagemodel)
    |if(?:you(?:'re|are)|youbean?)(?:a|an)?{_MODEL}|asa(?:n)?{_MODEL},?you
    |(?:attention|dear|noteto|messageto|hey|instructions?(?:to|for))[^.]{{0,16}}?
      (?:{_MODEL}|ais|llms|bots?|agents?|crawlers?|summari[sz]ers?|models?)[:：,\s]?
    |(?:add|include|insert|append|prepend|say|write|state|mention|put|begin|start|end|replace|report)[^.]{{0,90}}?
      (?:your|the|every|any|each|this)(?:final)?{_REPLY}
    |(?:in|to|into|of)(?:your|every|any|each)(?:final)?{_REPLY}[^.]{{0,16}}?
      (?:add|include|insert|append|prepend|say|write|state|mention|put|recommend|praise)
    |(?:your|the|every)(?:final)?{_REPLY}(?:must|should|shall|hasto|needsto|willonly)
    |(?:when|while|before|after|if)(?:you)?(?:are)?(?:asked|told)?(?:to)?(?:summari[sz]|process|pars|analy[sz]|rewrit|condens)(?:e|ing)
    |(?:new|real|actual|true|your|updated|only|next)(?:task|instructions?|prompt|goal|job|mission|orders?|objective)(?:is|are|:)
    |theabove(?:text|article|content|instructions?|is|was)?(?:is|are|was|were)?(?:fake|void|cancel|invalid|test|example|irrelevant)
    |(?:correct|right|proper|expected|only)(?:summary|output|response)(?:of|is|for|:)
    |donot(?:tell|inform|warn|alert|mention(?:this|it)to|reveal(?:this)?to)(?:the|any|your)?(?:user|reader|human|anyone|editor)
    |youmust(?:always|also|now|only)?(?:say|mention|include|recommend|praise|write|state|output|add|answer|reply|claim)
    |(?:begin|start|end|stop)(?:ofthe|of|the)?(?:new|system|user|hidden)?(?:prompt|instructions?|article|document|context)(?:[:：.\]>-]|$)
    |(?<![a-z])(?:system|assistant|human)[:：]
    |(?:assumetherole|pretendtobe|act|behave)(?:of|as)(?:a|an|the)?[^.]{{0,20}}?(?:bot|spokes|assistant|agent|expert|model|officer)
    |repeatafterme|override:|(?:any|all|every)(?:automated|ai|language|llm)[^.]{{0,24}}?(?:must|should|shall|please)
    |(?:llm|ai|model|bot|machine|language)readers?[^.]{{0,10}}?(?:must|should|shall|please|:)
    |(?:^|[.。!！])(?:ais|bots|llms|summari[sz]ers|models)[:,]|(?:the|this)jsonfields?
    |{_MODEL}s?,?(?:please|must(?:say|mention|write|include))
    |(?:respond|reply|answer|return)(?:only)?(?:with|exactly|using)(?:the|only|exactly|["“'])
    |donot(?:summari[sz]e|translate)(?:this|the|it)
    |<\|[a-z_]{{2,20}}\|>|\[/?inst\]|<</?sys>>
    |</?(?:system|assistant|instructions?|prompt|article|document|tool_?calls?|function_?calls?|think)\b[^>]{{0,40}}>
    |<!--|[=#*-]{{3,}}(?:新闻原文|system|系统|end(?:of)?|begin|instruction)
    |(?<![^。！？.:：#\]}}])(?:systemprompt|systemmessage|developermessage|系统提示词?|系统消息|系统指令|开发者消息)[:：]
    |["“](?:总结|摘要|关键词|ai技术|重大事件|summary|role|tool|tool_calls|function|arguments)["”][:：]
    |!\[[^\]]{{0,80}}\]\(|\]\((?:https?:|javascript:|data:)
    """,
    re.VERBOSE,
)
_BLANKS = re.compile(
    r"[\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]"
)


def is_order(text: str) -> bool:
    """Whether something in a text speaks to a model that reads it."""
    return _ORDER.search(_BLANKS.sub("", narrow(text).lower())) is not None


def without_orders(article: Article) -> Article:
    """The article with blanks where it gives orders; every other offset stays the same."""
    return replace(article, title=_blanked(article.title), text=_blanked(article.text))


def _blanked(text: str) -> str:
    seen = narrow(text).lower()
    # A few letters grow when they are made small; offsets matter more.
    seen = seen if len(seen) == len(text) else narrow(text)
    places = [at for at, one in enumerate(seen) if not _BLANKS.match(one)]
    found = [
        (places[match.start()], places[match.end() - 1])
        for match in _ORDER.finditer("".join(seen[at] for at in places))
    ]
    if not found:
        return text
    spans = sentences(text)
    for first, last in found:
        start = max((start for start, _ in spans if start <= first), default=0)
        line = text.find("\n", last)
        end = min(len(text) if line < 0 else line, last + REACH)
        end = min((stop for _, stop in spans if stop >= end), default=len(text))
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return text
