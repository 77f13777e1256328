"""Addresses of Ray clusters, and the errors of those who speak with them."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..errors import JobError

PORT = 8265  # of the dashboard, which is what an address names


class ClusterError(JobError):
    """A Ray cluster refused something, or answered what cannot be understood."""


class UnreachableError(ClusterError):
    """A Ray cluster does not answer; it may later."""


class UnknownError(ClusterError):
    """A job or file is not there, or not any more."""


def normal_address(text: str) -> str:
    """`host`, `host:port` or a URL → `http://host:port`. Raises ClusterError where it cannot be a dashboard's."""
    said = text.strip()
    parts = urlsplit(said if "://" in said else f"http://{said}")
    try:
        port = parts.port or (443 if parts.scheme == "https" else PORT)
    except ValueError:
        port = 0
    if parts.scheme not in ("http", "https") or not parts.hostname or not port or parts.username:
        raise ClusterError(
            f"“{text}” is no address of a Ray cluster.",
            f"Expected that of its dashboard, such as http://head-node:{PORT}; ray:// (Ray Client) is not used.",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}{parts.path.rstrip('/')}"
