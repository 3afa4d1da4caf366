"""Turn any classifier graph into a model file that keeps the contract; the only users of `onnx` outside training."""
