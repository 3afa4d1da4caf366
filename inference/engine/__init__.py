"""ONNX Runtime: which devices work here, and one model open on one of them."""
