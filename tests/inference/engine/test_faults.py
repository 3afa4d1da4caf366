"""What ONNX Runtime, OpenVINO, CUDA and cuDNN say in their own words is recognised and put into ours."""

import pytest

from inference.engine.faults import is_disturbed_capture, is_out_of_memory, plain_reason


@pytest.mark.parametrize(
    "message",
    [
        "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running Conv node. Status "
        "Message: bfc_arena.cc:376 AllocateRawInternal Failed to allocate memory for requested buffer of size 8388608",
        "CUDA failure 2: out of memory ; GPU=0 ; hostname=x ; expr=cudaMalloc((void**)&p, size);",
        "CUDNN failure 4000: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED CUDNN_STATUS_ALLOC_FAILED",
        "CUDNN failure 4000: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED ; GPU=0 ; hostname=x",
        "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED",
        "Exception from src/plugins/intel_cpu/src/node.cpp:794:\n[CPU] Convolution node with name 'a' Check 'ptr' "
        "failed at src/plugins/intel_cpu/src/cpu_memory.cpp:257:\nFailed to allocate 1644167168 bytes of memory\n\n",
        "std::bad_alloc",
        "Check 'ptr' failed at src/plugins/intel_cpu/src/cpu_memory.cpp:257: can't alloc",
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
    ("message", "is_so"),
    [
        ("CUDA failure 900: operation not permitted when stream is capturing ; GPU=0", True),
        ("CUDA failure 901: operation failed due to a previous error during capture ; GPU=0", True),
        ("CUDA error cudaErrorStreamCaptureImplicit: CUDA error 906: operation would make the stream wait", True),
        ("CUDA failure 9001: it is made up", False),
        ("CUDA failure 719: unspecified launch failure", False),
        ("900", False),
    ],
)
def test_a_capture_that_another_thread_disturbed(message: str, is_so: bool) -> None:
    assert is_disturbed_capture(message) is is_so


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
        (
            "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running Reshape node. "
            "Status Message: /onnxruntime_src/onnxruntime/core/providers/cpu/tensor/reshape_helper.h:33 onnxruntime::"
            "ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&, bool) i < dimensions was false. It is odd.",
            "i < dimensions was false. It is odd",
        ),
        (
            "[ONNXRuntimeError] : 1 : FAIL : /onnxruntime_src/onnxruntime/core/platform/posix/env.cc:327 "
            "std::unique_ptr<onnxruntime::EnvThread> onnxruntime::{anonymous}::PosixThread::Create(int, bool) "
            "pthread_create failed, error code: 11",
            "pthread_create failed, error code: 11",
        ),
        (
            "/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:122 void onnxruntime::CudaCall(ERRTYPE) "
            "[with ERRTYPE = cudaError; bool THRW = true] CUDA failure 719: it broke ; GPU=0 ; hostname=a",
            "CUDA failure 719: it broke",
        ),
        (
            "Error in execution: /a/cuda_call.cc:154 void onnxruntime::CudaCall(int) [with bool THRW = true] "
            "/a/cuda_call.cc:146 void onnxruntime::CudaCall(int) [with bool THRW = true] CUDA failure 901: it broke",
            "CUDA failure 901: it broke",
        ),
        ("C:\\a\\b.cc:5 it broke (badly)", "it broke (badly)"),
        ("/a/b.onnx:5 it broke", "/a/b.onnx:5 it broke"),
        ("", "RuntimeError"),
        ("x" * 5000, "x" * 299 + "…"),
        ("word " * 100, "word " * 59 + "word…"),
    ],
)
def test_a_reason_is_one_line_without_codes(message: str, phrase: str) -> None:
    assert plain_reason(RuntimeError(message)) == phrase
