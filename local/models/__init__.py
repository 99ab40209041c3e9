"""Local models behind OpenAI-compatible URLs: embeddings and a chat model made of rules."""
