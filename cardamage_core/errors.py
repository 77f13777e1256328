"""The errors that a user can act on."""

from __future__ import annotations


def reason_of(error: BaseException) -> str:
    """What an error says to people: of the system's errors the text without number and path."""
    return getattr(error, "strerror", None) or str(error)


class CarDamageError(Exception):
    """Something a person can mend.

    `title` is one clear sentence; `detail` says which file, what was expected, what was found and what to do.
    """

    def __init__(self, title: str, detail: str = "") -> None:
        super().__init__(title if not detail else f"{title} {detail}")
        self.title = title
        self.detail = detail


class FormatError(CarDamageError):
    """An annotation file cannot be understood."""


class PhotoError(CarDamageError):
    """A photo cannot be opened."""


class ProjectError(CarDamageError):
    """A project cannot be opened or written."""


class ProjectLockedError(ProjectError):
    """A project is open for writing in another window or command; it can still be opened read-only."""


class JobError(CarDamageError):
    """A job cannot be started, stopped or resumed."""


class ModelError(CarDamageError):
    """A model cannot be loaded or does not fit."""


class ProcessEndedError(ModelError):
    """The process that predicts ended unexpectedly; the next try starts it anew."""
