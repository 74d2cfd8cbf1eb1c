// Loss of a batch of records under FFJORD and its parameter gradient by the adjoint state method (Chen et al. 2018, arXiv 1806.07366), in one fused kernel:
// a block of threads takes a tile of records, holds their states and the field's weights in shared memory, solves from data (s = 1) to base (s = 0), then back,
// and sums the parameter gradient in registers. Dormand-Prince 5(4), PI step control and Hairer's starting step; records that the device
// integrates at a time share their steps where their blocks can wait for each other, else those of a tile.
//
// Compiled for a shape by macros; what is not fixed by one is read from the problem. Compiles as CUDA C++ (NVRTC, clang) and, with HOST, as C++ whose threads
// are fibers.
//
//   DIMS      d, rounded up to a multiple of 4            UNITS    of every hidden layer, rounded up to 32, 64 or 128
//   LAYERS    hidden layers                               TILE     records of a block at a time
//   THREADS   of a block                                  REAL     float or double
//   CONTEXT   1: gates and biases depend on a context     PRODUCTS 1: products with probes (estimated trace, Jacobian penalty, absent components)
//   SQUARES   1: square matrices in shared memory         TENSOR   1: products by tensor cores (tf32, three products for one of float32)
//   PAIRS     1: what square matrices are multiplied with is stored in the two parts that tensor cores take (TENSOR, two layers, no CONTEXT, no PRODUCTS)
//   SOFTPLUS  1: softplus in the place of tanh; if it is not defined, the problem says which
#ifndef REAL
#define REAL float
#endif
#ifndef TENSOR
#define TENSOR 0
#endif
#ifndef PAIRS
#define PAIRS 0
#endif
#ifndef BLOCKS
#define BLOCKS 1
#endif
typedef REAL real;

