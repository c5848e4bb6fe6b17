"""Replies held to a JSON schema: of the next tokens only those are left that keep to it."""

import json
import re
from typing import Any

import numpy as np
import torch
from llguidance import LLMatcher
from llguidance.hf import from_tokenizer
from transformers import LogitsProcessor


class Grammar:
    """A schema as one tokenizer writes it. Raises ValueError where that cannot be told."""

    def __init__(self, tokenizer: Any, model: Any, schema: dict[str, Any]) -> None:
        ends = model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        self._vocabulary = model.get_input_embeddings().weight.shape[0]
        self._tokens = from_tokenizer(tokenizer, n_vocab=self._vocabulary, eos_token=ends)
        self._ends = frozenset(ends)
        self._grammar = LLMatcher.grammar_from_json_schema(
            json.dumps(schema), overrides={"whitespace_flexible": False}
        )
        if problem := LLMatcher.validate_grammar(self._grammar, self._tokens):
            raise ValueError(problem.splitlines()[0])
        written = [self._tokens.decode_bytes([token]) for token in range(self._vocabulary)]
        # What ends a string comes first: in one, brackets are nothing but text.
        self._closing = [
            np.array([bool(way.fullmatch(piece)) for piece in written])
            for way in (re.compile(rb'"[\]}]*'), re.compile(rb"[\]}]+"))
        ]
        emptiest = json.dumps({name: [""] for name in schema["properties"]}, ensure_ascii=False)
        # A token may be a single byte.
        self._reserve = len(emptiest.encode()) + 16

    def processor(self, rows: int, most: int) -> LogitsProcessor:
        """Holds `rows` replies of at most `most` tokens to the schema."""
        matchers = [LLMatcher(self._tokens, self._grammar) for _ in range(rows)]
        return _Held(matchers, self._ends, self._closing, most - self._reserve)


class _Held(LogitsProcessor):
    def __init__(
        self, matchers: list[Any], ends: frozenset[int], closing: Any, freely: int
    ) -> None:
        self._matchers: list[Any | None] = list(matchers)
        self._ends, self._closing, self._freely = ends, closing, freely
        self._step = 0

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        for row, matcher in enumerate(self._matchers):
            if matcher is None:
                continue
            if self._step:
                token = int(input_ids[row, -1])
                if token in self._ends:
                    self._matchers[row] = None
                    continue
                matcher.consume_token(token)
            if problem := matcher.get_error():
                raise ValueError(problem.splitlines()[0])
            bits = np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8)
            allowed = np.unpackbits(bits, bitorder="little")[: scores.shape[1]].astype(bool)
            if self._step >= self._freely:
                # Little room is left: close what is open rather than be cut off.
                ways = (allowed & closing for closing in self._closing)
                allowed = next((way for way in ways if way.any()), allowed)
            scores[row, torch.from_numpy(~allowed)] = -torch.inf
        self._step += 1
        return scores
