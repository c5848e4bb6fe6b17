"""A model's files are recorded once and compared before every load; what is wrong is one line."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from summarizer.model import calls, files
from summarizer.written import WriterError

torch: Any = pytest.importorskip("torch")
pytestmark = pytest.mark.model


def pickle_only(folder: Path) -> str:
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    return "no safetensors weights, and pickled ones are refused"


def truncated(folder: Path) -> str:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:200])
    return "model.safetensors has 200 bytes, not "


def with_a_flipped_byte(folder: Path) -> str:
    weights = folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-7] ^= 1
    weights.write_bytes(content)
    return "model.safetensors has changed since its files were recorded"


def without_a_file(folder: Path) -> str:
    (folder / "tokenizer.json").unlink()
    return "tokenizer.json is missing"


def with_one_more_file(folder: Path) -> str:
    (folder / "adapter_config.json").write_text("{}")
    return "adapter_config.json was not there when its files were recorded"


def without_config(folder: Path) -> str:
    (folder / "config.json").unlink()
    return "no config.json"


def never_recorded(folder: Path) -> str:
    (folder / files.RECORD).unlink()
    return "its files were never recorded; run: jianbao model "


def with_a_damaged_record(folder: Path) -> str:
    (folder / files.RECORD).write_text("[")
    return f"{files.RECORD} is damaged"


def gone(folder: Path) -> str:
    shutil.rmtree(folder)
    return "it is not on this machine"


def recorded_anew(change: Callable[[Path], str]) -> Callable[[Path], str]:
    """A change that was there when the files were recorded: the load must find it."""

    def damage(folder: Path) -> str:
        problem = change(folder)
        (folder / files.RECORD).unlink()
        files.fetch(str(folder), folder.parent)
        return problem

    damage.__name__ = change.__name__
    return damage


@recorded_anew
def of_unknown_kind(folder: Path) -> str:
    (folder / "config.json").write_text(json.dumps({"model_type": "no_such_kind"}))
    return "no_such_kind"


@recorded_anew
def with_code_of_its_own(folder: Path) -> str:
    (folder / "config.json").write_text(
        json.dumps({"model_type": "own", "auto_map": {"AutoConfig": "own.OwnConfig"}})
    )
    (folder / "own.py").write_text("raise SystemExit('this code ran')")
    return ""


@recorded_anew
def with_weights_of_another_kind(folder: Path) -> str:
    config = json.loads((folder / "config.json").read_text())
    config["encoder_layers"] = 2
    (folder / "config.json").write_text(json.dumps(config))
    return "16 tensors of BartForConditionalGeneration are not in it"


@recorded_anew
def with_whole_numbers(folder: Path) -> str:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    name = "model.decoder.layers.0.fc1.weight"
    weights[name] = weights[name].to(torch.int8)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return "model.safetensors has weights of type I8"


@recorded_anew
def quantised_before(folder: Path) -> str:
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"] = {"quant_method": "gptq", "bits": 4}
    (folder / "config.json").write_text(json.dumps(config))
    return "its weights are quantised"


@recorded_anew
def with_broken_weights(folder: Path) -> str:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:200])
    return ""


@pytest.mark.parametrize(
    "damage",
    [
        pickle_only, truncated, with_a_flipped_byte, without_a_file, with_one_more_file,
        without_config, never_recorded, with_a_damaged_record, gone, of_unknown_kind,
        with_code_of_its_own, with_weights_of_another_kind, with_whole_numbers, quantised_before,
        with_broken_weights,
    ],
    ids=lambda damage: damage.__name__,
)  # fmt: skip
def test_a_bad_folder_is_refused_in_one_line(
    seq2seq: Path, tmp_path: Path, damage: Callable[[Path], str]
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(seq2seq, folder)
    problem = damage(folder)
    said = calls.load(str(folder), str(folder))
    assert isinstance(said, str), f"it was loaded: {said}"
    assert problem in said
    assert said
    assert "\n" not in said


def test_a_good_folder_is_loaded(seq2seq: Path) -> None:
    assert calls.load(str(seq2seq), str(seq2seq)) == calls.Loaded(False, 8192, 128, "")


def test_what_changed_is_not_recorded_anew(seq2seq: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(seq2seq, folder)
    with_a_flipped_byte(folder)
    with pytest.raises(WriterError, match="has changed since"):
        files.fetch(str(folder), tmp_path)


def test_pickles_are_never_recorded(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(WriterError, match="no safetensors weights"):
        files.fetch(str(tmp_path), tmp_path)
    assert not (tmp_path / files.RECORD).exists()
