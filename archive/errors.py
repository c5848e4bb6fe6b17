"""Errors that are told to people in one line: what happened, to what, and what to do."""

from typing import ClassVar


class KnownError(Exception):
    """Something did not work and a person can mend it."""

    exit_code: ClassVar[int] = 1


class UsageError(KnownError):
    """Something that a person typed is wrong: a setting, a file, an option."""

    exit_code: ClassVar[int] = 2
