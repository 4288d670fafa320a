"""kind-config.yaml and Tiltfile. The Tiltfile is executed, with recorders in the place of Tilt's own functions."""

import re
from pathlib import Path
from typing import Any

import helm_python as helm
import jsonschema  # type: ignore[import-untyped]
import pytest
import starlark
import yaml

from tests.install.test_images import TARGETS, stage

ROOT = Path(__file__).parents[2]
_TEXT = {"type": "string"}
_PORT = {"type": "integer", "minimum": 1, "maximum": 65535}
KIND = {
    # Fields of v1alpha4, as far as they are used: https://kind.sigs.k8s.io/docs/user/configuration/
    "type": "object",
    "required": ["kind", "apiVersion", "name", "nodes"],
    "additionalProperties": False,
    "properties": {
        "kind": {"const": "Cluster"},
        "apiVersion": {"const": "kind.x-k8s.io/v1alpha4"},
        "name": {"type": "string", "pattern": "^[a-z0-9.-]+$"},
        "nodes": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["role"],
                "properties": {
                    "role": {"enum": ["control-plane", "worker"]},
                    "image": _TEXT,
                    "labels": {"type": "object"},
                    "extraPortMappings": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": {"containerPort": _PORT, "hostPort": _PORT, "listenAddress": _TEXT},
                        },
                    },
                },
            },
        },
    },
}


class Tilt:
    """What a Tiltfile has asked for."""

    def __init__(self) -> None:
        self.calls: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {}
        self.manifests: list[dict[str, Any]] = []
        module = starlark.Module()
        for name in ("allow_k8s_contexts", "update_settings", "docker_build", "k8s_resource", "local_resource"):
            module.add_callable(name, self._recorder(name))
        for name in ("fall_back_on", "sync", "run"):
            module.add_callable(name, lambda *arguments, name=name: [name, *arguments])
        module.add_callable("helm", self._helm)
        module.add_callable("encode_yaml", yaml.safe_dump)
        module.add_callable("encode_yaml_stream", yaml.safe_dump_all)
        module.add_callable("decode_yaml_stream", lambda text: list(yaml.safe_load_all(text)))
        module.add_callable("k8s_yaml", lambda text: self.manifests.extend(yaml.safe_load_all(text)))
        module["TRIGGER_MODE_MANUAL"] = "manual"
        # Tilt lets statements stand at the top, as this dialect does.
        text = (ROOT / "Tiltfile").read_text(encoding="utf-8")
        program = starlark.parse("Tiltfile", text, starlark.Dialect.extended())
        starlark.eval(module, program, starlark.Globals.standard())

    def _recorder(self, name: str) -> Any:
        def record(*arguments: Any, **named: Any) -> None:
            self.calls.setdefault(name, []).append((arguments, named))

        return record

    def _helm(self, path: str, *, name: str, namespace: str, set: list[str]) -> str:  # noqa: A002 -- Tilt's name
        values: dict[str, Any] = {}
        for setting in set:
            keys, _, value = setting.partition("=")
            *outer, last = keys.split(".")
            at = values
            for key in outer:
                at = at.setdefault(key, {})
            at[last] = int(value) if value.isdecimal() else value
        with helm.Chart.load(ROOT / path) as chart:
            files = chart.render(values=values, name=name, namespace=namespace)
        return "\n---\n".join(text for file, text in files.items() if not file.endswith("NOTES.txt") and text.strip())

    @property
    def images(self) -> dict[str, dict[str, Any]]:
        """Options of `docker_build` by the image's name."""
        return {arguments[0]: named for arguments, named in self.calls["docker_build"]}

    @property
    def containers(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Pod and container of everything that runs."""
        pods = [item["spec"]["template"]["spec"] for item in self.manifests if "template" in item.get("spec", {})]
        return [(pod, container) for pod in pods for container in pod["containers"]]


@pytest.fixture(scope="module")
def tilt() -> Tilt:
    return Tilt()


def test_kind_knows_every_field_and_tilt_the_cluster(tilt: Tilt) -> None:
    config = yaml.safe_load((ROOT / "kind-config.yaml").read_text(encoding="utf-8"))
    jsonschema.validate(config, KIND)
    assert [node["role"] for node in config["nodes"]].count("control-plane") == 1
    assert tilt.calls["allow_k8s_contexts"] == [((f"kind-{config['name']}",), {})]


def test_what_is_built_is_what_the_chart_runs(tilt: Tilt) -> None:
    used = {container["image"].partition(":")[0] for _, container in tilt.containers}
    told = {
        variable["value"].partition(":")[0]
        for _, container in tilt.containers
        for variable in container.get("env", [])
        if variable["name"].endswith("_IMAGE")
    }
    assert {image for image in used | told if image.startswith("task-tracker/")} == set(tilt.images)
    assert {image for image, named in tilt.images.items() if named.get("match_in_env_vars")} == told
    for image, named in tilt.images.items():
        assert (image, named["target"] in TARGETS) == (f"task-tracker/{named['target']}", True)
        assert (ROOT / named["dockerfile"]).is_file()
        assert all((ROOT / path).exists() for path in named["only"])
        # What the stages copy is in the context.
        stages = stage("build") + stage(f"build-{named['target']}")
        copied = re.findall(r"^COPY (?!--from)(.*) \S+$", stages, re.MULTILINE)
        for source in " ".join(copied).split() if named["target"] != "dashboard" else []:
            assert any(source == path or source.startswith(f"{path}/") for path in named["only"]), source


def test_every_python_image_is_updated_live_from_its_folder_and_the_core(tilt: Tilt) -> None:
    for image, named in tilt.images.items():
        if image == "task-tracker/dashboard":
            continue
        kinds = [step[0] for step in named["live_update"]]
        assert kinds == ["fall_back_on", "sync", "sync", "run"], "the order that Tilt wants"
        assert all((ROOT / path).is_file() for path in named["live_update"][0][1])
        for _, source, goal in named["live_update"][1:3]:
            assert (ROOT / source / "__init__.py").is_file()
            assert goal == f"/app/lib/python3.12/site-packages/{Path(source).name}"
        names = {Path(step[1]).name for step in named["live_update"][1:3]}
        assert names == {"tracker_core", f"tracker_{named['target']}"}


def test_processes_can_be_changed_and_start_again(tilt: Tilt) -> None:
    seen = 0
    for pod, container in tilt.containers:
        name, command = container["image"].partition(":")[0], container.get("command", [])
        if command[:2] != ["sh", "-c"] or name not in tilt.images:
            continue
        seen += 1
        assert command[4:6] == ["python", "-m"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is False
        assert pod["securityContext"]["runAsUser"] == 0
        assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]
    assert seen == len(["api", "gateway", "recorder", "triage", "agents", "operator"])


def test_ports_lead_to_what_is_there_and_commands_are_the_makefiles(tilt: Tilt) -> None:
    there = {item["metadata"]["name"] for item in tilt.manifests if item["kind"] == "Deployment"}
    assert {arguments[0] for arguments, _ in tilt.calls["k8s_resource"]} <= there
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for arguments, named in tilt.calls["local_resource"]:
        assert named["auto_init"] is False, "nothing runs on this machine unasked"
        assert (ROOT / named.get("serve_dir", ".")).is_dir()
        if len(arguments) > 1 and arguments[1].startswith("make "):
            assert arguments[1].removeprefix("make ") in targets
