/* libcuda.so.1: one card whose compute capability can be set. */

#include <stdio.h>
#include <string.h>

#include "stub.h"

enum { CAPABILITY_MAJOR = 75, CAPABILITY_MINOR = 76 };

static int capability = 90;

/* For the tests: ten times the major number, and the minor one. */
void stub_set_capability(int value)
{
    capability = value;
}

int cuDriverGetVersion(int *version)
{
    *version = 13020;
    return SUCCESS;
}

int cuDeviceGetCount(int *count)
{
    *count = 1;
    return SUCCESS;
}

int cuDeviceGet(int *device, int index)
{
    *device = index;
    return SUCCESS;
}

int cuDeviceGetName(char *name, int size, int device)
{
    (void)device;
    snprintf(name, (size_t)size, "Stub card");
    return SUCCESS;
}

int cuDeviceGetUuid(unsigned char *number, int device)
{
    (void)device;
    memset(number, 0xab, 16);
    return SUCCESS;
}

int cuDeviceGetAttribute(int *value, int attribute, int device)
{
    (void)device;
    *value = 0;
    if (attribute == CAPABILITY_MAJOR)
        *value = capability / 10;
    if (attribute == CAPABILITY_MINOR)
        *value = capability % 10;
    return SUCCESS;
}

SUCCEEDS(cuInit)
SUCCEEDS(cuTensorMapEncodeTiled)
