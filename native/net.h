// The network's shape, where its parameters lie, and the task of running one chunk of samples.
// Plain data only: this header is included by code compiled for different SIMD levels.
#pragma once

#include <atomic>
#include <cstddef>

#include "dropout.h"

namespace gatecast {

constexpr int max_layers = 32;

enum class Cell { lstm, gru };

// A stack of recurrent layers under a dense head. The flat parameter vector holds, for each layer,
// kernel [I][G], recurrent kernel [H][G] and bias [4H], then the head's kernel [H][K] and bias [K]
// and, with a skip path, its kernel [I][K]. G is 4H for the LSTM (blocks i, f, g, o) and 3H for the
// GRU (z, r, n; its bias has a fourth block, of the candidate's recurrent part).
// src/gatecast/kernel/layout.py says the same.
struct Net {
  int inputs, hidden, outputs, layers;
  Cell cell = Cell::lstm;
  bool residual = false;      // each layer above the first adds what it sees to what it says
  bool skip = false;          // the head sees the inputs too
  int gap[max_layers] = {};   // steps that a layer's recurrence jumps over

  int layer_inputs(int layer) const { return layer ? hidden : inputs; }
  int width() const { return (cell == Cell::gru ? 3 : 4) * hidden; }
  // Where the four arguments of a unit stand in a row of the kernels; -1: nothing comes from there.
  int kernel_block(int argument) const {
    return cell == Cell::gru && argument == 3 ? -1 : argument;
  }
  int recurrent_block(int argument) const {
    constexpr int gru[] = {0, 1, -1, 2};
    return cell == Cell::gru ? gru[argument] : argument;
  }
  int dilation(int layer) const { return gap[layer] + 1; }
  // The state of a layer is its last `dilation` hidden and cell states, the oldest first.
  int state_row(int layer) const {
    int row = 0;
    for (int l = 0; l < layer; ++l) row += dilation(l);
    return row;
  }
  int state_rows() const { return state_row(layers); }

  size_t layer_size(int layer) const {
    return size_t(layer_inputs(layer) + hidden) * width() + size_t(4) * hidden;
  }
  size_t kernel(int layer) const {
    return layer ? layer_size(0) + (layer - 1) * layer_size(1) : 0;
  }
  size_t recurrent(int layer) const {
    return kernel(layer) + size_t(layer_inputs(layer)) * width();
  }
  size_t bias(int layer) const { return recurrent(layer) + size_t(hidden) * width(); }
  size_t head() const { return kernel(layers); }
  size_t head_bias() const { return head() + size_t(hidden) * outputs; }
  size_t skip_kernel() const { return head_bias() + outputs; }
  size_t size() const { return skip_kernel() + (skip ? size_t(inputs) * outputs : 0); }
};

// How far one output is from its target. Pinball: output k belongs to quantile k % quantiles, and
// to the target k / quantiles.
template <class T>
struct Loss {
  enum Kind { squared, absolute, huber, pinball } kind = squared;
  T delta = 1;  // Huber's border between squared and absolute
  int quantiles = 1;
  const T* levels = nullptr;  // [quantiles]

  // The loss of one output, and its derivative; `level` is that of its quantile.
  template <Kind kind>
  T of(T error, T level, T& slope) const {
    const T size = error < 0 ? -error : error;
    const T sign = T((error > 0) - (error < 0));
    if constexpr (kind == squared) {
      slope = 2 * error;
      return error * error;
    } else if constexpr (kind == absolute) {
      slope = sign;
      return size;
    } else if constexpr (kind == huber) {
      slope = size <= delta ? error : delta * sign;
      return size <= delta ? error * error / 2 : delta * (size - delta / 2);
    } else {
      slope = error > 0 ? 1 - level : error < 0 ? -level : error;
      return slope * error;
    }
  }
};

// Lets a long run be stopped between two steps. `poll`, if there is one, is called on the calling
// thread only: it looks at the clock, reports progress, and raises `stop` when the caller wants to
// end.
struct Pulse {
  std::atomic<bool> stop{false};
  void (*poll)(void*) = nullptr;
  void* context = nullptr;
};

// Memory of the network for several samples: [state rows][samples][hidden].
template <class T>
struct StateView {
  T* hidden = nullptr;
  T* cell = nullptr;
  ptrdiff_t row_stride = 0;
};

// One chunk of samples to run along, and where its results go. Pointers that are null are not
// wanted. Sample n of the chunk is samples[n] of x and y, and first + n of all other arrays.
template <class T>
struct Task {
  Net net;
  const T* theta;
  const T* packed;  // the weights, as this SIMD level wants them
  T* work;          // scratch of work_size() values
  int steps, warmup;
  int samples, columns;  // columns: samples rounded up to what the vector code wants
  int first;
  const ptrdiff_t* chosen;  // indices into x and y
  const T* x;
  ptrdiff_t x_sample, x_step, x_feature;  // strides in values
  const T* y = nullptr;
  ptrdiff_t y_sample, y_step, y_output;
  Loss<T> measure;
  const T* weights = nullptr;  // of targets; zero is a target that is not there
  ptrdiff_t w_sample, w_step, w_output;
  StateView<const T> initial;
  StateView<T> final;
  T* outputs = nullptr;   // [samples][steps - warmup][K], forward only
  T* trace = nullptr;     // [samples][steps][layers][6][H]: the four gates, c, h
  T* gradient = nullptr;  // [size], forward and backward
  bool accumulate = false;
  T* dx = nullptr;            // [samples][steps][I]
  StateView<T> d_initial;
  Dropout dropout;
  T share = 0;      // of one target of weight 1 in the batch's loss
  double loss = 0;  // weighted sum over the chunk's targets, written by the backward run
  Pulse* pulse = nullptr;
  bool polls = false;

  int loss_steps() const { return steps - warmup; }

  bool stopped() const {
    if (!pulse) return false;
    if (polls && pulse->poll) pulse->poll(pulse->context);
    return pulse->stop.load(std::memory_order_relaxed);
  }
};

// What Adam needs for one update.
template <class T>
struct AdamStep {
  T* theta;
  T* first;
  T* second;
  T rate, keep_1, keep_2, epsilon;  // rate with the bias correction in it; keep = 1 - beta
  T shrink;  // the gradient is multiplied by it (clipping)
  T stay;    // and the parameters before the update (weight decay)
};

// The functions of one SIMD level; see engine.cpp.
template <class T>
struct Engine {
  const char* name;
  int (*columns)(int samples);  // columns of each chunk of a batch; 0: one chunk, row by row
  size_t (*packed_size)(const Net&);
  void (*pack)(const Net&, const T* theta, T* packed, bool by_rows, bool empty_memory, bool back);
  size_t (*work_size)(const Net&, int steps, int warmup, int columns, int samples, bool backward);
  void (*run)(Task<T>&);
  void (*adam)(const AdamStep<T>&, const T* const* gradients, int count, size_t begin, size_t end);
};

}  // namespace gatecast
