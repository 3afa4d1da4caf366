/* libcudnn.so.9: offers two engines for every convolution, one with tensor cores and one without, and times nothing. */

#include <stdlib.h>
#include <string.h>

#include "stub.h"

/* Kinds of descriptors and attributes of cuDNN's graph interface that are answered here. */
enum { PLAN = 5, OPERATION_GRAPH = 15 };
enum {
    HEURISTICS_RESULTS = 202,
    CONFIGURATION_ENGINE = 300,
    CONFIGURATION_WORKSPACE = 303,
    CONFIGURATION_SHARED_MEMORY = 304,
    PLAN_CONFIGURATION = 401,
    PLAN_WORKSPACE = 402,
    PLAN_IN_JSON = 405,
    GRAPH_OPERATIONS = 801,
    ENGINE_NUMBER = 1301,
    ENGINE_NOTES = 1303,
};

enum { ENGINES = 2, WITH_TENSOR_CORES = 1 };

struct descriptor {
    int kind;
    int64_t engine;
    int64_t operations;
};

static const char *engine_name(const struct descriptor *one)
{
    return one->engine == WITH_TENSOR_CORES ? "tensor_cores" : "ordinary";
}

int cudnnBackendCreateDescriptor(int kind, struct descriptor **created)
{
    *created = calloc(1, sizeof **created);
    (*created)->kind = kind;
    return SUCCESS;
}

int cudnnBackendDestroyDescriptor(struct descriptor *one)
{
    free(one);
    return SUCCESS;
}

int cudnnBackendSetAttribute(struct descriptor *one, int attribute, int type, int64_t count, const void *values)
{
    (void)type;
    if (attribute == PLAN_CONFIGURATION)
        one->engine = (*(struct descriptor *const *)values)->engine;
    if (attribute == GRAPH_OPERATIONS)
        one->operations = count;
    return SUCCESS;
}

int cudnnBackendFinalize(struct descriptor *one)
{
    if (one->kind == OPERATION_GRAPH)
        stub_log("operations_%d", (int)one->operations);
    if (one->kind == PLAN)
        stub_log("plan_%s", engine_name(one));
    return SUCCESS;
}

/* How many values there are; as many as are asked for are written to `values`, which may be null. */
static int64_t answer(const struct descriptor *one, int attribute, int64_t asked, void *values)
{
    struct descriptor **found = values;
    int is_written = values != NULL && asked > 0;
    switch (attribute) {
    case HEURISTICS_RESULTS: /* the best one first */
        for (int64_t index = 0; is_written && index < asked && index < ENGINES; index++)
            found[index]->engine = index == 0 ? WITH_TENSOR_CORES : 0;
        return ENGINES;
    case CONFIGURATION_ENGINE:
        if (is_written)
            found[0]->engine = one->engine;
        return 1;
    case ENGINE_NOTES: /* number 0 says that it uses tensor cores */
        if (is_written && one->engine == WITH_TENSOR_CORES)
            *(int *)values = 0;
        return one->engine == WITH_TENSOR_CORES;
    case ENGINE_NUMBER:
        if (is_written)
            *(int64_t *)values = one->engine;
        return 1;
    case CONFIGURATION_WORKSPACE:
    case PLAN_WORKSPACE:
        if (is_written)
            *(int64_t *)values = 0;
        return 1;
    case CONFIGURATION_SHARED_MEMORY:
        if (is_written)
            *(int *)values = 0;
        return 1;
    case PLAN_IN_JSON:
        if (values != NULL && asked >= 3)
            memcpy(values, "{}", 3);
        return 3;
    default:
        return 0;
    }
}

int cudnnBackendGetAttribute(struct descriptor *one, int attribute, int type, int64_t asked, int64_t *count,
                             void *values)
{
    int64_t found = answer(one, attribute, asked, values);
    (void)type;
    if (count != NULL)
        *count = found;
    return SUCCESS;
}

int cudnnBackendExecute(void *handle, const struct descriptor *plan)
{
    (void)handle;
    stub_log("convolution_%s", engine_name(plan));
    return SUCCESS;
}

int cudnnAddTensor(void)
{
    stub_log("bias_apart");
    return SUCCESS;
}

