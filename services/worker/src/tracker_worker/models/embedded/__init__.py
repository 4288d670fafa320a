"""The provider that ships with the program: CPU, offline, milliseconds."""

from tracker_worker.models.embedded.model import EmbeddedModel, Prediction

__all__ = ["EmbeddedModel", "Prediction"]
