import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text import fold
from crawler.articles import lines

TITLE = "云岭智能发布青鸾三代大模型"
TEXT = [
    "云岭智能今天在江城发布了第三代大模型“青鸾”，并把调用价格下调三成。",
    "公司首席执行官沈砚秋说，新模型把长文档的处理速度提高了两倍。",
    "首批接入的有十二家医院和三家银行，年内计划扩展到一百家。",
    "砺石资本合伙人方亦行认为，价格还会再降。",
]
BUTTONS = [
    "举报/反馈",
    "返回搜狐，查看更多",
    "查看全文",
    "点击展开全文",
    "分享到：微信 微博 QQ空间",
    "微信扫一扫",
    "扫码关注",
    "长按识别二维码",
    "点击上方蓝字关注我们",
    "设为星标",
    "一键三连",
    "打开云上科技报APP",
    "字号：大 中 小",
    "【打印】",
    "收藏",
    "我要评论",
    "网友评论（12）",
    "上一篇：松涛科技第三季度营收增长",
    "第1页/共3页",
    "阅读量：2310",
    "您所在的位置：首页 > 快讯 >",
]
NOTICES = [
    "未经授权，任何媒体不得转载。",
    "本文系作者授权云上科技报发表，未经许可，不得转载。",
    "转载请注明出处：云上科技报",
    "特别声明：以上内容为用户上传并发布。",
    "【免责声明】本文仅代表作者本人观点，与本网无关。",
    "以上内容不构成投资建议，据此操作风险自担。",
    "如有侵权，请联系删除。",
    "更多精彩资讯请下载云上科技报客户端",
    "Copyright © 2026 云上科技报",
    "江ICP备12345678号",
]
AFTERWARDS = [
    "相关阅读",
    "【相关报道】",
    "推荐阅读：",
    "延伸阅读",
    "猜你喜欢",
    "热门推荐 MORE>>",
    "大家都在看",
    "24小时热文",
    "参考资料：",
    "更多相关新闻",
]
ENDS = ["（完）", "-END-", "— 完 —", "THE END", "【本文结束】"]


@pytest.mark.parametrize("button", BUTTONS)
def test_what_a_button_says_is_no_paragraph_wherever_it_stands(button: str) -> None:
    assert lines.tidy([TEXT[0], button, *TEXT[1:], button], TITLE) == TEXT
    assert lines.prose(button) == 0


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_goes_where_it_stands_around_the_text_and_not_in_it(notice: str) -> None:
    assert lines.tidy([notice, *TEXT, notice], TITLE) == TEXT
    inside = [*TEXT, notice, *TEXT]
    assert lines.tidy(inside, TITLE) == inside


def test_a_long_paragraph_about_rights_is_no_notice() -> None:
    about = "转载请注明出处，这句话写在每篇文章下面，却少有人照做。" * 12
    assert lines.tidy([*TEXT, about], TITLE) == [*TEXT, about]


@pytest.mark.parametrize("heading", [*AFTERWARDS, *ENDS])
def test_what_follows_the_end_of_an_article_goes_if_it_is_little(heading: str) -> None:
    assert lines.tidy([*TEXT, heading, "松涛科技公布财报", "砺石资本募集新基金"], TITLE) == TEXT
    early = [TEXT[0], heading, *TEXT[1:]]
    assert lines.tidy(early, TITLE) == early


def test_a_button_may_head_what_follows_the_text() -> None:
    assert lines.tidy([*TEXT, "发表评论", "昵称", "密码"], TITLE) == TEXT


@pytest.mark.parametrize(
    "line",
    [
        "分享到社交网络的内容，由用户自己负责。",
        "下载量最高的APP是一款记账软件。",
        "评论认为，这次降价来得太晚。",
        "法院认定，被告未经许可使用了原告的照片。",
        "相关报道援引知情人士的话说，谈判还在继续。",
        "他收藏了三百台旧电脑。",
        "双方合作联系紧密，已有十年。",
    ],
)
def test_a_sentence_with_the_words_of_a_button_or_a_notice_is_kept(line: str) -> None:
    assert lines.tidy([*TEXT, line], TITLE) == [*TEXT, line]
    assert lines.tidy([line, *TEXT], TITLE) == [line, *TEXT]
    assert lines.prose(line) > 0


def test_the_headline_the_credits_and_the_hour_around_a_text_are_no_part_of_it() -> None:
    around = [TITLE, "2026-11-21 09:05 江城", "来源：云上科技报 作者：陆知远"]
    assert lines.tidy([*around, *TEXT, "发表于 2026年11月21日 09:05"], TITLE) == TEXT


def test_page_numbers_under_a_text_go_and_those_of_its_parts_stay() -> None:
    assert lines.tidy(["1", *TEXT, "2", *TEXT, "1 2 3"], TITLE) == ["1", *TEXT, "2", *TEXT]


def test_an_hour_inside_a_text_or_in_a_sentence_is_kept() -> None:
    timeline = ["2026年11月21日09:05，发布会开始。", *TEXT, "2026-11-21 10:00 提问", *TEXT]
    assert lines.tidy(timeline, TITLE) == timeline


def test_what_is_glued_to_the_last_paragraph_is_cut_off() -> None:
    assert lines.tidy([*TEXT[:3], TEXT[3] + "举报/反馈"], TITLE) == TEXT


def test_a_list_of_names_is_no_prose_however_long() -> None:
    assert lines.prose("云岭智能 松涛科技 砺石资本 青石软件 " * 50) == 0
    assert lines.prose(TEXT[0]) == len(fold(TEXT[0]))


@given(st.lists(st.text(max_size=60) | st.sampled_from([*BUTTONS, *NOTICES, *ENDS, *TEXT])))
def test_tidying_never_raises_nor_says_anything_new(found: list[str]) -> None:
    kept = lines.tidy(found, TITLE)
    assert len(kept) <= len(found)
    assert set(fold("".join(kept))) <= set(fold("".join(found)))
