"""The OpenAPI document, which clients are generated from.

python -m tracker_api.openapi > services/api/openapi.json
"""

import json
import sys
from typing import Any

from fastapi import FastAPI

from tracker_api.imports.schemas import request_body
from tracker_api.problems import Problem


class DescribedAPI(FastAPI):
    """An application whose document also has the schemas that no endpoint names by a type."""

    def openapi(self) -> dict[str, Any]:
        """Return the document."""
        if self.openapi_schema is None:
            found = super().openapi()
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas = found["components"]["schemas"] | request_body()[1] | problem.pop("$defs", {})
            found["components"]["schemas"] = dict(sorted((schemas | {"Problem": problem}).items()))
        return self.openapi_schema or {}


def write(document: dict[str, Any]) -> str:
    """Return the document as the committed file has it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    from tracker_api.main import create_app

    sys.stdout.write(write(create_app().openapi()))
