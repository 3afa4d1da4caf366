/* libcudart.so.13: memory, streams and graphs of a card that computes nothing: its memory holds zeros. */

#define _GNU_SOURCE
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stub.h"

/* ---- what was called, and what the tests may set ------------------------------------------------------------------ */

static size_t memory_limit = (size_t)8 << 30;
static size_t memory_used;
static int last_error;
static void *captured; /* the stream that is captured, or null */
static int is_disturbed;
static void (*at_kernel)(void);

void stub_log(const char *format, ...)
{
    static FILE *file;
    const char *path = getenv("STUB_CUDA_LOG");
    va_list values;
    if (path == NULL)
        return;
    if (file == NULL)
        file = fopen(path, "a");
    if (file == NULL)
        return;
    va_start(values, format);
    vfprintf(file, format, values);
    va_end(values);
    fputc('\n', file);
    fflush(file);
}

/* Begin another part of the log. */
void stub_note(const char *name)
{
    stub_log("# %s", name);
}

void stub_set_memory(size_t bytes)
{
    memory_limit = bytes;
}

/* The next capture is lost, as when another thread takes memory meanwhile. */
void stub_disturb_capture(void)
{
    is_disturbed = 1;
}

/* What the next kernel calls, once: somebody who stops the run in the middle. */
void stub_at_kernel(void (*function)(void))
{
    at_kernel = function;
}

size_t stub_used(void)
{
    return memory_used;
}

static int failed(int error)
{
    last_error = error;
    return error;
}

/* While any thread captures, CUDA refuses what would change the memory of the card, and the capture is lost. */
static int is_forbidden(const char *name)
{
    if (captured == NULL)
        return 0;
    stub_log("forbidden %s", name);
    return 1;
}

/* ---- memory ------------------------------------------------------------------------------------------------------- */

int cudaMalloc(void **memory, size_t size)
{
    *memory = NULL;
    if (is_forbidden("cudaMalloc"))
        return failed(NOT_WHILE_CAPTURING);
    if (memory_used + size > memory_limit) {
        stub_log("out_of_memory %zu", size);
        return failed(OUT_OF_MEMORY);
    }
    if (posix_memalign(memory, 256, size ? size : 1))
        return failed(OUT_OF_MEMORY);
    memset(*memory, 0, size);
    memory_used += malloc_usable_size(*memory);
    stub_log("malloc %zu", size);
    return SUCCESS;
}

int cudaFree(void *memory)
{
    if (memory == NULL)
        return SUCCESS;
    memory_used -= malloc_usable_size(memory);
    stub_log("free %zu", malloc_usable_size(memory));
    free(memory);
    return SUCCESS;
}

static int on_host(void **memory, size_t size)
{
    return posix_memalign(memory, 256, size ? size : 1) ? failed(OUT_OF_MEMORY) : SUCCESS;
}

int cudaMallocHost(void **memory, size_t size)
{
    return on_host(memory, size);
}

int cudaHostAlloc(void **memory, size_t size, unsigned flags)
{
    (void)flags;
    return on_host(memory, size);
}

int cudaFreeHost(void *memory)
{
    free(memory);
    return SUCCESS;
}

int cudaHostRegister(void *memory, size_t size, unsigned flags)
{
    (void)flags;
    stub_log("register %p %zu", memory, size);
    return SUCCESS;
}

int cudaHostUnregister(void *memory)
{
    stub_log("unregister %p", memory);
    return SUCCESS;
}

enum { TO_CARD = 1, MOST_OF_A_SHAPE = 8 };

/* Whether these are a few whole numbers of 64 bits that can be sizes. Read as floats they are next to nothing. */
static int is_shape(const void *source, size_t size)
{
    const int64_t *numbers = source;
    size_t count = size / sizeof *numbers;
    if (size % sizeof *numbers || count > MOST_OF_A_SHAPE)
        return 0;
    for (size_t index = 0; index < count; index++)
        if (numbers[index] < 0 || numbers[index] > INT32_MAX)
            return 0;
    return 1;
}

static int copy(void *target, const void *source, size_t size, int kind)
{
    static const char *const names[] = {"host", "to_card", "from_card", "on_card", "any"};
    stub_log("copy_%s %zu", names[kind], size);
    /* Pictures and weights arrive as zeros, be they ever so short: memory that is used again would otherwise be read as
       results, which nobody has computed. Shapes are read back. */
    if (kind == TO_CARD && !is_shape(source, size))
        memset(target, 0, size);
    else
        memmove(target, source, size);
    return SUCCESS;
}

int cudaMemcpy(void *target, const void *source, size_t size, int kind)
{
    return is_forbidden("cudaMemcpy") ? failed(NOT_WHILE_CAPTURING) : copy(target, source, size, kind);
}

int cudaMemcpyAsync(void *target, const void *source, size_t size, int kind, void *stream)
{
    (void)stream;
    return copy(target, source, size, kind);
}

