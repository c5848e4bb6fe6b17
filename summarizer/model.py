"""Summaries written by a transformers model; the only module that knows torch."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archive.models import Article
from summarizer.written import WriterError, Written

_MOST_READ, _MOST_WRITTEN = 2048, 200
"""Tokens; models with a smaller window get less."""
_SECONDS = 120.0
"""After this long generation stops where it is."""

_PROMPT = (
    "请用两到三句话概括下面这篇新闻。只写原文中有的事实，数字照抄，不要评论，直接给出概括。\n\n"
    "标题：{title}\n正文：{text}\n\n概括："
)
# Tokenizers of the BERT kind put blanks around Chinese characters.
_WIDE = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_GAP = re.compile(f"(?<={_WIDE}) +| +(?={_WIDE})")
_TO_LAST_END = re.compile(r".*[。！？!?][”’」』）)]*", re.DOTALL)


class LocalModel:
    """A loaded seq2seq or causal language model; a Writer."""

    prompt, batch = "", 1

    def __init__(self, model: str, *, download: bool = False) -> None:
        """Load `model`, a folder or a hub id; the hub is asked only when `download` is set.

        Only safetensors weights are read, and no code of the model's is run. Raises a lasting
        WriterError.
        """
        folder = Path(model).expanduser()
        self.model = folder.name if folder.is_dir() else model
        if problem := _refusal(folder):
            raise WriterError(model, problem, lasting=True)
        try:
            self._load(str(folder), download)
        except Exception as error:
            # The libraries raise many kinds for a bad model; a person needs one line.
            raise WriterError(model, _one_line(error), lasting=True) from error

    def write(self, articles: Sequence[Article]) -> list[Written | WriterError]:
        """The summary of each article, of which there is one at a time."""
        answers: list[Written | WriterError] = []
        for article in articles:
            try:
                answers.append(Written(self._write(article)))
            except Exception as error:
                answers.append(WriterError(self.model, _one_line(error)))
        return answers

    def _load(self, model: str, download: bool) -> None:
        import torch
        import transformers
        from huggingface_hub import try_to_load_from_cache

        if not (download or Path(model).is_dir() or try_to_load_from_cache(model, "config.json")):
            raise ValueError("it is not on this machine; name a folder, or download it first")
        logs: Any = transformers.logging
        logs.set_verbosity_error()
        logs.disable_progress_bar()
        options: dict[str, Any] = {"local_files_only": not download, "trust_remote_code": False}
        config = transformers.AutoConfig.from_pretrained(model, **options)
        self._seq2seq = bool(config.is_encoder_decoder)
        kind = "AutoModelForSeq2SeqLM" if self._seq2seq else "AutoModelForCausalLM"
        self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(model, **options)
        # Half precision, in which many models are stored, decodes slower than this on a CPU.
        options |= {"use_safetensors": True, "dtype": torch.float32}
        self._model: Any = getattr(transformers, kind).from_pretrained(model, **options).eval()
        window = getattr(config.get_text_config(), "max_position_embeddings", _MOST_READ)
        self._most_written = min(_MOST_WRITTEN, window // 2)
        # A causal model writes into the window that it reads from.
        room = window if self._seq2seq else window - self._most_written
        self._most_read = min(_MOST_READ, room, self._tokenizer.model_max_length)

    def _write(self, article: Article) -> str:
        import torch

        inputs = self._fit(article)
        padding = self._tokenizer.pad_token_id
        with torch.inference_mode():
            output = self._model.generate(
                **inputs,
                max_new_tokens=self._most_written,
                max_time=_SECONDS,
                do_sample=False,
                pad_token_id=self._tokenizer.eos_token_id if padding is None else padding,
            )[0]
        if not self._seq2seq:
            output = output[inputs["input_ids"].shape[1] :]
        written = _GAP.sub("", self._tokenizer.decode(output, skip_special_tokens=True)).strip()
        # The sentence that the limit broke off goes, if there is another.
        whole = _TO_LAST_END.match(written)
        return whole[0] if whole else written

    def _fit(self, article: Article) -> Any:
        """The encoded prompt, with as much of the text's end cut off as the model cannot read."""
        text = article.text[: self._most_read * 8]
        while True:
            inputs = self._encode(article.title, text)
            size = inputs["input_ids"].shape[1]
            if size <= self._most_read:
                return inputs
            if not text:
                raise ValueError(f"it reads {self._most_read} tokens, too few for the title")
            text = text[: int(len(text) * self._most_read / size * 0.95)]

    def _encode(self, title: str, text: str) -> Any:
        options: dict[str, Any] = {"return_tensors": "pt", "return_token_type_ids": False}
        if self._seq2seq:
            return self._tokenizer(f"{title}\n{text}", **options)
        prompt = _PROMPT.format(title=title, text=text)
        if self._tokenizer.chat_template:
            options["add_special_tokens"] = False
            prompt = self._tokenizer.apply_chat_template(
                [{"role": "user", "content": prompt}],
                tokenize=False,
                add_generation_prompt=True,
                enable_thinking=False,
            )
        return self._tokenizer(prompt, **options)


def _refusal(folder: Path) -> str:
    """Why a folder cannot be a model; empty when it can, or when it is a hub id."""
    if not folder.is_dir():
        is_path = folder.is_absolute() or str(folder).startswith(".") or len(folder.parts) > 2
        return "there is no such folder" if is_path else ""
    if not (folder / "config.json").is_file():
        return "the folder has no config.json"
    if not any(folder.glob("*.safetensors")):
        return "the folder has no safetensors weights, and pickled ones are refused"
    return ""


def _one_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
