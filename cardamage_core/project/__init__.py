"""The project: photos, regions and labels in a folder on disk."""

from .contents import PhotoSummary
from .history import Edit
from .project import Project

__all__ = ["Edit", "PhotoSummary", "Project"]
