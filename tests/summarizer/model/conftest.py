"""Tiny models that are made here, in folders as a hub has them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.models import Article
from summarizer.model import files
from summarizer.model.writer import LocalModel

NEWS = Article(
    "星阶科技发布“青禾”",
    "星阶科技3月2日发布大模型“青禾”，参数量为130亿。公司同日完成2.4亿元融资，由潮声资本领投。",
)
OTHER = Article(
    "云汐市开放试验路段", "云汐市5月8日开放首批无人驾驶试验路段，全长46公里，共有三家企业入选。"
)
LEARNT = "星阶科技发布大模型“青禾”，完成2.4亿元融资。"
SHAPE = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}


def characters() -> Any:
    """A tokenizer with one token for each character that the tests use."""
    import tokenizers
    import transformers

    from summarizer.model.engine import PLAIN

    marks = ["<pad>", "<s>", "</s>", "<unk>"]
    texts = (NEWS.title, NEWS.text, OTHER.title, OTHER.text, PLAIN, LEARNT)
    words = marks + sorted(set("".join(texts)))
    model = tokenizers.models.WordLevel({word: i for i, word in enumerate(words)}, "<unk>")
    backend = tokenizers.Tokenizer(model)
    every_character = tokenizers.Regex(r"[\s\S]")
    backend.pre_tokenizer = tokenizers.pre_tokenizers.Split(every_character, "isolated")
    backend.decoder = tokenizers.decoders.Fuse()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", bos_token="<s>", eos_token="</s>",
        unk_token="<unk>", model_max_length=512,
    )  # fmt: skip


def pieces() -> Any:
    """A tokenizer of byte pairs, as chat models have, with a chat template."""
    import tokenizers
    import transformers

    backend = tokenizers.Tokenizer(tokenizers.models.BPE())
    backend.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<pad>", "<s>", "</s>"], show_progress=False,
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    backend.train_from_iterator([NEWS.text, OTHER.text] * 5, trainer)
    found: Any = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", bos_token="<s>", eos_token="</s>",
        model_max_length=4096,
    )  # fmt: skip
    found.chat_template = "{% for message in messages %}{{ message.content }}\n{% endfor %}"
    return found


def learn(model: Any, inputs: dict[str, Any]) -> None:
    """Train until the sentence is known by heart: about a second."""
    import torch

    # More would wait for each other where the machine is busy.
    torch.set_num_threads(1)
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
    import torch

    return torch.tensor([[*tokens(LEARNT)["input_ids"], tokens.eos_token_id]])


def save(folder: Path, model: Any, tokens: Any) -> Path:
    model.save_pretrained(folder)
    tokens.save_pretrained(folder)
    assert (folder / "model.safetensors").is_file()
    return files.fetch(str(folder), folder.parent)


@pytest.fixture(scope="session")
def seq2seq(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that has learnt its sentence."""
    import torch
    import transformers

    torch.manual_seed(7)
    tokens = characters()
    shape: dict[str, Any] = {"d_model": 32, "max_position_embeddings": 256, "dropout": 0.0}
    for side in ("encoder", "decoder"):
        shape |= {f"{side}_layers": 1, f"{side}_attention_heads": 2, f"{side}_ffn_dim": 64}
    config = transformers.BartConfig(
        **shape, **SHAPE, vocab_size=len(tokens), decoder_start_token_id=2,
        forced_eos_token_id=None,
    )  # fmt: skip
    model = transformers.BartForConditionalGeneration(config)
    article = tokens(f"{NEWS.title}\n{NEWS.text}", return_tensors="pt")["input_ids"]
    learn(model, {"input_ids": article, "labels": sentence(tokens)})
    return save(tmp_path_factory.mktemp("models") / "tiny-bart", model, tokens)


@pytest.fixture(scope="session")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that has learnt its sentence, and has no chat template."""
    import torch
    import transformers

    from summarizer.model.engine import PLAIN

    torch.manual_seed(7)
    tokens = characters()
    config = transformers.LlamaConfig(
        **SHAPE, vocab_size=len(tokens), hidden_size=32, intermediate_size=64,
        num_hidden_layers=1, num_attention_heads=2, max_position_embeddings=512,
    )  # fmt: skip
    model = transformers.LlamaForCausalLM(config)
    asked = tokens(PLAIN.format(title=NEWS.title, text=NEWS.text), return_tensors="pt")["input_ids"]
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


@pytest.fixture(scope="session")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with a chat template and random weights, whose long prompts take much memory."""
    import torch
    import transformers

    torch.manual_seed(7)
    tokens = pieces()
    config = transformers.Qwen3Config(
        **SHAPE, vocab_size=len(tokens), hidden_size=32, intermediate_size=16384,
        num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1, head_dim=16,
        max_position_embeddings=4096,
    )  # fmt: skip
    model = transformers.Qwen3ForCausalLM(config)
    return save(tmp_path_factory.mktemp("models") / "tiny-qwen", model, tokens)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Any]:
    """Makes writers that end with the test."""
    made: list[LocalModel] = []

    def make(folder: Path, **limits: Any) -> LocalModel:
        made.append(LocalModel(str(folder), tmp_path, **limits))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def news() -> Article:
    return NEWS


@pytest.fixture
def other() -> Article:
    return OTHER
