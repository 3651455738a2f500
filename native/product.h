// Matrix products on packed panels, with the samples of a chunk as the vector dimension.
#pragma once

#include <cstddef>

#include "simd.h"

namespace gatecast {
namespace {

// Rows of results that fit in registers beside two vectors of samples.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int max_rows = 12;
#else
constexpr int max_rows = 6;
#endif

// Panels all of one height, so that few of their rows are padding.
struct Panels {
  int rows, depth, height, count;
  Panels(int rows, int depth) : rows(rows), depth(depth) {
    count = (rows + max_rows - 1) / max_rows;
    height = (rows + count - 1) / count;
  }
  size_t size() const { return size_t(count) * height * depth; }
};

// packed[panel][k][row] = a[row * row_stride + k * depth_stride], padding rows zero.
template <class T>
void pack_panels(const Panels& p, const T* a, ptrdiff_t row_stride, ptrdiff_t depth_stride,
                 T* packed) {
  for (int first = 0; first < p.count * p.height; first += p.height)
    for (int k = 0; k < p.depth; ++k)
      for (int r = 0; r < p.height; ++r) {
        const int row = first + r;
        *packed++ = row < p.rows ? a[row * row_stride + k * depth_stride] : T(0);
      }
}

// acc[row][v] += sum over k of panel[k][row] * x[k][v]
template <class T, int R, int NV>
inline void multiply(const T* panel, int depth, const T* x, ptrdiff_t ldx, Vec<T> (&acc)[R][NV]) {
  for (int k = 0; k < depth; ++k) {
    Vec<T> b[NV];
#pragma GCC unroll 4
    for (int v = 0; v < NV; ++v) b[v] = load(x + v * Simd<T>::width);
#pragma GCC unroll 12
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < NV; ++v) acc[r][v] += panel[r] * b[v];
    panel += R;
    x += ldx;
  }
}

template <class T, int R, int NV>
void product_panel(const T* panel, int depth, const T* x, ptrdiff_t ldx, T* y, ptrdiff_t ldy,
                   int valid) {
  Vec<T> acc[R][NV];
#pragma GCC unroll 12
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < NV; ++v)
      acc[r][v] = r < valid ? load(y + r * ldy + v * Simd<T>::width) : Vec<T>{};
  multiply<T, R, NV>(panel, depth, x, ldx, acc);
#pragma GCC unroll 12
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < NV; ++v)
      if (r < valid) store(y + r * ldy + v * Simd<T>::width, acc[r][v]);
}

template <class T, int NV, int R = max_rows>
void product_panel_of(int height, const T* panel, int depth, const T* x, ptrdiff_t ldx, T* y,
                      ptrdiff_t ldy, int valid) {
  if constexpr (R > 1) {
    if (height != R)
      return product_panel_of<T, NV, R - 1>(height, panel, depth, x, ldx, y, ldy, valid);
  }
  product_panel<T, R, NV>(panel, depth, x, ldx, y, ldy, valid);
}

// y[row][c] += sum over k of a[row][k] * x[k][c], for `columns` columns
template <class T>
void add_product(const Panels& p, const T* packed, const T* x, ptrdiff_t ldx, T* y, ptrdiff_t ldy,
                 int columns) {
  constexpr int W = Simd<T>::width;
  for (int i = 0; i < p.count; ++i) {
    const T* panel = packed + size_t(i) * p.height * p.depth;
    const int row = i * p.height;
    const int valid = p.rows - row < p.height ? p.rows - row : p.height;
    T* out = y + row * ldy;
    int c = 0;
    for (; c + 2 * W <= columns; c += 2 * W)
      product_panel_of<T, 2>(p.height, panel, p.depth, x + c, ldx, out + c, ldy, valid);
    for (; c < columns; c += W)
      product_panel_of<T, 1>(p.height, panel, p.depth, x + c, ldx, out + c, ldy, valid);
  }
}

// One operand of a weight gradient: `rows` rows of `columns` values for each step.
template <class T>
struct Rows {
  const T* data;
  int rows;
  ptrdiff_t step;
};

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int tile_a = 8, tile_b = 3;
#else
constexpr int tile_a = 4, tile_b = 2;
#endif

