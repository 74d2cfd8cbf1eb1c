// Runs the kernels on the CPU: the threads of all blocks are fibers of one thread, switched at barriers. Shared memory starts as NaN, so that nothing is read
// before it is written; a barrier that some threads of a block miss ends the program.
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
struct HostFiber {
  jmp_buf buffer;
  ucontext_t context;
  char* stack = nullptr;
  bool done;
  int barriers;  // passed
};
struct Host {
  int fiber, threads, grid;
  HostKernel kernel;
  const Problem* problem;
  std::vector<std::vector<real>> shared;  // of each block
  std::vector<HostFiber> fibers;          // block by block
  std::vector<char*> stacks;              // of fibers that are done
  bool waits;                             // for another block
  jmp_buf scheduler;
};
static Host host;
static pthread_mutex_t hostMutex = PTHREAD_MUTEX_INITIALIZER;
#define THREAD (host.fiber % host.threads)
#define BLOCK (host.fiber / host.threads)
#define GRID host.grid
static real* hostShared() { return host.shared[BLOCK].data(); }
static void hostYield() {
  if (!_setjmp(host.fibers[host.fiber].buffer)) _longjmp(host.scheduler, 1);
}
static void hostBarrier() {
  host.fibers[host.fiber].barriers++;
  hostYield();
}
#define BARRIER() hostBarrier()
static void hostEntry() {
  host.kernel(*host.problem);
  host.fibers[host.fiber].done = true;
  _longjmp(host.scheduler, 1);
}
static void hostResume(HostFiber& fiber) {
  if (_setjmp(host.scheduler)) {
    if (fiber.done) {
      host.stacks.push_back(fiber.stack);
      fiber.stack = nullptr;
    }
    return;
  }
  if (fiber.stack) _longjmp(fiber.buffer, 1);
  const size_t size = 512 << 10;
  if (host.stacks.empty()) host.stacks.push_back((char*)malloc(size));
  fiber.stack = host.stacks.back();
  host.stacks.pop_back();
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fiber.stack;
  fiber.context.uc_stack.ss_size = size;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, hostEntry, 0);
  setcontext(&fiber.context);
}
// Lets the threads of a block go on, each to its next barrier, or until it waits for another block; whether one is left.
static bool hostStep(int block) {
  HostFiber* fibers = &host.fibers[block * host.threads];
  int fewest = std::numeric_limits<int>::max();
  for (int t = 0; t < host.threads; t++) {
    if (!fibers[t].done && fibers[t].barriers < fewest) fewest = fibers[t].barriers;
  }
  int left = 0, passed = 0;
  for (int t = 0; t < host.threads; t++) {
    if (!fibers[t].done && fibers[t].barriers == fewest) {
      host.fiber = block * host.threads + t;
      hostResume(fibers[t]);
    }
    if (fibers[t].done) passed++; else left++;
  }
  if (left && passed) { fprintf(stderr, "a barrier was not reached by every thread of a block\n"); abort(); }
  return left > 0;
}
static void hostRun(int blocks, int threads, size_t sharedReals, HostKernel kernel, const Problem& problem) {
  pthread_mutex_lock(&hostMutex);
  host.kernel = kernel;
  host.problem = &problem;
  host.grid = blocks;
  host.threads = threads;
  host.shared.resize(blocks);
  for (std::vector<real>& shared : host.shared) shared.assign(sharedReals + 16, std::numeric_limits<real>::quiet_NaN());
  if ((int)host.fibers.size() < blocks * threads) host.fibers.resize(blocks * threads);
  for (HostFiber& fiber : host.fibers) fiber.done = false, fiber.barriers = 0;
  for (bool running = true; running;) {
    running = false;
    for (int block = 0; block < blocks; block++) {
      bool left;
      do {
        host.waits = false;
        left = hostStep(block);
      } while (left && !host.waits);
      running |= left;
    }
  }
  pthread_mutex_unlock(&hostMutex);
}
// What other blocks write is waited for while they run.
static inline void tell(unsigned long long* to, unsigned long long x) { *to = x; }
static inline unsigned long long told(const unsigned long long* by) {
  const unsigned long long x = *by;
  host.waits = true;
  hostYield();
  return x;
}
static inline real powerOfTwo(real x) { return std::exp2(x); }
static inline real binaryLogarithm(real x) { return std::log2(x); }
static inline real reciprocal(real x) { return (real)1 / x; }
static inline real squareRoot(real x) { return std::sqrt(x); }
// The number of the lane whose index differs by a bit.
static inline real ofLane(real x, int bit) {
  static std::vector<real> lanes;
  const size_t fiber = host.fiber;
  if (lanes.size() <= fiber) lanes.resize(host.fibers.size());
  lanes[fiber] = x;
  BARRIER();
  const real other = lanes[fiber ^ bit];
  BARRIER();
  return other;
}
// mma.m16n8k8 among the 32 threads of a warp.
static inline void hostMultiplyAdd(real* c, const real* a, const real* b) {
  struct Operands { real a[4], b[2]; };
  static std::vector<Operands> operands;
  const size_t fiber = host.fiber;
  if (operands.size() <= fiber) operands.resize(host.fibers.size());
  for (int i = 0; i < 4; i++) operands[fiber].a[i] = a[i];
  for (int i = 0; i < 2; i++) operands[fiber].b[i] = b[i];
  BARRIER();
  const Operands* warp = &operands[fiber / 32 * 32];
  const int g = fiber % 32 / 4, q = fiber % 4;
  for (int i = 0; i < 4; i++) {
    const int row = g + 8 * (i / 2), column = 2 * q + i % 2;
    real sum = 0;
    for (int k = 0; k < 8; k++) sum += warp[4 * (row % 8) + k % 4].a[row / 8 + 2 * (k / 4)] * warp[4 * column + k % 4].b[k / 4];
    c[i] += sum;
  }
  BARRIER();
}
