"""Entity extraction without a model: title, description, assignee, due date, labels, links."""

from tracker_worker.models.extract.extraction import Extraction, extract

__all__ = ["Extraction", "extract"]
