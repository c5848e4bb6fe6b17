"""One more table in a registry file of somebody's own."""

from pathlib import Path

from crawler import registry
from crawler.registry import RegistryError

_BUILT_IN = Path(registry.__file__).with_name("sources.toml")


def refuse(file: Path) -> None:
    """Raise RegistryError if `file` is not one to append to."""
    if file.resolve() == _BUILT_IN.resolve():
        problem = "the next version replaces it: name a file of your own, it begins as a copy of it"
        raise RegistryError(file, "", "", problem)
    if not file.parent.is_dir():
        raise RegistryError(file, "", "", "its folder does not exist")


def append(file: Path, used: Path | None, literal: str) -> None:
    """Append a table to a registry file, which begins as a copy of the registry in use.

    Raises RegistryError, and changes nothing, if the whole would be no registry.
    """
    before = file if file.exists() else used or _BUILT_IN
    target = file.resolve()
    partial = target.with_name(f"{target.name}.partial")
    partial.write_text(f"{before.read_text('utf-8').rstrip()}\n\n{literal}", "utf-8")
    try:
        registry.load(partial)
        if target.exists():
            partial.chmod(target.stat().st_mode)
        partial.replace(target)
    except RegistryError as error:
        raise RegistryError(file, error.source, error.field, error.problem) from None
    finally:
        partial.unlink(missing_ok=True)
