"""What ONNX Runtime, OpenVINO, CUDA and cuDNN say in their own words is recognised and put into ours."""

import pytest

from inference.engine.faults import is_out_of_memory, plain_reason


@pytest.mark.parametrize(
    "message",
    [
        "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running Conv node. Status "
        "Message: bfc_arena.cc:376 AllocateRawInternal Failed to allocate memory for requested buffer of size 8388608",
        "CUDA failure 2: out of memory ; GPU=0 ; hostname=x ; expr=cudaMalloc((void**)&p, size);",
        "CUDNN failure 4000: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED CUDNN_STATUS_ALLOC_FAILED",
        "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED",
        "Exception from src/plugins/intel_cpu/src/node.cpp:794:\n[CPU] Convolution node with name 'a' Check 'ptr' "
        "failed at src/plugins/intel_cpu/src/cpu_memory.cpp:257:\nFailed to allocate 1644167168 bytes of memory\n\n",
        "std::bad_alloc",
        "bad allocation",
    ],
)
def test_every_way_to_say_that_memory_ran_out(message: str) -> None:
    assert is_out_of_memory(message)
    assert plain_reason(RuntimeError(message)) == "its memory is too small"


@pytest.mark.parametrize(
    "message",
    [
        "[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions for input: images",
        "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version",
        "",
    ],
)
def test_other_faults_are_not_about_memory(message: str) -> None:
    assert not is_out_of_memory(message)


@pytest.mark.parametrize(
    ("message", "phrase"),
    [
        ("[ONNXRuntimeError] : 1 : FAIL : It broke.\nat line 5", "It broke"),
        (
            "[ONNXRuntimeError] : 10 : INVALID_GRAPH : Load model from /a b/c.onnx failed:This is no graph.",
            "This is no graph",
        ),
        ("\n\n  something  \n", "something"),
        ("Exception from a.cpp:1:\nCaught exception: Exception from b.cpp:2:\nIt broke.\n\n", "It broke"),
        (
            "[ONNXRuntimeError] : 11 : EP_FAIL : Exception from a.cpp:1:\nException from b.cpp:2:\nIt broke.\n",
            "It broke",
        ),
        (
            "[ONNXRuntimeError] : 1 : FAIL : Non-zero status code while running Conv node. Status Message: It broke",
            "It broke",
        ),
        ("", "RuntimeError"),
        ("x" * 5000, "x" * 300),
    ],
)
def test_a_reason_is_one_line_without_codes(message: str, phrase: str) -> None:
    assert plain_reason(RuntimeError(message)) == phrase
