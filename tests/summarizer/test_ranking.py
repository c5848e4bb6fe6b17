import pytest

from archive.models import Article
from summarizer.ranking import rank


def alone(sentence: str) -> bool:
    return rank(Article("", sentence))[0].alone


@pytest.mark.parametrize(
    "sentence",
    [
        "星阶科技3月2日发布垂直大模型“青禾”。",
        "而今的云汐市已有三座智算中心。",
        "其他城市正在跟进示范农场的做法。",
        "该市以外的企业不在其列，周望川说。"[3:],
        "周望川表示：“模型的训练数据全部取得授权。”",
        "“模型的训练数据全部取得授权，”周望川说。",
        "被告星阶科技在3月2日提交了答辩状。",
        "就训练数据的来源问题，星阶科技回应称全部取得授权。",
    ],
)
def test_a_whole_statement_reads_alone(sentence: str) -> None:
    assert alone(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "但业内对这个模型也有不同的声音。",
        "他认为农技员不会因此而失业。",
        "对此，周望川说公司早有准备。",
        "不光如此，初来云汐市的农技员也不少。",
        "回忆起在农场的日子，她仍然觉得新鲜。",
        "然后，你可以打开设置里的下载地址。",
        "别忘了智算中心旁边的示范农场也开放。",
        "下面描述的三种办法都能减少病虫害。",
        "谁承想，老农技员也能学会写程序。",
        "其中三成资金将用于建设智算中心。",
        "2019年，他来到云汐市创办公司。",
        "不久前，该公司还推出了一款新产品。",
        "二、各单位应当在年底前完成清查工作。",
        "3. 打开设置，找到模型的下载地址。",
        "第二，各单位应当在年底前完成清查。",
        "星阶科技花了三年时间来解决这个问题。",
        "此外，他还计划年内招聘一百名工程师。",
        "不然，智算中心会在断电时丢失数据。",
        "对于他此次辞职，星阶科技没有回应。",
        "被送往智算中心的传感器全部合格。",
        "如果它不能联网，农技员就只能去田里看。",
        "采访中，农技员说起了智算中心停电那天。",
        "星湾智算中心正是为解决此问题而建的。",
        "該公司還計劃在年內招聘一百名工程師。",
    ],
    ids=lambda sentence: sentence[:6],
)
def test_a_sentence_that_leans_on_the_one_before_does_not(sentence: str) -> None:
    assert not alone(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "大模型真的能替代基层的农技员吗？",
        "本报记者 林未 实习生 苏禾 云汐报道。",
        "责任编辑：苏禾，校对：林未，审核：周某。",
        "图为云汐市示范农场里的土壤传感器。",
        "（图片来源：星阶科技，经授权发布。）",
        "点击下方链接，关注我们的公众号。",
        "“这一天我们已经等了足足九年。”",
        "推动智慧农业高质量发展的云汐实践",
        "好的。",
        "周望川说：“模型的训练数据全部取得授权。",
        "“训练数据全部取得授权。”他补充说道。",
        "云汐市示范农场里的土壤传感器资料图。",
        "请在下方的表格里填写农场的名称和地址。",
        "今天小编就来教大家怎样使用青禾大模型。",
        "以下是青禾大模型在农场里的五种用法。",
        "传感器在农场里的位置如下图所示。",
        "智慧农业真是一个了不起的好主意！",
        "一种可以在夜里为智算中心供电的电池。",
        "感谢星阶科技的邀请，很高兴来到云汐。",
    ],
    ids=lambda sentence: sentence[:6],
)
def test_questions_credits_captions_and_pieces_do_not(sentence: str) -> None:
    assert not alone(sentence)


@pytest.mark.parametrize(
    "dateline",
    [
        "云汐社3月2日电（记者 林未）",
        "本报讯 ",
        "（云汐社2日电）",
        "星湾网3月2日讯 （记者林未）",
        "（雲汐社2日電）",
        "云汐网记者林未3月2日报道：",
        "云汐科技 3 月 2 日消息，",
        "星湾时报讯，",
    ],
)
def test_a_sentence_begins_after_its_dateline(dateline: str) -> None:
    text = f"{dateline}星阶科技发布垂直大模型“青禾”。"
    (sentence,) = rank(Article("", text))
    assert sentence.text == text[sentence.start : sentence.end] == "星阶科技发布垂直大模型“青禾”。"


@pytest.mark.parametrize(
    "tie",
    [
        "此外，",
        "但",
        "但是，",
        "同时，",
        "幸运的是，",
        "准确地说，",
        "然而，事实上，",
        "①",
        "【青禾发布】",
    ],
)
def test_a_sentence_begins_after_what_only_ties_it_to_others(tie: str) -> None:
    text = f"{tie}星阶科技3月2日发布垂直大模型“青禾”。"
    (sentence,) = rank(Article("", text))
    assert sentence.alone
    assert sentence.text == text[sentence.start :] == text.removeprefix(tie)


@pytest.mark.parametrize("said", ["不过是一家小公司。", "但丁的诗被译成了三种语言。"])
def test_words_that_begin_like_a_connective_are_not_cut(said: str) -> None:
    (sentence,) = rank(Article("", f"{said[:-1]}，星阶科技说。"))
    assert sentence.start == 0


def test_what_follows_a_semicolon_goes_on_with_its_subject() -> None:
    text = "星阶科技全年营业收入三亿元，增长两成；净利润一亿元，同比增长一成五。"
    assert [one.alone for one in rank(Article("", text))] == [True, False]
    assert all(one.alone for one in rank(Article("", text.replace("；", "。"))))


def test_another_outlets_report_stays_its_own() -> None:
    text = "云汐通讯社2日报道，星阶科技将发布垂直大模型“青禾”。"
    assert rank(Article("", text))[0].text == text


def test_the_title_and_the_place_decide(article: Article) -> None:
    ranked = rank(article)
    assert max(ranked, key=lambda sentence: sentence.score) == ranked[0]
    other = rank(Article("云汐市印发智慧农业数据管理办法", article.text))
    assert "《智慧农业数据管理办法》" in max(other, key=lambda sentence: sentence.score).text


def test_sentences_come_in_order_with_their_offsets(article: Article) -> None:
    ranked = rank(article)
    assert [s.text for s in ranked] == [article.text[s.start : s.end] for s in ranked]
    assert ranked == sorted(ranked, key=lambda sentence: sentence.start)
    assert rank(Article("题", "")) == []
