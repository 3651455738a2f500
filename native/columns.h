// A chunk of samples run side by side: the samples are the columns of every matrix and the
// vector dimension of every instruction, so no number of units needs padding.
#pragma once

#include "product.h"
#include "walk.h"

namespace gatecast {
namespace {

constexpr int units_per_panel = max_rows / 4;

inline int panel_units(int left) {  // 3 3 3 ..., and 2 + 2 rather than 3 + 1
  if (left == units_per_panel + 1 && left > 2) return left / 2;
  return left < units_per_panel ? left : units_per_panel;
}

// Where the packed weights lie: for each layer the forward panels (some units, the rows of their
// four arguments, first the bias, then inputs and hidden units in turn) and two sets of backward
// panels. A block that the cell does not have is packed as zeros.
struct ColumnWeights {
  struct Layer {
    size_t forward, recurrent, kernel;
  } layer[max_layers];
  size_t head, head_back, skip, skip_back, size;

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
    skip = take(net.skip ? Panels(K, net.inputs).size() : 0);
    skip_back = take(net.skip ? Panels(net.inputs, K).size() : 0);
  }

 private:
  size_t take(size_t count) {
    size += count;
    return size - count;
  }
};

// Panels whose depth is the four arguments of every unit: the way back through a kernel.
template <class T, class Block>
void pack_back(const Net& net, const T* kernel, int rows, Block block, T* packed) {
  const int H = net.hidden, G = net.width();
  const Panels p(rows, 4 * H);
  for (int first = 0; first < p.count * p.height; first += p.height)
    for (int a = 0; a < 4; ++a)
      for (int u = 0; u < H; ++u)
        for (int r = 0; r < p.height; ++r) {
          const int row = first + r;
          *packed++ = row < rows && block(a) >= 0 ? kernel[size_t(row) * G + block(a) * H + u] : T(0);
        }
}

template <class T>
void pack_columns(const Net& net, const T* theta, T* packed, bool backward) {
  const ColumnWeights at(net);
  const int H = net.hidden, K = net.outputs, G = net.width();
  const auto from_input = [&](int a) { return net.kernel_block(a); };
  const auto from_hidden = [&](int a) { return net.recurrent_block(a); };
  const auto always = [](int a) { return a; };
  for (int l = 0; l < net.layers; ++l) {
    const int I = net.layer_inputs(l);
    const T* kernel = theta + net.kernel(l);
    const T* recurrent = theta + net.recurrent(l);
    T* out = packed + at.layer[l].forward;
    for (int unit = 0, units; unit < H; unit += units) {
      units = panel_units(H - unit);
      const auto row = [&](const T* values, auto block) {
        for (int u = unit; u < unit + units; ++u)
          for (int a = 0; a < 4; ++a) *out++ = block(a) < 0 ? T(0) : values[block(a) * H + u];
      };
      row(theta + net.bias(l), always);
      for (int k = 0; k < I; ++k) row(kernel + size_t(k) * G, from_input);
      for (int k = 0; k < H; ++k) row(recurrent + size_t(k) * G, from_hidden);
    }
    if (backward) {
      pack_back(net, recurrent, H, from_hidden, packed + at.layer[l].recurrent);
      pack_back(net, kernel, I, from_input, packed + at.layer[l].kernel);
    }
  }
  const T* head = theta + net.head();
  const T* skip = theta + net.skip_kernel();
  pack_panels(Panels(K, H), head, 1, K, packed + at.head);
  if (net.skip) pack_panels(Panels(K, net.inputs), skip, 1, K, packed + at.skip);
  if (!backward) return;
  pack_panels(Panels(H, K), head, K, 1, packed + at.head_back);
  if (net.skip) pack_panels(Panels(net.inputs, K), skip, K, 1, packed + at.skip_back);
}

// Scratch of the walk, and behind it that of the weight gradients.
template <class T>
size_t column_work(const Net& net, int steps, int warmup, int columns, bool backward) {
  const size_t C = columns;
  return WalkScratch(net, steps, warmup, backward, true, net.hidden * C, net.inputs * C,
                     net.outputs * C).size +
         (backward ? outer_work<T>() : 0);
}

template <class T, class CellType>
class ColumnRun : public Walk<T, ColumnRun<T, CellType>> {
  using Base = Walk<T, ColumnRun<T, CellType>>;
  friend Base;

 public:
  explicit ColumnRun(Task<T>& task)
      : Base(task, true, grid_of(task.net.hidden, task.columns),
             grid_of(task.net.inputs, task.columns), grid_of(task.net.outputs, task.columns)),
        C(task.columns), weights(task.net) {}

 private:
  using Base::W;
  using Base::task, Base::net, Base::H, Base::K, Base::backward, Base::residual, Base::scratch;
  using Base::block;
  using Base::input, Base::hidden, Base::cell, Base::new_hidden, Base::new_cell, Base::gates;
  using Base::kept, Base::dh, Base::above, Base::outputs, Base::top, Base::reads_memory;
  const int C;
  const ColumnWeights weights;

  static Grid grid_of(int rows, int columns) { return {rows, columns, columns, 1}; }

