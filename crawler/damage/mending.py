"""Lines under repair: what was changed where, so that it can be undone."""

from collections.abc import Iterable
from dataclasses import dataclass

from archive.models import Edit


@dataclass(frozen=True, slots=True)
class Change:
    """What shall stand in a line instead of its characters from `start` to `end`."""

    start: int
    end: int
    after: str
    kind: str
    guess: bool = False


_Span = tuple[int, int, Edit | Change]


@dataclass(frozen=True, slots=True)
class Mended:
    """A repaired line and its edits, whose `at` counts in this line."""

    text: str
    edits: tuple[Edit, ...] = ()

    def changed(self, changes: Iterable[Change]) -> "Mended":
        """The line after further changes, which ascend and do not overlap.

        An edit says what became of the first text: changes of what an edit put there become part
        of that edit.
        """
        changes = tuple(changes)
        if not changes:
            return self
        spans: list[_Span] = [
            *((each.at, each.at + len(each.after), each) for each in self.edits),
            *((each.start, each.end, each) for each in changes),
        ]
        spans.sort(key=lambda span: span[:2])
        groups: list[list[_Span]] = []
        reached = 0
        for span in spans:
            if groups and span[0] < reached:
                groups[-1].append(span)
            else:
                groups.append([span])
            reached = max(reached, span[1])
        text, done, edits = "", 0, []
        for group in groups:
            start, end = group[0][0], max(span[1] for span in group)
            text += self.text[done:start]
            before, after = self._both(start, end, [each for _, _, each in group])
            if before != after:
                kinds = [each.kind for _, _, each in group]
                kind = "bytes" if "bytes" in kinds else kinds[-1]
                guess = any(each.guess for _, _, each in group)
                edits.append(Edit(kind, len(text), before, after, guess))
            text, done = text + after, end
        return Mended(text + self.text[done:], tuple(edits))

    def _both(self, start: int, end: int, group: list[Edit | Change]) -> tuple[str, str]:
        """What stood from `start` to `end` at first, and what is to stand there."""
        before = after = self.text[start:end]
        for each in reversed(group):
            if isinstance(each, Edit):
                at = each.at - start
                before = before[:at] + each.before + before[at + len(each.after) :]
            else:
                after = after[: each.start - start] + each.after + after[each.end - start :]
        return before, after


def joined(lines: Iterable[Mended]) -> tuple[str, tuple[Edit, ...]]:
    """Repaired lines as one text; the `at` of its edits counts in that text."""
    texts, edits, start = [], [], 0
    for line in lines:
        edits += [
            Edit(each.kind, start + each.at, each.before, each.after, each.guess)
            for each in line.edits
        ]
        texts.append(line.text)
        start += len(line.text) + 1
    return "\n".join(texts), tuple(edits)


def undo(text: str, edits: tuple[Edit, ...]) -> str:
    """The text before the edits that made `text`."""
    for edit in reversed(edits):
        text = text[: edit.at] + edit.before + text[edit.at + len(edit.after) :]
    return text
