// A chunk of samples run side by side: the samples are the columns of every matrix and the
// vector dimension of every instruction, so no number of units needs padding.
#pragma once

#include "net.h"
#include "product.h"

namespace gatecast {
namespace {

constexpr int units_per_panel = max_rows / 4;

inline int panel_units(int left) {  // 3 3 3 ..., and 2 + 2 rather than 3 + 1
  if (left == units_per_panel + 1 && left > 2) return left / 2;
  return left < units_per_panel ? left : units_per_panel;
}

// Where the packed weights lie: for each layer the forward panels (some units, their four gates'
// rows, first the bias, then inputs and hidden units in turn) and two sets of backward panels.
struct ColumnWeights {
  struct Layer {
    size_t forward, recurrent, kernel;
  } layer[max_layers];
  size_t head, head_back, size;

  explicit ColumnWeights(const Net& net) {
    const int H = net.hidden, K = net.outputs;
    size = 0;
    for (int l = 0; l < net.layers; ++l) {
      const int I = net.layer_inputs(l);
      layer[l].forward = take(size_t(4 * H) * (I + H + 1));
      layer[l].recurrent = take(Panels(H, 4 * H).size());
      layer[l].kernel = take(Panels(I, 4 * H).size());
    }
    head = take(Panels(K, H).size());
    head_back = take(Panels(H, K).size());
  }

 private:
  size_t take(size_t count) {
    size += count;
    return size - count;
  }
};

template <class T>
void pack_columns(const Net& net, const T* theta, T* packed, bool backward) {
  const ColumnWeights at(net);
  const int H = net.hidden, K = net.outputs;
  for (int l = 0; l < net.layers; ++l) {
    const int I = net.layer_inputs(l);
    const T* kernel = theta + net.kernel(l);  // the recurrent kernel's rows follow its own
    const T* bias = theta + net.bias(l);
    T* out = packed + at.layer[l].forward;
    for (int unit = 0, units; unit < H; unit += units) {
      units = panel_units(H - unit);
      for (int k = -1; k < I + H; ++k) {
        const T* row = k < 0 ? bias : kernel + size_t(k) * 4 * H;
        for (int u = unit; u < unit + units; ++u)
          for (int gate = 0; gate < 4; ++gate) *out++ = row[gate * H + u];
      }
    }
    if (backward) {
      pack_panels(Panels(H, 4 * H), theta + net.recurrent(l), 4 * H, 1,
                  packed + at.layer[l].recurrent);
      pack_panels(Panels(I, 4 * H), kernel, 4 * H, 1, packed + at.layer[l].kernel);
    }
  }
  pack_panels(Panels(K, H), theta + net.head(), 1, K, packed + at.head);
  if (backward) pack_panels(Panels(H, K), theta + net.head(), K, 1, packed + at.head_back);
}

// Scratch, in values. Going backward later everything is kept for every step; else what a step
// needs lies in two slots that are used in turn.
struct ColumnScratch {
  struct Layer {
    size_t joint;   // [slots][I + H][C]: input x_t and, below it, hidden state h_{t-1}
    size_t cell;    // [slots][H][C]: c_{t-1}
    size_t gates;   // [steps or 1][4H][C]: i, f, g, o; then d loss / d their arguments
    size_t tanh_c;  // [steps or 1][H][C]
    size_t dh, dc;  // [H][C]: gradient that arrives from later steps
  } layer[max_layers];
  size_t outputs;  // [steps - warmup or 1][K][C]; then d loss / d output
  size_t dx;       // [I][C]
  size_t size;

  ColumnScratch(const Net& net, int steps, int warmup, int columns, bool backward) {
    const size_t H = net.hidden, C = columns, kept = backward ? steps : 1;
    const size_t slots = backward ? steps + 1 : 2;
    size = 0;
    for (int l = 0; l < net.layers; ++l) {
      layer[l].joint = take(slots * (net.layer_inputs(l) + H) * C);
      layer[l].cell = take(slots * H * C);
      layer[l].gates = take(kept * 4 * H * C);
      layer[l].tanh_c = take(kept * H * C);
      layer[l].dh = take(backward ? H * C : 0);
      layer[l].dc = take(backward ? H * C : 0);
    }
    outputs = take((backward ? steps - warmup : 1) * size_t(net.outputs) * C);
    dx = take(backward ? net.inputs * C : 0);
  }

