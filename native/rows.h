// A few samples run one below the other: the units are the vector dimension, rounded up to whole
// vectors (Hp). This is the path of batch 1, of streaming, and of the tutorial's one-step windows.
#pragma once

#include "walk.h"

namespace gatecast {
namespace {

template <class T>
inline int padded(int units) {
  return (units + Simd<T>::width - 1) / Simd<T>::width * Simd<T>::width;
}

// Packed weights, each row padded with zeros; so are blocks that the cell does not have.
template <class T>
struct RowWeights {
  struct Layer {
    size_t kernel;     // [I][Gp]: the rows of the four arguments side by side, padded once
    size_t recurrent;  // [H][Gp]
    size_t bias;       // [Gp]
    size_t back;       // [4H][Hp], the recurrent kernel transposed
    size_t down;       // [4H][Hp], the kernel transposed; not of the first layer
  } layer[max_layers];
  size_t head;  // [K][Hp]
  size_t size;

  explicit RowWeights(const Net& net) {
    const size_t H = net.hidden, Hp = padded<T>(net.hidden), Gp = padded<T>(4 * net.hidden);
    size = 0;
    for (int l = 0; l < net.layers; ++l) {
      layer[l].kernel = take(net.layer_inputs(l) * Gp);
      layer[l].recurrent = take(H * Gp);
      layer[l].bias = take(Gp);
      layer[l].back = take(4 * H * Hp);
      layer[l].down = take(l ? 4 * H * Hp : 0);
    }
    head = take(net.outputs * Hp);
  }

 private:
  size_t take(size_t count) {
    size += count;
    return size - count;
  }
};

template <class T>
inline void copy_padded(const T* from, int count, int padded_count, T* to) {
  int i = 0;
  for (; i < count; ++i) to[i] = from[i];
  for (; i < padded_count; ++i) to[i] = T(0);
}

template <class T>
void transpose_padded(const T* a, int rows, int columns, ptrdiff_t row, int padded_rows, T* out) {
  for (int c = 0; c < columns; ++c)
    for (int r = 0; r < padded_rows; ++r) *out++ = r < rows ? a[r * row + c] : T(0);
}

// `one_step`: a single step from an empty memory never reads the recurrent kernel.
template <class T>
void pack_rows(const Net& net, const T* theta, T* packed, bool one_step, bool backward) {
  const RowWeights<T> at(net);
  const int H = net.hidden, K = net.outputs, Hp = padded<T>(H), Gp = padded<T>(4 * H);
  const int G = net.width();
  // a kernel's rows, and the same transposed, for the blocks that it has
  const auto rows = [&](const T* kernel, int count, auto block, T* to) {
    for (int k = 0; k < count; ++k, kernel += G, to += Gp)
      for (int a = 0; a < 4; ++a)
        copy_padded(kernel + (block(a) < 0 ? 0 : block(a) * H), block(a) < 0 ? 0 : H,
                    a < 3 ? H : Gp - 3 * H, to + a * H);
  };
  const auto columns = [&](const T* kernel, auto block, T* to) {
    for (int a = 0; a < 4; ++a, to += size_t(H) * Hp)
      transpose_padded(kernel + (block(a) < 0 ? 0 : block(a) * H), block(a) < 0 ? 0 : H, H, G, Hp,
                       to);
  };
  const auto from_input = [&](int a) { return net.kernel_block(a); };
  const auto from_hidden = [&](int a) { return net.recurrent_block(a); };
  for (int l = 0; l < net.layers; ++l) {
    const T* kernel = theta + net.kernel(l);
    const T* recurrent = theta + net.recurrent(l);
    rows(kernel, net.layer_inputs(l), from_input, packed + at.layer[l].kernel);
    copy_padded(theta + net.bias(l), 4 * H, Gp, packed + at.layer[l].bias);
    if (!one_step) rows(recurrent, H, from_hidden, packed + at.layer[l].recurrent);
    if (backward && !one_step) columns(recurrent, from_hidden, packed + at.layer[l].back);
    if (backward && l > 0) columns(kernel, from_input, packed + at.layer[l].down);
  }
  transpose_padded(theta + net.head(), H, K, K, Hp, packed + at.head);
}

template <class T>
size_t row_work(const Net& net, int steps, int warmup, int samples, bool backward) {
  const size_t B = samples;
  return WalkScratch(net, steps, warmup, backward, false, B * padded<T>(net.hidden),
                     B * net.inputs, B * net.outputs).size +
         padded<T>(4 * net.hidden) + Simd<T>::width;  // and one sample's arguments
}

// y[G vectors] += sum over k of x[k] * w[k][G vectors], two partial sums to hide latency
template <class T, int G>
inline void add_rows(const T* w, ptrdiff_t ldw, const T* x, int depth, Vec<T> (&y)[G]) {
  constexpr int W = Simd<T>::width;
  Vec<T> odd[G] = {};
  int k = 0;
  for (; k + 2 <= depth; k += 2) {
#pragma GCC unroll 8
    for (int g = 0; g < G; ++g) {
      y[g] += x[k] * load(w + g * W);
      odd[g] += x[k + 1] * load(w + ldw + g * W);
    }
    w += 2 * ldw;
  }
  if (k < depth) {
#pragma GCC unroll 8
    for (int g = 0; g < G; ++g) y[g] += x[k] * load(w + g * W);
  }
#pragma GCC unroll 8
  for (int g = 0; g < G; ++g) y[g] += odd[g];
}

template <class T, class CellType>
class RowRun : public Walk<T, RowRun<T, CellType>> {
  using Base = Walk<T, RowRun<T, CellType>>;
  friend Base;