int cudaMemcpy2DAsync(void *target, size_t target_row, const void *source, size_t source_row, size_t width,
                      size_t height, int kind, void *stream)
{
    (void)kind, (void)stream;
    for (size_t row = 0; row < height; row++)
        memmove((char *)target + row * target_row, (const char *)source + row * source_row, width);
    return SUCCESS;
}

int cudaMemset(void *memory, int value, size_t size)
{
    memset(memory, value, size);
    return SUCCESS;
}

int cudaMemsetAsync(void *memory, int value, size_t size, void *stream)
{
    (void)stream;
    return cudaMemset(memory, value, size);
}

int cudaMemGetInfo(size_t *unused, size_t *total)
{
    *total = memory_limit;
    *unused = memory_limit > memory_used ? memory_limit - memory_used : 0;
    return SUCCESS;
}

struct pointer_attributes {
    int type;
    char rest[84];
};

int cudaPointerGetAttributes(struct pointer_attributes *attributes, const void *memory)
{
    (void)memory;
    memset(attributes, 0, sizeof *attributes);
    attributes->type = 2; /* on the card */
    return SUCCESS;
}

/* ---- streams, events, graphs -------------------------------------------------------------------------------------- */

static int new_handle(void **handle)
{
    static uintptr_t last = 0x100;
    *handle = (void *)++last;
    return SUCCESS;
}

int cudaStreamCreate(void **stream)
{
    return new_handle(stream);
}

int cudaStreamCreateWithFlags(void **stream, unsigned flags)
{
    (void)flags;
    return new_handle(stream);
}

int cudaEventCreate(void **event)
{
    return new_handle(event);
}

int cudaEventCreateWithFlags(void **event, unsigned flags)
{
    (void)flags;
    return new_handle(event);
}

int cudaEventElapsedTime(float *milliseconds)
{
    *milliseconds = 1;
    return SUCCESS;
}

int cudaStreamSynchronize(void *stream)
{
    (void)stream;
    stub_log("wait");
    return is_forbidden("cudaStreamSynchronize") ? failed(NOT_WHILE_CAPTURING) : SUCCESS;
}

int cudaDeviceSynchronize(void)
{
    return cudaStreamSynchronize(NULL);
}

int cudaStreamBeginCapture(void *stream, int mode)
{
    (void)mode;
    stub_log("capture");
    captured = stream;
    return SUCCESS;
}

int cudaStreamEndCapture(void *stream, void **graph)
{
    (void)stream;
    captured = NULL;
    if (is_disturbed) {
        is_disturbed = 0;
        *graph = NULL;
        return failed(CAPTURE_LOST);
    }
    return new_handle(graph);
}

int cudaStreamIsCapturing(void *stream, int *is_capturing)
{
    *is_capturing = captured != NULL && captured == stream;
    return SUCCESS;
}

int cudaGraphInstantiate(void **executable)
{
    return new_handle(executable);
}

int cudaGraphLaunch(void)
{
    stub_log("replay");
    return SUCCESS;
}

int cudaLaunchHostFunc(void *stream, void (*function)(void *), void *argument)
{
    (void)stream;
    function(argument);
    return SUCCESS;
}

SUCCEEDS(cudaStreamDestroy)
SUCCEEDS(cudaStreamWaitEvent)
SUCCEEDS(cudaEventDestroy)
SUCCEEDS(cudaEventRecord)
SUCCEEDS(cudaEventRecordWithFlags)
SUCCEEDS(cudaEventSynchronize)
SUCCEEDS(cudaGraphDestroy)
SUCCEEDS(cudaGraphExecDestroy)

/* ---- kernels ------------------------------------------------------------------------------------------------------ */

struct dim3 {
    unsigned x, y, z;
};

static int launched(void)
{
    void (*function)(void) = at_kernel;
    stub_log("kernel");
    at_kernel = NULL;
    if (function != NULL)
        function();
    return SUCCESS;
}

int cudaLaunchKernel(void)
{
    return launched();
}

int __cudaLaunchKernel(void)
{
    return launched();
}

int cudaLaunchKernelExC(void)
{
    return launched();
}

int cudaLaunchCooperativeKernel(void)
{
    return launched();
}

int __cudaGetKernel(void **kernel, void *function)
{
    *kernel = function;
    return SUCCESS;
}

/* What a launch in CUDA's own notation hands from its brackets to the kernel. */
static _Thread_local struct {
    struct dim3 grid, block;
    size_t shared;
    void *stream;
} pushed;

unsigned __cudaPushCallConfiguration(struct dim3 grid, struct dim3 block, size_t shared, void *stream)
{
    pushed.grid = grid;
    pushed.block = block;
    pushed.shared = shared;
    pushed.stream = stream;
    return 0;
}

int __cudaPopCallConfiguration(struct dim3 *grid, struct dim3 *block, size_t *shared, void **stream)
{
    *grid = pushed.grid;
    *block = pushed.block;
    *shared = pushed.shared;
    *stream = pushed.stream;
    return SUCCESS;
}

void **__cudaRegisterFatBinary(void)
{
    static void *binary;
    return &binary;
}