 private:
  size_t take(size_t count) {
    size += count;
    return size - count;
  }
};

template <class T>
class ColumnRun {
 public:
  explicit ColumnRun(Task<T>& task)
      : task(task), net(task.net), H(net.hidden), K(net.outputs), C(task.columns),
        backward(task.y != nullptr), weights(net),
        scratch(net, task.steps, task.warmup, C, backward) {}

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
  const int H, K, C;
  const bool backward;
  const ColumnWeights weights;
  const ColumnScratch scratch;

  int slot(int t) const { return backward ? t : t & 1; }
  T* joint(int l, int t) const {
    return task.work + scratch.layer[l].joint +
           size_t(slot(t)) * (net.layer_inputs(l) + H) * C;
  }
  T* hidden(int l, int t) const { return joint(l, t) + size_t(net.layer_inputs(l)) * C; }
  T* cell(int l, int t) const {
    return task.work + scratch.layer[l].cell + size_t(slot(t)) * H * C;
  }
  T* gates(int l, int t) const {
    return task.work + scratch.layer[l].gates + (backward ? size_t(t) * 4 * H * C : 0);
  }
  T* tanh_c(int l, int t) const {
    return task.work + scratch.layer[l].tanh_c + (backward ? size_t(t) * H * C : 0);
  }
  T* dh(int l) const { return task.work + scratch.layer[l].dh; }
  T* dc(int l) const { return task.work + scratch.layer[l].dc; }
  T* outputs(int t) const {
    return task.work + scratch.outputs + (backward ? size_t(t - task.warmup) * K * C : 0);
  }
  bool empty_memory() const { return !task.initial.hidden; }

  void load_state() {
    for (int l = 0; l < net.layers; ++l)
      for (int u = 0; u < H; ++u) {
        T* h = hidden(l, 0) + size_t(u) * C;
        T* c = cell(l, 0) + size_t(u) * C;
        for (int n = 0; n < C; ++n) {
          const bool given = !empty_memory() && n < task.samples;
          const ptrdiff_t at = l * task.initial.layer_stride + ptrdiff_t(task.first + n) * H + u;
          h[n] = given ? task.initial.hidden[at] : T(0);
          c[n] = given ? task.initial.cell[at] : T(0);
        }
      }
  }

  void store_state() {
    if (!task.final.hidden) return;
    for (int l = 0; l < net.layers; ++l)
      for (int u = 0; u < H; ++u)
        for (int n = 0; n < task.samples; ++n) {
          const ptrdiff_t at = l * task.final.layer_stride + ptrdiff_t(task.first + n) * H + u;
          task.final.hidden[at] = hidden(l, task.steps)[size_t(u) * C + n];
          task.final.cell[at] = cell(l, task.steps)[size_t(u) * C + n];
        }
  }

  void load_inputs(int t) {
    T* x = joint(0, t);
    for (int n = 0; n < task.samples; ++n) {
      const T* from = task.x + task.chosen[n] * task.x_sample + t * task.x_step;
      for (int i = 0; i < net.inputs; ++i) x[size_t(i) * C + n] = from[i * task.x_feature];
    }
    for (int i = 0; i < net.inputs; ++i)
      for (int n = task.samples; n < C; ++n) x[size_t(i) * C + n] = T(0);
  }

  void step(int l, int t) {
    const int I = net.layer_inputs(l);
    const int depth = t == 0 && empty_memory() ? I : I + H;
    const T* panel = task.packed + weights.layer[l].forward;
    for (int unit = 0, units; unit < H; unit += units) {
      units = panel_units(H - unit);
      int c = 0;
      for (; c + 2 * W <= C; c += 2 * W) panel_of<2>(units, panel, depth, l, t, unit, c);
      for (; c < C; c += W) panel_of<1>(units, panel, depth, l, t, unit, c);
      panel += size_t(4 * units) * (I + H + 1);
    }
  }

