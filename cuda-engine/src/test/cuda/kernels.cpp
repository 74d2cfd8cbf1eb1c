// The kernels for one shape as a library of the CPU, which the stand-in for the driver opens in the place of a module.
#include "ffjord.cu"
#include <cstring>
// Alignment of shared memory must not matter: vectors of the CPU are arrays.
extern "C" int launchKernel(const char* name, int blocks, int threads, int sharedBytes, void** arguments) {
  const Problem p = *(const Problem*)arguments[0];
  const size_t reals = sharedBytes / sizeof(real);
  if (!strcmp(name, "flow")) {
    if (threads != THREADS || reals < (size_t)(S_TOTAL(p.contextDimensions))) {
      fprintf(stderr, "flow: %d threads and %zu numbers of shared memory, expected %d and at least %d\n", threads, reals, THREADS, S_TOTAL(p.contextDimensions));
      return 1;
    }
    hostRun(blocks, threads, reals, [](const Problem& problem) { flow(problem); }, p);
  } else if (!strcmp(name, "prepare")) hostRun(blocks, threads, 0, [](const Problem& problem) { prepare(problem); }, p);
  else if (!strcmp(name, "reduce")) hostRun(blocks, threads, 0, [](const Problem& problem) { reduce(problem); }, p);
  else if (!strcmp(name, "finish")) hostRun(blocks, threads, 0, [](const Problem& problem) { finish(problem); }, p);
  else if (!strcmp(name, "describe")) hostRun(blocks, threads, 0, [](const Problem& problem) { describe(problem); }, p);
  else return 1;
  return 0;
}
