/* libcurand.so.10: ONNX Runtime wants it to be there and calls nothing of it. */

#include "stub.h"

SUCCEEDS(stub_nothing)
