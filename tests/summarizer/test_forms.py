from archive.models import Article
from summarizer.extractive import summarize
from summarizer.forms import form
from summarizer.ranking import rank

INTRO = "星阶科技创始人周望川3月2日在云汐市接受采访，谈垂直大模型“青禾”怎样走进示范农场。"
INTERVIEW = f"""{INTRO}
记者：青禾为什么先从种植业做起？
周望川：种植业的田块数据最完整，两百个示范农场愿意同我们一起试验。我们用了三年才整理完。
记者：农技员会被大模型取代吗？
周望川：农技员的经验是青禾最好的老师，公司今年还要再请一百名农技员。这不是取代。"""

ROUNDUP = """1. 星阶科技发布垂直大模型“青禾”
云汐市星阶科技3月2日发布垂直大模型“青禾”，面向种植业。公司称训练数据全部取得授权。
2. 沐光半导体完成新一轮融资
沐光半导体3月1日宣布完成三亿元融资，由云汐产业基金领投。资金将用于扩建封装产线。
3. 云汐市印发数据管理办法
云汐市农业农村局印发《智慧农业数据管理办法》，自4月1日起施行。办法共二十八条。
4. 青岚机器人获准上路
青岚机器人的配送车3月2日获准在滨江新区的公开道路行驶。首批一共投放五十辆。"""


def quoted(title: str, text: str) -> list[str]:
    summary = summarize(Article(title, text))
    sentences = [text[start:end] for start, end in summary.spans]
    assert "".join(sentences) == summary.text
    return sentences


def test_turns_that_ask_and_answer_are_an_interview() -> None:
    found = form(Article("周望川：农技员是最好的老师", INTERVIEW))
    assert found.kind == "interview"
    assert [(part.speaker, part.asks) for part in found.parts] == [
        ("记者", True),
        ("周望川", False),
    ] * 2


def test_an_interview_gives_its_introduction_and_named_answers() -> None:
    first, *others = quoted("周望川：农技员是最好的老师", INTERVIEW)
    assert first == INTRO
    assert others
    assert all(sentence.startswith("周望川：") for sentence in others)


def test_no_question_is_quoted_even_where_the_asker_states() -> None:
    text = INTERVIEW.replace("农技员会被", "先说农场的事。示范农场今年增加到了两百家。农技员会被")
    ranked = rank(Article("示范农场今年增加到了两百家", text))
    (asked,) = [one for one in ranked if "示范农场今年增加" in one.text]
    assert not asked.alone


def test_a_bare_label_is_left_off_and_first_persons_are_not_quoted_under_it() -> None:
    text = INTERVIEW.replace("记者：", "问：").replace("周望川：", "答：")
    alone = [one.text for one in rank(Article("", text)) if one.alone]
    assert alone == [INTRO, "农技员的经验是青禾最好的老师，公司今年还要再请一百名农技员。"]


def test_the_introduction_is_quoted_whatever_the_title_is_like() -> None:
    opening = "3月2日的云汐市下着今年的第一场雨。"
    turns = INTERVIEW.removeprefix(INTRO).replace("这不是取代。", "")
    answers = "".join(f"\n周望川：农技员是最好的老师，第{n}家示范农场也这样看。" for n in "五六七")
    assert opening in quoted("周望川：农技员是最好的老师", f"{opening}{turns}{answers}")


def test_who_asks_is_known_by_the_questions_or_by_the_label() -> None:
    assert form(Article("", INTERVIEW.replace("记者：", "林未："))).parts[0].asks
    stated = INTERVIEW.replace("先从种植业做起？", "先从种植业做起。").replace("取代吗？", "取代。")
    assert form(Article("", stated)).kind == "interview"


def test_a_label_that_comes_once_begins_no_turn() -> None:
    noted = f"{INTERVIEW}\n备注：访谈在云汐市的示范农场进行。"
    assert {part.speaker for part in form(Article("", noted)).parts} == {"记者", "周望川"}


def test_labels_that_never_ask_are_no_interview() -> None:
    text = "优点：装得快，不用联网。\n缺点：只有一种界面，没有中文。\n" * 3
    assert form(Article("四款文件同步工具", text)).kind == "text"


def test_numbered_shorts_under_a_column_are_a_round_up() -> None:
    found = form(Article("云汐科技早报｜星阶科技发布青禾", ROUNDUP))
    assert found.kind == "round-up"
    assert [ROUNDUP[part.said :][:4] for part in found.parts] == [
        "星阶科技", "沐光半导", "云汐市印", "青岚机器",
    ]  # fmt: skip


def test_a_headline_belongs_to_the_paragraph_below_it() -> None:
    unnumbered = "\n".join(line.split(". ")[-1] for line in ROUNDUP.splitlines())
    assert len(form(Article("云汐科技早报", unnumbered)).parts) == 4


def test_a_number_out_of_order_begins_no_piece() -> None:
    text = ROUNDUP.replace("公司称", "\n12. 公司称")
    assert len(form(Article("云汐科技早报", text)).parts) == 4


def test_not_even_the_titles_own_words_bring_a_later_sentence_of_a_piece() -> None:
    later = "沐光半导体的资金将用于扩建封装产线。"
    text = ROUNDUP.replace("资金将用于扩建封装产线。", later)
    assert later not in quoted("云汐科技早报｜沐光半导体的资金将用于扩建封装产线", text)


def test_a_round_up_gives_the_first_sentence_of_several_pieces() -> None:
    sentences = quoted("云汐科技早报｜星阶科技发布青禾", ROUNDUP)
    assert len(sentences) >= 3
    firsts = [line.split("。")[0] + "。" for line in ROUNDUP.splitlines()[1::2]]
    assert set(sentences) <= set(firsts)


def test_pieces_may_be_paragraphs_or_have_bracketed_headlines() -> None:
    lines = ROUNDUP.splitlines()[1::2]
    headlines = "星阶发布青禾；沐光半导体融资三亿元；云汐市印发办法"
    assert form(Article(headlines, "\n".join(lines))).kind == "round-up"
    bracketed = "\n".join(f"【第{n}家公司的消息】{line}" for n, line in enumerate(lines))
    assert form(Article("", bracketed)).kind == "round-up"
    assert quoted("", bracketed)[0].startswith("云汐市星阶科技3月2日")


def test_a_numbered_guide_and_long_chapters_are_no_round_up() -> None:
    assert form(Article("让农场用上青禾的四个步骤", ROUNDUP)).kind == "text"
    chapters = "\n".join(f"{n}. 第{n}章\n{'云汐市的农场很多。' * 60}" for n in range(1, 5))
    assert form(Article("云汐科技早报｜长文", chapters)).kind == "text"


def test_a_newspapers_name_is_no_column() -> None:
    assert form(Article("云汐日报：示范农场丰收", ROUNDUP)).kind == "text"
    assert form(Article("云汐市农业农村局公告（第3号）", ROUNDUP)).kind == "text"
