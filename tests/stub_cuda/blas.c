/* libcublas.so.13: products of matrices that are not computed. */

#include "stub.h"

GIVES_HANDLE(cublasCreate_v2)

int cublasGetMathMode(void *handle, int *mode)
{
    (void)handle;
    *mode = 0;
    return SUCCESS;
}

const char *cublasGetStatusName(int status)
{
    (void)status;
    return "CUBLAS_STATUS_STUB";
}

const char *cublasGetStatusString(int status)
{
    return cublasGetStatusName(status);
}

SUCCEEDS(cublasDestroy_v2)
SUCCEEDS(cublasDgeam)
SUCCEEDS(cublasDgemmBatched)
SUCCEEDS(cublasDgemmStridedBatched)
SUCCEEDS(cublasDgemm_v2)
SUCCEEDS(cublasDgetrfBatched)
SUCCEEDS(cublasDgetriBatched)
SUCCEEDS(cublasGemmBatchedEx)
SUCCEEDS(cublasGemmEx)
SUCCEEDS(cublasGemmStridedBatchedEx)
SUCCEEDS(cublasScopy_v2)
SUCCEEDS(cublasSetMathMode)
SUCCEEDS(cublasSetStream_v2)
SUCCEEDS(cublasSgeam)
SUCCEEDS(cublasSgemmBatched)
SUCCEEDS(cublasSgemmStridedBatched)
SUCCEEDS(cublasSgemm_v2)
SUCCEEDS(cublasSgetrfBatched)
SUCCEEDS(cublasSgetriBatched)
SUCCEEDS(cublasSscal_v2)
