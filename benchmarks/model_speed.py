"""What the model path makes of a CPU: tokens per second beside plain `generate`.

python -m benchmarks.model_speed [seq2seq|causal]

Plain is the same weights in 32 bits, one article after another, by `generate` as transformers does
it. The weights are random, of the shapes of a Chinese BART-base (140M) and of Qwen3-0.6B: speed
only, no quality. Articles of 200 to 1,000 tokens, 120 tokens written for each. Both run with the
same threads, each in a process of its own. The ratio to believe is the one of processor time: it
hardly moves when the machine is busy. Exit status 1 if a goal is missed.
"""

import argparse
import os
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from archive.child import Child
from benchmarks.bars import Bars
from summarizer.model import writer

_WRITTEN = 120
_LENGTHS = (1000, 850, 700, 600, 500, 400, 300, 200)
_PLAIN = (0, 4, 7)
"""These articles, as long as all in the mean, are enough for the plain way."""
_TOKENS = 8192
_GOALS = {"seq2seq": 6.0, "causal": 3.0}


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens written by the second, by the clock and of the processor, and the most MB held."""

    clock: float
    processor: float
    megabytes: float


@cache
def shape(name: str) -> Any:
    """A model with random weights in 32 bits, the same whoever asks."""
    import torch
    import transformers as library

    transformers: Any = library
    torch.manual_seed(7)
    if name == "seq2seq":
        sides = {"layers": 6, "attention_heads": 12, "ffn_dim": 3072}
        config = transformers.BartConfig(
            vocab_size=51271, d_model=768, max_position_embeddings=1024,
            **{f"{side}_{what}": n for side in ("encoder", "decoder") for what, n in sides.items()},
        )  # fmt: skip
        model = transformers.BartForConditionalGeneration(config)
    else:
        config = transformers.Qwen3Config(
            vocab_size=151936, hidden_size=1024, intermediate_size=3072, num_hidden_layers=28,
            num_attention_heads=16, num_key_value_heads=8, head_dim=128, tie_word_embeddings=True,
            max_position_embeddings=40960,
        )  # fmt: skip
        model = transformers.Qwen3ForCausalLM(config)
    # Nothing ends before its time.
    model.generation_config.eos_token_id = model.generation_config.forced_eos_token_id = None
    return model.eval()


def prompts() -> list[list[int]]:
    """Articles as random tokens, the longest first."""
    import torch

    torch.manual_seed(11)
    return [torch.randint(10, 20000, (length,)).tolist() for length in _LENGTHS]


def plain(name: str) -> Run:
    """One article after another, in 32 bits."""
    import torch

    model = shape(name)
    asked = [prompts()[at] for at in _PLAIN]

    def write() -> None:
        with torch.inference_mode():
            for ids in asked:
                row = torch.tensor([ids])
                model.generate(
                    input_ids=row, attention_mask=torch.ones_like(row), do_sample=False,
                    max_new_tokens=_WRITTEN, pad_token_id=0,
                )  # fmt: skip

    return _timed(write, len(asked))


@cache
def _quantised(name: str) -> None:
    from summarizer.model import engine

    model = shape(name)
    engine.quantise(model)
    words: Any = SimpleNamespace(pad_token_id=0, eos_token_id=None, decode=lambda *_, **__: "")
    seq2seq = name == "seq2seq"
    engine.running = engine.Engine(model, words, seq2seq, 2048, _WRITTEN, None)


def product(name: str) -> Run:
    """The product's engine."""
    from summarizer.model import engine

    _quantised(name)
    asked = prompts()
    groups = writer.batches([len(ids) + _WRITTEN for ids in asked], _TOKENS, writer.ROWS)

    def write() -> None:
        for group in groups:
            engine.generate([asked[at] for at in group], 3600)

    return _timed(write, len(asked))


def difference(name: str) -> tuple[float, float]:
    """Of the same texts read in 8 bits and in 32: the share of positions whose likeliest next
    token is the same, and how far logits are apart, in their standard deviations."""
    import torch

    from summarizer.model import engine

    model, tokens = shape(name), torch.tensor([prompts()[-1]])
    given = {"input_ids": tokens}
    if name == "seq2seq":
        given["decoder_input_ids"] = tokens
    with torch.inference_mode():
        exact = model(**given).logits
        engine.quantise(model)
        near = model(**given).logits
    same = (exact.argmax(-1) == near.argmax(-1)).float().mean().item()
    return same, ((exact - near).abs().mean() / exact.std()).item()


def _timed(write: Callable[[], None], articles: int) -> Run:
    clock, processor = time.perf_counter(), time.process_time()
    write()
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    return Run(articles * _WRITTEN / clock, articles * _WRITTEN / processor, peak)


def main() -> int:
    warnings.filterwarnings("ignore")
    bars = Bars()
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("shapes", nargs="*", choices=[*_GOALS, []])
    for name in options.parse_args().shapes or _GOALS:
        slow, fast, other = (_process() for _ in range(3))
        runs = slow.call(plain, name), fast.call(product, name)
        load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
        for what, run in zip(("plain", "product"), runs, strict=True):
            print(
                f"  {name}, {what}: {run.clock:.1f} tokens/s, {run.processor:.1f} per CPU second, "
                f"{run.megabytes:.0f} MB at most; machine load {load}"
            )
        same, apart = other.call(difference, name)
        print(f"  {name}: the same next token at {same:.1%} of places, logits {apart:.3f} σ apart")
        ratio = runs[1].processor / runs[0].processor
        bars.bar(f"{name}, tokens per CPU second ÷ plain", ratio, _GOALS[name], len(_LENGTHS))
        ratio = runs[1].clock / runs[0].clock
        bars.bar(f"{name}, tokens per second ÷ plain", ratio, _GOALS[name], len(_LENGTHS))
        for child in (slow, fast, other):
            child.close()
    return int(bars.missed)


def _process() -> Child:
    # Plain torch would let waiting threads spin; on a busy machine that flatters the product.
    return Child(
        "measuring", "benchmarks.model_speed", seconds=0, cpu=0, megabytes=0,
        environment=writer.ENVIRONMENT,
    )  # fmt: skip


if __name__ == "__main__":
    # What the children are asked is named by its module, which is not this one's name.
    from benchmarks import model_speed

    sys.exit(model_speed.main())
