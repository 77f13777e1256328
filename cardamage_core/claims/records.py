"""Reads and writes `claim.json`, and tells it from the log where both disagree."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from ..errors import ProjectError, reason_of
from ..files import write_atomic
from .model import ClaimRecord, Decision

RECORD = "claim.json"
VIEW = "view: "  # before the names of views in decisions


def read(folder: Path) -> ClaimRecord:
    """The record of a claim. ProjectError when it is missing or damaged."""
    path = folder / RECORD
    try:
        return msgspec.json.decode(path.read_bytes(), type=ClaimRecord)
    except OSError as error:
        raise ProjectError(f"{path} cannot be read.", f"{reason_of(error)}.") from error
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ProjectError(f"{path} is damaged.", f"{error}. Take it from a copy of the folder.") from error


def write(folder: Path, record: ClaimRecord) -> None:
    """Store the record, whole or not at all."""
    write_atomic(folder / RECORD, msgspec.json.format(msgspec.json.encode(record)))


def flat(record: ClaimRecord) -> dict[str, str]:
    """What people decide about a claim, by name; nothing for what is empty."""
    views = {f"{VIEW}{name}": photo for name, photo in record.views.items()}
    said = msgspec.structs.asdict(record.fields) | {"state": record.state} | views
    return {name: value for name, value in said.items() if value}


def difference(old: ClaimRecord, new: ClaimRecord) -> tuple[dict[str, str], dict[str, str]]:
    """What differs, before and after, by name; "" where there was or is nothing."""
    before, after = flat(old), flat(new)
    names = [name for name in before | after if before.get(name) != after.get(name)]
    return {name: before.get(name, "") for name in names}, {name: after.get(name, "") for name in names}


def as_logged(record: ClaimRecord, decisions: Iterable[Decision]) -> ClaimRecord:
    """The record as the log says that it must be."""
    said: dict[str, Any] = {}
    for one in decisions:
        if one.what in ("created", "fields", "state") and isinstance(one.after, dict):
            said |= one.after
    if not said:
        return record
    values = {"id": record.id, "created": record.created, "version": record.version, "state": said.get("state", "new")}
    values["fields"] = {name: said[name] for name in msgspec.structs.asdict(record.fields) if said.get(name)}
    values["views"] = {name[len(VIEW) :]: photo for name, photo in said.items() if name.startswith(VIEW) and photo}
    try:
        return msgspec.convert(values, ClaimRecord)
    except msgspec.ValidationError:  # a log that was changed by hand
        return record