  template <int NV, int U = units_per_panel>
  void panel_of(int units, const T* panel, int depth, int l, int t, int unit, int c) {
    if constexpr (U > 1) {
      if (units != U) return panel_of<NV, U - 1>(units, panel, depth, l, t, unit, c);
    }
    units_step<U, NV>(panel, depth, l, t, unit, c);
  }

  // The six equations for U units of NV vectors of samples, from the products to the new state.
  template <int U, int NV>
  void units_step(const T* panel, int depth, int l, int t, int unit, int c) {
    Vec<T> z[4 * U][NV];
#pragma GCC unroll 12
    for (int r = 0; r < 4 * U; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < NV; ++v) z[r][v] = panel[r] - Vec<T>{};
    multiply<T, 4 * U, NV>(panel + 4 * U, depth, joint(l, t) + c, C, z);

    const bool top = l + 1 == net.layers;
    const size_t gate_size = size_t(H) * C;
#pragma GCC unroll 4
    for (int u = 0; u < U; ++u)
#pragma GCC unroll 4
      for (int v = 0; v < NV; ++v) {
        const size_t at = size_t(unit + u) * C + c + v * W;
        const Vec<T> i = sigmoid<T>(z[4 * u][v]);
        const Vec<T> f = sigmoid<T>(z[4 * u + 1][v]);
        const Vec<T> g = tanh<T>(z[4 * u + 2][v]);
        const Vec<T> o = sigmoid<T>(z[4 * u + 3][v]);
        const Vec<T> c_new = f * load(cell(l, t) + at) + i * g;
        const Vec<T> tc = tanh<T>(c_new);
        const Vec<T> h = o * tc;
        store<T>(cell(l, t + 1) + at, c_new);
        store<T>(hidden(l, t + 1) + at, h);
        if (!top) store<T>(joint(l + 1, t) + at, h);
        if (backward || task.trace) {
          T* gate = gates(l, t) + at;
          store<T>(gate, i);
          store<T>(gate + gate_size, f);
          store<T>(gate + 2 * gate_size, g);
          store<T>(gate + 3 * gate_size, o);
          store<T>(tanh_c(l, t) + at, tc);
        }
      }
  }

  void trace(int l, int t) {
    for (int kind = 0; kind < 6; ++kind) {
      const T* from = kind < 4    ? gates(l, t) + size_t(kind) * H * C
                      : kind == 4 ? cell(l, t + 1)
                                  : hidden(l, t + 1);
      for (int n = 0; n < task.samples; ++n) {
        T* to = task.trace +
                (((size_t(task.first + n) * task.steps + t) * net.layers + l) * 6 + kind) * H;
        for (int u = 0; u < H; ++u) to[u] = from[size_t(u) * C + n];
      }
    }
  }

  void head(int t) {
    T* out = outputs(t);
    const T* bias = task.theta + net.head_bias();
    for (int k = 0; k < K; ++k)
      for (int n = 0; n < C; ++n) out[size_t(k) * C + n] = bias[k];
    add_product(Panels(K, H), task.packed + weights.head, hidden(net.layers - 1, t + 1), C, out,
                C, C);
    if (!task.outputs) return;
    for (int n = 0; n < task.samples; ++n) {
      T* to = task.outputs + (size_t(task.first + n) * task.loss_steps() + t - task.warmup) * K;
      for (int k = 0; k < K; ++k) to[k] = out[size_t(k) * C + n];
    }
  }

  void errors() {
    double total = 0;
    for (int t = task.warmup; t < task.steps; ++t) {
      T* out = outputs(t);
      for (int k = 0; k < K; ++k)
        for (int n = 0; n < C; ++n) {
          T& value = out[size_t(k) * C + n];
          if (n >= task.samples) {
            value = T(0);
            continue;
          }
          total += task.score(n, t - task.warmup, k, value);
        }
    }
    task.loss = total;
  }