SUCCEEDS(__cudaRegisterFatBinaryEnd)
SUCCEEDS(__cudaUnregisterFatBinary)
SUCCEEDS(__cudaRegisterFunction)
SUCCEEDS(__cudaRegisterVar)

int cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks)
{
    *blocks = 2;
    return SUCCESS;
}

struct function_attributes {
    size_t shared, constant, local;
    int most_threads;
    char rest[116];
};

int cudaFuncGetAttributes(struct function_attributes *attributes)
{
    memset(attributes, 0, sizeof *attributes);
    attributes->most_threads = 1024;
    return SUCCESS;
}

SUCCEEDS(cudaFuncSetAttribute)
SUCCEEDS(cudaKernelSetAttributeForDevice)
SUCCEEDS(cudaLibraryGetKernel)
SUCCEEDS(cudaLibraryLoadData)
SUCCEEDS(cudaLibraryUnload)
SUCCEEDS(cudaGetDriverEntryPointByVersion)
SUCCEEDS(cudaMemcpyFromSymbol)

/* ---- the card ----------------------------------------------------------------------------------------------------- */

enum { MULTIPROCESSORS = 132, SHARED_MEMORY = 232448, THREADS = 1024 };

/* The beginning of CUDA 13's structure; it has 1,008 bytes. */
struct properties {
    char name[256];
    char ids[28];
    size_t memory;
    size_t shared_memory;
    int registers, warp;
    size_t pitch;
    int threads, most_threads[3], most_blocks[3];
    size_t constant_memory;
    int major, minor;
    size_t alignments[2];
    int multiprocessors;
};

enum { PROPERTIES_SIZE = 1008, L2_AT = 596, THREADS_OF_ALL_AT = 604, SHARED_OF_ALL_AT = 624, SHARED_OPTIN_AT = 672 };

static void put(void *structure, size_t at, const void *value, size_t size)
{
    memcpy((char *)structure + at, value, size);
}

int cudaGetDeviceProperties(struct properties *found, int device)
{
    const int l2 = 50 << 20, threads = 2048;
    const size_t shared = SHARED_MEMORY;
    (void)device;
    memset(found, 0, PROPERTIES_SIZE);
    strcpy(found->name, "Stub card");
    found->memory = memory_limit;
    found->shared_memory = 49152;
    found->registers = 65536;
    found->warp = 32;
    found->threads = THREADS;
    for (int axis = 0; axis < 3; axis++) {
        found->most_threads[axis] = THREADS;
        found->most_blocks[axis] = 65535;
    }
    found->major = 9;
    found->multiprocessors = MULTIPROCESSORS;
    put(found, L2_AT, &l2, sizeof l2);
    put(found, THREADS_OF_ALL_AT, &threads, sizeof threads);
    put(found, SHARED_OF_ALL_AT, &shared, sizeof shared);
    put(found, SHARED_OPTIN_AT, &shared, sizeof shared);
    return SUCCESS;
}

int cudaDeviceGetAttribute(int *value, int attribute, int device)
{
    (void)device;
    switch (attribute) {
    case 16: *value = MULTIPROCESSORS; break;
    case 75: *value = 9; break; /* compute capability, major */
    case 97: *value = SHARED_MEMORY; break;
    default: *value = 0;
    }
    return SUCCESS;
}

int cudaGetDeviceCount(int *count)
{
    *count = 1;
    return SUCCESS;
}

int cudaGetDevice(int *device)
{
    *device = 0;
    return SUCCESS;
}

int cudaDriverGetVersion(int *version)
{
    *version = 13020;
    return SUCCESS;
}

int cudaRuntimeGetVersion(int *version)
{
    *version = 13020;
    return SUCCESS;
}

SUCCEEDS(cudaSetDevice)

/* ---- errors ------------------------------------------------------------------------------------------------------- */

int cudaGetLastError(void)
{
    int error = last_error;
    last_error = SUCCESS;
    return error;
}

int cudaPeekAtLastError(void)
{
    return last_error;
}

const char *cudaGetErrorString(int error)
{
    switch (error) {
    case SUCCESS: return "no error";
    case OUT_OF_MEMORY: return "out of memory";
    case NOT_WHILE_CAPTURING: return "operation not permitted when stream is capturing";
    case CAPTURE_LOST: return "operation failed due to a previous error during capture";
    default: return "unknown error";
    }
}

const char *cudaGetErrorName(int error)
{
    return error == OUT_OF_MEMORY ? "cudaErrorMemoryAllocation" : "cudaErrorUnknown";
}

/* Pools of memory are only there for options that are not used. */
SUCCEEDS(cudaFreeAsync)
SUCCEEDS(cudaMallocFromPoolAsync)
SUCCEEDS(cudaMemPoolCreate)
SUCCEEDS(cudaMemPoolDestroy)
SUCCEEDS(cudaMemPoolGetAttribute)
SUCCEEDS(cudaMemPoolSetAttribute)
SUCCEEDS(cudaMemPoolTrimTo)
