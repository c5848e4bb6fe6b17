"""A model in the child process: loaded once, asked for batches. Only this module imports torch.

`load` comes first; what it loaded stays until the process ends.
"""

import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import torch
import transformers

from archive.models import Article
from summarizer import prompt
from summarizer.model import files
from summarizer.model.calls import Loaded, Reply
from summarizer.model.fit import fitted
from summarizer.written import WriterError

MOST_READ, MOST_WRITTEN, MOST_OF_A_RECORD = 2048, 200, 512
"""Tokens of an article with its request, of a plain summary, of a whole record as JSON; models
with a smaller window get less."""

_KINDS = frozenset(("F64", "F32", "F16", "BF16", "I64", "BOOL"))
"""Of tensors as safetensors names them; whole numbers are positions, not weights."""
PLAIN = (
    "请用两到三句话概括下面这篇新闻。只写原文中有的事实，数字照抄，不要评论，直接给出概括。\n\n"
    "标题：{title}\n正文：{text}\n\n概括："
)
# Tokenizers of the BERT kind put blanks around Chinese characters.
_WIDE = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_GAP = re.compile(f"(?<={_WIDE}) +| +(?={_WIDE})")
_TO_LAST_END = re.compile(r".*[。！？!?][”’」』）)]*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Engine:
    """A loaded model with what is known of it."""

    model: Any
    tokenizer: Any
    seq2seq: bool
    most_read: int
    most_written: int
    grammar: Any
    """A `grammar.Grammar`, if the model replies with records."""

    def encode(self, title: str, text: str) -> list[int]:
        """Token ids of all that the model reads."""
        if self.seq2seq:
            asked = f"{title}\n{text}"
        elif self.grammar:
            asked = prompt.request(title, text)
        else:
            asked = PLAIN.format(title=title, text=text)
        chat = not self.seq2seq and bool(self.tokenizer.chat_template)
        if chat:
            asked = self.tokenizer.apply_chat_template(
                [{"role": "user", "content": asked}],
                tokenize=False,
                add_generation_prompt=True,
                enable_thinking=False,
            )
        ids: list[int] = self.tokenizer(asked, add_special_tokens=not chat)["input_ids"]
        return ids

    def fit(self, article: Article) -> list[int]:
        """The encoded request with as much of the article as the model reads."""
        room = self.most_read - len(self.encode(article.title, ""))
        while room > 0:
            ids = self.encode(article.title, fitted(article, room, self._count))
            if len(ids) <= self.most_read:
                return ids
            room -= len(ids) - self.most_read
        raise ValueError(f"it reads {self.most_read} tokens, too few for the title")

    def _count(self, texts: Sequence[str]) -> list[int]:
        found = self.tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        return [len(ids) for ids in found]


running: Engine | None = None
"""The model of this process."""


def load(model: str, place: str) -> Loaded | str:
    """Check and load the model in the folder `place`; a string says why that cannot be."""
    global running
    try:
        files.check(model, Path(place))
        with _memory_told():
            running, note = _load(place)
    except WriterError as error:
        return error.problem
    except MemoryError:
        raise
    except Exception as error:
        # The libraries raise many kinds for a bad model; a person needs one line.
        return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    on_gpu = running.model.device.type == "cuda"
    return Loaded(bool(running.grammar), 65536 if on_gpu else 8192, running.most_written, note)


def encode(articles: Sequence[Article]) -> list[list[int] | str]:
    """Token ids of what is asked about each article, or why it cannot be asked."""
    answers: list[list[int] | str] = []
    for article in articles:
        try:
            answers.append(_running().fit(article))
        except ValueError as error:
            answers.append(str(error))
    return answers


def generate(prompts: Sequence[Sequence[int]], seconds: float) -> list[Reply]:
    """The replies to encoded prompts, all at once; what is not finished in time is cut off."""
    engine = _running()
    width = max(len(ids) for ids in prompts)
    tokenizer, generation = engine.tokenizer, engine.model.generation_config
    ends = generation.eos_token_id
    ends = set(ends) if isinstance(ends, list) else {ends}
    padding = tokenizer.pad_token_id
    padding = tokenizer.eos_token_id if padding is None else padding
    blank = [[padding] * (width - len(ids)) for ids in prompts]
    seen = [[0] * len(pad) + [1] * len(ids) for pad, ids in zip(blank, prompts, strict=True)]
    rows = [[*pad, *ids] for pad, ids in zip(blank, prompts, strict=True)]
    if engine.seq2seq:
        rows = [[*ids, *pad] for pad, ids in zip(blank, prompts, strict=True)]
        seen = [mask[::-1] for mask in seen]
    held = engine.grammar and engine.grammar.processor(len(rows), engine.most_written)
    device = engine.model.device
    with torch.inference_mode(), _memory_told():
        output = engine.model.generate(
            input_ids=torch.tensor(rows, device=device),
            attention_mask=torch.tensor(seen, device=device),
            max_new_tokens=engine.most_written,
            max_time=seconds,
            do_sample=False,
            num_beams=1,
            pad_token_id=padding,
            logits_processor=[held] if held else None,
        )
    replies = []
    for ids, written in zip(prompts, output.tolist(), strict=True):
        new = written[1:] if engine.seq2seq else written[width:]
        stop = next((at for at, token in enumerate(new) if token in ends), len(new))
        text = tokenizer.decode(new[:stop], skip_special_tokens=True)
        replies.append(Reply(text if held else _plain(text), len(ids), min(stop + 1, len(new))))
    return replies


def _plain(text: str) -> str:
    text = _GAP.sub("", text).strip()
    # The sentence that the limit broke off goes, if there is another.
    whole = _TO_LAST_END.match(text)
    return whole[0] if whole else text


def _running() -> Engine:
    assert running is not None, "load comes first"
    return running


def _load(place: str) -> tuple[Engine, str]:
    logs: Any = transformers.logging
    logs.set_verbosity_error()
    logs.disable_progress_bar()
    on_gpu = torch.cuda.is_available()
    if not on_gpu:
        torch.set_num_threads(_processors())
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    config = transformers.AutoConfig.from_pretrained(place, **options)
    if getattr(config, "quantization_config", None):
        raise ValueError("its weights are quantised; name the model as it was before that")
    seq2seq = bool(config.is_encoder_decoder)
    kind = "AutoModelForSeq2SeqLM" if seq2seq else "AutoModelForCausalLM"
    tokenizer: Any = transformers.AutoTokenizer.from_pretrained(place, **options)
    tokenizer.padding_side = "right" if seq2seq else "left"
    for file in Path(place).glob("*.safetensors"):
        with safetensors.safe_open(file, "pt") as weights:
            names = weights.keys()  # It is no mapping: it has keys, but cannot be iterated.
            kinds = {weights.get_slice(name).get_dtype() for name in names}
        if odd := kinds - _KINDS:
            raise ValueError(f"{file.name} has weights of type {sorted(odd)[0]}")
    options |= {"use_safetensors": True, "output_loading_info": True}
    options["dtype"] = torch.bfloat16 if on_gpu else "auto"
    model, told = getattr(transformers, kind).from_pretrained(place, **options)
    for what in ("missing_keys", "mismatched_keys"):
        if told[what]:
            raise ValueError(f"{len(told[what])} tensors of {type(model).__name__} are not in it")
    notes = []
    if on_gpu:
        model = model.cuda()
    elif problem := quantise(model):
        notes.append(f"runs in 32 bits, slowly ({problem})")
    window = getattr(config.get_text_config(), "max_position_embeddings", MOST_READ)
    grammar = None
    if tokenizer.chat_template and not seq2seq:
        try:
            from summarizer.model.grammar import Grammar

            grammar = Grammar(tokenizer, model, prompt.SCHEMA)
        except (ImportError, ValueError) as error:
            notes.append(f"writes plain text instead of records ({error})")
    most_written = min(MOST_OF_A_RECORD if grammar else MOST_WRITTEN, window // 2)
    # A causal model writes into the window that it reads from.
    room = window if seq2seq else window - most_written
    most_read = min(MOST_READ, room, tokenizer.model_max_length)
    engine = Engine(model.eval(), tokenizer, seq2seq, most_read, most_written, grammar)
    return engine, "; ".join(notes)


def quantise(model: Any) -> str:
    """Turn each linear layer into one with 8-bit weights, one after the other, the rest to 32 bits.

    `torch.ao` announces its removal. Where it is gone all stays in 32 bits; the answer says why.
    """
    problem = ""
    try:
        from torch.ao.nn.quantized import dynamic
        from torch.ao.quantization import per_channel_dynamic_qconfig as way

        eight_bits: Any = dynamic.Linear

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, layer in list(model.named_modules()):
                if type(layer) is torch.nn.Linear:
                    own: Any = torch.nn.Linear(0, 0)
                    own.weight, own.bias = layer.weight, layer.bias
                    own = own.float()
                    own.qconfig = way
                    own.in_features, own.out_features = layer.in_features, layer.out_features
                    parent, _, last = name.rpartition(".")
                    setattr(model.get_submodule(parent), last, eight_bits.from_float(own))
    except (ImportError, AttributeError, RuntimeError, NotImplementedError) as error:
        # A processor or a build of torch without 8 bits: the caller tells, the model works without.
        problem = str(error).splitlines()[0]
    model.float()
    return problem


def _processors() -> int:
    """Processors that this process may use, a container's quota included."""
    most: int = min(torch.get_num_threads(), len(os.sched_getaffinity(0)))
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return most if quota == "max" else max(1, min(most, round(int(quota) / int(period))))
    except (OSError, ValueError):
        return most


@contextmanager
def _memory_told() -> Iterator[None]:
    """Want of memory is a MemoryError, whatever torch calls it: the child ends by that."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise MemoryError from error
    except RuntimeError as error:
        if "allocate memory" in str(error) or "could not create a memory" in str(error):
            raise MemoryError from error
        raise
