"""The Qt-free core of Cardinal: pictures in, class probabilities and evidence maps out."""

import os

# ONNX Runtime would tell its maker of the computer and of each model that is opened (decision 0037). It asks for this
# when it is loaded, in every process: here is what all of them import first, and children inherit it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
