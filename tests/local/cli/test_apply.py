"""`apply -f`: files, folders and stdin, checked here before anything is sent."""

from pathlib import Path

from tests.local.cli.conftest import MANIFESTS, Run, Server


def test_folder_is_sent_as_one_request(run: Run, server: Server, tmp_path: Path) -> None:
    source, webhook = MANIFESTS.split("---\n")
    (tmp_path / "a.yaml").write_text(source)
    (tmp_path / "b.yml").write_text(webhook)
    (tmp_path / "README.md").write_text("not a manifest")
    result = run("apply", "-f", str(tmp_path))
    assert result.exit_code == 0
    assert result.stdout == "source/default/inbox unchanged\n"
    sent = server.bodies[-1].decode()
    assert "kind: Source" in sent
    assert "kind: Webhook" in sent
    assert "not a manifest" not in sent


def test_one_wrong_file_names_itself_and_nothing_is_sent(run: Run, server: Server, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(MANIFESTS)
    bad.write_text(MANIFESTS.replace("type: webhook", "type: carrier-pigeon"))
    result = run("apply", "-f", str(good), "-f", str(bad))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {bad}: Source 'default/inbox': spec.type")
    assert server.requests == []


def test_missing_file_is_named(run: Run) -> None:
    result = run("apply", "-f", "nowhere.yaml")
    assert result.exit_code == 1
    assert result.stderr == "Error: nowhere.yaml does not exist. Check the path\n"


def test_file_that_is_not_text_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    assert "is not UTF-8" in run("apply", "-f", str(tmp_path)).stderr


def test_empty_file_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("# nothing yet\n")
    assert "No manifests in" in run("apply", "-f", str(tmp_path)).stderr


def test_secret_values_are_not_repeated_in_errors(run: Run) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: UPPER}\nstringData: {token: hunter2}\n"
    result = run("apply", "-f", "-", stdin=secret)
    assert result.exit_code == 1
    assert "metadata.name" in result.stderr
    assert "hunter2" not in result.stderr