  // Back-propagation through time; false if it was stopped half way.
  bool walk_back() {
    for (int l = 0; l < net.layers; ++l)
      for (size_t j = 0; j < size_t(H) * C; ++j) dh(l)[j] = dc(l)[j] = T(0);
    for (int t = task.steps - 1; t >= 0; --t) {
      if (task.stopped()) return false;
      if (t >= task.warmup)
        add_product(Panels(H, K), task.packed + weights.head_back, outputs(t), C,
                    dh(net.layers - 1), C, C);
      for (int l = net.layers - 1; l >= 0; --l) step_back(l, t);
    }
    if (task.d_initial.hidden)
      for (int l = 0; l < net.layers; ++l)
        for (int u = 0; u < H; ++u)
          for (int n = 0; n < task.samples; ++n) {
            const ptrdiff_t at =
                l * task.d_initial.layer_stride + ptrdiff_t(task.first + n) * H + u;
            task.d_initial.hidden[at] = dh(l)[size_t(u) * C + n];
            task.d_initial.cell[at] = dc(l)[size_t(u) * C + n];
          }
    return true;
  }

  void step_back(int l, int t) {
    const size_t size = size_t(H) * C;
    T *gate = gates(l, t), *from_h = dh(l), *from_c = dc(l);
    const T *tanh_new = tanh_c(l, t), *c_old = cell(l, t);
    for (size_t j = 0; j < size; j += W) {
      const Vec<T> i = load(gate + j), f = load(gate + size + j);
      const Vec<T> g = load(gate + 2 * size + j), o = load(gate + 3 * size + j);
      const Vec<T> tc = load(tanh_new + j), d_h = load(from_h + j);
      const Vec<T> d_c = load(from_c + j) + d_h * o * (T(1) - tc * tc);
      store<T>(gate + j, d_c * g * i * (T(1) - i));
      store<T>(gate + size + j, d_c * load(c_old + j) * f * (T(1) - f));
      store<T>(gate + 2 * size + j, d_c * i * (T(1) - g * g));
      store<T>(gate + 3 * size + j, d_h * tc * o * (T(1) - o));
      store<T>(from_c + j, d_c * f);
      store<T>(from_h + j, Vec<T>{});
    }
    const int I = net.layer_inputs(l);
    const Panels down(I, 4 * H), back(H, 4 * H);
    if (l > 0) {
      add_product(down, task.packed + weights.layer[l].kernel, gate, C, dh(l - 1), C, C);
    } else if (task.dx) {
      T* dx = task.work + scratch.dx;
      for (size_t j = 0; j < size_t(I) * C; ++j) dx[j] = T(0);
      add_product(down, task.packed + weights.layer[0].kernel, gate, C, dx, C, C);
      for (int n = 0; n < task.samples; ++n)
        for (int i = 0; i < I; ++i)
          task.dx[(size_t(task.first + n) * task.steps + t) * I + i] = dx[size_t(i) * C + n];
    }
    if (t > 0 || task.d_initial.hidden)
      add_product(back, task.packed + weights.layer[l].recurrent, gate, C, from_h, C, C);
  }

  void add_gradients() {
    for (int l = 0; l < net.layers; ++l) {
      const int I = net.layer_inputs(l);
      const Rows<T> dz{gates(l, 0), 4 * H, ptrdiff_t(4 * H) * C};
      const Rows<T> joint_rows{joint(l, 0), I + H, ptrdiff_t(I + H) * C};
      add_outer(dz, joint_rows, task.steps, C, task.gradient + net.kernel(l), task.accumulate);
      add_sums(dz, task.steps, C, task.gradient + net.bias(l), task.accumulate);
    }
    const int top = net.layers - 1;
    const Rows<T> d_out{outputs(task.warmup), K, ptrdiff_t(K) * C};
    const Rows<T> h{hidden(top, task.warmup + 1), H, ptrdiff_t(net.layer_inputs(top) + H) * C};
    add_outer(d_out, h, task.loss_steps(), C, task.gradient + net.head(), task.accumulate);
    add_sums(d_out, task.loss_steps(), C, task.gradient + net.head_bias(), task.accumulate);
  }
};

}  // namespace
}  // namespace gatecast