 public:
  explicit RowRun(Task<T>& task)
      : Base(task, false, Grid{padded<T>(task.net.hidden), task.samples, 1, padded<T>(task.net.hidden)},
             Grid{task.net.inputs, task.samples, 1, task.net.inputs},
             Grid{task.net.outputs, task.samples, 1, task.net.outputs}),
        B(task.samples), Hp(padded<T>(task.net.hidden)), Gp(padded<T>(4 * task.net.hidden)),
        weights(task.net) {
    // the last argument's last vector ends here; what lies behind a unit's vector may be anything
    // finite, for it meets zeros in the head and is never stored
    store<T>(arguments_buffer() + Gp, Vec<T>{});
  }

 private:
  using Base::W;
  using Base::task, Base::net, Base::H, Base::K, Base::backward, Base::residual, Base::scratch;
  using Base::input, Base::hidden, Base::cell, Base::new_hidden, Base::new_cell, Base::gates;
  using Base::kept, Base::dh, Base::above, Base::outputs, Base::top, Base::reads_memory;
  const int B, Hp, Gp;
  const RowWeights<T> weights;

  int input_stride(int l) const { return l ? Hp : net.inputs; }
  bool one_step() const { return this->empty_memory() && task.steps == 1; }

  void step(int l, int t) {
    const int vectors = Gp / W, passes = (vectors + 7) / 8, most = (vectors + passes - 1) / passes;
    for (int n = 0; n < B; ++n) {
      for (int j = 0; j < vectors; j += most)
        arguments_of(vectors - j < most ? vectors - j : most, l, t, n, j * W);
      activate(l, t, n);
    }
  }

  template <int G = 8>
  void arguments_of(int count, int l, int t, int n, int column) {
    if constexpr (G > 1) {
      if (count != G) return arguments_of<G - 1>(count, l, t, n, column);
    }
    arguments<G>(l, t, n, column);
  }

  T* arguments_buffer() const { return task.work + scratch.size; }

  template <int G>
  void arguments(int l, int t, int n, int column) {
    const auto& at = weights.layer[l];
    Vec<T> z[G];
#pragma GCC unroll 8
    for (int g = 0; g < G; ++g) z[g] = load(task.packed + at.bias + column + g * W);
    add_rows<T, G>(task.packed + at.kernel + column, Gp, input(l, t) + n * input_stride(l),
                   net.layer_inputs(l), z);
    if (reads_memory(l, t))
      add_rows<T, G>(task.packed + at.recurrent + column, Gp, hidden(l, t) + n * Hp, H, z);
    T* out = arguments_buffer() + column;
#pragma GCC unroll 8
    for (int g = 0; g < G; ++g) store<T>(out + g * W, z[g]);
  }

  void activate(int l, int t, int n) {
    const T* z_at = arguments_buffer();
    T* gate = gates(l, t) + size_t(n) * 4 * Hp;
    const T *h_old = hidden(l, t) + n * Hp, *c_old = cell(l, t) + n * Hp;
    T *h_new = new_hidden(l, t) + n * Hp, *c_new = new_cell(l, t) + n * Hp;
    T* rest = kept(l, t) + n * Hp;
    const bool keeps = this->keeps_gates();
    for (int j = 0; j < Hp; j += W) {
      const Vec<T> z[4] = {load(z_at + j), load(z_at + H + j), load(z_at + 2 * H + j),
                           load(z_at + 3 * H + j)};
      const auto s = CellType::forward(z, load(h_old + j), load(c_old + j));
      store<T>(c_new + j, s.cell);
      store<T>(h_new + j, s.hidden);
      if (keeps) {
        for (int a = 0; a < 4; ++a) store<T>(gate + a * Hp + j, s.gate[a]);
        store<T>(rest + j, s.kept);
      }
    }
  }