#ifdef HOST
#include "host.h"
#else
#define GLOBAL extern "C" __global__
#define DEVICE __device__ __forceinline__
#define CONSTANT __constant__
#if defined(__clang__) && !defined(__CUDACC_RTC__)
// Without the toolkit's headers.
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#undef __forceinline__
#define __forceinline__ inline __attribute__((always_inline))
#define LAUNCH_BOUNDS(threads, blocks) __attribute__((launch_bounds(threads, blocks)))
#define THREAD ((int)__nvvm_read_ptx_sreg_tid_x())
#define BLOCK ((int)__nvvm_read_ptx_sreg_ctaid_x())
#define GRID ((int)__nvvm_read_ptx_sreg_nctaid_x())
#define BARRIER() __nvvm_bar_sync(0)
#else
#define LAUNCH_BOUNDS(threads, blocks) __launch_bounds__(threads, blocks)
#define THREAD ((int)threadIdx.x)
#define BLOCK ((int)blockIdx.x)
#define GRID ((int)gridDim.x)
#define BARRIER() __syncthreads()
#endif
DEVICE float powerOfTwo(float x) { float y; asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }
DEVICE float binaryLogarithm(float x) { float y; asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }
DEVICE float reciprocal(float x) { float y; asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }
DEVICE float squareRoot(float x) { float y; asm("sqrt.rn.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }
DEVICE double squareRoot(double x) { double y; asm("sqrt.rn.f64 %0, %1;" : "=d"(y) : "d"(x)); return y; }
#ifdef __CUDACC_RTC__
DEVICE double powerOfTwo(double x) { return exp2(x); }
DEVICE double binaryLogarithm(double x) { return log2(x); }
DEVICE double reciprocal(double x) { return 1 / x; }
#endif
// The other lane's number, of those whose index differs by a bit.
DEVICE float ofLane(float x, int bit) { float y; asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 0x1f, 0xffffffff;" : "=f"(y) : "f"(x), "r"(bit)); return y; }
DEVICE double ofLane(double x, int bit) {
  double y;
  asm volatile("{ .reg .b32 l, h; mov.b64 {l, h}, %1; shfl.sync.bfly.b32 l, l, %2, 0x1f, 0xffffffff; shfl.sync.bfly.b32 h, h, %2, 0x1f, 0xffffffff; mov.b64 %0, {l, h}; }"
      : "=d"(y) : "d"(x), "r"(bit));
  return y;
}
// A number that other blocks write and read.
DEVICE void tell(unsigned long long* to, unsigned long long x) { asm volatile("st.relaxed.gpu.global.b64 [%0], %1;" :: "l"(to), "l"(x) : "memory"); }
DEVICE unsigned long long told(const unsigned long long* by) { unsigned long long x; asm volatile("ld.relaxed.gpu.global.b64 %0, [%1];" : "=l"(x) : "l"(by) : "memory"); return x; }
#define UNROLL _Pragma("unroll")
#endif

#define LOG2_E ((real)1.4426950408889634)
#define LN_2 ((real)0.6931471805599453)
#define HALF_LOG_TWO_PI ((real)0.91893853320467274)
#define EPSILON (sizeof(real) == 8 ? (real)2.220446049250313e-16 : (real)1.1920929e-7f)
// Stands for an error that is not a number or not finite.
#define NOT_FINITE_NORM ((real)1e30)

DEVICE real absolute(real x) { return x < 0 ? -x : x; }
DEVICE real smaller(real x, real y) { return x < y ? x : y; }
DEVICE real larger(real x, real y) { return x > y ? x : y; }
DEVICE real sigmoid(real x) { return reciprocal((real)1 + powerOfTwo(-LOG2_E * x)); }
DEVICE real power(real x, real y) { return powerOfTwo(y * binaryLogarithm(x)); }

// What a launch is about. Arrays of records are column-major, B rows.
struct Problem {
  const real* parameters;   // in the layout P_...
  real* operands;           // in the layout I_...: what the weights are multiplied from
  const real* x;            // B by d
  const real* context;      // B by k
  const real* present;      // B by d, 1 or 0; null where every record has every component
  const real* probes;       // random directions, each B by d
  const int* directions;    // of the products, FIELDS numbers each
  const real* base;         // marginals of a mixture, one for each set of components that a record has; null where the base is the standard normal
  const int* marginals;     // B: which of them
  real* logDensities;       // B
  real* kineticEnergies;    // B
  real* jacobianNorms;      // B
  real* parts;              // the gradient's, one row of P_TOTAL for each block
  real* gradient;           // P_TOTAL
  struct Outcome* outcomes; // one for each tile
  unsigned long long* meetings; // where blocks meet, two for each, 0 at first
  int* sizes;               // what describe() says
  double relativeTolerance, absoluteTolerance, adjointRelativeTolerance, adjointAbsoluteTolerance;
  double kineticPenalty, jacobianPenalty;
  double gradientFactor;    // of the sum over the records
  int records, dimensions, contextDimensions, directionCount;
  int softplus, closedTrace, everyRecord, adjointEveryRecord;
  int maximumEvaluations, adjointMaximumEvaluations;
  int fixedSteps;           // 0: adaptive
  int wantGradient, blocks;
  int baseComponents;       // of the mixture
  int commonSteps;          // whether the tiles of all blocks share their steps: all blocks run at a time
};

enum Status { COMPLETED = 0, BUDGET_EXCEEDED = 1, STEP_TOO_SMALL = 2, NOT_FINITE = 3 };
struct Outcome { int status, forwardEvaluations, backwardEvaluations, unused; double time; };

// A direction: index of the random probe or -1 for a unit vector, its component, 1 if among the components that a record lacks, factor in the trace, 1 if penalised.
enum Direction { PROBE, COMPONENT, ABSENT, TRACE_FACTOR, PENALISED, FIELDS };

// --- How the outputs of a product are shared among threads ---
// Activations lie record by record, so that both operands of a product are read along what is summed over; strides keep readers off each other's banks.
#define PADDED_UNITS (UNITS + (TENSOR ? 8 : 4))
#define PADDED_DIMS (DIMS + 4)
#if TENSOR
#define WARPS_OF_UNITS (THREADS / 2 / UNITS)  // that share 16 units
#define OWN_UNITS 2
#define OWN_RECORDS (TILE / 4 / WARPS_OF_UNITS)
#define OUTER_ROWS (UNITS / 8 / WARPS_OF_UNITS)
#define OUTER_COLUMNS 4
#define NARROW_ROWS ((DIMS / 8 + WARPS_OF_UNITS - 1) / WARPS_OF_UNITS)
#define SQUARE_COPIES 1
#else
#define OWNED (UNITS * TILE / THREADS)
#define OWN_RECORDS (OWNED >= 16 ? 4 : OWNED >= 4 && TILE > 4 ? 2 : 1)
#define OWN_UNITS (OWNED / OWN_RECORDS)
#define OUTER_ROWS (UNITS * UNITS / THREADS >= 32 ? 8 : 4)
#define OUTER_COLUMNS (UNITS * UNITS / THREADS / OUTER_ROWS)
#define NARROW_ROWS ((UNITS * DIMS / 4 + THREADS - 1) / THREADS)
#define SQUARE_COPIES 2  // the second transposed
#endif
#define RECORD_GROUPS (TILE / OWN_RECORDS)
#define UNIT_GROUPS (UNITS / OWN_UNITS)
#define RECORD_STRIDE (UNITS + (RECORD_GROUPS <= 4 || TENSOR ? 8 : 4))
#define COLUMNS (2 * DIMS)  // of the state: z and a going back; z, l, k, j going forward
#define STAGES 7
#define NARROW_OWN ((DIMS * TILE + THREADS - 1) / THREADS)
#define STATE_OWN ((COLUMNS * TILE + THREADS - 1) / THREADS)
#define GATE_OWN (CONTEXT ? OWN_RECORDS : 1)
#define SQUARE (UNITS * PADDED_UNITS)
#define SQUARE_COUNT (SQUARE_COPIES * (LAYERS - 1 + (LAYERS == 2)))
#define PRODUCT_LAYERS (LAYERS > 1 ? LAYERS - 1 : 1)
#define TRACE_PARTS (TENSOR ? UNITS / 16 : THREADS / 32)  // warps with the same records

#if TENSOR
static_assert(THREADS == 2 * UNITS * WARPS_OF_UNITS && TILE % (8 * WARPS_OF_UNITS) == 0 && DIMS % 8 == 0, "shape");
#else
static_assert(OWN_UNITS * UNIT_GROUPS == UNITS && OWN_RECORDS * RECORD_GROUPS == TILE && UNIT_GROUPS * RECORD_GROUPS == THREADS && RECORD_GROUPS <= 32, "shape");
static_assert(OUTER_ROWS * OUTER_COLUMNS * THREADS == UNITS * UNITS, "shape");
#endif
static_assert(!PAIRS || (TENSOR && LAYERS == 2 && !CONTEXT && !PRODUCTS), "pairs");
static_assert(DIMS % 4 == 0 && TILE % 4 == 0 && DIMS <= UNITS && TILE <= THREADS && THREADS % 32 == 0, "shape");

// --- Layouts, in numbers ---
// Parameters, and their gradient: weights by input, then output unit; the trace matrix, which is no parameter but has a gradient; gates and biases.
#define P_FIRST 0                                           // [DIMS][UNITS]
#define P_OUTPUT (DIMS * UNITS)                             // [DIMS][UNITS]
#define P_SQUARE(layer) (2 * DIMS * UNITS + ((layer) - 1) * UNITS * UNITS)  // [input][output]
#define P_TRACE P_SQUARE(LAYERS)
#define P_GATES(layer) (P_TRACE + (LAYERS == 2 ? UNITS * UNITS : LAYERS == 1 ? UNITS : 0) + 4 * UNITS * (layer))  // gate: constant, time; bias: constant, time
#define P_BIAS P_GATES(LAYERS)                              // constant, time
#define P_CONTEXT (P_BIAS + 2 * DIMS)                       // for each entry of the context: gate and bias of each layer, bias of the output
#define P_CONTEXT_ENTRY (2 * LAYERS * UNITS + DIMS)
#define P_TOTAL(k) (P_CONTEXT + (k) * P_CONTEXT_ENTRY)
// Operands: every matrix along what is summed over, going forward and going back.
#define I_FIRST 0                                           // [UNITS][DIMS]
#define I_FIRST_BACK (I_FIRST + UNITS * PADDED_DIMS)        // [DIMS][UNITS]
#define I_OUTPUT (I_FIRST_BACK + DIMS * PADDED_UNITS)       // [DIMS][UNITS]
#define I_OUTPUT_BACK (I_OUTPUT + DIMS * PADDED_UNITS)      // [UNITS][DIMS]
#define I_GATES (I_OUTPUT_BACK + UNITS * PADDED_DIMS)
#define I_BIAS (I_GATES + 4 * UNITS * LAYERS)
#define I_DIAGONAL (I_BIAS + 2 * DIMS)                      // of W1 W2, one hidden layer
#define I_SQUARES (I_DIAGONAL + UNITS)                      // of each layer [output][input], then the trace's [1][2]; each followed by its transpose, if there are two copies
#define I_TOTAL (I_SQUARES + SQUARE_COUNT * SQUARE)
// Shared memory.
#define LAYER_BUFFER (TILE * RECORD_STRIDE)                 // [TILE][UNITS]
#define NARROW_BUFFER (TILE * PADDED_DIMS)                  // [TILE][DIMS]
#define S_GATES (SQUARES ? I_TOTAL : I_SQUARES)             // at a time: [LAYERS][2][UNITS], then the output's bias
#define S_POSITION (S_GATES + 2 * UNITS * LAYERS + DIMS)
#define S_COTANGENT (S_POSITION + NARROW_BUFFER)
#define S_STATE (S_COTANGENT + NARROW_BUFFER)               // [COLUMNS][TILE]
#define S_SLOPES (S_STATE + COLUMNS * TILE)
#define S_PRESENT (S_SLOPES + STAGES * COLUMNS * TILE)      // [DIMS][TILE]
#define S_VALID (S_PRESENT + DIMS * TILE)
#define S_NORMS (S_VALID + TILE)
#define S_SUMS (S_NORMS + TILE)                             // two for each thread; going forward: parts of the trace, [TRACE_PARTS][TILE]
// In pairs, if so wanted: h of all layers but the last, all sensitivities, and cotangents of all layers but the first.
#define S_HIDDEN(layer) (S_SUMS + 2 * THREADS + (layer) * LAYER_BUFFER + ((layer) > 0 ? PAIRS * LAYER_BUFFER : 0))
#define S_SENSITIVITY(layer) (S_HIDDEN(LAYERS) + (layer) * (1 + PAIRS) * LAYER_BUFFER)
#define S_PULLED(layer) (S_SENSITIVITY(LAYERS) + (layer) * LAYER_BUFFER)  // cotangents, ready for the weights
#define S_DIRECTION (S_PULLED(LAYERS) + PAIRS * LAYER_BUFFER)
#define S_PRODUCT (S_DIRECTION + PRODUCTS * NARROW_BUFFER)  // (df/dz) e, then its cotangent
#define S_TANGENT(layer) (S_PRODUCT + PRODUCTS * (NARROW_BUFFER + (layer) * LAYER_BUFFER))
#define S_TANGENT_PULLED(layer) S_TANGENT(LAYERS + (layer))
#define S_RECORD_GATES(layer) (S_TANGENT(2 * LAYERS) + CONTEXT * (layer) * LAYER_BUFFER)  // constant part of the gate of each record; then that of the bias
#define S_RECORD_BIASES(layer) S_RECORD_GATES(LAYERS + (layer))
#define S_RECORD_OUTPUT_BIAS S_RECORD_GATES(2 * LAYERS)     // [DIMS][TILE]
#define S_CONTEXT (S_RECORD_OUTPUT_BIAS + CONTEXT * DIMS * TILE)  // [k][TILE]
#define S_TOTAL(k) (S_CONTEXT + CONTEXT * (k) * TILE)

static_assert(TRACE_PARTS * TILE <= 2 * THREADS && TILE * UNITS <= LAYER_BUFFER * 3 * LAYERS, "room");

CONSTANT real NODES[STAGES] = {0, (real)(1. / 5), (real)(3. / 10), (real)(4. / 5), (real)(8. / 9), 1, 1};
CONSTANT real WEIGHTS[STAGES] = {(real)(35. / 384), 0, (real)(500. / 1113), (real)(125. / 192), (real)(-2187. / 6784), (real)(11. / 84), 0};
CONSTANT real ERROR_WEIGHTS[STAGES] = {(real)(71. / 57600), 0, (real)(-71. / 16695), (real)(71. / 1920), (real)(-17253. / 339200), (real)(22. / 525), (real)(-1. / 40)};
CONSTANT real STAGE_WEIGHTS[STAGES][6] = {
  {0, 0, 0, 0, 0, 0},
  {(real)(1. / 5), 0, 0, 0, 0, 0},
  {(real)(3. / 40), (real)(9. / 40), 0, 0, 0, 0},
  {(real)(44. / 45), (real)(-56. / 15), (real)(32. / 9), 0, 0, 0},
  {(real)(19372. / 6561), (real)(-25360. / 2187), (real)(64448. / 6561), (real)(-212. / 729), 0, 0},
  {(real)(9017. / 3168), (real)(-355. / 33), (real)(46732. / 5247), (real)(49. / 176), (real)(-5103. / 18656), 0},
  {(real)(35. / 384), 0, (real)(500. / 1113), (real)(125. / 192), (real)(-2187. / 6784), (real)(11. / 84)}};

template <int N> struct alignas(N * sizeof(real)) Vector { real v[N]; };
template <int N> DEVICE Vector<N> load(const real* p) { return *reinterpret_cast<const Vector<N>*>(p); }
template <int N> DEVICE void store(real* p, const Vector<N>& x) { *reinterpret_cast<Vector<N>*>(p) = x; }

// A thread's outputs of a product: OWN_UNITS units by OWN_RECORDS records.
struct Tile { real t[OWN_UNITS][OWN_RECORDS]; };
struct Row { real v[OWN_RECORDS]; };

// What a thread sums: the gradient, over tiles for weights and over one tile for gates and biases.
struct Sums {
  real square[PRODUCT_LAYERS][OUTER_ROWS][OUTER_COLUMNS], trace[OUTER_ROWS][OUTER_COLUMNS];
  real first[NARROW_ROWS][4], output[NARROW_ROWS][4];
  real diagonal[OWN_UNITS];
  real gateConstant[LAYERS][OWN_UNITS][GATE_OWN], gateTime[LAYERS][OWN_UNITS], biasConstant[LAYERS][OWN_UNITS][GATE_OWN], biasTime[LAYERS][OWN_UNITS];
  real outputConstant[NARROW_OWN], outputTime[NARROW_OWN];
};

// The integrand at one stage as far as it is not in shared memory.
struct Integrand { real gate[LAYERS][OWN_UNITS][GATE_OWN], bias[LAYERS][OWN_UNITS][GATE_OWN]; };

// What a thread knows all along.
struct Frame {
  const Problem& p;
  real* sh;
  const real* squares;
  int thread, first;   // index in the batch of the tile's first record
  int blocks, sharing; // that share their steps; their records
  int* meeting;        // of these blocks, the last one's number
};

#define EACH(count, i) UNROLL for (int i = 0; i < (count); i++)
// Elements of an array, one thread each.
#define SHARED(count, e) for (int e = f.thread; e < (count); e += THREADS)
#ifndef SOFTPLUS
#define SOFTPLUS f.p.softplus
#endif

DEVICE const real* layerSquare(const Frame& f, int layer) { return f.squares + SQUARE_COPIES * (layer - 1) * SQUARE; }
DEVICE const real* traceSquare(const Frame& f) { return f.squares + SQUARE_COPIES * (LAYERS - 1) * SQUARE; }

#if TENSOR
#include "tensor.cuh"
#else
// A number of a layer's buffer, which square matrices are multiplied with or not.
DEVICE void put(real* buffer, int at, real x, bool) { buffer[at] = x; }
DEVICE real get(const real* buffer, int at, bool) { return buffer[at]; }
DEVICE int unitOf(const Frame& f, int i) { return f.thread / RECORD_GROUPS + UNIT_GROUPS * i; }
DEVICE int recordGroupOf(const Frame& f) { return f.thread % RECORD_GROUPS; }
DEVICE int recordOf(const Frame& f, int j) { return f.thread % RECORD_GROUPS + RECORD_GROUPS * j; }

// out[unit][record] = sum over k of w[unit][k] x[record][k].
template <int K, int W_STRIDE, int X_STRIDE> DEVICE void productOf(const Frame& f, const real* w, const real* x, Tile& out) {
  EACH(OWN_UNITS, i) EACH(OWN_RECORDS, j) out.t[i][j] = 0;
  w += unitOf(f, 0) * W_STRIDE;
  x += recordOf(f, 0) * X_STRIDE;
#pragma unroll 16
  for (int k = 0; k < K; k += 4) {
    Vector<4> a[OWN_UNITS], b[OWN_RECORDS];
    EACH(OWN_UNITS, i) a[i] = load<4>(w + UNIT_GROUPS * i * W_STRIDE + k);
    EACH(OWN_RECORDS, j) b[j] = load<4>(x + RECORD_GROUPS * j * X_STRIDE + k);
    EACH(4, q) EACH(OWN_UNITS, i) EACH(OWN_RECORDS, j) out.t[i][j] += a[i].v[q] * b[j].v[q];
  }
}
// By a square matrix, or by its transpose.
template <bool TRANSPOSED> DEVICE void productSquare(const Frame& f, const real* w, const real* x, Tile& out) {
  productOf<UNITS, PADDED_UNITS, RECORD_STRIDE>(f, w + TRANSPOSED * SQUARE, x, out);
}
// Of a narrow buffer, by I_FIRST or I_OUTPUT_BACK.
DEVICE void productWide(const Frame& f, const real* w, const real* x, Tile& out) { productOf<DIMS, PADDED_DIMS, PADDED_DIMS>(f, w, x, out); }

#define ROW_VECTORS (OUTER_ROWS / 4)
#define COLUMN_WIDTH (OUTER_COLUMNS < 4 ? OUTER_COLUMNS : 4)
#define COLUMN_VECTORS (OUTER_COLUMNS / COLUMN_WIDTH)
DEVICE int rowOf(const Frame& f, int i) { return i / 4 * (UNITS / ROW_VECTORS) + f.thread % (UNITS / OUTER_ROWS) * 4 + i % 4; }
DEVICE int columnOf(const Frame& f, int j) { return j / COLUMN_WIDTH * (UNITS / COLUMN_VECTORS) + f.thread / (UNITS / OUTER_ROWS) * COLUMN_WIDTH + j % COLUMN_WIDTH; }

// sum[i][j] += scale * sum over records of a[record][row] b[record][column].
DEVICE void outer(const Frame& f, const real* a, const real* b, real scale, real (*sum)[OUTER_COLUMNS]) {
#pragma unroll 2
  for (int r = 0; r < TILE; r++) {
    Vector<4> x[ROW_VECTORS];
    Vector<COLUMN_WIDTH> y[COLUMN_VECTORS];
    EACH(ROW_VECTORS, i) x[i] = load<4>(a + r * RECORD_STRIDE + rowOf(f, 4 * i));
    EACH(COLUMN_VECTORS, j) {
      y[j] = load<COLUMN_WIDTH>(b + r * RECORD_STRIDE + columnOf(f, COLUMN_WIDTH * j));
      EACH(COLUMN_WIDTH, q) y[j].v[q] *= scale;
    }
    EACH(OUTER_ROWS, i) EACH(OUTER_COLUMNS, j) sum[i][j] += x[i / 4].v[i % 4] * y[j / COLUMN_WIDTH].v[j % COLUMN_WIDTH];
  }
}

DEVICE void storeOuter(const Frame& f, const real (*sum)[OUTER_COLUMNS], real sign, real* out) {
  EACH(OUTER_ROWS, i) EACH(OUTER_COLUMNS, j) out[columnOf(f, j) * UNITS + rowOf(f, i)] = sign * sum[i][j];
}

// sum[m][q] += scale * sum over records of wide[record][unit] narrow[record][k].
DEVICE void outerNarrow(const Frame& f, const real* wide, const real* narrow, real scale, real (*sum)[4]) {
  EACH(NARROW_ROWS, m) {
    const int e = f.thread + THREADS * m, n = e / (DIMS / 4), k = e % (DIMS / 4) * 4;
    if (UNITS * DIMS / 4 % THREADS == 0 || n < UNITS) {
      real own[4] = {0, 0, 0, 0};
#pragma unroll 4
      for (int r = 0; r < TILE; r++) {
        const real x = wide[r * RECORD_STRIDE + n];
        const Vector<4> y = load<4>(narrow + r * PADDED_DIMS + k);
        EACH(4, q) own[q] += x * y.v[q];
      }
      EACH(4, q) sum[m][q] += scale * own[q];
    }
  }
}

DEVICE void storeNarrow(const Frame& f, const real (*sum)[4], real* out) {
  EACH(NARROW_ROWS, m) EACH(4, q) {
    const int e = f.thread + THREADS * m, n = e / (DIMS / 4), k = e % (DIMS / 4) * 4 + q;
    if (n < UNITS) out[k * UNITS + n] = sum[m][q];
  }
}

// Lanes that share a component of a narrow product.
#define NARROW_LANES (DIMS * TILE * 8 <= THREADS ? 8 : DIMS * TILE * 4 <= THREADS ? 4 : DIMS * TILE * 2 <= THREADS ? 2 : 1)

// Calls use(k, record, sum over units of w[k][unit] x[record][unit]); may write to scratch.
template <class Use> DEVICE void productNarrow(const Frame& f, const real* w, const real* x, real*, Use use) {
  EACH(NARROW_OWN, m) {
    const int lane = f.thread % NARROW_LANES, e = f.thread / NARROW_LANES + THREADS * m, k = e % DIMS, r = e / DIMS;
    const bool some = DIMS * TILE * NARROW_LANES % THREADS == 0 || r < TILE;
    real sum[4] = {0, 0, 0, 0};
    if (some) {
#pragma unroll 4
      for (int n = 4 * lane; n < UNITS; n += 4 * NARROW_LANES) {
        const Vector<4> a = load<4>(w + k * PADDED_UNITS + n), b = load<4>(x + r * RECORD_STRIDE + n);
        EACH(4, q) sum[q] += a.v[q] * b.v[q];
      }
    }
    real total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    UNROLL for (int bit = 1; bit < NARROW_LANES; bit *= 2) total += ofLane(total, bit);
    if (some && lane == 0) use(k, r, total);
  }
}
#endif

// h of a, and e = dh/da of h.
DEVICE real activation(bool softplus, real a) {
  if (softplus) return larger(a, 0) + LN_2 * binaryLogarithm((real)1 + powerOfTwo(-LOG2_E * absolute(a)));
  return (real)1 - (real)2 * reciprocal((real)1 + powerOfTwo((real)2 * LOG2_E * a));
}
DEVICE real slopeOf(bool softplus, real h) { return softplus ? (real)1 - powerOfTwo(-LOG2_E * h) : (real)1 - h * h; }

// Gates and biases of the layers at a time, where they are the same for every record.
DEVICE void timeGates(const Frame& f, real s) {
  const real* raw = f.sh + I_GATES;
  real* at = f.sh + S_GATES;
  if (!CONTEXT) {
    SHARED(LAYERS * UNITS, e) {
      const int layer = e / UNITS, n = e % UNITS;
      const real* of = raw + 4 * UNITS * layer + n;
      at[2 * UNITS * layer + n] = (real)2 * sigmoid(of[0] + of[UNITS] * s);
      at[2 * UNITS * layer + UNITS + n] = of[2 * UNITS] + of[3 * UNITS] * s;
    }
  }
  SHARED(DIMS, k) at[2 * UNITS * LAYERS + k] = f.sh[I_BIAS + k] + f.sh[I_BIAS + DIMS + k] * s;
}

DEVICE real gateOf(const Frame& f, int layer, int n, int r, real s) {
  if (!CONTEXT) return f.sh[S_GATES + 2 * UNITS * layer + n];
  return (real)2 * sigmoid(f.sh[S_RECORD_GATES(layer) + r * RECORD_STRIDE + n] + f.sh[I_GATES + 4 * UNITS * layer + UNITS + n] * s);
}

DEVICE real biasOf(const Frame& f, int layer, int n, int r, real s) {
  if (!CONTEXT) return f.sh[S_GATES + 2 * UNITS * layer + UNITS + n];
  return f.sh[S_RECORD_BIASES(layer) + r * RECORD_STRIDE + n] + f.sh[I_GATES + 4 * UNITS * layer + 3 * UNITS + n] * s;
}

// The layers at S_POSITION: h and u of each, and f in the components that a record has, into slope. Leaves W x of each layer in linear. A barrier is due.
DEVICE void network(const Frame& f, real s, real* slope, Tile* linear) {
  timeGates(f, s);
  BARRIER();
  const bool softplus = SOFTPLUS;
  Row valid;
  EACH(OWN_RECORDS, j) valid.v[j] = f.sh[S_VALID + recordOf(f, j)];
  EACH(LAYERS, layer) {
    if (layer == 0) productWide(f, f.sh + I_FIRST, f.sh + S_POSITION, linear[0]);
    else productSquare<false>(f, layerSquare(f, layer), f.sh + S_HIDDEN(layer - 1), linear[layer]);
    // Everything is read before anything is written: else one number would wait for the other's.
    Tile gate, hidden;
    EACH(OWN_UNITS, i) EACH(OWN_RECORDS, j) {
      const int n = unitOf(f, i), r = recordOf(f, j);
      gate.t[i][j] = gateOf(f, layer, n, r, s);
      hidden.t[i][j] = activation(softplus, gate.t[i][j] * linear[layer].t[i][j] + biasOf(f, layer, n, r, s));
    }
    EACH(OWN_UNITS, i) EACH(OWN_RECORDS, j) {
      const int at = recordOf(f, j) * RECORD_STRIDE + unitOf(f, i);
      put(f.sh + S_HIDDEN(layer), at, hidden.t[i][j], layer < LAYERS - 1);
      put(f.sh + S_SENSITIVITY(layer), at, slopeOf(softplus, hidden.t[i][j]) * gate.t[i][j] * valid.v[j], true);
    }
    BARRIER();
  }
  const real* bias = f.sh + S_GATES + 2 * UNITS * LAYERS;
  productNarrow(f, f.sh + I_OUTPUT, f.sh + S_HIDDEN(LAYERS - 1), f.sh + S_PULLED(0), [&](int k, int r, real sum) {
    const real own = CONTEXT ? f.sh[S_RECORD_OUTPUT_BIAS + k * TILE + r] : (real)0;
    slope[k * TILE + r] = f.sh[S_PRESENT + k * TILE + r] * (sum + bias[k] + own);
  });
}

// Puts a direction into S_DIRECTION.
DEVICE void direction(const Frame& f, const int* of) {
  SHARED(DIMS * TILE, e) {
    const int k = e / TILE, r = e % TILE;
    const bool inside = k < f.p.dimensions && f.first + r < f.p.records;
    real value = 0;
    if (inside) {
      value = of[PROBE] < 0 ? (real)(k == of[COMPONENT]) : f.p.probes[((long long)of[PROBE] * f.p.dimensions + k) * f.p.records + f.first + r];
      const real present = f.sh[S_PRESENT + e];
      value *= of[ABSENT] ? (real)1 - present : present;
    }
    f.sh[S_DIRECTION + r * PADDED_DIMS + k] = value;
  }
}

// (df/dz) e of the direction into S_PRODUCT; W dx of each layer into linear. Ends with a barrier.
DEVICE void tangents(const Frame& f, Tile* linear) {
  EACH(LAYERS, layer) {
    if (layer == 0) productWide(f, f.sh + I_FIRST, f.sh + S_DIRECTION, linear[0]);
    else productSquare<false>(f, layerSquare(f, layer), f.sh + S_TANGENT(layer - 1), linear[layer]);
    EACH(OWN_UNITS, i) EACH(OWN_RECORDS, j) {
      const int at = recordOf(f, j) * RECORD_STRIDE + unitOf(f, i);
      f.sh[S_TANGENT(layer) + at] = get(f.sh + S_SENSITIVITY(layer), at, true) * linear[layer].t[i][j];
    }
    BARRIER();
  }
  productNarrow(f, f.sh + I_OUTPUT, f.sh + S_TANGENT(LAYERS - 1), f.sh + S_PULLED(0), [&](int k, int r, real sum) { f.sh[S_PRODUCT + r * PADDED_DIMS + k] = sum; });
  BARRIER();
}

// Parts of the closed-form divergence into S_SUMS, one for each warp. A barrier is due.
DEVICE void closedTrace(const Frame& f) {
  Tile product;
  if (LAYERS == 2) productSquare<false>(f, traceSquare(f), f.sh + S_SENSITIVITY(LAYERS - 1), product);
  EACH(OWN_RECORDS, j) {
    const int r = recordOf(f, j);
    real part = 0;
    EACH(OWN_UNITS, i) {
      const int n = unitOf(f, i);
      part += get(f.sh + S_SENSITIVITY(0), r * RECORD_STRIDE + n, true) * (LAYERS == 2 ? product.t[i][j] : f.sh[I_DIAGONAL + n]);
    }
    // Lanes with the same records.
    UNROLL for (int bit = TENSOR ? 4 : RECORD_GROUPS; bit < 32; bit *= 2) part += ofLane(part, bit);
    if (f.thread % 32 < (TENSOR ? 4 : RECORD_GROUPS)) f.sh[S_SUMS + f.thread / 32 % TRACE_PARTS * TILE + r] = part;
  }
}

// Derivative of z, l, k and j at S_POSITION. Ends with a barrier.
DEVICE void evaluate(const Frame& f, int stage, real s) {
  real* slope = f.sh + S_SLOPES + stage * COLUMNS * TILE;
  Tile linear[LAYERS];
  network(f, s, slope, linear);
  if (f.p.closedTrace) closedTrace(f);
  BARRIER();
  // A record is finished by one thread.
  real trace = 0, norm = 0;
  if (f.p.closedTrace) {
    SHARED(TILE, r) EACH(TRACE_PARTS, q) trace += f.sh[S_SUMS + q * TILE + r];
  }
  if (PRODUCTS) {
#pragma unroll 1
    for (int n = 0; n < f.p.directionCount; n++) {
      const int* of = f.p.directions + FIELDS * n;
      direction(f, of);
      BARRIER();
      tangents(f, linear);
      SHARED(TILE, r) {
        real part = 0, square = 0;
        for (int k = 0; k < DIMS; k++) {
          const real value = f.sh[S_PRODUCT + r * PADDED_DIMS + k];
          part += f.sh[S_DIRECTION + r * PADDED_DIMS + k] * value;
          square += value * value;
        }
        trace += of[TRACE_FACTOR] * part;
        norm += of[PENALISED] ? square : (real)0;
      }
      BARRIER();
    }
  }
  SHARED(TILE, r) {
    slope[DIMS * TILE + r] = trace;
    real energy = 0;
    if (f.p.kineticPenalty > 0) {
      for (int k = 0; k < DIMS; k++) energy += slope[k * TILE + r] * slope[k * TILE + r];
    }
    slope[(DIMS + 1) * TILE + r] = -energy;
    slope[(DIMS + 2) * TILE + r] = -norm;
  }
  BARRIER();
}

// Pulls the cotangent of (df/dz) e back through the layers, into S_PRODUCT and S_TANGENT_PULLED; the cotangents of the sensitivities are added to pulled. Ends
// with a barrier.
DEVICE void pullTangents(const Frame& f, const int* of, const Tile* linear, Tile* pulled) {
  const real penalty = of[PENALISED] ? (real)-2 * (real)f.p.jacobianPenalty : (real)0, factor = -(real)of[TRACE_FACTOR];
  SHARED(NARROW_BUFFER, e) {
    if (e % PADDED_DIMS < DIMS) f.sh[S_PRODUCT + e] = penalty * f.sh[S_PRODUCT + e] + factor * f.sh[S_DIRECTION + e];
  }
  BARRIER();
  UNROLL for (int layer = LAYERS - 1; layer >= 0; layer--) {
    Tile cotangent;
    if (layer == LAYERS - 1) productWide(f, f.sh + I_OUTPUT_BACK, f.sh + S_PRODUCT, cotangent);
    else productSquare<true>(f, layerSquare(f, layer + 1), f.sh + S_TANGENT_PULLED(layer + 1), cotangent);
    EACH(OWN_UNITS, i) EACH(OWN_RECORDS, j) {
      const int at = recordOf(f, j) * RECORD_STRIDE + unitOf(f, i);
      pulled[layer].t[i][j] += cotangent.t[i][j] * linear[layer].t[i][j];
      f.sh[S_TANGENT_PULLED(layer) + at] = get(f.sh + S_SENSITIVITY(layer), at, true) * cotangent.t[i][j];
    }
    BARRIER();
  }
}

// Sums the integrand of the weights as far as it comes from the direction of the last pullTangents.
DEVICE void sumTangents(const Frame& f, real weight, Sums& sums) {
  outerNarrow(f, f.sh + S_TANGENT(LAYERS - 1), f.sh + S_PRODUCT, weight, sums.output);
  UNROLL for (int layer = 1; layer < LAYERS; layer++) outer(f, f.sh + S_TANGENT_PULLED(layer), f.sh + S_TANGENT(layer - 1), weight, sums.square[layer - 1]);
  outerNarrow(f, f.sh + S_TANGENT_PULLED(0), f.sh + S_DIRECTION, weight, sums.first);
}

// Whether the integrand of the weights stays in shared memory until the next evaluation: of several directions, only the last one's does.
DEVICE bool integrandStays(const Frame& f) { return f.p.directionCount <= 1; }

// Derivative of z and a at S_POSITION and S_COTANGENT. What the integrand of the parameter gradient is made of stays in shared memory and in integrand; where it
// does not, it is summed at once. Ends with a barrier.
DEVICE void evaluateAdjoint(const Frame& f, int stage, real s, real weight, Integrand& integrand, Sums& sums) {
  real* slope = f.sh + S_SLOPES + stage * COLUMNS * TILE;
  const bool softplus = SOFTPLUS;
  Tile linear[LAYERS], pulled[LAYERS];
  network(f, s, slope, linear);
  if (f.p.closedTrace && LAYERS == 2) {
    productSquare<false>(f, traceSquare(f), f.sh + S_SENSITIVITY(LAYERS - 1), pulled[0]);
    productSquare<true>(f, traceSquare(f), f.sh + S_SENSITIVITY(0), pulled[LAYERS - 1]);
    EACH(LAYERS, layer) EACH(OWN_UNITS, i) EACH(OWN_RECORDS, j) pulled[layer].t[i][j] = -pulled[layer].t[i][j];
  } else {
    EACH(LAYERS, layer) EACH(OWN_UNITS, i) EACH(OWN_RECORDS, j) {
      pulled[layer].t[i][j] = f.p.closedTrace ? -f.sh[I_DIAGONAL + unitOf(f, i)] * f.sh[S_VALID + recordOf(f, j)] : (real)0;
    }
  }
  if (f.p.kineticPenalty > 0) {
    BARRIER();
    const real factor = (real)-2 * (real)f.p.kineticPenalty;
    SHARED(DIMS * TILE, e) f.sh[S_COTANGENT + e % TILE * PADDED_DIMS + e / TILE] += factor * slope[e];
    BARRIER();
  }
  if (PRODUCTS) {
    Tile along[LAYERS];
#pragma unroll 1
    for (int n = 0; n < f.p.directionCount; n++) {
      const int* of = f.p.directions + FIELDS * n;
      direction(f, of);
      BARRIER();
      tangents(f, along);
      pullTangents(f, of, along, pulled);
      if (!integrandStays(f)) {
        if (weight != 0) sumTangents(f, weight, sums);
        BARRIER();
      }
    }
  }
  UNROLL for (int layer = LAYERS - 1; layer >= 0; layer--) {
    Tile cotangent;
    if (layer == LAYERS - 1) productWide(f, f.sh + I_OUTPUT_BACK, f.sh + S_COTANGENT, cotangent);
    else productSquare<true>(f, layerSquare(f, layer + 1), f.sh + S_PULLED(layer + 1), cotangent);
    Tile argument;
    EACH(OWN_UNITS, i) {
      EACH(GATE_OWN, j) integrand.gate[layer][i][j] = integrand.bias[layer][i][j] = 0;
      EACH(OWN_RECORDS, j) {
        const int n = unitOf(f, i), r = recordOf(f, j);
        const real g = gateOf(f, layer, n, r, s), h = get(f.sh + S_HIDDEN(layer), r * RECORD_STRIDE + n, layer < LAYERS - 1), e = slopeOf(softplus, h);
        const real curvature = softplus ? (real)1 - e : (real)-2 * h, ofSensitivity = pulled[layer].t[i][j];
        const real ofArgument = e * (cotangent.t[i][j] + curvature * ofSensitivity * g);
        argument.t[i][j] = g * ofArgument;
        integrand.bias[layer][i][CONTEXT ? j : 0] += ofArgument;
        integrand.gate[layer][i][CONTEXT ? j : 0] += (ofArgument * linear[layer].t[i][j] + ofSensitivity * e) * g * ((real)1 - (real)0.5 * g);
      }
    }
    EACH(OWN_UNITS, i) EACH(OWN_RECORDS, j) put(f.sh + S_PULLED(layer), recordOf(f, j) * RECORD_STRIDE + unitOf(f, i), argument.t[i][j], layer > 0);
    BARRIER();
  }
  productNarrow(f, f.sh + I_FIRST_BACK, f.sh + S_PULLED(0), f.sh + S_SUMS, [&](int k, int r, real sum) {
    // What pulls at a component that stays at 0 must not shorten the steps.
    slope[(DIMS + k) * TILE + r] = -f.sh[S_PRESENT + k * TILE + r] * sum;
  });
  BARRIER();
}

// Adds weight times the integrand of the last evaluation. A barrier is due.
DEVICE void sumIntegrand(const Frame& f, real s, real weight, const Integrand& integrand, Sums& sums) {
  if (PRODUCTS && f.p.directionCount == 1) sumTangents(f, weight, sums);
  outerNarrow(f, f.sh + S_HIDDEN(LAYERS - 1), f.sh + S_COTANGENT, weight, sums.output);
  outerNarrow(f, f.sh + S_PULLED(0), f.sh + S_POSITION, weight, sums.first);
  UNROLL for (int layer = 1; layer < LAYERS; layer++) outer(f, f.sh + S_PULLED(layer), f.sh + S_HIDDEN(layer - 1), weight, sums.square[layer - 1]);
  if (LAYERS == 2 && f.p.closedTrace) outer(f, f.sh + S_SENSITIVITY(0), f.sh + S_SENSITIVITY(LAYERS - 1), weight, sums.trace);
  if (LAYERS == 1 && f.p.closedTrace) {
    EACH(OWN_UNITS, i) EACH(OWN_RECORDS, j) sums.diagonal[i] += weight * f.sh[S_SENSITIVITY(0) + recordOf(f, j) * RECORD_STRIDE + unitOf(f, i)];
  }
  EACH(LAYERS, layer) EACH(OWN_UNITS, i) EACH(GATE_OWN, j) {
    const real gate = weight * integrand.gate[layer][i][j], bias = weight * integrand.bias[layer][i][j];
    sums.gateConstant[layer][i][j] += gate;
    sums.gateTime[layer][i] += s * gate;
    sums.biasConstant[layer][i][j] += bias;
    sums.biasTime[layer][i] += s * bias;
  }
  EACH(NARROW_OWN, m) {
    const int e = f.thread + THREADS * m;
    if (e < DIMS * TILE) {
      const real a = weight * f.sh[S_COTANGENT + e % TILE * PADDED_DIMS + e / TILE];
      sums.outputConstant[m] += a;
      sums.outputTime[m] += s * a;
    }
  }
}

// The state at a stage of a step: z into S_POSITION, and a, in the components that a record has, into S_COTANGENT. A barrier is due.
template <bool ADJOINT> DEVICE void moveToStage(const Frame& f, int stage, real step) {
  real state[STATE_OWN];
  EACH(STATE_OWN, m) {
    const int e = f.thread + THREADS * m;
    if (e < (ADJOINT ? COLUMNS : DIMS) * TILE) {
      real sum = 0;
      EACH(STAGES - 1, j) if (j < stage) sum += STAGE_WEIGHTS[stage][j] * f.sh[S_SLOPES + j * COLUMNS * TILE + e];
      state[m] = f.sh[S_STATE + e] + step * sum;
      if (e >= DIMS * TILE) state[m] *= f.sh[S_PRESENT + e - DIMS * TILE];
    }
  }
  EACH(STATE_OWN, m) {
    const int e = f.thread + THREADS * m, c = e / TILE, r = e % TILE;
    if (c < DIMS) f.sh[S_POSITION + r * PADDED_DIMS + c] = state[m];
    else if (ADJOINT && c < COLUMNS) f.sh[S_COTANGENT + r * PADDED_DIMS + c - DIMS] = state[m];
  }
}

// The sum of what each block has, or the largest: the same in every thread of every block. Each leaves its own under the number of the meeting, in a place for odd
// meetings or one for even ones, so that who is ahead overwrites nothing that others still wait for. Ends with a barrier.
DEVICE real meet(const Frame& f, real own, bool wantLargest) {
  const unsigned meeting = ++*f.meeting;
  unsigned long long* places = f.p.meetings + meeting % 2 * GRID;
  union { float number; unsigned bits; } word;
  word.number = (float)own;
  if (f.thread == 0) tell(places + BLOCK, (unsigned long long)meeting << 32 | word.bits);
  real all = 0;
  for (int block = f.thread; block < f.blocks; block += THREADS) {
    unsigned long long x;
    do x = told(places + block); while (x >> 32 != meeting);
    word.bits = (unsigned)x;
    all = wantLargest ? larger(all, word.number) : all + word.number;
  }
  UNROLL for (int bit = 1; bit < 32; bit *= 2) {
    const real other = ofLane(all, bit);
    all = wantLargest ? larger(all, other) : all + other;
  }
  if (f.thread % 32 == 0) f.sh[S_SUMS + f.thread / 32] = all;
  BARRIER();
  all = 0;
  EACH(THREADS / 32, q) all = wantLargest ? larger(all, f.sh[S_SUMS + q]) : all + f.sh[S_SUMS + q];
  return all;
}

// What a norm is of: the state, its derivative, the derivative's change to stage 1, the error of a step of that length.
enum Measured { OF_STATE, OF_SLOPE, OF_CHANGE, OF_ERROR };

// In units of the tolerances, the same in every thread; NOT_FINITE_NORM if it is not finite. Begins after and ends with a barrier.
template <bool ADJOINT> DEVICE real norm(const Frame& f, Measured what, real step) {
  const real absoluteTolerance = (real)(ADJOINT ? f.p.adjointAbsoluteTolerance : f.p.absoluteTolerance);
  const real relativeTolerance = (real)(ADJOINT ? f.p.adjointRelativeTolerance : f.p.relativeTolerance);
  const int d = f.p.dimensions, others = ADJOINT ? d : 1;
  const int r = f.thread % TILE, lane = f.thread / TILE, lanes = THREADS / TILE;
  real sums[2] = {0, 0};
  for (int c = lane; c < d + others; c += lanes) {
    const int column = c < d ? c : DIMS + c - d;
    const real* slopes = f.sh + S_SLOPES + column * TILE + r;
    const real y = f.sh[S_STATE + column * TILE + r];
    real value, size = absolute(y);
    if (what == OF_STATE) value = y;
    else if (what == OF_SLOPE) value = slopes[0];
    else if (what == OF_CHANGE) value = slopes[COLUMNS * TILE] - slopes[0];
    else {
      real error = 0, move = 0;
      for (int j = 0; j < STAGES; j++) {
        error += ERROR_WEIGHTS[j] * slopes[j * COLUMNS * TILE];
        move += WEIGHTS[j] * slopes[j * COLUMNS * TILE];
      }
      const real after = y + step * move;
      value = step * error + (after - after);  // not a number if the step leads to one
      size = larger(size, absolute(after));
    }
    const real relative = value / (absoluteTolerance + relativeTolerance * size);
    sums[c < d ? 0 : 1] += relative * relative;
  }
  f.sh[S_SUMS + f.thread] = sums[0];
  f.sh[S_SUMS + THREADS + f.thread] = sums[1];
  BARRIER();
  const bool everyRecord = ADJOINT ? f.p.adjointEveryRecord : f.p.everyRecord;
  SHARED(TILE, record) {
    real first = 0, second = 0;
    for (int q = 0; q < smaller(lanes, d + others); q++) {
      first += f.sh[S_SUMS + q * TILE + record];
      second += f.sh[S_SUMS + THREADS + q * TILE + record];
    }
    const real both = first + second;
    const real square = everyRecord ? larger(first / d, second / others) : both / (d + others);
    f.sh[S_NORMS + record] = both < NOT_FINITE_NORM ? square : NOT_FINITE_NORM;
  }
  BARRIER();
  real all = 0;
  const int left = f.p.records - f.first;
  for (int record = 0; record < (left < TILE ? left : TILE); record++) {
    const real own = f.sh[S_NORMS + record];
    all = everyRecord ? larger(all, own) : all + own;
  }
  if (f.blocks > 1) all = meet(f, all, everyRecord);
  return all >= NOT_FINITE_NORM ? NOT_FINITE_NORM : squareRoot(everyRecord ? all : all / f.sharing);
}

template <bool ADJOINT> DEVICE void advance(const Frame& f, real step) {
  EACH(STATE_OWN, m) {
    const int e = f.thread + THREADS * m;
    if (e < (ADJOINT ? COLUMNS : DIMS + 3) * TILE) {
      real sum = 0;
      for (int j = 0; j < 6; j++) sum += WEIGHTS[j] * f.sh[S_SLOPES + j * COLUMNS * TILE + e];
      f.sh[S_STATE + e] += step * sum;
      f.sh[S_SLOPES + e] = f.sh[S_SLOPES + 6 * COLUMNS * TILE + e];
    }
  }
}

// What is evaluated next: nothing, the state's norm being asked for; the derivative at the start; that after the trial step that the starting step is found by;
// a step; a rejected step once more, to take it out of the gradient.
enum Phase { AT_START, FIRST_SLOPE, TRIAL_STEP, STEP, TAKING_BACK };

// Integrates the state from one time to another: 1 to 0, or 0 to 1 for the adjoint, whose integrand is summed with the weights of the method over accepted
// steps: a rejected step is evaluated once more with weights of the opposite sign. time: reached. length: of the last step but for the end of the interval, which
// the way back begins with a share of.
// Cotangents ask for shorter steps than states do.
#ifndef BACKWARD_SHARE
#define BACKWARD_SHARE ((real)0.4)
#endif

template <bool ADJOINT> DEVICE Status solve(const Frame& f, Sums& sums, int& evaluations, real& time, real& length) {
  const real end = ADJOINT ? 1 : 0, sign = ADJOINT ? 1 : -1, least = (real)1e-6;
  const int budget = ADJOINT ? f.p.adjointMaximumEvaluations : f.p.maximumEvaluations;
  const bool fixed = f.p.fixedSteps > 0;
  time = (real)1 - end;
  evaluations = 0;
  int taken = 0;
  real step = fixed ? sign / f.p.fixedSteps : 0, stateNorm = 0, slopeNorm = 0, trial = 0, error = 0, previous = (real)1e-4;
  bool rejected = false, kept = false;
  Integrand integrand;
  if (ADJOINT && !fixed) step = smaller(BACKWARD_SHARE * length, 1);
  Phase phase = fixed || ADJOINT ? STEP : AT_START;
#pragma unroll 1
  while (true) {
    // A step's first stage is the last of the one before; going back, its weight is known only now.
    int first = 0, last = 0;
    if (phase == FIRST_SLOPE) last = 1;
    else if (phase == TRIAL_STEP) first = 1, last = 2;
    else if (phase == STEP) first = ADJOINT || fixed ? 0 : 1, last = fixed ? 6 : STAGES;
    else if (phase == TAKING_BACK) last = 6;
#pragma unroll 1
    for (int turn = first; turn < last; turn++) {
      // Taking back ends with the first stage, which the shorter step begins with.
      const int stage = phase == TAKING_BACK ? last - 1 - turn : turn;
      const real weight = !ADJOINT ? (real)0 : phase == STEP ? step * WEIGHTS[stage] : phase == TAKING_BACK ? -step * WEIGHTS[stage] : (real)0;
      const real s = time + NODES[stage] * step;
      if (phase == TAKING_BACK && weight == 0) continue;
      if (!(ADJOINT && phase == STEP && stage == 0 && kept)) {
        moveToStage<ADJOINT>(f, stage, step);
        if (ADJOINT) evaluateAdjoint(f, stage, s, weight, integrand, sums);
        else evaluate(f, stage, s);
        evaluations++;
      }
      if (ADJOINT && weight != 0) {
        sumIntegrand(f, s, weight, integrand, sums);
        BARRIER();
      }
    }
    // Whether what was evaluated last is the first stage of the next step.
    kept = integrandStays(f) && !fixed && (phase == STEP || phase == TAKING_BACK);
    real measured = 0;
    if (phase != TAKING_BACK && !fixed) {
      measured = norm<ADJOINT>(f, phase == AT_START ? OF_STATE : phase == FIRST_SLOPE ? OF_SLOPE : phase == TRIAL_STEP ? OF_CHANGE : OF_ERROR, step);
    }
    if (phase == AT_START) {
      stateNorm = measured;
      phase = FIRST_SLOPE;
      continue;
    }
    // Hairer's starting step (Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section II.4).
    if (phase == FIRST_SLOPE) {
      slopeNorm = measured;
      if (stateNorm >= NOT_FINITE_NORM || slopeNorm >= NOT_FINITE_NORM) return NOT_FINITE;
      trial = stateNorm < (real)1e-5 || slopeNorm < (real)1e-5 ? least : smaller((real)0.01 * stateNorm / slopeNorm, 1);
      step = sign * trial / STAGE_WEIGHTS[1][0];
      phase = TRIAL_STEP;
      continue;
    }
    if (phase == TRIAL_STEP) {
      const real steepest = larger(slopeNorm, measured / trial);
      const real start = steepest <= (real)1e-15 ? larger(least, trial * (real)1e-3) : power((real)0.01 / steepest, (real)0.2);
      step = sign * smaller(smaller(100 * trial, start), 1);
    } else if (phase == STEP && !(measured > 1)) {
      advance<ADJOINT>(f, step);
      BARRIER();
      taken++;
      if (fixed ? taken == f.p.fixedSteps : absolute(end - time) <= absolute(step)) {
        time = end;
        return COMPLETED;
      }
      time += step;
      if (fixed) continue;
      real factor = (real)0.9 * power(larger(measured, (real)1e-10), (real)(0.03 - 0.2)) * power(larger(previous, (real)1e-4), (real)0.04);
      factor = smaller(10, larger((real)0.2, factor));
      step *= rejected ? smaller(1, factor) : factor;
      previous = measured;
      rejected = false;
    } else {
      if (ADJOINT && phase == STEP) {
        error = measured;
        phase = TAKING_BACK;
        continue;
      }
      if (phase == STEP) error = measured;
      rejected = true;
      step *= error >= NOT_FINITE_NORM ? (real)0.1 : larger((real)0.2, (real)0.9 * power(error, (real)-0.2));
    }
    const real left = absolute(end - time);
    length = absolute(step);
    if (left <= absolute(step) * ((real)1 + 16 * EPSILON)) step = end - time;
    else if (absolute(step) < 16 * EPSILON) return STEP_TOO_SMALL;
    if (evaluations + (ADJOINT ? 7 : 6) > budget) return BUDGET_EXCEEDED;
    phase = STEP;
  }
}

// A tile's records into shared memory, and what of their gates and biases does not change with time. A barrier is due.
DEVICE void loadTile(const Frame& f) {
  const int d = f.p.dimensions, k = f.p.contextDimensions;
  SHARED(COLUMNS * TILE, e) {
    const int c = e / TILE, record = f.first + e % TILE;
    const bool inside = c < d && record < f.p.records;
    f.sh[S_STATE + e] = inside ? f.p.x[(long long)c * f.p.records + record] : (real)0;
    if (c < DIMS) f.sh[S_PRESENT + e] = !inside ? (real)0 : f.p.present ? f.p.present[(long long)c * f.p.records + record] : (real)1;
  }
  SHARED(TILE, r) f.sh[S_VALID + r] = f.first + r < f.p.records;
  if (CONTEXT) {
    SHARED(k * TILE, e) f.sh[S_CONTEXT + e] = f.first + e % TILE < f.p.records ? f.p.context[(long long)(e / TILE) * f.p.records + f.first + e % TILE] : (real)0;
    BARRIER();
    SHARED(2 * LAYERS * UNITS * TILE, e) {
      const int r = e % TILE, n = e / TILE % UNITS, which = e / TILE / UNITS, layer = which % LAYERS;
      const bool bias = which >= LAYERS;
      real sum = f.sh[I_GATES + 4 * UNITS * layer + (bias ? 2 * UNITS : 0) + n];
      const real* weights = f.p.parameters + P_CONTEXT + (2 * layer + bias) * UNITS + n;
      for (int q = 0; q < k; q++) sum += weights[q * P_CONTEXT_ENTRY] * f.sh[S_CONTEXT + q * TILE + r];
      f.sh[S_RECORD_GATES(which) + r * RECORD_STRIDE + n] = sum;
    }
    SHARED(DIMS * TILE, e) {
      real sum = 0;
      const real* weights = f.p.parameters + P_CONTEXT + 2 * LAYERS * UNITS + e / TILE;
      for (int q = 0; q < k; q++) sum += weights[q * P_CONTEXT_ENTRY] * f.sh[S_CONTEXT + q * TILE + e % TILE];
      f.sh[S_RECORD_OUTPUT_BIAS + e] = sum;
    }
  }
}

// Adds up threads' sums, in scratch [columns][rows], to the block's part; where columns are records, times the entries of their context, too.
DEVICE void addRows(const Frame& f, const real* scratch, int rows, int columns, real* out, real* ofContext) {
  BARRIER();
  SHARED(rows, n) {
    real sum = 0;
    for (int q = 0; q < columns; q++) sum += scratch[q * rows + n];
    out[n] += sum;
  }
  if (CONTEXT && ofContext) {
    SHARED(rows * f.p.contextDimensions, e) {
      const int n = e % rows, q = e / rows;
      real sum = 0;
      for (int r = 0; r < TILE; r++) sum += scratch[r * rows + n] * f.sh[S_CONTEXT + q * TILE + r];
      ofContext[q * P_CONTEXT_ENTRY + n] += sum;
    }
  }
  BARRIER();
}

// Gates and biases of a tile, from the threads' sums to the block's part.
DEVICE void addGates(const Frame& f, Sums& sums, real* part) {
  real* scratch = f.sh + S_HIDDEN(0);
  EACH(LAYERS, layer) EACH(4, kind) {
    const bool constant = kind % 2 == 0, ofRecords = constant && CONTEXT;
    EACH(OWN_UNITS, i) EACH(GATE_OWN, j) {
      const real sum = kind == 0 ? sums.gateConstant[layer][i][j] : kind == 1 ? sums.gateTime[layer][i] : kind == 2 ? sums.biasConstant[layer][i][j] : sums.biasTime[layer][i];
      scratch[(ofRecords ? recordOf(f, j) : recordGroupOf(f)) * UNITS + unitOf(f, i)] = sum;
    }
    addRows(f, scratch, UNITS, ofRecords ? TILE : RECORD_GROUPS, part + P_GATES(layer) + kind * UNITS, constant ? part + P_CONTEXT + (2 * layer + kind / 2) * UNITS : (real*)0);
  }
  EACH(2, kind) {
    EACH(NARROW_OWN, m) {
      const int e = f.thread + THREADS * m;
      if (e < DIMS * TILE) scratch[e % TILE * DIMS + e / TILE] = kind == 0 ? sums.outputConstant[m] : sums.outputTime[m];
    }
    addRows(f, scratch, DIMS, TILE, part + P_BIAS + kind * DIMS, kind == 0 ? part + P_CONTEXT + 2 * LAYERS * UNITS : (real*)0);
  }
  if (LAYERS == 1) {
    EACH(OWN_UNITS, i) scratch[recordGroupOf(f) * UNITS + unitOf(f, i)] = -sums.diagonal[i];
    addRows(f, scratch, UNITS, RECORD_GROUPS, part + P_TRACE, (real*)0);
  }
}

DEVICE void clearGates(Sums& sums) {
  EACH(LAYERS, layer) EACH(OWN_UNITS, i) {
    EACH(GATE_OWN, j) sums.gateConstant[layer][i][j] = sums.biasConstant[layer][i][j] = 0;
    sums.gateTime[layer][i] = sums.biasTime[layer][i] = 0;
  }
  EACH(OWN_UNITS, i) sums.diagonal[i] = 0;
  EACH(NARROW_OWN, m) sums.outputConstant[m] = sums.outputTime[m] = 0;
}

DEVICE void clearWeights(Sums& sums) {
  EACH(PRODUCT_LAYERS, layer) EACH(OUTER_ROWS, i) EACH(OUTER_COLUMNS, j) sums.square[layer][i][j] = 0;
  EACH(OUTER_ROWS, i) EACH(OUTER_COLUMNS, j) sums.trace[i][j] = 0;
  EACH(NARROW_ROWS, m) EACH(4, q) sums.first[m][q] = sums.output[m][q] = 0;
}

// A mixture's component in its table: logarithm of weight and scale, then the whitened mean, then the whitening matrix (L^-1 of a covariance L L'), lower triangular.
#define B_MEAN 4
#define B_WHITENING (B_MEAN + DIMS)                         // [DIMS][DIMS]
#define B_COMPONENT (B_WHITENING + DIMS * DIMS)
// While a tile is at the base, in the place of slopes.
#define S_WHITENED S_SLOPES                                 // [DIMS][TILE]
#define S_BASE_GRADIENT (S_WHITENED + DIMS * TILE)          // [DIMS][TILE]
#define S_BASE_LARGEST (S_BASE_GRADIENT + DIMS * TILE)      // log-density of a component, the largest up to now
#define S_BASE_SUM (S_BASE_LARGEST + TILE)                  // of the components' densities, in units of that
#define S_BASE_KEPT (S_BASE_SUM + TILE)
#define S_BASE_SHARE (S_BASE_KEPT + TILE)

static_assert(S_BASE_SHARE + TILE <= S_SLOPES + STAGES * COLUMNS * TILE, "room");

DEVICE const real* componentOf(const Frame& f, int r, int k) {
  const int record = f.first + r;
  const int marginal = record < f.p.records ? f.p.marginals[record] : 0;
  return f.p.base + ((long long)marginal * f.p.baseComponents + k) * B_COMPONENT;
}

// Density of the base at z(0), a mixture's components one after the other, and minus its gradient times the sum: what cotangents begin with. Ends with a barrier.
DEVICE void evaluateMixture(const Frame& f) {
  const real* z = f.sh + S_STATE;
  SHARED(DIMS * TILE, e) f.sh[S_BASE_GRADIENT + e] = 0;
  SHARED(TILE, r) {
    f.sh[S_BASE_LARGEST + r] = -NOT_FINITE_NORM;
    f.sh[S_BASE_SUM + r] = 0;
  }
  BARRIER();
  for (int k = 0; k < f.p.baseComponents; k++) {
    SHARED(DIMS * TILE, e) {
      const int c = e / TILE, r = e % TILE;
      const real* component = componentOf(f, r, k);
      real sum = -component[B_MEAN + c];
      for (int j = 0; j <= c; j++) sum += component[B_WHITENING + c * DIMS + j] * z[j * TILE + r];
      f.sh[S_WHITENED + e] = sum;
    }
    BARRIER();
    SHARED(TILE, r) {
      real square = 0;
      for (int c = 0; c < DIMS; c++) square += f.sh[S_WHITENED + c * TILE + r] * f.sh[S_WHITENED + c * TILE + r];
      const real own = componentOf(f, r, k)[0] - (real)0.5 * square, before = f.sh[S_BASE_LARGEST + r], largest = larger(before, own);
      const real kept = powerOfTwo(LOG2_E * (before - largest)), share = powerOfTwo(LOG2_E * (own - largest));
      f.sh[S_BASE_KEPT + r] = kept;
      f.sh[S_BASE_SHARE + r] = share;
      f.sh[S_BASE_SUM + r] = kept * f.sh[S_BASE_SUM + r] + share;
      f.sh[S_BASE_LARGEST + r] = largest;
    }
    BARRIER();
    SHARED(DIMS * TILE, e) {
      const int c = e / TILE, r = e % TILE;
      const real* component = componentOf(f, r, k);
      real sum = 0;
      for (int i = c; i < DIMS; i++) sum += component[B_WHITENING + i * DIMS + c] * f.sh[S_WHITENED + i * TILE + r];
      f.sh[S_BASE_GRADIENT + e] = f.sh[S_BASE_KEPT + r] * f.sh[S_BASE_GRADIENT + e] + f.sh[S_BASE_SHARE + r] * sum;
    }
    BARRIER();
  }
}

// Writes a tile's results: after a failed solve its log-densities are not numbers.
DEVICE void storeTile(const Frame& f, Status status) {
  const bool normal = f.p.baseComponents == 0;
  SHARED(TILE, r) {
    const int record = f.first + r;
    if (record < f.p.records) {
      real sum = f.sh[S_STATE + DIMS * TILE + r];
      if (!normal) sum += f.sh[S_BASE_LARGEST + r] + LN_2 * binaryLogarithm(f.sh[S_BASE_SUM + r]);
      for (int c = 0; normal && c < f.p.dimensions; c++) {
        // A component that a record lacks stays at 0, and has no part in the base density.
        const real z = f.sh[S_STATE + c * TILE + r];
        sum -= f.sh[S_PRESENT + c * TILE + r] * ((real)0.5 * z * z + HALF_LOG_TWO_PI);
      }
      f.p.logDensities[record] = status == COMPLETED ? sum : (real)0 / (real)0;
      f.p.kineticEnergies[record] = f.sh[S_STATE + (DIMS + 1) * TILE + r];
      f.p.jacobianNorms[record] = f.sh[S_STATE + (DIMS + 2) * TILE + r];
    }
  }
}

#ifdef HOST
#define SHARED_MEMORY real* sh = hostShared();
#else
#define SHARED_MEMORY extern __shared__ __attribute__((aligned(16))) real sh[];
#endif

// Loss and gradient of every tile; a block takes every GRID-th, and leaves its part of the gradient.
GLOBAL void LAUNCH_BOUNDS(THREADS, BLOCKS) flow(const Problem p) {
  SHARED_MEMORY
  int meeting = 0;
  Frame f = {p, sh, SQUARES ? sh + I_SQUARES : p.operands + I_SQUARES, THREAD, 0, 1, TILE, &meeting};
  const int copied = SQUARES ? I_TOTAL : I_SQUARES;
  SHARED(copied / 4, e) store<4>(sh + 4 * e, load<4>(p.operands + 4 * e));
  real* part = p.parts + (long long)BLOCK * P_TOTAL(p.contextDimensions);
  if (p.wantGradient) SHARED(P_TOTAL(p.contextDimensions) - P_TRACE, e) part[P_TRACE + e] = 0;
  Sums sums;
  clearWeights(sums);
  for (int tile = BLOCK; tile * TILE < p.records; tile += GRID) {
    f.first = tile * TILE;
    const int begin = p.commonSteps ? tile - BLOCK : tile, left = p.records - begin * TILE, most = p.commonSteps ? GRID : 1;
    f.blocks = left < most * TILE ? (left + TILE - 1) / TILE : most;
    f.sharing = left < most * TILE ? left : most * TILE;
    BARRIER();
    loadTile(f);
    clearGates(sums);
    BARRIER();
    int forward, backward = 0;
    real time, length;
    Status status = solve<false>(f, sums, forward, time, length);
    if (p.baseComponents > 0) evaluateMixture(f);
    storeTile(f, status);
    BARRIER();
    if (p.wantGradient && status == COMPLETED) {
      // dL/dz(0): z(0) for the standard normal.
      SHARED(DIMS * TILE, e) {
        const int r = e % TILE;
        f.sh[S_STATE + DIMS * TILE + e] = p.baseComponents == 0 ? f.sh[S_STATE + e] : f.sh[S_VALID + r] * f.sh[S_BASE_GRADIENT + e] / f.sh[S_BASE_SUM + r];
      }
      BARRIER();
      status = solve<true>(f, sums, backward, time, length);
      addGates(f, sums, part);
    }
    if (f.thread == 0) p.outcomes[tile] = {status, forward, backward, 0, (double)time};
  }
  if (!p.wantGradient) return;
  storeNarrow(f, sums.first, part + P_FIRST);
  storeNarrow(f, sums.output, part + P_OUTPUT);
  UNROLL for (int layer = 1; layer < LAYERS; layer++) storeOuter(f, sums.square[layer - 1], 1, part + P_SQUARE(layer));
  if (LAYERS == 2) storeOuter(f, sums.trace, -1, part + P_TRACE);
}

// Lays the operands out, and multiplies those of the trace: T = (W1 W3) o W2' for two hidden layers, the diagonal of W1 W2 for one.
GLOBAL void prepare(const Problem p) {
  const int e = BLOCK * 256 + THREAD, i = e % UNITS, j = e / UNITS;
  const real* w = p.parameters;
  real* o = p.operands;
  if (e < DIMS * UNITS) {
    o[I_FIRST + i * PADDED_DIMS + j] = o[I_FIRST_BACK + j * PADDED_UNITS + i] = w[P_FIRST + e];
    o[I_OUTPUT_BACK + i * PADDED_DIMS + j] = o[I_OUTPUT + j * PADDED_UNITS + i] = w[P_OUTPUT + e];
  }
  if (e < 4 * UNITS * LAYERS) o[I_GATES + e] = w[P_GATES(0) + e];
  if (e < 2 * DIMS) o[I_BIAS + e] = w[P_BIAS + e];
  if (LAYERS == 1 && e < UNITS) {
    real sum = 0;
    for (int k = 0; k < DIMS; k++) sum += w[P_FIRST + k * UNITS + e] * w[P_OUTPUT + k * UNITS + e];
    o[I_DIAGONAL + e] = sum;
  }
  if (e < UNITS * UNITS) {
    for (int square = 0; square < LAYERS - 1 + (LAYERS == 2); square++) {
      // Into unit i from unit j; of the trace, first layer's unit i and second's j.
      real value = w[P_SQUARE(square + 1) + e];
      if (square == LAYERS - 1) {
        value = 0;
        for (int k = 0; k < DIMS; k++) value += w[P_FIRST + k * UNITS + i] * w[P_OUTPUT + k * UNITS + j];
        value *= w[P_SQUARE(1) + i * UNITS + j];
      }
      real* to = o + I_SQUARES + SQUARE_COPIES * square * SQUARE;
      to[i * PADDED_UNITS + j] = value;
      if (SQUARE_COPIES == 2) to[SQUARE + j * PADDED_UNITS + i] = value;
    }
  }
}

// Sums the blocks' parts in a fixed order.
GLOBAL void reduce(const Problem p) {
  const int e = BLOCK * 256 + THREAD, total = P_TOTAL(p.contextDimensions);
  if (e >= total) return;
  real sum[4] = {0, 0, 0, 0};
  int b = 0;
#pragma unroll 8
  for (; b + 3 < p.blocks; b += 4) EACH(4, q) sum[q] += p.parts[(long long)(b + q) * total + e];
  for (; b < p.blocks; b++) sum[0] += p.parts[(long long)b * total + e];
  p.parts[e] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

// Carries the gradient of the trace's matrix on to the weights, and multiplies everything by the factor.
GLOBAL void finish(const Problem p) {
  const int e = BLOCK * 256 + THREAD;
  if (e >= P_TOTAL(p.contextDimensions)) return;
  const real* w = p.parameters;
  const real* sum = p.parts;
  const real* ofTrace = sum + P_TRACE;  // [j][i]
  real extra = 0;
  if (p.closedTrace && LAYERS == 2) {
    if (e < P_OUTPUT) {
      const int k = e / UNITS, i = e % UNITS;
#pragma unroll 16
      for (int j = 0; j < UNITS; j++) extra += ofTrace[j * UNITS + i] * w[P_SQUARE(1) + i * UNITS + j] * w[P_OUTPUT + k * UNITS + j];
    } else if (e < P_SQUARE(1)) {
      const int k = (e - P_OUTPUT) / UNITS, j = (e - P_OUTPUT) % UNITS;
#pragma unroll 16
      for (int i = 0; i < UNITS; i++) extra += ofTrace[j * UNITS + i] * w[P_SQUARE(1) + i * UNITS + j] * w[P_FIRST + k * UNITS + i];
    } else if (e < P_TRACE) {
      const int i = (e - P_SQUARE(1)) / UNITS, j = (e - P_SQUARE(1)) % UNITS;
      for (int k = 0; k < DIMS; k++) extra += w[P_FIRST + k * UNITS + i] * w[P_OUTPUT + k * UNITS + j];
      extra *= ofTrace[j * UNITS + i];
    }
  } else if (p.closedTrace && LAYERS == 1 && e < P_TRACE) {
    const int i = e % UNITS;
    extra = ofTrace[i] * w[e < P_OUTPUT ? P_OUTPUT + e : e - P_OUTPUT];
  }
  p.gradient[e] = (real)p.gradientFactor * (sum[e] + extra);
}

// Sizes, in numbers: parameters, operands, shared memory, each without and for one entry of a context.
GLOBAL void describe(const Problem p) {
  if (BLOCK || THREAD) return;
  p.sizes[0] = P_TOTAL(0);
  p.sizes[1] = P_CONTEXT_ENTRY;
  p.sizes[2] = I_TOTAL;
  p.sizes[3] = S_TOTAL(0);
  p.sizes[4] = S_TOTAL(1) - S_TOTAL(0);
}
