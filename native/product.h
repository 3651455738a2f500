// Matrix products on packed panels, with the samples of a chunk as the vector dimension.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <type_traits>
#include <utility>

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

// Columns of a chunk: samples side by side. The tiles of weight gradients are made for each.
constexpr int narrow_chunk = 16, wide_chunk = 32;

// One operand of a weight gradient: `rows` rows of `columns` values for each step.
template <class T>
struct Rows {
  const T* data;
  int rows;
  ptrdiff_t step;
};

// packed[k][r] = rows[r][k] for `columns` values of k and NV vectors of r, zero from row `valid` on.
// Adds each row's values to its lane of `sums`.
template <class T, int NV>
void pack_transposed(const T* rows, int valid, int columns, T* packed, Vec<T> (&sums)[NV]) {
  constexpr int W = Simd<T>::width;
  for (int c = 0; c < columns; c += W)
#pragma GCC unroll 2
    for (int v = 0; v < NV; ++v) {
      Vec<T> values[W];
      load_transposed<T>(rows + v * W * ptrdiff_t(columns) + c, columns, valid - v * W, values);
#pragma GCC unroll 16
      for (int k = 0; k < W; k += 2) {
        sums[v] += values[k] + values[k + 1];
        store<T>(packed + ((c + k) * NV + v) * W, values[k]);
        store<T>(packed + ((c + k + 1) * NV + v) * W, values[k + 1]);
      }
    }
}

// A weight gradient is a product along steps and samples. They are taken in blocks of this depth, so
// that a panel of one operand stays in the first-level cache.
constexpr int depth_block = 256;

// Scratch that add_outer needs.
template <class T>
constexpr size_t outer_work() {
  return size_t(2) * Simd<T>::width * depth_block;
}

// to[s * row + r] += sum over steps and columns of b[step][s][c] * a[step][c][r], for R rows of b
// and NV vectors of r.
template <class T, int columns, int NV, int R>
void outer_tile(const T* b, ptrdiff_t b_step, int steps, const T* a, T* to, ptrdiff_t row) {
  constexpr int W = Simd<T>::width, line = 64 / sizeof(T);
  Vec<T> acc[R][NV];
#pragma GCC unroll 12
  for (int s = 0; s < R; ++s)
#pragma GCC unroll 2
    for (int v = 0; v < NV; ++v) acc[s][v] = load(to + s * row + v * W);
  for (int t = 0; t < steps; ++t, b += b_step)
    for (int c = 0; c < columns; ++c, a += NV * W) {
      __builtin_prefetch(b + b_step + c * line);  // of the next step
      Vec<T> values[NV];
#pragma GCC unroll 2
      for (int v = 0; v < NV; ++v) values[v] = load(a + v * W);
#pragma GCC unroll 12
      for (int s = 0; s < R; ++s)
#pragma GCC unroll 2
        for (int v = 0; v < NV; ++v) acc[s][v] += b[s * columns + c] * values[v];
    }
#pragma GCC unroll 12
  for (int s = 0; s < R; ++s)
#pragma GCC unroll 2
    for (int v = 0; v < NV; ++v) store<T>(to + s * row + v * W, acc[s][v]);
}

template <class T, int columns, int NV, int R = max_rows>
void outer_tile_of(int rows, const T* b, ptrdiff_t b_step, int steps, const T* a, T* to,
                   ptrdiff_t row) {
  if constexpr (R > 1) {
    if (rows != R)
      return outer_tile_of<T, columns, NV, R - 1>(rows, b, b_step, steps, a, to, row);
  }
  outer_tile<T, columns, NV, R>(b, b_step, steps, a, to, row);
}