  T gate_at(int l, int t, int kind, int unit, int sample) const {
    return gates(l, t)[(size_t(sample) * 4 + kind) * Hp + unit];
  }

  void head(int t) {
    const T* h = top(t);
    const T* bias = task.theta + net.head_bias();
    T* out = outputs(t);
    for (int n = 0; n < B; ++n)
      for (int k = 0; k < K; ++k) {
        const T* w = task.packed + weights.head + size_t(k) * Hp;
        Vec<T> acc = {};
        for (int j = 0; j < Hp; j += W) acc += load(h + n * Hp + j) * load(w + j);
        out[n * K + k] = bias[k] + sum<T>(acc);
      }
    if (!net.skip) return;
    const T *skip = task.theta + net.skip_kernel(), *x = input(0, t);
    for (int n = 0; n < B; ++n)
      for (int i = 0; i < net.inputs; ++i)
        for (int k = 0; k < K; ++k) out[n * K + k] += x[n * net.inputs + i] * skip[i * K + k];
  }

  void head_back(int t) {
    for (int n = 0; n < B; ++n)
      for (int k = 0; k < K; ++k) {
        const T d = outputs(t)[n * K + k];
        const T* w = task.packed + weights.head + size_t(k) * Hp;
        T* to = above() + n * Hp;
        for (int j = 0; j < Hp; j += W) store<T>(to + j, load(to + j) + d * load(w + j));
      }
  }

  void gates_back(int l, int t) {
    for (int n = 0; n < B; ++n)
      this->template cell_back<CellType>(l, t, size_t(n) * Hp, gates(l, t) + size_t(n) * 4 * Hp,
                                         Hp, Hp);
  }

  void down(int l, int t, T* to) {
    for (int n = 0; n < B; ++n)
      add_transposed(gates(l, t) + size_t(n) * 4 * Hp, task.packed + weights.layer[l].down,
                     to + n * Hp);
  }

  void back(int l, int t) {
    for (int n = 0; n < B; ++n) {
      const T* dz = gates(l, t) + size_t(n) * 4 * Hp;
      T* to = dh(l, t) + n * Hp;
      if (one_step()) {  // the recurrent kernel was not packed
        for (int k = 0; k < H; ++k)
          to[k] += row_product(task.theta + net.recurrent(l), k, dz,
                               [&](int a) { return net.recurrent_block(a); });
      } else {
        add_transposed(dz, task.packed + weights.layer[l].back, to);
      }
    }
  }

  void input_back(int t) {
    const int I = net.inputs;
    const T* skip = task.theta + net.skip_kernel();
    for (int n = 0; n < B; ++n)
      for (int i = 0; i < I; ++i) {
        T d = row_product(task.theta + net.kernel(0), i, gates(0, t) + size_t(n) * 4 * Hp,
                          [&](int a) { return net.kernel_block(a); });
        if (net.skip && t >= task.warmup)
          for (int k = 0; k < K; ++k) d += skip[i * K + k] * outputs(t)[n * K + k];
        task.dx[(size_t(task.first + n) * task.steps + t) * I + i] = d;
      }
  }

  // One row of a kernel, as it stands in theta, times the gradients of a sample's arguments.
  template <class Block>
  T row_product(const T* kernel, int row, const T* dz, Block block) const {
    T total = 0;
    for (int a = 0; a < 4; ++a)
      if (block(a) >= 0)
        for (int u = 0; u < H; ++u)
          total += kernel[size_t(row) * net.width() + block(a) * H + u] * dz[a * Hp + u];
    return total;
  }

  // to[Hp] += transposed[4H][Hp]^T dz[4][Hp]
  void add_transposed(const T* dz, const T* transposed, T* to) const {
    int j = 0;
    for (; j + 4 * W <= Hp; j += 4 * W) add_transposed_block<4>(dz, transposed + j, to + j);
    for (; j < Hp; j += W) add_transposed_block<1>(dz, transposed + j, to + j);
  }

