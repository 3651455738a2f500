// The walk of a chunk of samples along its steps and back: what does not depend on how the
// samples lie in memory. columns.h and rows.h say how they lie, and multiply.
#pragma once

#include "cells.h"
#include "net.h"
#include "score.h"

namespace gatecast {
namespace {

// Where the value of a unit and a sample stands in a block; the padding is part of the block.
struct Grid {
  int units, samples;
  ptrdiff_t unit, sample;
  size_t size() const { return size_t(units) * samples; }
};

// Scratch, in values. Going backward later everything is kept for every step; else what a step
// needs lies in slots that are used in turn. `joint`: a layer's input x_t has the hidden state that
// step t reads right behind it.
struct WalkScratch {
  struct Layer {
    size_t input, hidden;            // [slots]: x_t; h_{t-d}
    ptrdiff_t input_step, hidden_step;
    size_t cell;                     // [slots]: c_{t-d}
    size_t gates;                    // [steps or 1][4]: gates; then d loss / d their arguments
    size_t kept;                     // [steps or 1]: what else the way back needs
    size_t dh, dc;                   // [d]: gradients that arrive from later steps
  } layer[max_layers];
  size_t signal;       // the sum of a residual stack, on its way up
  size_t top;          // [steps or 1]: what the head sees of a residual stack
  size_t above, below; // d loss / d what a layer says, d loss / d what it sees
  size_t outputs;      // [steps - warmup or 1][K]; then d loss / d output
  size_t dx;
  size_t size;

  WalkScratch(const Net& net, int steps, int warmup, bool backward, bool joint, size_t block,
              size_t input_block, size_t output_block) {
    const size_t kept = backward ? steps : 1;
    const bool residual = net.residual && net.layers > 1;
    size = 0;
    for (int l = 0; l < net.layers; ++l) {
      Layer& at = layer[l];
      const size_t d = net.dilation(l), slots = (backward ? steps : 1) + d;
      const size_t x = l ? block : input_block;
      at.input = take(slots * (joint ? x + block : x));
      at.hidden = joint ? at.input + x : take(slots * block);
      at.input_step = ptrdiff_t(joint ? x + block : x);
      at.hidden_step = ptrdiff_t(joint ? x + block : block);
      at.cell = take(slots * block);
      at.gates = take(kept * 4 * block);
      at.kept = take(kept * block);
      at.dh = take(backward ? d * block : 0);
      at.dc = take(backward ? d * block : 0);
    }
    signal = take(residual ? block : 0);
    top = take(residual ? kept * block : 0);
    above = take(backward ? block : 0);
    below = take(backward && residual ? block : 0);
    outputs = take((backward ? steps - warmup : 1) * output_block);
    dx = take(backward ? input_block : 0);
  }

 private:
  size_t take(size_t count) {
    size += count;
    return size - count;
  }
};

// Path is the class that derives from it, and brings:
//   step(l, t)       from input(l, t), hidden(l, t), cell(l, t) to the new hidden and cell state
//   head(t)          from top(t) to outputs(t)
//   head_back(t)     adds the gradient of what the head sees to above()
//   gates_back(l, t) turns gates(l, t) into gradients of their arguments
//   down(l, t, to)   adds the gradient of the layer's input to the block `to`
//   back(l, t)       adds the gradient of the hidden state before to dh(l, t)
//   input_back(t)    writes the gradient of the network's input
//   gradient_steps() how many steps add_gradients wants at once
//   add_gradients(first, count) adds the gradients of these steps' arguments, the last steps first
//   gate_at(l, t, kind, unit, sample)
template <class T, class Path>
class Walk {
 public:
  void run() {
    load_state();
    for (int t = 0; t < task.steps; ++t) {
      if (task.stopped()) return;
      load_inputs(t);
      for (int l = 0; l < net.layers; ++l) {
        path().step(l, t);
        pass_up(l, t);
        if (task.trace) trace(l, t);
      }
      if (t >= task.warmup) {
        path().head(t);
        if (task.outputs) store_outputs(t);
      }
    }
    if (task.final.hidden) store_state();
    if (backward) {
      task.loss = score(task, outputs(task.warmup), output_grid.size(), output_grid.unit,
                        output_grid.sample, output_grid.samples);
      walk_back();
    }
  }

 protected:
  Walk(Task<T>& task, bool joint, Grid grid, Grid input_grid, Grid output_grid)
      : task(task), net(task.net), H(net.hidden), K(net.outputs), backward(task.y != nullptr),
        residual(net.residual && net.layers > 1), grid(grid), input_grid(input_grid),
        output_grid(output_grid), block(grid.size()),
        scratch(net, task.steps, task.warmup, backward, joint, block, input_grid.size(),
                output_grid.size()) {}

