// Matrix products on packed panels, with the samples of a chunk as the vector dimension.
#pragma once

#include <cstddef>
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

// One operand of a weight gradient: `rows` rows of `columns` values for each step.
template <class T>
struct Rows {
  const T* data;
  int rows;
  ptrdiff_t step;
};

// packed[k][r] = rows[r][k] for `columns` values of k, zero for the rows from `valid` on to `height`.
// Writes up to a vector beyond its end, where what is packed next will stand.
template <class T>
void pack_transposed(const T* rows, int valid, int height, int columns, T* packed) {
  constexpr int W = Simd<T>::width;
  const int last = (height - 1) / W * W;
  for (int c = 0; c < columns; c += W, packed += W * height)
    for (int first = last; first >= 0; first -= W) {  // the last first: it writes beyond its row
      Vec<T> v[W];
#pragma GCC unroll 16
      for (int r = 0; r < W; ++r)
        v[r] = first + r < valid ? load(rows + (first + r) * ptrdiff_t(columns) + c) : Vec<T>{};
      transpose<T>(v);
#pragma GCC unroll 16
      for (int k = 0; k < W; ++k) store<T>(packed + k * height + first, v[k]);
    }
}

// A weight gradient is a product along steps and samples. They are taken in blocks of this depth, so
// that a panel of one operand stays in the first-level cache and all of the other in the second.
constexpr int depth_block = 256;

// Scratch that add_outer needs where its second operand has up to so many rows.
template <class T>
size_t outer_work(int rows) {
  constexpr int W = Simd<T>::width;
  return size_t((rows > W ? rows : W) + max_rows + 2 * W) * depth_block + W;
}

// gradient[s * row + r * column] += sum over k of b[k][s] * a[k][r]: all panels of b, and `width` rows
// of a, padded to NV vectors.
template <class T, int NV>
void outer_panels(const Panels& p, const T* b, const T* a, int width, T* gradient, ptrdiff_t row,
                  ptrdiff_t column) {
  constexpr int full = NV * Simd<T>::width;
  for (int first = 0; first < p.rows; first += p.height, b += size_t(p.height) * p.depth) {
    const int valid = p.rows - first < p.height ? p.rows - first : p.height;
    T* to = gradient + first * row;
    if (width == full && column == 1) {
      product_panel_of<T, NV>(p.height, b, p.depth, a, full, to, row, valid);
      continue;
    }
    T tile[max_rows * full] = {};
    product_panel_of<T, NV>(p.height, b, p.depth, a, full, tile, full, valid);
    for (int s = 0; s < valid; ++s)
      for (int r = 0; r < width; ++r) to[s * row + r * column] += tile[s * full + r];
  }
}

// gradient[b * ldg + a] (+)= sum over steps and columns of a[step][a][c] * b[step][b][c]: both are
// transposed into panels, so that a's values are the vector dimension, as in the gradient itself.
template <class T>
void add_outer(Rows<T> a, Rows<T> b, int steps, int columns, T* gradient, ptrdiff_t ldg,
               bool accumulate, T* scratch) {
  constexpr int W = Simd<T>::width;
  if (!accumulate)
    for (int s = 0; s < b.rows; ++s)
      for (int r = 0; r < a.rows; ++r) gradient[s * ldg + r] = T(0);
  ptrdiff_t row = ldg, column = 1;
  if (a.rows < W && a.rows < b.rows) {  // few outputs: the other operand fills vectors better
    std::swap(a, b);
    std::swap(row, column);
  }
  const int block = columns < depth_block ? depth_block / columns : 1;
  for (int begin = 0; begin < steps; begin += block) {
    const int count = begin + block < steps ? block : steps - begin;
    const Panels p(b.rows, count * columns);
    const auto pack = [&](const Rows<T>& from, int first, int height, T* to) {
      const int left = from.rows - first, valid = left < height ? left : height;
      for (int t = begin; t < begin + count; ++t, to += size_t(height) * columns)
        pack_transposed(from.data + t * from.step + first * ptrdiff_t(columns), valid, height,
                        columns, to);
    };
    T* panel = scratch;
    for (int i = 0; i < p.count; ++i, panel += size_t(p.height) * p.depth)
      pack(b, i * p.height, p.height, panel);
    for (int i = 0; i < a.rows; i += 2 * W) {
      const int left = a.rows - i;
      T* to = gradient + i * column;
      if (left > W) {
        pack(a, i, 2 * W, panel);
        outer_panels<T, 2>(p, scratch, panel, left < 2 * W ? left : 2 * W, to, row, column);
      } else {
        pack(a, i, W, panel);
        outer_panels<T, 1>(p, scratch, panel, left, to, row, column);
      }
    }
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
