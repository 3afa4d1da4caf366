/* What the stand-ins for NVIDIA's libraries share. Declarations are our own: only a C compiler is needed. */

#ifndef STUB_CUDA_STUB_H
#define STUB_CUDA_STUB_H

#include <stddef.h>
#include <stdint.h>

/* Error numbers of CUDA that are answered here. */
enum {
    SUCCESS = 0,
    OUT_OF_MEMORY = 2,
    NOT_WHILE_CAPTURING = 900,
    CAPTURE_LOST = 901,
};

/* A function that takes anything and succeeds. What callers hand over is left as it is. */
#define SUCCEEDS(name)   \
    int name(void)       \
    {                    \
        return SUCCESS;  \
    }

/* A function whose first argument is where a handle is wanted. Nobody looks behind it. */
#define GIVES_HANDLE(name)              \
    int name(void **handle)             \
    {                                   \
        *handle = (void *)(uintptr_t)1; \
        return SUCCESS;                 \
    }

/* Write a line into the file that STUB_CUDA_LOG names; in the runtime's library, for all of them. */
void stub_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