size_t cudnnGetVersion(void)
{
    return 92600;
}

const char *cudnnGetErrorString(int status)
{
    (void)status;
    return "CUDNN_STATUS_STUB";
}

int cudnnGetStream(void *handle, void **stream)
{
    (void)handle;
    *stream = NULL;
    return SUCCESS;
}

GIVES_HANDLE(cudnnCreate)
GIVES_HANDLE(cudnnCreateActivationDescriptor)
GIVES_HANDLE(cudnnCreateConvolutionDescriptor)
GIVES_HANDLE(cudnnCreateDropoutDescriptor)
GIVES_HANDLE(cudnnCreateFilterDescriptor)
GIVES_HANDLE(cudnnCreateLRNDescriptor)
GIVES_HANDLE(cudnnCreatePoolingDescriptor)
GIVES_HANDLE(cudnnCreateRNNDataDescriptor)
GIVES_HANDLE(cudnnCreateRNNDescriptor)
GIVES_HANDLE(cudnnCreateReduceTensorDescriptor)
GIVES_HANDLE(cudnnCreateTensorDescriptor)

SUCCEEDS(cudnnActivationForward)
SUCCEEDS(cudnnBatchNormalizationForwardInference)
SUCCEEDS(cudnnBatchNormalizationForwardTraining)
SUCCEEDS(cudnnConvolutionBiasActivationForward)
SUCCEEDS(cudnnConvolutionForward)
SUCCEEDS(cudnnDeriveBNTensorDescriptor)
SUCCEEDS(cudnnDestroy)
SUCCEEDS(cudnnDestroyActivationDescriptor)
SUCCEEDS(cudnnDestroyConvolutionDescriptor)
SUCCEEDS(cudnnDestroyDropoutDescriptor)
SUCCEEDS(cudnnDestroyFilterDescriptor)
SUCCEEDS(cudnnDestroyLRNDescriptor)
SUCCEEDS(cudnnDestroyPoolingDescriptor)
SUCCEEDS(cudnnDestroyRNNDataDescriptor)
SUCCEEDS(cudnnDestroyRNNDescriptor)
SUCCEEDS(cudnnDestroyReduceTensorDescriptor)
SUCCEEDS(cudnnDestroyTensorDescriptor)
SUCCEEDS(cudnnDropoutGetStatesSize)
SUCCEEDS(cudnnFindConvolutionForwardAlgorithmEx)
SUCCEEDS(cudnnGetConvolutionForwardAlgorithm_v7)
SUCCEEDS(cudnnGetConvolutionForwardWorkspaceSize)
SUCCEEDS(cudnnGetLastErrorString)
SUCCEEDS(cudnnGetRNNTempSpaceSizes)
SUCCEEDS(cudnnGetRNNWeightParams)
SUCCEEDS(cudnnGetReductionIndicesSize)
SUCCEEDS(cudnnGetReductionWorkspaceSize)
SUCCEEDS(cudnnGetTensorNdDescriptor)
SUCCEEDS(cudnnLRNCrossChannelForward)
SUCCEEDS(cudnnPoolingForward)
SUCCEEDS(cudnnRNNForward)
SUCCEEDS(cudnnReduceTensor)
SUCCEEDS(cudnnSetActivationDescriptor)
SUCCEEDS(cudnnSetConvolutionGroupCount)
SUCCEEDS(cudnnSetConvolutionMathType)
SUCCEEDS(cudnnSetConvolutionNdDescriptor)
SUCCEEDS(cudnnSetDropoutDescriptor)
SUCCEEDS(cudnnSetFilterNdDescriptor)
SUCCEEDS(cudnnSetLRNDescriptor)
SUCCEEDS(cudnnSetPoolingNdDescriptor)
SUCCEEDS(cudnnSetRNNDataDescriptor)
SUCCEEDS(cudnnSetRNNDescriptor_v8)
SUCCEEDS(cudnnSetReduceTensorDescriptor)
SUCCEEDS(cudnnSetStream)
SUCCEEDS(cudnnSetTensorNdDescriptor)
SUCCEEDS(cudnnSoftmaxForward)
