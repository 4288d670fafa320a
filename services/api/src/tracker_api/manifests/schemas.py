"""What applying manifests answers."""

from typing import Literal

from pydantic import BaseModel

from tracker_api.manifests.store import Result


class AppliedManifest(BaseModel):
    """One manifest after it was applied."""

    kind: Literal["Source", "Webhook", "Secret"]
    namespace: str
    name: str
    result: Result