  void step(int l, int t) {
    const int I = net.layer_inputs(l);
    const int depth = reads_memory(l, t) ? I + H : I;
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

  // The cell's equations for U units of NV vectors of samples, from the products to the new state.
  template <int U, int NV>
  void units_step(const T* panel, int depth, int l, int t, int unit, int c) {
    Vec<T> z[4 * U][NV];
#pragma GCC unroll 12
    for (int r = 0; r < 4 * U; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < NV; ++v) z[r][v] = panel[r] - Vec<T>{};
    multiply<T, 4 * U, NV>(panel + 4 * U, depth, input(l, t) + c, C, z);

    const bool keeps = this->keeps_gates();
    const T *h_old = hidden(l, t), *c_old = cell(l, t);
    T *h_new = new_hidden(l, t), *c_new = new_cell(l, t), *gate = gates(l, t), *rest = kept(l, t);
#pragma GCC unroll 4
    for (int u = 0; u < U; ++u)
#pragma GCC unroll 4
      for (int v = 0; v < NV; ++v) {
        const size_t at = size_t(unit + u) * C + c + v * W;
        const Vec<T> arguments[4] = {z[4 * u][v], z[4 * u + 1][v], z[4 * u + 2][v],
                                     z[4 * u + 3][v]};
        const auto s = CellType::forward(arguments, load(h_old + at), load(c_old + at));
        store<T>(c_new + at, s.cell);
        store<T>(h_new + at, s.hidden);
        if (keeps) {
#pragma GCC unroll 4
          for (int a = 0; a < 4; ++a) store<T>(gate + a * block + at, s.gate[a]);
          store<T>(rest + at, s.kept);
        }
      }
  }

  T gate_at(int l, int t, int kind, int unit, int sample) const {
    return gates(l, t)[kind * block + size_t(unit) * C + sample];
  }

  void head(int t) {
    T* out = outputs(t);
    const T* bias = task.theta + net.head_bias();
    for (int k = 0; k < K; ++k)
      for (int n = 0; n < C; ++n) out[size_t(k) * C + n] = bias[k];
    add_product(Panels(K, H), task.packed + weights.head, top(t), C, out, C, C);
    if (net.skip)
      add_product(Panels(K, net.inputs), task.packed + weights.skip, input(0, t), C, out, C, C);
  }

  void head_back(int t) {
    add_product(Panels(H, K), task.packed + weights.head_back, outputs(t), C, above(), C, C);
  }

  void gates_back(int l, int t) {
    this->template cell_back<CellType>(l, t, 0, gates(l, t), ptrdiff_t(block), block);
  }

  void down(int l, int t, T* to) {
    const Panels panels(net.layer_inputs(l), 4 * H);
    add_product(panels, task.packed + weights.layer[l].kernel, gates(l, t), C, to, C, C);
  }

  void back(int l, int t) {
    const Panels panels(H, 4 * H);
    add_product(panels, task.packed + weights.layer[l].recurrent, gates(l, t), C, dh(l, t), C, C);
  }

  void input_back(int t) {
    const int I = net.inputs;
    T* dx = task.work + scratch.dx;
    for (size_t j = 0; j < size_t(I) * C; ++j) dx[j] = T(0);
    down(0, t, dx);
    if (net.skip && t >= task.warmup)
      add_product(Panels(I, K), task.packed + weights.skip_back, outputs(t), C, dx, C, C);
    for (int n = 0; n < task.samples; ++n)
      for (int i = 0; i < I; ++i)
        task.dx[(size_t(task.first + n) * task.steps + t) * I + i] = dx[size_t(i) * C + n];
  }

  int gradient_steps() const { return depth_block / C; }

  void add_gradients(int first, int count) {
    if (!task.accumulate && first + count == task.steps)
      for (size_t p = 0; p < net.size(); ++p) task.gradient[p] = T(0);
    const int G = net.width();
    T *const work = task.work + scratch.size, *const none = nullptr;
    for (int l = 0; l < net.layers; ++l) {
      const int I = net.layer_inputs(l);
      const ptrdiff_t step = scratch.layer[l].input_step;
      T* kernel = task.gradient + net.kernel(l);
      T* recurrent = task.gradient + net.recurrent(l);
      T* bias = task.gradient + net.bias(l);
      // rows of `some` arguments of all units, from the argument `a` on
      const auto arguments = [&](int a, int some) {
        return Rows<T>{gates(l, first) + a * block, some * H, ptrdiff_t(4 * block)};
      };
      if (net.cell == Cell::lstm) {  // the recurrent kernel's rows follow the kernel's
        add_outer(arguments(0, 4), Rows<T>{input(l, first), I + H, step}, count, C, kernel, G, bias,
                  work);
      } else {
        const Rows<T> x{input(l, first), I, step}, h{hidden(l, first), H, step};
        add_outer(arguments(0, 3), x, count, C, kernel, G, bias, work);
        add_outer(arguments(0, 2), h, count, C, recurrent, G, none, work);
        add_outer(arguments(3, 1), h, count, C, recurrent + 2 * H, G, bias + 3 * H, work);
      }
    }
    const int end = first + count, from = first > task.warmup ? first : task.warmup;
    if (from >= end) return;
    const Rows<T> d_out{outputs(from), K, ptrdiff_t(K) * C}, seen{top(from), H, this->top_step()};
    add_outer(d_out, seen, end - from, C, task.gradient + net.head(), K,
              task.gradient + net.head_bias(), work);
    if (net.skip) {
      const Rows<T> x{input(0, from), net.inputs, scratch.layer[0].input_step};
      add_outer(d_out, x, end - from, C, task.gradient + net.skip_kernel(), K, none, work);
    }
  }
};

}  // namespace
}  // namespace gatecast
