"""Source and Webhook: the Pydantic mirror of `crds/`, one format for kubectl and for `tasktracker apply -f`."""

from tracker_core.manifests.metadata import API_VERSION, ObjectMeta, SecretKeyRef, parse_duration, references
from tracker_core.manifests.reader import Manifest, Secret, dump_manifest, parse_manifest, read_documents
from tracker_core.manifests.source import Autonomy, Source, SourceKind, SourceSpec
from tracker_core.manifests.webhook import Provider, Webhook, WebhookSpec

__all__ = [
    "API_VERSION",
    "Autonomy",
    "Manifest",
    "ObjectMeta",
    "Provider",
    "Secret",
    "SecretKeyRef",
    "Source",
    "SourceKind",
    "SourceSpec",
    "Webhook",
    "WebhookSpec",
    "dump_manifest",
    "parse_duration",
    "parse_manifest",
    "read_documents",
    "references",
]
