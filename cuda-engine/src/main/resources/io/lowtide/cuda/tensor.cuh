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
DEVICE Operand ofParts(real high, real low) { return {high + low}; }
DEVICE real highOf(const Operand& x) { return x.v; }
DEVICE real lowOf(const Operand&) { return 0; }
DEVICE void multiplyAdd(real* c, real*, const Operand* a, const Operand* b) {
  real ofA[4], ofB[2];
  EACH(4, i) ofA[i] = a[i].v;
  EACH(2, i) ofB[i] = b[i].v;
  hostMultiplyAdd(c, ofA, ofB);
}
#else
struct Operand { unsigned high, low; };
DEVICE Operand split(real x) {
  Operand o;
  o.high = (__float_as_uint(x) + 0x1000u) & 0xffffe000u;
  o.low = __float_as_uint(x - __uint_as_float(o.high));
  return o;
}
DEVICE Operand ofParts(real high, real low) { return {__float_as_uint(high), __float_as_uint(low)}; }
DEVICE real highOf(const Operand& x) { return __uint_as_float(x.high); }
DEVICE real lowOf(const Operand& x) { return __uint_as_float(x.low); }
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

// As in ffjord.cu. Pairs: the high parts of a buffer, then the low ones.
DEVICE void put(real* buffer, int at, real x, bool multiplied) {
  if (!PAIRS || !multiplied) {
    buffer[at] = x;
    return;
  }
  const Operand parts = split(x);
  buffer[at] = highOf(parts);
  buffer[LAYER_BUFFER + at] = lowOf(parts);
}
DEVICE real get(const real* buffer, int at, bool multiplied) { return PAIRS && multiplied ? buffer[at] + buffer[LAYER_BUFFER + at] : buffer[at]; }
template <bool PAIRED> DEVICE Operand operandAt(const real* buffer, int at) { return PAIRED ? ofParts(buffer[at], buffer[LAYER_BUFFER + at]) : split(buffer[at]); }

// Two numbers that follow each other, to be summed over at once: which of a tile's eight they are is free, if it is the same for both operands.
template <bool PAIRED> DEVICE void operandsAt(const real* buffer, int at, Operand& one, Operand& other) {
  const Vector<2> x = load<2>(buffer + at);
  if (PAIRED) {
    const Vector<2> low = load<2>(buffer + LAYER_BUFFER + at);
    one = ofParts(x.v[0], low.v[0]);
    other = ofParts(x.v[1], low.v[1]);
  } else {
    one = split(x.v[0]);
    other = split(x.v[1]);
  }
}

struct Products { real high[OWN_RECORDS / 2][4], low[OWN_RECORDS / 2][4]; };
template <int K, int W_STRIDE, int X_STRIDE, bool TRANSPOSED, bool PAIRED> DEVICE void productOf(const Frame& f, const real* w, const real* x, Tile& out) {
  const int m = 16 * unitTileOf(f), first = turnOf(f) * (TILE / WARPS_OF_UNITS), g = laneOf(f) / 4, q = laneOf(f) % 4;
  Products c;
  EACH(OWN_RECORDS / 2, j) EACH(4, i) c.high[j][i] = c.low[j][i] = 0;
#pragma unroll 4
  for (int k = 0; k < K; k += 8) {
    Operand a[4];
    EACH(2, i) {
      if (TRANSPOSED) EACH(2, e) a[2 * e + i] = split(w[(k + 2 * q + e) * W_STRIDE + m + g + 8 * i]);
      else operandsAt<false>(w, (m + g + 8 * i) * W_STRIDE + k + 2 * q, a[i], a[i + 2]);
    }
    EACH(OWN_RECORDS / 2, j) {
      Operand b[2];
      operandsAt<PAIRED>(x, (first + 8 * j + g) * X_STRIDE + k + 2 * q, b[0], b[1]);
      multiplyAdd(c.high[j], c.low[j], a, b);
    }
  }
  EACH(OWN_RECORDS, j) EACH(2, i) out.t[i][j] = c.high[j / 2][2 * i + j % 2] + c.low[j / 2][2 * i + j % 2];
}
template <bool TRANSPOSED> DEVICE void productSquare(const Frame& f, const real* w, const real* x, Tile& out) {
  productOf<UNITS, PADDED_UNITS, RECORD_STRIDE, TRANSPOSED, PAIRS>(f, w, x, out);
}
DEVICE void productWide(const Frame& f, const real* w, const real* x, Tile& out) { productOf<DIMS, PADDED_DIMS, PADDED_DIMS, false, false>(f, w, x, out); }