  static constexpr int W = Simd<T>::width;
  Task<T>& task;
  const Net& net;
  const int H, K;
  const bool backward, residual;
  const Grid grid, input_grid, output_grid;
  const size_t block;
  const WalkScratch scratch;

  // Step t reads the slot of t and writes the state that step t + d will read.
  int slot(int l, int t) const { return backward ? t : t % (net.dilation(l) + 1); }
  size_t kept_step(int t) const { return backward ? t : 0; }
  T* input(int l, int t) const {
    return task.work + scratch.layer[l].input + slot(l, t) * scratch.layer[l].input_step;
  }
  T* hidden(int l, int t) const {
    return task.work + scratch.layer[l].hidden + slot(l, t) * scratch.layer[l].hidden_step;
  }
  T* cell(int l, int t) const { return task.work + scratch.layer[l].cell + slot(l, t) * block; }
  T* new_hidden(int l, int t) const { return hidden(l, t + net.dilation(l)); }
  T* new_cell(int l, int t) const { return cell(l, t + net.dilation(l)); }
  T* gates(int l, int t) const {
    return task.work + scratch.layer[l].gates + kept_step(t) * 4 * block;
  }
  T* kept(int l, int t) const { return task.work + scratch.layer[l].kept + kept_step(t) * block; }
  T* dh(int l, int t) const {
    return task.work + scratch.layer[l].dh + size_t(t % net.dilation(l)) * block;
  }
  T* dc(int l, int t) const {
    return task.work + scratch.layer[l].dc + size_t(t % net.dilation(l)) * block;
  }
  T* top(int t) const {  // what the head sees
    return residual ? task.work + scratch.top + kept_step(t) * block
                    : new_hidden(net.layers - 1, t);
  }
  ptrdiff_t top_step() const {
    return residual ? ptrdiff_t(block) : scratch.layer[net.layers - 1].hidden_step;
  }
  T* above() const { return task.work + scratch.above; }
  T* outputs(int t) const {
    return task.work + scratch.outputs +
           (backward ? size_t(t - task.warmup) * output_grid.size() : 0);
  }
  bool empty_memory() const { return !task.initial.hidden; }
  bool reads_memory(int l, int t) const { return t >= net.dilation(l) || !empty_memory(); }
  // whether the gradient of what step t read of its own layer is wanted
  bool goes_back(int l, int t) const { return t >= net.dilation(l) || task.d_initial.hidden; }
  bool keeps_gates() const { return backward || task.trace; }

  // A layer's gates on the way back, for `count` values at once that lie in one piece.
  template <class CellType>
  void cell_back(int l, int t, size_t at, T* gate, ptrdiff_t gate_step, size_t count) {
    const bool hand_on = residual && l > 0;  // above() goes on to the layer below as well
    T *from_h = dh(l, t) + at, *from_c = dc(l, t) + at, *from_above = above() + at;
    const T *kept_at = kept(l, t) + at, *c_old = cell(l, t) + at, *h_old = hidden(l, t) + at;
    for (size_t j = 0; j < count; j += W) {
      const Vec<T> gates[4] = {load(gate + j), load(gate + gate_step + j),
                               load(gate + 2 * gate_step + j), load(gate + 3 * gate_step + j)};
      const Vec<T> said = load(from_above + j);
      const auto d = CellType::backward(gates, load(kept_at + j), load(h_old + j), load(c_old + j),
                                        load(from_h + j) + said, load(from_c + j));
      for (int a = 0; a < 4; ++a) store<T>(gate + a * gate_step + j, d.z[a]);
      store<T>(from_c + j, d.cell);
      store<T>(from_h + j, d.hidden);
      if (!hand_on) store<T>(from_above + j, Vec<T>{});
    }
  }

 private:
  Path& path() { return static_cast<Path&>(*this); }

  template <class Each>
  static void for_each(const Grid& g, Each each) {
    if (g.unit == 1) {
      for (int n = 0; n < g.samples; ++n)
        for (int u = 0; u < g.units; ++u) each(u, n, n * g.sample + u);
    } else {
      for (int u = 0; u < g.units; ++u)
        for (int n = 0; n < g.samples; ++n) each(u, n, u * g.unit + n * g.sample);
    }
  }

  template <class State, class Each>
  void for_each_state(const State& state, Each each) const {
    for (int l = 0; l < net.layers; ++l)
      for (int row = 0; row < net.dilation(l); ++row)
        for_each(grid, [&](int u, int n, size_t at) {
          const bool real = u < H && n < task.samples;
          each(l, row, at, real,
               (net.state_row(l) + row) * state.row_stride + ptrdiff_t(task.first + n) * H + u);
        });
  }

