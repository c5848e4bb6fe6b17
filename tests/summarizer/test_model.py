"""The transformers path, with tiny models that are made here: each learns one sentence by heart."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.models import Article, Summary
from summarizer.choice import choose
from summarizer.extractive import summarize
from summarizer.model import LocalModel
from summarizer.written import WriterError, Written

torch: Any = pytest.importorskip("torch")
transformers: Any = pytest.importorskip("transformers")
tokenizers: Any = pytest.importorskip("tokenizers")

pytestmark = pytest.mark.model

NEWS = Article(
    "星阶科技发布“青禾”",
    "星阶科技3月2日发布大模型“青禾”，参数量为130亿。公司同日完成2.4亿元融资，由潮声资本领投。",
)
OTHER = Article(
    "云汐市开放试验路段", "云汐市5月8日开放首批无人驾驶试验路段，全长46公里，共有三家企业入选。"
)
LEARNT = "星阶科技发布大模型“青禾”，完成2.4亿元融资。"


def tokenizer() -> Any:
    """One token for each character that the tests use."""
    from summarizer.model import _PROMPT

    marks = ["<pad>", "<s>", "</s>", "<unk>"]
    texts = (NEWS.title, NEWS.text, OTHER.title, OTHER.text, _PROMPT, LEARNT)
    words = marks + sorted(set("".join(texts)))
    model = tokenizers.models.WordLevel({word: i for i, word in enumerate(words)}, "<unk>")
    backend = tokenizers.Tokenizer(model)
    every_character = tokenizers.Regex(r"[\s\S]")
    backend.pre_tokenizer = tokenizers.pre_tokenizers.Split(every_character, "isolated")
    backend.decoder = tokenizers.decoders.Fuse()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=512,
    )


def learn(model: Any, inputs: dict[str, Any]) -> None:
    """Train until the sentence is known by heart: about a second."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    model.train()
    for _ in range(300):
        loss = model(**inputs).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss.item() < 0.01:
            return
    pytest.fail(f"the tiny model did not learn its sentence: loss {loss.item():.3f}")


def sentence(tokens: Any) -> Any:
    return torch.tensor([[*tokens(LEARNT)["input_ids"], tokens.eos_token_id]])


def save(folder: Path, model: Any, tokens: Any) -> Path:
    model.save_pretrained(folder)
    tokens.save_pretrained(folder)
    assert (folder / "model.safetensors").is_file()
    return folder


@pytest.fixture(scope="module")
def seq2seq(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(7)
    tokens = tokenizer()
    shape = {
        "d_model": 32,
        "max_position_embeddings": 256,
        "dropout": 0.0,
        "vocab_size": len(tokens),
    }
    for side in ("encoder", "decoder"):
        shape |= {f"{side}_layers": 1, f"{side}_attention_heads": 2, f"{side}_ffn_dim": 64}
    config = transformers.BartConfig(
        **shape, pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=2,
        forced_eos_token_id=None,
    )  # fmt: skip
    model = transformers.BartForConditionalGeneration(config)
    article = tokens(f"{NEWS.title}\n{NEWS.text}", return_tensors="pt")["input_ids"]
    learn(model, {"input_ids": article, "labels": sentence(tokens)})
    return save(tmp_path_factory.mktemp("models") / "tiny-bart", model, tokens)


@pytest.fixture(scope="module")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from summarizer.model import _PROMPT

    torch.manual_seed(7)
    tokens = tokenizer()
    config = transformers.LlamaConfig(
        vocab_size=len(tokens), hidden_size=32, intermediate_size=64, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=512,
        pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    model = transformers.LlamaForCausalLM(config)
    prompt = _PROMPT.format(title=NEWS.title, text=NEWS.text)
    asked = tokens(prompt, return_tensors="pt")["input_ids"]
    answer = sentence(tokens)
    known = torch.full_like(asked, -100)
    learn(
        model,
        {
            "input_ids": torch.cat([asked, answer], dim=1),
            "labels": torch.cat([known, answer], dim=1),
        },
    )
    return save(tmp_path_factory.mktemp("models") / "tiny-llama", model, tokens)


@pytest.fixture(params=["seq2seq", "causal"])
def folder(request: pytest.FixtureRequest) -> Path:
    path: Path = request.getfixturevalue(request.param)
    return path


def summary_of(article: Article, folder: Path) -> Summary:
    model = LocalModel(str(folder))
    return choose(article, *model.write([article]), model.model)


def test_a_model_writes_and_its_grounded_text_is_kept(folder: Path) -> None:
    summary = summary_of(NEWS, folder)
    assert summary.text == LEARNT
    assert summary.method == folder.name
    assert summary.spans == ()
    assert summary.reason == ""
    assert summary.events == summarize(NEWS).events


def test_what_another_article_does_not_say_is_not_kept(folder: Path) -> None:
    summary = summary_of(OTHER, folder)
    assert summary.method == "lead"
    assert summary.text in OTHER.text
    assert summary.reason.startswith(f"{folder.name}: ")


def test_a_text_longer_than_the_window_is_cut_and_the_request_is_not(folder: Path) -> None:
    writer = LocalModel(str(folder))
    long = Article(NEWS.title, NEWS.text * 50)
    read = writer._fit(long)["input_ids"]
    assert read.shape[1] <= 512
    prompt = writer._tokenizer.decode(read[0])
    assert prompt.startswith(NEWS.title) or prompt.endswith("概括：")
    assert isinstance(*writer.write([long]), Written)


def test_a_title_longer_than_the_window_is_refused(folder: Path) -> None:
    [error] = LocalModel(str(folder)).write([Article(NEWS.title * 60, "")])
    assert isinstance(error, WriterError)
    assert re.match(r"summarizer model tiny-\w+: it reads \d+ tokens", str(error))


def pickle_only(folder: Path) -> str:
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    return "no safetensors weights, and pickled ones are refused"


def truncated(folder: Path) -> str:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:200])
    return ""


def of_unknown_kind(folder: Path) -> str:
    (folder / "config.json").write_text(json.dumps({"model_type": "no_such_kind"}))
    return "no_such_kind"


def with_code_of_its_own(folder: Path) -> str:
    (folder / "config.json").write_text(
        json.dumps({"model_type": "own", "auto_map": {"AutoConfig": "own.OwnConfig"}})
    )
    (folder / "own.py").write_text("raise SystemExit('this code ran')")
    return ""


def without_config(folder: Path) -> str:
    (folder / "config.json").unlink()
    return "no config.json"


@pytest.mark.parametrize(
    "damage",
    [pickle_only, truncated, of_unknown_kind, with_code_of_its_own, without_config],
    ids=lambda damage: damage.__name__,
)
def test_a_bad_folder_is_refused_in_one_line(
    seq2seq: Path, tmp_path: Path, damage: Callable[[Path], str]
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for file in seq2seq.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    problem = damage(folder)
    with pytest.raises(WriterError) as caught:
        LocalModel(str(folder))
    assert problem in str(caught.value)
    assert str(caught.value).startswith(f"summarizer model {folder}: ")
    assert "\n" not in str(caught.value)


def test_a_missing_folder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(WriterError, match="there is no such folder"):
        LocalModel(str(tmp_path / "nowhere"))


def test_a_hub_model_that_is_not_here_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> None:
        pytest.fail("the hub was asked")

    monkeypatch.setattr("socket.socket.connect", connect)
    with pytest.raises(WriterError) as caught:
        LocalModel("starstep/qinghe-base")
    assert caught.value.model == "starstep/qinghe-base"
    assert "not on this machine" in caught.value.problem