// gradient[s * ldg + r] (+)= sum over steps and columns of a[step][r][c] * b[step][s][c]
template <class T, int RA, int RB>
void outer_tile(const T* a, ptrdiff_t step_a, const T* b, ptrdiff_t step_b, int steps,
                ptrdiff_t columns, T* gradient, ptrdiff_t ldg, bool add) {
  constexpr int W = Simd<T>::width;
  Vec<T> acc[RB][RA] = {};
  for (int t = 0; t < steps; ++t) {
    for (ptrdiff_t c = 0; c < columns; c += W) {
      Vec<T> vb[RB];
#pragma GCC unroll 4
      for (int s = 0; s < RB; ++s) vb[s] = load(b + s * columns + c);
#pragma GCC unroll 8
      for (int r = 0; r < RA; ++r) {
        Vec<T> va = load(a + r * columns + c);
        if constexpr (RB > 1) keep_in_register(va);
#pragma GCC unroll 4
        for (int s = 0; s < RB; ++s) acc[s][r] += va * vb[s];
      }
    }
    a += step_a;
    b += step_b;
  }
  for (int s = 0; s < RB; ++s) {
    T total[RA];
    sums<T, RA>(acc[s], total);
    for (int r = 0; r < RA; ++r) gradient[s * ldg + r] = total[r] + (add ? gradient[s * ldg + r] : T(0));
  }
}

template <class T, int RA>
void outer_rows(const T* a, ptrdiff_t step_a, const Rows<T>& b, int begin, int steps,
                ptrdiff_t columns, T* gradient, ptrdiff_t ldg, bool add) {
  const T* from = b.data + begin * b.step;
  int j = 0;
  for (; j + tile_b <= b.rows; j += tile_b)
    outer_tile<T, RA, tile_b>(a, step_a, from + j * columns, b.step, steps, columns,
                              gradient + j * ldg, ldg, add);
  for (; j < b.rows; ++j)
    outer_tile<T, RA, 1>(a, step_a, from + j * columns, b.step, steps, columns,
                         gradient + j * ldg, ldg, add);
}

// gradient[b * ldg + a] (+)= sum over steps and columns of a[step][a][c] * b[step][b][c]:
// dot products along the samples, summed across lanes once at the end, so nothing is transposed.
// Steps are taken in blocks whose b fits in the second-level cache.
template <class T>
void add_outer(const Rows<T>& a, const Rows<T>& b, int steps, int columns, T* gradient,
               ptrdiff_t ldg, bool accumulate) {
  const size_t step_bytes = size_t(b.rows) * columns * sizeof(T);
  int block = int(384 * 1024 / step_bytes);
  if (block < 8) block = 8;
  for (int begin = 0; begin < steps; begin += block) {
    const int count = begin + block < steps ? block : steps - begin;
    const bool add = accumulate || begin;
    int i = 0;
    const T* from = a.data + begin * a.step;
    for (; i + tile_a <= a.rows; i += tile_a)
      outer_rows<T, tile_a>(from + i * ptrdiff_t(columns), a.step, b, begin, count, columns,
                            gradient + i, ldg, add);
    for (; i < a.rows; ++i)
      outer_rows<T, 1>(from + i * ptrdiff_t(columns), a.step, b, begin, count, columns,
                       gradient + i, ldg, add);
  }
}

// gradient[a] (+)= sum over steps and columns of a[step][a][c]
template <class T>
void add_sums(const Rows<T>& a, int steps, int columns, T* gradient, bool accumulate) {
  for (int i = 0; i < a.rows; ++i) {
    Vec<T> acc = {};
    for (int t = 0; t < steps; ++t) {
      const T* p = a.data + t * a.step + i * ptrdiff_t(columns);
      for (int c = 0; c < columns; c += Simd<T>::width) acc += load(p + c);
    }
    gradient[i] = sum<T>(acc) + (accumulate ? gradient[i] : T(0));
  }
}

}  // namespace
}  // namespace gatecast
