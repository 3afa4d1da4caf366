"""PyTorch lives here and nowhere else; it runs as a child process that speaks JSON lines."""
