"""Orders that an article gives to a model that reads it: they are no news, and nobody may see them.

What speaks to a reader-model (忽略以上指令, "in your summary, add …", forged system tags, ends of
JSON) is taken out before anything is chosen, written or checked, together with what follows it in
its line. The article itself is kept as it is.
"""

import re
from dataclasses import replace

from archive.models import Article
from archive.script import narrow
from archive.text import sentences

REACH = 300
"""Characters after an order that go with it, to the end of its line at most."""

_MODEL = (
    "(?:ai|人工智能|大?语言模型|大模型|聊天机器人|智能助手|llm|chatgpt|gpt|assistant|languagemodel)"
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
    |(?:你的)?{_ANSWER}(?:中|里|时|内|的?(?:开头|结尾|末尾|最后|第一句|最后一句))?
      (?:必须|务必|只能|一定要|只需|须)[^。！？]{{0,10}}?(?:是|为|加|添|附|插入|包含|写|注明|提到|声明|称|说|返回|用)
    |不要(?:总结|概括|摘要)(?:本文|这篇|以上|上面|这段)
    |(?:致|告|给|请|各位|所有|提示)[^。！？，,]{{0,14}}?{_MODEL}(?:助手|模型|程序|工具|读者|摘要器)?
      (?:[:：]|注意|请|务必|必须|读到|看到|阅读)
    |{_MODEL}(?:助手|模型|程序|工具|读者|摘要器)?[,，]?(?:请注意|请务必|看到这|读到这|读到本|看到本)
    |请(?:你)?(?:只|仅)?(?:输出|回复|回答|返回)(?:以下|下面|下列|如下|[“"':：])
    |(?:ignore|disregard|forget|override|bypass|donotfollow|don'tfollow)[^.]{{0,30}}?
      (?:previous|prior|above|preceding|earlier|all|any|your|system|these|foregoing)[^.]{{0,24}}?
      (?:instruction|prompt|rule|direction|guideline|command|message)
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
    |(?:respond|reply|answer|return)(?:only)?(?:with|exactly|using)(?:the|only|exactly|["“'])
    |donot(?:summari[sz]e|translate)(?:this|the|it)
    |<\|[a-z_]{{2,20}}\|>|\[/?inst\]|<</?sys>>
    |</?(?:system|assistant|instructions?|prompt|article|document|tool_?calls?|function_?calls?|think)\b[^>]{{0,40}}>
    |<!--|[=#*-]{{3,}}(?:新闻原文|system|系统|end(?:of)?|begin|instruction)
    |(?:^|[。！？.:：#\]}}])\#*(?:systemprompt|systemmessage|developermessage|系统提示词?|系统消息|系统指令|开发者消息)[:：]
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
