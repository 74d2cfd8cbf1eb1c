// The products of ffjord.cu by tensor cores, mma.m16n8k8: each float32 operand in two tf32 parts, three products of parts for one of operands. A warp owns 16
// units and its share of the tile's records: a thread the units lane / 4 and lane / 4 + 8, and of every 8 records the two from 2 (lane % 4) on.
#define UNIT_TILES (UNITS / 16)
DEVICE int laneOf(const Frame& f) { return f.thread % 32; }
DEVICE int unitTileOf(const Frame& f) { return f.thread / 32 % UNIT_TILES; }
DEVICE int turnOf(const Frame& f) { return f.thread / 32 / UNIT_TILES; }
DEVICE int unitOf(const Frame& f, int i) { return 16 * unitTileOf(f) + laneOf(f) / 4 + 8 * i; }
DEVICE int recordGroupOf(const Frame& f) { return laneOf(f) % 4 + 4 * turnOf(f); }
DEVICE int recordOf(const Frame& f, int j) { return turnOf(f) * (TILE / WARPS_OF_UNITS) + 8 * (j / 2) + 2 * (laneOf(f) % 4) + j % 2; }

#ifdef HOST
struct Operand { real v; };
DEVICE Operand split(real x) { return {x}; }
DEVICE void multiplyAdd(real* c, real*, const Operand* a, const Operand* b) {
  real ofA[4], ofB[2];
  EACH(4, i) ofA[i] = a[i].v;
  EACH(2, i) ofB[i] = b[i].v;
  hostMultiplyAdd(THREAD, c, ofA, ofB);
}
#else
struct Operand { unsigned high, low; };
DEVICE Operand split(real x) {
  Operand o;
  o.high = (__float_as_uint(x) + 0x1000u) & 0xffffe000u;
  o.low = __float_as_uint(x - __uint_as_float(o.high));
  return o;
}
DEVICE void multiplyAddParts(real* c, unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
  asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
// The products of high parts and those with a low one: two sums, so that fewer wait for each other.
DEVICE void multiplyAdd(real* c, real* low, const Operand* a, const Operand* b) {
  multiplyAddParts(low, a[0].low, a[1].low, a[2].low, a[3].low, b[0].high, b[1].high);
  multiplyAddParts(c, a[0].high, a[1].high, a[2].high, a[3].high, b[0].high, b[1].high);
  multiplyAddParts(low, a[0].high, a[1].high, a[2].high, a[3].high, b[0].low, b[1].low);
}
#endif

// As in ffjord.cu.
template <int K, int W_STRIDE, int X_STRIDE, bool TRANSPOSED> DEVICE void productOf(const Frame& f, const real* w, const real* x, Tile& out) {
  const int m = 16 * unitTileOf(f), first = turnOf(f) * (TILE / WARPS_OF_UNITS), g = laneOf(f) / 4, q = laneOf(f) % 4;
  real c[OWN_RECORDS / 2][4], low[OWN_RECORDS / 2][4];
  EACH(OWN_RECORDS / 2, j) EACH(4, i) c[j][i] = low[j][i] = 0;
#pragma unroll 4
  for (int k = 0; k < K; k += 8) {
    Operand a[4];
    EACH(4, i) {
      const int row = m + g + 8 * (i % 2), column = k + q + 4 * (i / 2);
      a[i] = split(TRANSPOSED ? w[column * W_STRIDE + row] : w[row * W_STRIDE + column]);
    }
    EACH(OWN_RECORDS / 2, j) {
      Operand b[2];
      EACH(2, i) b[i] = split(x[(first + 8 * j + g) * X_STRIDE + k + q + 4 * i]);
      multiplyAdd(c[j], low[j], a, b);
    }
  }
  EACH(OWN_RECORDS, j) EACH(2, i) out.t[i][j] = c[j / 2][2 * i + j % 2] + low[j / 2][2 * i + j % 2];
}
template <bool TRANSPOSED> DEVICE void productSquare(const Frame& f, const real* w, const real* x, Tile& out) {
  productOf<UNITS, PADDED_UNITS, RECORD_STRIDE, TRANSPOSED>(f, w, x, out);
}
DEVICE void productWide(const Frame& f, const real* w, const real* x, Tile& out) { productOf<DIMS, PADDED_DIMS, PADDED_DIMS, false>(f, w, x, out); }

// sum[j] += scale * sum over records of a[record][row] b[record][column], 16 rows by the 8 columns of every WARPS_OF_UNITS-th group, beginning with the warp's turn.
template <int WIDTH, int STRIDE> DEVICE void outerOf(const Frame& f, const real* a, const real* b, real scale, real (*sum)[4]) {
  const int m = 16 * unitTileOf(f), g = laneOf(f) / 4, q = laneOf(f) % 4;
  const bool some = WIDTH / 8 >= WARPS_OF_UNITS || turnOf(f) < WIDTH / 8;  // the same in every thread of a warp
#pragma unroll 1
  for (int r = 0; r < TILE; r += 8) {
    Operand x[4];
    EACH(4, i) x[i] = split(scale * a[(r + q + 4 * (i / 2)) * RECORD_STRIDE + m + g + 8 * (i % 2)]);
    EACH((WIDTH / 8 + WARPS_OF_UNITS - 1) / WARPS_OF_UNITS, j) {
      const int column = 8 * ((some ? turnOf(f) : 0) + WARPS_OF_UNITS * j);
      Operand y[2];
      EACH(2, i) y[i] = split(b[(r + q + 4 * i) * STRIDE + column + g]);
#ifdef HOST
      real none[4] = {0, 0, 0, 0};
      multiplyAdd(some ? sum[j] : none, none, x, y);
#else
      if (some) multiplyAdd(sum[j], sum[j], x, y);
#endif
    }
  }
}
DEVICE void outer(const Frame& f, const real* a, const real* b, real scale, real (*sum)[OUTER_COLUMNS]) { outerOf<UNITS, RECORD_STRIDE>(f, a, b, scale, sum); }
DEVICE void outerNarrow(const Frame& f, const real* wide, const real* narrow, real scale, real (*sum)[4]) { outerOf<DIMS, PADDED_DIMS>(f, wide, narrow, scale, sum); }

DEVICE void storeTiles(const Frame& f, const real (*sum)[4], int tiles, int width, real sign, real* out) {
  UNROLL for (int j = 0; j < tiles; j++) EACH(4, i) {
    const int column = 8 * (turnOf(f) + WARPS_OF_UNITS * j) + 2 * (laneOf(f) % 4) + i % 2;
    if (column < width) out[column * UNITS + unitOf(f, i / 2)] = sign * sum[j][i];
  }
}
DEVICE void storeOuter(const Frame& f, const real (*sum)[OUTER_COLUMNS], real sign, real* out) { storeTiles(f, sum, OUTER_ROWS, UNITS, sign, out); }
DEVICE void storeNarrow(const Frame& f, const real (*sum)[4], real* out) { storeTiles(f, sum, NARROW_ROWS, DIMS, 1, out); }

// Tiles of 16 components by 8 records, shared among the warps.
template <class Use> DEVICE void productNarrow(const Frame& f, const real* w, const real* x, Use use) {
  const int warp = f.thread / 32, warps = THREADS / 32, g = laneOf(f) / 4, q = laneOf(f) % 4, high = (DIMS + 15) / 16, jobs = high * (TILE / 8);
#pragma unroll 1
  for (int base = 0; base < jobs; base += warps) {
    const bool some = base + warp < jobs;
#ifndef HOST
    if (!some) break;
#endif
    const int k = 16 * ((base + warp) % high), r = some ? 8 * ((base + warp) / high) : 0;
    real c[2][4] = {{0, 0, 0, 0}, {0, 0, 0, 0}};
#pragma unroll 2
    for (int n = 0; n < UNITS; n += 16) {
      EACH(2, half) {
        Operand a[4], b[2];
        EACH(4, i) {
          const int row = k + g + 8 * (i % 2);
          a[i] = split(row < DIMS ? w[row * PADDED_UNITS + n + 8 * half + q + 4 * (i / 2)] : (real)0);
        }
        EACH(2, i) b[i] = split(x[(r + g) * RECORD_STRIDE + n + 8 * half + q + 4 * i]);
        multiplyAdd(c[half], c[half], a, b);
      }
    }
    EACH(4, i) {
      const int row = k + g + 8 * (i / 2);
      if (some && row < DIMS) use(row, r + 2 * q + i % 2, c[0][i] + c[1][i]);
    }
  }
}
