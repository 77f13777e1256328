"""The project folder on disk."""

from .history import Edit
from .project import Project
from .summaries import PhotoSummary

__all__ = ["Edit", "PhotoSummary", "Project"]