// sum[j] += scale * sum over records of a[record][row] b[record][column], 16 rows by the 8 columns of every WARPS_OF_UNITS-th group, beginning with the warp's turn.
template <int WIDTH, int STRIDE, bool PAIRED> DEVICE void outerOf(const Frame& f, const real* a, const real* b, real scale, real (*sum)[4]) {
  const int m = 16 * unitTileOf(f), g = laneOf(f) / 4, q = laneOf(f) % 4;
  const bool some = WIDTH / 8 >= WARPS_OF_UNITS || turnOf(f) < WIDTH / 8;  // the same in every thread of a warp
#pragma unroll 1
  for (int r = 0; r < TILE; r += 8) {
    Operand x[4];
    EACH(4, i) x[i] = split(scale * get(a, (r + q + 4 * (i / 2)) * RECORD_STRIDE + m + g + 8 * (i % 2), PAIRED));
    EACH((WIDTH / 8 + WARPS_OF_UNITS - 1) / WARPS_OF_UNITS, j) {
      const int column = 8 * ((some ? turnOf(f) : 0) + WARPS_OF_UNITS * j);
      Operand y[2];
      EACH(2, i) y[i] = operandAt<PAIRED>(b, (r + q + 4 * i) * STRIDE + column + g);
#ifdef HOST
      real none[4] = {0, 0, 0, 0};
      multiplyAdd(some ? sum[j] : none, none, x, y);
#else
      if (some) multiplyAdd(sum[j], sum[j], x, y);
#endif
    }
  }
}
DEVICE void outer(const Frame& f, const real* a, const real* b, real scale, real (*sum)[OUTER_COLUMNS]) { outerOf<UNITS, RECORD_STRIDE, PAIRS>(f, a, b, scale, sum); }
DEVICE void outerNarrow(const Frame& f, const real* wide, const real* narrow, real scale, real (*sum)[4]) { outerOf<DIMS, PADDED_DIMS, false>(f, wide, narrow, scale, sum); }

DEVICE void storeTiles(const Frame& f, const real (*sum)[4], int tiles, int width, real sign, real* out) {
  UNROLL for (int j = 0; j < tiles; j++) EACH(4, i) {
    const int column = 8 * (turnOf(f) + WARPS_OF_UNITS * j) + 2 * (laneOf(f) % 4) + i % 2;
    if (column < width) out[column * UNITS + unitOf(f, i / 2)] = sign * sum[j][i];
  }
}
DEVICE void storeOuter(const Frame& f, const real (*sum)[OUTER_COLUMNS], real sign, real* out) { storeTiles(f, sum, OUTER_ROWS, UNITS, sign, out); }
DEVICE void storeNarrow(const Frame& f, const real (*sum)[4], real* out) { storeTiles(f, sum, NARROW_ROWS, DIMS, 1, out); }

#define NARROW_HIGH ((DIMS + 15) / 16)
#define NARROW_JOBS (NARROW_HIGH * (TILE / 8))
#define NARROW_PARTS (2 * NARROW_JOBS <= THREADS / 32 ? 2 : 1)

// Tiles of 16 components by 8 records, shared among the warps; where these are enough, two halve the sum of a tile, which meets in scratch.
template <class Use> DEVICE void productNarrow(const Frame& f, const real* w, const real* x, real* scratch, Use use) {
  const int warp = f.thread / 32, g = laneOf(f) / 4, q = laneOf(f) % 4, part = NARROW_PARTS == 1 ? 0 : warp / NARROW_JOBS;
#pragma unroll 1
  for (int base = 0; base < NARROW_JOBS; base += THREADS / 32) {
    const int job = base + warp % (NARROW_PARTS == 1 ? THREADS / 32 : NARROW_JOBS);
    const bool some = job < NARROW_JOBS && part < NARROW_PARTS;
#ifndef HOST
    if (NARROW_PARTS == 1 && !some) break;
#endif
    const int k = 16 * (job % NARROW_HIGH), r = some ? 8 * (job / NARROW_HIGH) : 0;
    real c[2][4] = {{0, 0, 0, 0}, {0, 0, 0, 0}};
    const int begin = UNITS / NARROW_PARTS * (some ? part : 0);
#ifdef HOST
    const int end = begin + UNITS / NARROW_PARTS;  // there, threads wait for each other in every product
#else
    const int end = some ? begin + UNITS / NARROW_PARTS : begin;
#endif
#pragma unroll 2
    for (int n = begin; n < end; n += 16) {
      EACH(2, half) {
        Operand a[4], b[2];
        EACH(2, i) {
          if (8 * i < DIMS) operandsAt<false>(w, (k + g + 8 * i) * PADDED_UNITS + n + 8 * half + 2 * q, a[i], a[i + 2]);
          else a[i] = a[i + 2] = split(0);
        }
        operandsAt<false>(x, (r + g) * RECORD_STRIDE + n + 8 * half + 2 * q, b[0], b[1]);
        multiplyAdd(c[half], c[half], a, b);
      }
    }
    EACH(4, i) c[0][i] += c[1][i];
    if (NARROW_PARTS == 2) {
      real* other = scratch + 128 * job + laneOf(f);
      if (part == 1) EACH(4, i) other[32 * i] = c[0][i];
      BARRIER();
      if (part == 0) EACH(4, i) c[0][i] += other[32 * i];
    }
    EACH(4, i) {
      const int row = k + g + 8 * (i / 2);
      if (some && part == 0 && row < DIMS) use(row, r + 2 * q + i % 2, c[0][i]);
    }
  }
}