  void load_state() {
    for_each_state(task.initial, [&](int l, int row, size_t at, bool real, ptrdiff_t from) {
      const bool given = real && !empty_memory();
      hidden(l, row)[at] = given ? task.initial.hidden[from] : T(0);
      cell(l, row)[at] = given ? task.initial.cell[from] : T(0);
    });
  }

  void store_state() {
    for_each_state(task.final, [&](int l, int row, size_t at, bool real, ptrdiff_t to) {
      if (!real) return;
      task.final.hidden[to] = hidden(l, task.steps + row)[at];
      task.final.cell[to] = cell(l, task.steps + row)[at];
    });
  }

  void load_inputs(int t) {
    T* x = input(0, t);
    for_each(input_grid, [&](int i, int n, size_t at) {
      x[at] = n < task.samples
                  ? task.x[task.chosen[n] * task.x_sample + t * task.x_step + i * task.x_feature]
                  : T(0);
    });
  }

  // What layer l says becomes what the next one sees, or the head.
  void pass_up(int l, int t) {
    const bool last = l + 1 == net.layers;
    const T* said = new_hidden(l, t);
    if (residual) {
      const T* sum = task.work + scratch.signal;
      T* to = last ? top(t) : task.work + scratch.signal;
      for (size_t j = 0; j < block; j += W)
        store<T>(to + j, l ? load(sum + j) + load(said + j) : load(said + j));
      said = to;
    }
    if (last) return;
    T* to = input(l + 1, t);
    for (size_t j = 0; j < block; j += W) store<T>(to + j, load(said + j));
    drop(l + 1, t, to);
  }

  // Dropout of what goes into layer l at step t, or of its gradient.
  void drop(int l, int t, T* values) {
    if (task.dropout.rate == 0) return;
    const uint32_t key = task.dropout.step_key(l, t), limit = task.dropout.limit();
    const T scale = T(1 / (1 - task.dropout.rate));
    for_each(grid, [&](int u, int n, size_t at) {
      const bool dropped = Dropout::draw(Dropout::unit_key(key, u), task.first + n) < limit;
      values[at] = dropped ? T(0) : values[at] * scale;
    });
  }

  void trace(int l, int t) {
    for (int n = 0; n < task.samples; ++n) {
      T* to = task.trace + ((size_t(task.first + n) * task.steps + t) * net.layers + l) * 6 * H;
      for (int kind = 0; kind < 4; ++kind)
        for (int u = 0; u < H; ++u) *to++ = path().gate_at(l, t, kind, u, n);
      for (const T* from : {new_cell(l, t), new_hidden(l, t)})
        for (int u = 0; u < H; ++u) *to++ = from[u * grid.unit + n * grid.sample];
    }
  }

  void store_outputs(int t) {
    const T* out = outputs(t);
    for_each(output_grid, [&](int k, int n, size_t at) {
      if (n < task.samples)
        task.outputs[(size_t(task.first + n) * task.loss_steps() + t - task.warmup) * K + k] =
            out[at];
    });
  }

  // Back-propagation through time. Weight gradients are taken some steps at once, while what they
  // are made of is still in a cache.
  void walk_back() {
    for (int l = 0; l < net.layers; ++l)
      for (size_t j = 0; j < net.dilation(l) * block; ++j) dh(l, 0)[j] = dc(l, 0)[j] = T(0);
    for (size_t j = 0; j < block; ++j) above()[j] = T(0);
    T* const below = residual ? task.work + scratch.below : above();
    int pending = 0;
    for (int t = task.steps - 1; t >= 0; --t) {
      if (task.stopped()) return;
      if (t >= task.warmup) path().head_back(t);
      for (int l = net.layers - 1; l >= 0; --l) {
        path().gates_back(l, t);
        if (l == 0) {
          if (task.dx) path().input_back(t);
        } else {
          if (residual)
            for (size_t j = 0; j < block; j += W) store<T>(below + j, Vec<T>{});
          path().down(l, t, below);
          drop(l, t, below);
          if (residual)
            for (size_t j = 0; j < block; j += W)
              store<T>(above() + j, load(above() + j) + load(below + j));
        }
        if (goes_back(l, t)) path().back(l, t);
      }
      if (++pending == path().gradient_steps() || t == 0) {
        path().add_gradients(t, pending);
        pending = 0;
      }
    }
    if (task.d_initial.hidden)
      for_each_state(task.d_initial, [&](int l, int row, size_t at, bool real, ptrdiff_t to) {
        if (!real) return;
        task.d_initial.hidden[to] = dh(l, row)[at];
        task.d_initial.cell[to] = dc(l, row)[at];
      });
  }
};

}  // namespace
}  // namespace gatecast
