"""A model's files: fetched once, recorded, and compared with that record before every load."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from archive.settings import Settings
from summarizer.written import WriterError

DEFAULT = "Qwen/Qwen3-0.6B"
"""The model that `make model` fetches; docs/howto/models.md says why this one."""
RECORD = "jianbao-record.json"
"""In the model's folder: {model, revision, files: {name: {bytes, sha256}}}; the revision is the
hub's commit, empty for a folder of one's own."""

_WEIGHTS = ".safetensors"
_LOADED = (_WEIGHTS, ".json", ".txt", ".model", ".jinja")
"""What transformers reads of a folder; nothing else, such as pickles and code, is fetched."""


def folder(model: str, home: Path) -> Path:
    """Where the files of `model` are: the folder that it names, or a hub id's place in `home`."""
    return home / "models" / model.replace("/", "--") if on_hub(model) else Path(model).expanduser()


def on_hub(model: str) -> bool:
    """Whether that is a hub's id, such as owner/name, and no folder."""
    path = Path(model).expanduser()
    return not (path.is_dir() or path.is_absolute() or model[:1] == ".") and len(path.parts) == 2


def in_use(settings: Settings) -> str:
    """The model to summarize with: the one that is set, else the default if it was fetched.

    Empty: there is none, and summaries are extracts.
    """
    fetched = folder(DEFAULT, settings.jianbao_home) / RECORD
    return settings.summarizer_model or (DEFAULT if fetched.is_file() else "")


def fetch(model: str, home: Path) -> Path:
    """Have `model` in a folder, with the record of its files; a hub id is downloaded.

    The hub is the one of HF_ENDPOINT. What was recorded before stays as it is: a folder that
    differs from its record is refused, not recorded anew. Raises WriterError.
    """
    place = folder(model, home)
    revision, promised = "", dict[str, str]()
    if (place / RECORD).is_file():
        check(model, place)
        return place
    if on_hub(model):
        revision, promised = _download(model, place)
    if problem := _refusal(place):
        raise WriterError(model, problem)
    found = {name: _measured(place / name) for name in _names(place)}
    for name, digest in promised.items():
        if found[name]["sha256"] != digest:
            (place / name).unlink()
            raise WriterError(model, f"{name} did not arrive as the hub has it; fetch it again")
    record = {"model": model, "revision": revision, "files": found}
    partial = place / f"{RECORD}.{os.getpid()}"
    try:
        partial.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
        partial.replace(place / RECORD)
    except OSError as error:
        raise WriterError(model, f"its record cannot be written: {error}") from error
    return place


def check(model: str, place: Path) -> None:
    """Compare every file that would be loaded with its record. Raises WriterError.

    Hashing costs 0.7 s per GB, little beside the load, so nothing cheaper is trusted.
    """
    if problem := _refusal(place):
        raise WriterError(model, problem)
    try:
        recorded = json.loads((place / RECORD).read_text("utf-8"))["files"]
    except FileNotFoundError:
        raise WriterError(model, f"its files were never recorded; {_mend(model)}") from None
    except (ValueError, KeyError, TypeError):
        raise WriterError(model, f"{RECORD} is damaged; delete it, and {_mend(model)}") from None
    names = _names(place)
    if lost := sorted(set(recorded) - set(names)):
        raise WriterError(model, f"{lost[0]} is missing")
    for name in names:
        if name not in recorded:
            raise WriterError(model, f"{name} was not there when its files were recorded")
        if (size := (place / name).stat().st_size) != recorded[name]["bytes"]:
            raise WriterError(model, f"{name} has {size} bytes, not {recorded[name]['bytes']}")
        if _measured(place / name) != recorded[name]:
            raise WriterError(model, f"{name} has changed since its files were recorded")


def weight(place: Path) -> int:
    """Bytes of the weights."""
    return sum(file.stat().st_size for file in place.glob(f"*{_WEIGHTS}"))


def _mend(model: str) -> str:
    return f"run: jianbao model {model}"


def _names(place: Path) -> list[str]:
    files = (file for file in place.iterdir() if file.is_file() and file.name != RECORD)
    return sorted(file.name for file in files if file.suffix in _LOADED)


def _measured(file: Path) -> dict[str, Any]:
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
        return {"bytes": os.fstat(opened.fileno()).st_size, "sha256": digest}


def _refusal(place: Path) -> str:
    """Why a folder cannot be a model; empty when it can."""
    if not place.is_dir():
        return "it is not on this machine; name a folder, or fetch it with: jianbao model ID"
    if not (place / "config.json").is_file():
        return "the folder has no config.json"
    if not any(place.glob(f"*{_WEIGHTS}")):
        return "the folder has no safetensors weights, and pickled ones are refused"
    return ""


def _download(model: str, place: Path) -> tuple[str, dict[str, str]]:
    """Bring the files here. Answers the hub's commit, and the SHA-256 it gives of large files."""
    try:
        from huggingface_hub import HfApi, snapshot_download
    except ImportError as error:
        raise WriterError(model, f"{error}; make model installs what is missing") from error
    try:
        known = HfApi().model_info(model, files_metadata=True)
        files = {
            file.rfilename: file.lfs.sha256 if file.lfs else ""
            for file in known.siblings or ()
            if "/" not in file.rfilename and file.rfilename.endswith(_LOADED)
        }
        if not any(name.endswith(_WEIGHTS) for name in files):
            raise WriterError(model, "has no safetensors weights, and pickled ones are refused")
        snapshot_download(model, revision=known.sha, local_dir=place, allow_patterns=list(files))
    except WriterError:
        raise
    except Exception as error:
        hub = os.environ.get("HF_ENDPOINT", "the hub")
        what = (str(error).strip() or type(error).__name__).splitlines()[0][:160]
        raise WriterError(
            model, f"cannot be fetched from {hub} ({what}); name a mirror with HF_ENDPOINT"
        ) from error
    return known.sha or "", {name: digest for name, digest in files.items() if digest}
