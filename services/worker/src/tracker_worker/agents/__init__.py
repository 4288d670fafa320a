"""What language models are asked: one folder per agent with its prompt, its typed output and its checks.

Importing an agent imports pydantic-ai, which costs memory and seconds: only `models.llm` does, and only when a provider
is configured.
"""
