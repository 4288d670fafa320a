"""What a role does not need it does not load: memory, seconds, and threads that numpy would start."""

import subprocess
import sys


def loaded(*modules: str) -> set[str]:
    """Import the modules in a process of their own, and return which of the heavy libraries came with them."""
    script = f"import sys, {', '.join(modules)}; print(*({{'numpy', 'pydantic_ai'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split())


def test_the_recorder_loads_no_model() -> None:
    assert loaded("tracker_worker.main", "tracker_worker.recording") == set()


def test_judging_loads_no_client_of_language_models_until_one_is_configured() -> None:
    assert loaded("tracker_worker.judging") == {"numpy"}


def test_wrong_command_is_said_before_anything_is_loaded() -> None:
    assert loaded("tracker_worker.main", "tracker_worker.evaluation.command") == set()
