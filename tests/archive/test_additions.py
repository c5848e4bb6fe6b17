import pytest

from archive.sameness.additions import addition

BEFORE = ["量潮周一发布新模型，参数为六千亿。", "新模型的价格是每百万词元12元，同行没有跟进。"]


@pytest.mark.parametrize(
    ("report", "added"),
    [
        ("量潮周一发布新模型，参数为六千亿。", ""),
        ("价格周二降到9元，老客户不必重新签约。", "价格周二降到9元，老客户不必重新签约。"),
        # A new number goes before what is only new.
        (
            "同行的一位高管不愿评论此事，只说看看再说。首日签约的企业有430家，多数来自制造业。",
            "首日签约的企业有430家，多数来自制造业。",
        ),
        ("同行的一位高管不愿评论此事。", "同行的一位高管不愿评论此事。"),
        ("降到9元。", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_what_no_earlier_report_has(report: str, added: str) -> None:
    assert addition(BEFORE, report) == added


def test_traditional_width_and_blanks_do_not_make_it_new() -> None:
    assert addition(BEFORE, "新模型的价格是 每百万词元１２元，同行没有跟进。") == ""
