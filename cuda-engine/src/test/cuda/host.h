// Runs the kernels on the CPU: the threads of a block are fibers of one thread, switched at barriers. Shared memory starts as NaN, so that nothing is read before
// it is written; a barrier that some threads of a block miss ends the program.
// Each kernel's library is compiled on its own, so the headers are few: <functional> and <mutex> would be a third of that time.
#include <csetjmp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <pthread.h>
#include <ucontext.h>
#include <vector>
#define GLOBAL static
#define DEVICE static inline
#define CONSTANT static const
#define LAUNCH_BOUNDS(threads, blocks)
#define UNROLL
struct Problem;
typedef void (*HostKernel)(const Problem&);
struct HostBlock {
  int thread, block, grid;
  HostKernel kernel;
  const Problem* problem;
  std::vector<real> shared;
  std::vector<ucontext_t> contexts;
  std::vector<char> begun, done;
  std::vector<std::vector<char>> stacks;
  struct Jump { jmp_buf buffer; };
  std::vector<Jump> fibers;
  Jump scheduler;
  ucontext_t start;
};
static HostBlock host;
static pthread_mutex_t hostMutex = PTHREAD_MUTEX_INITIALIZER;
#define THREAD host.thread
#define BLOCK host.block
#define GRID host.grid
static real* hostShared() { return host.shared.data(); }
static void hostBarrier() {
  if (!_setjmp(host.fibers[host.thread].buffer)) _longjmp(host.scheduler.buffer, 1);
}
#define BARRIER() hostBarrier()
static void hostEntry() {
  host.kernel(*host.problem);
  host.done[host.thread] = 1;
  _longjmp(host.scheduler.buffer, 1);
}
static void hostRun(int blocks, int threads, size_t sharedReals, HostKernel kernel, const Problem& problem) {
  pthread_mutex_lock(&hostMutex);
  const size_t size = 512 << 10;
  host.kernel = kernel;
  host.problem = &problem;
  host.grid = blocks;
  host.fibers.resize(threads);
  host.contexts.resize(threads);
  while ((int)host.stacks.size() < threads) host.stacks.emplace_back(size);
  for (int b = 0; b < blocks; b++) {
    host.block = b;
    host.shared.assign(sharedReals + 16, std::numeric_limits<real>::quiet_NaN());
    host.begun.assign(threads, 0);
    host.done.assign(threads, 0);
    volatile bool running = true;
    while (running) {
      volatile int left = 0, passed = 0;
      for (volatile int t = 0; t < threads; t = t + 1) {
        if (host.done[t]) continue;
        host.thread = t;
        if (!_setjmp(host.scheduler.buffer)) {
          if (host.begun[t]) _longjmp(host.fibers[t].buffer, 1);
          host.begun[t] = 1;
          getcontext(&host.contexts[t]);
          host.contexts[t].uc_stack.ss_sp = host.stacks[t].data();
          host.contexts[t].uc_stack.ss_size = size;
          host.contexts[t].uc_link = nullptr;
          makecontext(&host.contexts[t], hostEntry, 0);
          setcontext(&host.contexts[t]);
        }
        if (host.done[t]) passed = passed + 1; else left = left + 1;
      }
      if (left && passed) { fprintf(stderr, "a barrier was not reached by every thread of a block\n"); abort(); }
      running = left > 0;
    }
  }
  pthread_mutex_unlock(&hostMutex);
}
static inline real powerOfTwo(real x) { return std::exp2(x); }
static inline real binaryLogarithm(real x) { return std::log2(x); }
static inline real reciprocal(real x) { return (real)1 / x; }
static inline real squareRoot(real x) { return std::sqrt(x); }
// The number of the lane whose index differs by a bit.
static inline real ofLane(real x, int bit) {
  static real lanes[1024];
  const int thread = THREAD;
  lanes[thread] = x;
  BARRIER();
  const real other = lanes[thread ^ bit];
  BARRIER();
  return other;
}
// mma.m16n8k8 among the 32 threads of a warp.
static inline void hostMultiplyAdd(int thread, real* c, const real* a, const real* b) {
  static real ofA[1024][4], ofB[1024][2];
  for (int i = 0; i < 4; i++) ofA[thread][i] = a[i];
  for (int i = 0; i < 2; i++) ofB[thread][i] = b[i];
  BARRIER();
  const int warp = thread / 32 * 32, g = thread % 32 / 4, q = thread % 4;
  for (int i = 0; i < 4; i++) {
    const int row = g + 8 * (i / 2), column = 2 * q + i % 2;
    real sum = 0;
    for (int k = 0; k < 8; k++) sum += ofA[warp + 4 * (row % 8) + k % 4][row / 8 + 2 * (k / 4)] * ofB[warp + 4 * column + k % 4][k / 4];
    c[i] += sum;
  }
  BARRIER();
}
