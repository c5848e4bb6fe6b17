"""How a bench tells what it measured: a line for each bar, with its goal."""


class Bars:
    """Prints bars as they are measured, and remembers whether one was missed."""

    def __init__(self) -> None:
        self.missed = False

    def bar(self, name: str, value: float, goal: float, n: int, least: bool = True) -> None:
        """A figure with its goal: at least that, or at most."""
        met = value >= goal if least else value <= goal
        self.missed |= not met
        sign = "≥" if least else "≤"
        print(f"{name:<48}{value:>9.3f}   {sign} {goal:<9g} n={n}{'' if met else '   MISSED'}")


def bar(name: str, value: float, goal: float, note: str) -> bool:
    """Print a bar: a value that may be as high as its goal; whether it is."""
    print(f"{name:<24} {value:6.0f}    goal <= {goal:<5} {note}", flush=True)
    return value <= goal
