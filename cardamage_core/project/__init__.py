"""The project folder on disk."""

from .history import Edit
from .project import PhotoSummary, Project

__all__ = ["Edit", "PhotoSummary", "Project"]
