// A stand-in for the CUDA driver's library that runs kernels on the CPU: a module is the path of a library made from kernels.cpp.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <string>
typedef int (*Launch)(const char*, int, int, int, void**);
struct Function { Launch launch; std::string name; };
extern "C" {
int cuInit(int) { return 0; }
int cuDriverGetVersion(int* version) { *version = 13000; return 0; }
int cuDeviceGetCount(int* count) { *count = 1; return 0; }
int cuDeviceGet(int* device, int) { *device = 0; return 0; }
int cuDeviceGetName(char* name, int length, int) { strncpy(name, "stand-in on the CPU", length); return 0; }
int cuDeviceGetAttribute(int* value, int attribute, int) {
  switch (attribute) {
    case 16: *value = 8; return 0;
    case 75: *value = CAPABILITY; return 0;
    case 76: *value = 0; return 0;
    case 95: *value = 1; return 0;
    case 97: *value = 232448; return 0;
    default: return 1;
  }
}
int cuDevicePrimaryCtxRetain(void** context, int) { *context = (void*)1; return 0; }
int cuCtxSetCurrent(void* context) { return context == (void*)1 ? 0 : 201; }
int cuModuleLoadData(void** module, void* image) {
  *module = dlopen((const char*)image, RTLD_NOW | RTLD_LOCAL);
  if (!*module) fprintf(stderr, "%s\n", dlerror());
  return *module ? 0 : 200;
}
int cuModuleGetFunction(void** function, void* module, const char* name) {
  *function = new Function{(Launch)dlsym(module, "launchKernel"), name};
  return 0;
}
int cuFuncSetAttribute(void*, int, int) { return 0; }
int cuFuncGetAttribute(int* value, int, void*) { *value = 0; return 0; }
int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void*, int, long) { *blocks = 1; return 0; }
// Filled so that what is read before it is written is not a number.
int cuMemAlloc_v2(long* address, long bytes) { *address = (long)malloc(bytes); memset((void*)*address, 0xff, bytes); return 0; }
int cuMemFree_v2(long address) { free((void*)address); return 0; }
int cuMemHostAlloc(void** memory, long bytes, int) { *memory = malloc(bytes); memset(*memory, 0xff, bytes); return 0; }
int cuMemFreeHost(void* memory) { free(memory); return 0; }
int cuMemcpyHtoDAsync_v2(long to, void* from, long bytes, void*) { memcpy((void*)to, from, bytes); return 0; }
int cuMemcpyDtoHAsync_v2(void* to, long from, long bytes, void*) { memcpy(to, (void*)from, bytes); return 0; }
int cuMemsetD8Async(long to, unsigned char value, long bytes, void*) { memset((void*)to, value, bytes); return 0; }
int cuStreamCreate(void** stream, int) { *stream = (void*)3; return 0; }
int cuStreamSynchronize(void*) { return 0; }
int cuStreamDestroy_v2(void*) { return 0; }
int cuLaunchKernel(void* function, int blocks, int, int, int threads, int, int, int shared, void*, void** arguments, void**) {
  const Function* f = (const Function*)function;
  return f->launch(f->name.c_str(), blocks, threads, shared, arguments);
}
int cuLaunchCooperativeKernel(void* function, int blocks, int, int, int threads, int, int, int shared, void*, void** arguments) {
  const Function* f = (const Function*)function;
  return f->launch(f->name.c_str(), blocks, threads, shared, arguments);
}
int cuGetErrorName(int, const char** name) { *name = "CUDA_ERROR_OF_THE_STAND_IN"; return 0; }
int cuGetErrorString(int, const char** text) { *text = "refused by the stand-in"; return 0; }
}
