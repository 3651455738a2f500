// A few samples run one below the other: the units are the vector dimension, rounded up to whole
// vectors (Hp). This is the path of batch 1, of streaming, and of the tutorial's one-step windows.
#pragma once

#include "net.h"
#include "simd.h"

namespace gatecast {
namespace {

template <class T>
inline int padded(int units) {
  return (units + Simd<T>::width - 1) / Simd<T>::width * Simd<T>::width;
}

// Packed weights, each row padded with zeros.
template <class T>
struct RowWeights {
  struct Layer {
    size_t kernel;     // [I][4][Hp]
    size_t recurrent;  // [H][4][Hp]
    size_t bias;       // [4][Hp]
    size_t back;       // [4H][Hp], the recurrent kernel transposed
    size_t down;       // [4H][Ip], the kernel transposed
  } layer[max_layers];
  size_t head;  // [K][Hp]
  size_t size;

  explicit RowWeights(const Net& net) {
    const size_t H = net.hidden, Hp = padded<T>(net.hidden);
    size = 0;
    for (int l = 0; l < net.layers; ++l) {
      layer[l].kernel = take(net.layer_inputs(l) * 4 * Hp);
      layer[l].recurrent = take(H * 4 * Hp);
      layer[l].bias = take(4 * Hp);
      layer[l].back = take(4 * H * Hp);
      layer[l].down = take(4 * H * padded<T>(net.layer_inputs(l)));
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
void transpose_padded(const T* a, int rows, int columns, int padded_rows, T* out) {
  for (int c = 0; c < columns; ++c)
    for (int r = 0; r < padded_rows; ++r)
      *out++ = r < rows ? a[size_t(r) * columns + c] : T(0);
}

// `one_step`: a single step from an empty memory never reads the recurrent kernel.
template <class T>
void pack_rows(const Net& net, const T* theta, T* packed, bool one_step, bool backward) {
  const RowWeights<T> at(net);
  const int H = net.hidden, K = net.outputs, Hp = padded<T>(H);
  for (int l = 0; l < net.layers; ++l) {
    const int I = net.layer_inputs(l);
    const T* kernel = theta + net.kernel(l);
    const T* recurrent = theta + net.recurrent(l);
    for (int k = 0; k < I; ++k)
      for (int g = 0; g < 4; ++g)
        copy_padded(kernel + (size_t(k) * 4 + g) * H, H, Hp,
                    packed + at.layer[l].kernel + (size_t(k) * 4 + g) * Hp);
    for (int g = 0; g < 4; ++g)
      copy_padded(theta + net.bias(l) + g * H, H, Hp, packed + at.layer[l].bias + g * Hp);
    if (!one_step) {
      for (int k = 0; k < H; ++k)
        for (int g = 0; g < 4; ++g)
          copy_padded(recurrent + (size_t(k) * 4 + g) * H, H, Hp,
                      packed + at.layer[l].recurrent + (size_t(k) * 4 + g) * Hp);
      if (backward) transpose_padded(recurrent, H, 4 * H, Hp, packed + at.layer[l].back);
    }
    if (backward && l > 0)
      transpose_padded(kernel, I, 4 * H, padded<T>(I), packed + at.layer[l].down);
  }
  transpose_padded(theta + net.head(), H, K, Hp, packed + at.head);
}

struct RowScratchLayer {
  size_t hidden;  // [slots][B][Hp]: h_{t-1}; the layer above reads h_t as its input
  size_t cell;    // [slots][B][Hp]
  size_t gates;   // [steps or 1][B][4][Hp]
  size_t tanh_c;  // [steps or 1][B][Hp]
  size_t dh, dc;  // [B][Hp]
};

template <class T>
struct RowScratch {
  RowScratchLayer layer[max_layers];
  size_t inputs;   // [steps or 1][B][I]
  size_t outputs;  // [steps - warmup or 1][B][K]
  size_t size;

  RowScratch(const Net& net, int steps, int warmup, int samples, bool backward) {
    const size_t B = samples, Hp = padded<T>(net.hidden), kept = backward ? steps : 1;
    const size_t slots = backward ? steps + 1 : 2;
    size = 0;
    for (int l = 0; l < net.layers; ++l) {
      layer[l].hidden = take(slots * B * Hp);
      layer[l].cell = take(slots * B * Hp);
      layer[l].gates = take(kept * B * 4 * Hp);
      layer[l].tanh_c = take(kept * B * Hp);
      layer[l].dh = take(backward ? B * Hp : 0);
      layer[l].dc = take(backward ? B * Hp : 0);
    }
    inputs = take(kept * B * net.inputs);
    outputs = take((backward ? steps - warmup : 1) * B * size_t(net.outputs));
  }

 private:
  size_t take(size_t count) {
    size += count;
    return size - count;
  }
};

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

template <class T>
class RowRun {
 public:
  explicit RowRun(Task<T>& task)
      : task(task), net(task.net), H(net.hidden), K(net.outputs), B(task.samples),
        Hp(padded<T>(H)), backward(task.y != nullptr), weights(net),
        scratch(net, task.steps, task.warmup, B, backward) {}

  void run() {
    load_state();
    for (int t = 0; t < task.steps; ++t) {
      if (task.stopped()) return;
      load_inputs(t);
      for (int l = 0; l < net.layers; ++l) {
        step(l, t);
        if (task.trace) trace(l, t);
      }
      if (t >= task.warmup) head(t);
    }
    store_state();
    if (backward) {
      errors();
      if (walk_back()) add_gradients();
    }
  }

 private:
  static constexpr int W = Simd<T>::width;
  Task<T>& task;
  const Net& net;
  const int H, K, B, Hp;
  const bool backward;
  const RowWeights<T> weights;
  const RowScratch<T> scratch;

  size_t slot(int t) const { return backward ? t : t & 1; }
  size_t kept(int t) const { return backward ? t : 0; }
  T* hidden(int l, int t) const {
    return task.work + scratch.layer[l].hidden + slot(t) * B * Hp;
  }
  T* cell(int l, int t) const { return task.work + scratch.layer[l].cell + slot(t) * B * Hp; }
  T* gates(int l, int t) const {
    return task.work + scratch.layer[l].gates + kept(t) * B * 4 * Hp;
  }
  T* tanh_c(int l, int t) const {
    return task.work + scratch.layer[l].tanh_c + kept(t) * B * Hp;
  }
  T* dh(int l) const { return task.work + scratch.layer[l].dh; }
  T* dc(int l) const { return task.work + scratch.layer[l].dc; }
  // input of layer l at step t, and the distance between two samples of it
  T* input(int l, int t) const {
    return l ? hidden(l - 1, t + 1) : task.work + scratch.inputs + kept(t) * B * net.inputs;
  }
  int input_stride(int l) const { return l ? Hp : net.inputs; }
  T* outputs(int t) const {
    return task.work + scratch.outputs + (backward ? size_t(t - task.warmup) * B * K : 0);
  }
  bool empty_memory() const { return !task.initial.hidden; }
  bool one_step() const { return empty_memory() && task.steps == 1; }

  void load_state() {
    for (int l = 0; l < net.layers; ++l)
      for (int n = 0; n < B; ++n) {
        const ptrdiff_t at = l * task.initial.layer_stride + ptrdiff_t(task.first + n) * H;
        const int given = empty_memory() ? 0 : H;
        copy_padded(task.initial.hidden + (given ? at : 0), given, Hp, hidden(l, 0) + n * Hp);
        copy_padded(task.initial.cell + (given ? at : 0), given, Hp, cell(l, 0) + n * Hp);
      }
  }

  void store_state() {
    if (!task.final.hidden) return;
    for (int l = 0; l < net.layers; ++l)
      for (int n = 0; n < B; ++n)
        for (int u = 0; u < H; ++u) {
          const ptrdiff_t at = l * task.final.layer_stride + ptrdiff_t(task.first + n) * H + u;
          task.final.hidden[at] = hidden(l, task.steps)[n * Hp + u];
          task.final.cell[at] = cell(l, task.steps)[n * Hp + u];
        }
  }

  void load_inputs(int t) {
    T* to = input(0, t);
    for (int n = 0; n < B; ++n) {
      const T* from = task.x + task.chosen[n] * task.x_sample + t * task.x_step;
      for (int i = 0; i < net.inputs; ++i) *to++ = from[i * task.x_feature];
    }
  }

  void step(int l, int t) {
    const int groups = 4 * Hp / W;
    for (int n = 0; n < B; ++n) {
      int j = 0;
      for (; j + 8 <= groups; j += 8) arguments<8>(l, t, n, j * W);
      for (; j < groups; j += 4) arguments<4>(l, t, n, j * W);
      activate(l, t, n);
    }
  }

  template <int G>
  void arguments(int l, int t, int n, int column) {
    const auto& at = weights.layer[l];
    Vec<T> z[G];
#pragma GCC unroll 8
    for (int g = 0; g < G; ++g) z[g] = load(task.packed + at.bias + column + g * W);
    add_rows<T, G>(task.packed + at.kernel + column, 4 * Hp, input(l, t) + n * input_stride(l),
                   net.layer_inputs(l), z);
    if (t > 0 || !empty_memory())
      add_rows<T, G>(task.packed + at.recurrent + column, 4 * Hp, hidden(l, t) + n * Hp, H, z);
    T* out = gates(l, t) + size_t(n) * 4 * Hp + column;
#pragma GCC unroll 8
    for (int g = 0; g < G; ++g) store<T>(out + g * W, z[g]);
  }

  void activate(int l, int t, int n) {
    T* gate = gates(l, t) + size_t(n) * 4 * Hp;
    const T* c_old = cell(l, t) + n * Hp;
    for (int j = 0; j < Hp; j += W) {
      const Vec<T> i = sigmoid<T>(load(gate + j));
      const Vec<T> f = sigmoid<T>(load(gate + Hp + j));
      const Vec<T> g = tanh<T>(load(gate + 2 * Hp + j));
      const Vec<T> o = sigmoid<T>(load(gate + 3 * Hp + j));
      const Vec<T> c_new = f * load(c_old + j) + i * g;
      const Vec<T> tc = tanh<T>(c_new);
      store<T>(cell(l, t + 1) + n * Hp + j, c_new);
      store<T>(hidden(l, t + 1) + n * Hp + j, o * tc);
      if (backward || task.trace) {
        store<T>(gate + j, i);
        store<T>(gate + Hp + j, f);
        store<T>(gate + 2 * Hp + j, g);
        store<T>(gate + 3 * Hp + j, o);
        store<T>(tanh_c(l, t) + n * Hp + j, tc);
      }
    }
  }

  void trace(int l, int t) {
    for (int n = 0; n < B; ++n)
      for (int kind = 0; kind < 6; ++kind) {
        const T* from = kind < 4    ? gates(l, t) + (size_t(n) * 4 + kind) * Hp
                        : kind == 4 ? cell(l, t + 1) + n * Hp
                                    : hidden(l, t + 1) + n * Hp;
        T* to = task.trace +
                (((size_t(task.first + n) * task.steps + t) * net.layers + l) * 6 + kind) * H;
        for (int u = 0; u < H; ++u) to[u] = from[u];
      }
  }

  void head(int t) {
    const T* h = hidden(net.layers - 1, t + 1);
    const T* bias = task.theta + net.head_bias();
    T* out = outputs(t);
    for (int n = 0; n < B; ++n)
      for (int k = 0; k < K; ++k) {
        const T* w = task.packed + weights.head + size_t(k) * Hp;
        Vec<T> acc = {};
        for (int j = 0; j < Hp; j += W) acc += load(h + n * Hp + j) * load(w + j);
        out[n * K + k] = bias[k] + sum<T>(acc);
      }
    if (!task.outputs) return;
    for (int n = 0; n < B; ++n) {
      T* to = task.outputs + (size_t(task.first + n) * task.loss_steps() + t - task.warmup) * K;
      for (int k = 0; k < K; ++k) to[k] = out[n * K + k];
    }
  }

  void errors() {
    double total = 0;
    for (int t = task.warmup; t < task.steps; ++t)
      for (int n = 0; n < B; ++n)
        for (int k = 0; k < K; ++k)
          total += task.score(n, t - task.warmup, k, outputs(t)[n * K + k]);
    task.loss = total;
  }

  // Back-propagation through time; false if it was stopped half way.
  bool walk_back() {
    for (int l = 0; l < net.layers; ++l)
      for (int j = 0; j < B * Hp; ++j) dh(l)[j] = dc(l)[j] = T(0);
    for (int t = task.steps - 1; t >= 0; --t) {
      if (task.stopped()) return false;
      if (t >= task.warmup) head_back(t);
      for (int l = net.layers - 1; l >= 0; --l) step_back(l, t);
    }
    if (task.d_initial.hidden)
      for (int l = 0; l < net.layers; ++l)
        for (int n = 0; n < B; ++n)
          for (int u = 0; u < H; ++u) {
            const ptrdiff_t at =
                l * task.d_initial.layer_stride + ptrdiff_t(task.first + n) * H + u;
            task.d_initial.hidden[at] = dh(l)[n * Hp + u];
            task.d_initial.cell[at] = dc(l)[n * Hp + u];
          }
    return true;
  }

  void head_back(int t) {
    T* to = dh(net.layers - 1);
    for (int n = 0; n < B; ++n)
      for (int k = 0; k < K; ++k) {
        const T d = outputs(t)[n * K + k];
        const T* w = task.packed + weights.head + size_t(k) * Hp;
        for (int j = 0; j < Hp; j += W)
          store<T>(to + n * Hp + j, load(to + n * Hp + j) + d * load(w + j));
      }
  }

  void step_back(int l, int t) {
    const int I = net.layer_inputs(l);
    const bool further = t > 0 || task.d_initial.hidden;
    for (int n = 0; n < B; ++n) {
      T* gate = gates(l, t) + size_t(n) * 4 * Hp;
      T *from_h = dh(l) + n * Hp, *from_c = dc(l) + n * Hp;
      const T *tanh_new = tanh_c(l, t) + n * Hp, *c_old = cell(l, t) + n * Hp;
      for (int j = 0; j < Hp; j += W) {
        const Vec<T> i = load(gate + j), f = load(gate + Hp + j);
        const Vec<T> g = load(gate + 2 * Hp + j), o = load(gate + 3 * Hp + j);
        const Vec<T> tc = load(tanh_new + j), d_h = load(from_h + j);
        const Vec<T> d_c = load(from_c + j) + d_h * o * (T(1) - tc * tc);
        store<T>(gate + j, d_c * g * i * (T(1) - i));
        store<T>(gate + Hp + j, d_c * load(c_old + j) * f * (T(1) - f));
        store<T>(gate + 2 * Hp + j, d_c * i * (T(1) - g * g));
        store<T>(gate + 3 * Hp + j, d_h * tc * o * (T(1) - o));
        store<T>(from_c + j, d_c * f);
        store<T>(from_h + j, Vec<T>{});
      }
      if (l > 0) add_transposed(gate, task.packed + weights.layer[l].down, dh(l - 1) + n * Hp);
      if (l == 0 && task.dx) {
        const T* kernel = task.theta + net.kernel(0);
        T* dx = task.dx + (size_t(task.first + n) * task.steps + t) * I;
        for (int i = 0; i < I; ++i) {
          dx[i] = T(0);
          for (int g = 0; g < 4; ++g)
            for (int u = 0; u < H; ++u)
              dx[i] += kernel[(size_t(i) * 4 + g) * H + u] * gate[g * Hp + u];
        }
      }
      if (further) {
        if (one_step()) {  // the recurrent kernel was not packed
          const T* recurrent = task.theta + net.recurrent(l);
          for (int k = 0; k < H; ++k)
            for (int g = 0; g < 4; ++g)
              for (int u = 0; u < H; ++u)
                from_h[k] += recurrent[(size_t(k) * 4 + g) * H + u] * gate[g * Hp + u];
        } else {
          add_transposed(gate, task.packed + weights.layer[l].back, from_h);
        }
      }
    }
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

  void add_gradients() {
    for (int l = 0; l < net.layers; ++l) {
      const int I = net.layer_inputs(l);
      T* gradient = task.gradient;
      add_outer_rows(input(l, 0), input_stride(l), I, l, gradient + net.kernel(l));
      if (!one_step()) add_outer_rows(hidden(l, 0), Hp, H, l, gradient + net.recurrent(l));
      const T one = T(1);
      add_outer_rows(&one, 0, 1, l, gradient + net.bias(l));
    }
    const int rows = task.loss_steps() * B;
    const T* h = hidden(net.layers - 1, task.warmup + 1);
    const T* d_out = outputs(task.warmup);
    for (int k = 0; k < K; ++k) {
      for (int j = 0; j < Hp; j += W) {
        Vec<T> acc = {};
        for (int n = 0; n < rows; ++n) acc += d_out[n * K + k] * load(h + size_t(n) * Hp + j);
        T lanes[W];
        store<T>(lanes, acc);
        for (int u = j; u < H && u < j + W; ++u)
          put(task.gradient[net.head() + size_t(u) * K + k], lanes[u - j]);
      }
      T total = 0;
      for (int n = 0; n < rows; ++n) total += d_out[n * K + k];
      put(task.gradient[net.head_bias() + k], total);
    }
  }

  void put(T& to, T value) const { to = task.accumulate ? to + value : value; }

  // gradient[k][4H] (+)= sum over steps and samples of x[.][k] * dz[.][4H]
  void add_outer_rows(const T* x, int ldx, int count, int l, T* gradient) const {
    constexpr int tile = max_rows / 4 * 2;
    int k = 0;
    for (; k + tile <= count; k += tile) outer_tile<tile>(x + k, ldx, l, gradient + k * 4 * H);
    for (; k < count; ++k) outer_tile<1>(x + k, ldx, l, gradient + k * 4 * H);
  }

  template <int R>
  void outer_tile(const T* x, int ldx, int l, T* gradient) const {
    const int rows = task.steps * B;
    const T* dz = gates(l, 0);
    for (int j = 0; j < Hp; j += W) {
      Vec<T> acc[R][4] = {};
      for (int n = 0; n < rows; ++n) {
        const T* d = dz + size_t(n) * 4 * Hp + j;
        const T* at = x + ptrdiff_t(n) * ldx;
#pragma GCC unroll 4
        for (int g = 0; g < 4; ++g) {
          const Vec<T> v = load(d + g * Hp);
#pragma GCC unroll 8
          for (int r = 0; r < R; ++r) acc[r][g] += at[r] * v;
        }
      }
      const int valid = H - j < W ? H - j : W;
      for (int r = 0; r < R; ++r)
        for (int g = 0; g < 4; ++g) {
          T* to = gradient + (size_t(r) * 4 + g) * H + j;
          if (valid == W) {
            store<T>(to, task.accumulate ? load(to) + acc[r][g] : acc[r][g]);
          } else {
            T lanes[W];
            store<T>(lanes, acc[r][g]);
            for (int i = 0; i < valid; ++i) put(to[i], lanes[i]);
          }
        }
    }
  }
};

}  // namespace
}  // namespace gatecast
