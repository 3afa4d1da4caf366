"""Libraries that stand in for NVIDIA's where there is no card: they take every call, note it down, and compute nothing.

ONNX Runtime's own CUDA build opens and runs models on them. That shows what it leaves to the processor, which options
it takes, which kernels it may use, what it copies, plans, captures and frees, and what our code does about errors and
want of memory. It shows nothing about speed, and no number that a card would compute.
"""
