"""How does the engine say that something went wrong?"""


class EngineError(Exception):
    """A failure that a person can mend: what failed (`title`); what was expected, found and can be done (`detail`)."""

    def __init__(self, title: str, detail: str = "") -> None:
        super().__init__(f"{title}\n{detail}" if detail else title)
        self.title = title
        self.detail = detail


class OutOfMemoryError(EngineError):
    """There is not enough memory for so much at once."""