  template <int G>
  void add_transposed_block(const T* dz, const T* transposed, T* to) const {
    Vec<T> acc[G];
#pragma GCC unroll 4
    for (int g = 0; g < G; ++g) acc[g] = load(to + g * W);
    for (int gate = 0; gate < 4; ++gate)
      add_rows<T, G>(transposed + size_t(gate) * H * Hp, Hp, dz + gate * Hp, H, acc);
#pragma GCC unroll 4
    for (int g = 0; g < G; ++g) store<T>(to + g * W, acc[g]);
  }

  int gradient_steps() const { return task.steps; }

  void add_gradients(int, int) {
    const auto from_input = [&](int a) { return net.kernel_block(a); };
    const auto from_hidden = [&](int a) { return net.recurrent_block(a); };
    const auto always = [](int a) { return a; };
    T* gradient = task.gradient;
    const T one = T(1);
    for (int l = 0; l < net.layers; ++l) {
      const int G = net.width(), I = net.layer_inputs(l);
      add_outer_rows(input(l, 0), input_stride(l), I, l, gradient + net.kernel(l), G, from_input);
      if (!one_step())
        add_outer_rows(hidden(l, 0), Hp, H, l, gradient + net.recurrent(l), G, from_hidden);
      add_outer_rows(&one, 0, 1, l, gradient + net.bias(l), 4 * H, always);
    }
    const int rows = task.loss_steps() * B;
    const T *seen = top(task.warmup), *x = input(0, task.warmup), *d_out = outputs(task.warmup);
    for (int k = 0; k < K; ++k) {
      for (int j = 0; j < Hp; j += W) {
        Vec<T> acc = {};
        for (int n = 0; n < rows; ++n) acc += d_out[n * K + k] * load(seen + size_t(n) * Hp + j);
        T lanes[W];
        store<T>(lanes, acc);
        for (int u = j; u < H && u < j + W; ++u)
          put(gradient[net.head() + size_t(u) * K + k], lanes[u - j]);
      }
      T total = 0;
      for (int n = 0; n < rows; ++n) total += d_out[n * K + k];
      put(gradient[net.head_bias() + k], total);
      for (int i = 0; net.skip && i < net.inputs; ++i) {
        total = 0;
        for (int n = 0; n < rows; ++n) total += d_out[n * K + k] * x[size_t(n) * net.inputs + i];
        put(gradient[net.skip_kernel() + size_t(i) * K + k], total);
      }
    }
  }

  void put(T& to, T value) const { to = task.accumulate ? to + value : value; }

  // gradient[k][block of a][H] (+)= sum over steps and samples of x[.][k] * dz[.][a][H]
  template <class Block>
  void add_outer_rows(const T* x, int ldx, int count, int l, T* gradient, int ldg, Block block) {
    constexpr int tile = max_rows / 4 * 2;
    int k = 0;
    for (; k + tile <= count; k += tile)
      outer_tile<tile>(x + k, ldx, l, gradient + size_t(k) * ldg, ldg, block);
    for (; k < count; ++k) outer_tile<1>(x + k, ldx, l, gradient + size_t(k) * ldg, ldg, block);
  }

  template <int R, class Block>
  void outer_tile(const T* x, int ldx, int l, T* gradient, int ldg, Block block) {
    const int rows = task.steps * B;
    const T* dz = gates(l, 0);
    for (int j = 0; j < Hp; j += W) {
      Vec<T> acc[R][4] = {};
      for (int n = 0; n < rows; ++n) {
        const T* d = dz + size_t(n) * 4 * Hp + j;
        const T* at = x + ptrdiff_t(n) * ldx;
#pragma GCC unroll 4
        for (int a = 0; a < 4; ++a) {
          const Vec<T> v = load(d + a * Hp);
#pragma GCC unroll 8
          for (int r = 0; r < R; ++r) acc[r][a] += at[r] * v;
        }
      }
      const int valid = H - j < W ? H - j : W;
      for (int r = 0; r < R; ++r)
        for (int a = 0; a < 4; ++a) {
          if (block(a) < 0) continue;
          T* to = gradient + size_t(r) * ldg + block(a) * H + j;
          if (valid == W) {
            store<T>(to, task.accumulate ? load(to) + acc[r][a] : acc[r][a]);
          } else {
            T lanes[W];
            store<T>(lanes, acc[r][a]);
            for (int i = 0; i < valid; ++i) put(to[i], lanes[i]);
          }
        }
    }
  }
};

}  // namespace
}  // namespace gatecast