// gradient[s * row + r * column] += sum over steps and columns of b[step][s][c] * a[step][c][r], for all
// rows s of b, in tiles of nearly the same height, and `width` of a's, which fill NV vectors.
template <class T, int columns, int NV>
void outer_panel(const Rows<T>& b, int begin, int steps, const T* a, int width, T* gradient,
                 ptrdiff_t row, ptrdiff_t column) {
  constexpr int full = NV * Simd<T>::width;
  const int tiles = (b.rows + max_rows - 1) / max_rows;
  for (int i = 0, first = 0, rows; i < tiles; ++i, first += rows) {
    rows = b.rows / tiles + (i < b.rows % tiles);
    const T* at = b.data + begin * b.step + first * columns;
    T* to = gradient + first * row;
    if (width == full && column == 1) {
      for (int s = 0; s < max_rows; ++s)  // of the next tile
        for (int v = 0; v < NV; ++v)
          __builtin_prefetch(to + (rows + s) * row + v * Simd<T>::width, 1);
      outer_tile_of<T, columns, NV>(rows, at, b.step, steps, a, to, row);
      continue;
    }
    T tile[max_rows * full] = {};
    outer_tile_of<T, columns, NV>(rows, at, b.step, steps, a, tile, full);
    for (int s = 0; s < rows; ++s)
      for (int r = 0; r < width; ++r) to[s * row + r * column] += tile[s * full + r];
  }
}

template <class T>
int in_whole_vectors(int rows) {
  constexpr int W = Simd<T>::width;
  return (rows + W - 1) / W * W;
}

template <class T, int columns>
void add_outer_of(Rows<T> a, Rows<T> b, int steps, T* gradient, ptrdiff_t row, ptrdiff_t column,
                  T* sums, T* scratch) {
  constexpr int W = Simd<T>::width, block = depth_block / columns;
  for (int begin = 0; begin < steps; begin += block) {
    const int count = begin + block < steps ? block : steps - begin;
    const auto panel = [&](auto vectors, int i, int width) {
      constexpr int NV = decltype(vectors)::value;
      Vec<T> sum[NV] = {};
      for (int t = 0; t < count; ++t)
        pack_transposed<T, NV>(a.data + (begin + t) * a.step + i * ptrdiff_t(columns), width, columns,
                               scratch + t * columns * NV * W, sum);
      if (sums)
        for (int r = 0; r < width; ++r) sums[i + r] += sum[r / W][r % W];
      outer_panel<T, columns, NV>(b, begin, count, scratch, width, gradient + i * column, row, column);
    };
    for (int i = 0; i < a.rows; i += 2 * W) {
      const int left = a.rows - i;
      if (left > W)
        panel(std::integral_constant<int, 2>{}, i, left < 2 * W ? left : 2 * W);
      else
        panel(std::integral_constant<int, 1>{}, i, left);
    }
  }
}

// sums[a] += sum over steps and columns of a[step][a][c]
template <class T>
void add_sums(const Rows<T>& a, int steps, int columns, T* sums) {
  for (int i = 0; i < a.rows; ++i) {
    Vec<T> acc = {};
    for (int t = 0; t < steps; ++t) {
      const T* p = a.data + t * a.step + i * ptrdiff_t(columns);
      for (int c = 0; c < columns; c += Simd<T>::width) acc += load(p + c);
    }
    sums[i] += sum<T>(acc);
  }
}

// gradient[b * ldg + a] += sum over steps and columns of a[step][a][c] * b[step][b][c], and, where
// there are `sums`, those of a's rows. One operand is transposed into panels and is the vector
// dimension: the one that leaves fewer lanes empty, which is a's, as in the gradient, where there
// is no difference.
template <class T>
void add_outer(Rows<T> a, Rows<T> b, int steps, int columns, T* gradient, ptrdiff_t ldg, T* sums,
               T* scratch) {
  ptrdiff_t row = ldg, column = 1;
  if (in_whole_vectors<T>(b.rows) * a.rows < in_whole_vectors<T>(a.rows) * b.rows) {
    if (sums) add_sums(a, steps, columns, sums);
    sums = nullptr;
    std::swap(a, b);
    std::swap(row, column);
  }
  if (columns == narrow_chunk)
    add_outer_of<T, narrow_chunk>(a, b, steps, gradient, row, column, sums, scratch);
  else if (columns == wide_chunk)
    add_outer_of<T, wide_chunk>(a, b, steps, gradient, row, column, sums, scratch);
  else
    std::abort();  // columns_of() in engine.cpp gives no other
}

}  // namespace
}  // namespace gatecast
