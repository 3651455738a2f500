// Forward runs, gradients and whole epochs over many samples: cuts batches into chunks, gives
// them to threads, and makes the updates. Nothing outlives a call.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <vector>

#include "net.h"
#include "team.h"

namespace gatecast {

// An array that begins at a cache line, so that no vector of the kernel straddles two.
template <class T>
class Aligned {
 public:
  explicit Aligned(size_t size) : data_(new (line) T[size]), size_(size) {}
  T* data() const { return data_.get(); }
  void zero() { std::fill_n(data(), size_, T(0)); }

 private:
  static constexpr std::align_val_t line{64};
  struct Free {
    void operator()(T* p) const { operator delete[](p, line); }
  };
  std::unique_ptr<T[], Free> data_;
  size_t size_;
};

// Samples of a data set, as strided views; see Task.
template <class T>
struct Samples {
  int steps, warmup;
  const T* x;
  ptrdiff_t x_sample, x_step, x_feature;
  const T* y = nullptr;
  ptrdiff_t y_sample = 0, y_step = 0, y_output = 0;
  Loss<T> measure{};
  const T* weights = nullptr;
  ptrdiff_t w_sample = 0, w_step = 0, w_output = 0;

  // Weight of the chosen samples' outputs; their number where there are no weights.
  double weight(const ptrdiff_t* chosen, int samples, int outputs) const {
    const int targets = outputs / measure.quantiles;
    if (!weights) return double(samples) * (steps - warmup) * outputs;
    double total = 0;
    for (int n = 0; n < samples; ++n)
      for (int s = 0; s < steps - warmup; ++s)
        for (int k = 0; k < targets; ++k)
          total += weights[chosen[n] * w_sample + s * w_step + k * w_output];
    return total * measure.quantiles;
  }
};

// Adam's settings, and its moments in the caller's arrays.
template <class T>
struct Adam {
  T *first, *second;
  double* powers;  // beta_1^t, beta_2^t
  double beta_1, beta_2, epsilon;
  double weight_decay, clip_norm;  // 0: none
};

// A running mean of the parameters, by which each update moves it a little.
template <class T>
struct Average {
  T* theta = nullptr;
  double keep = 0;
};

// Runs batches of one network over a data set with one SIMD level.
template <class T>
class Runner {
 public:
  Runner(const Engine<T>& engine, const Net& net, const Samples<T>& data, int batch, int threads,
         bool backward, Pulse* pulse)
      : engine_(engine), net_(net), data_(data), backward_(backward), pulse_(pulse),
        team_(std::min(threads, lanes_of(batch, backward))), packed_(engine.packed_size(net)) {
    size_t work = 0;
    for (int samples : {batch, 7, 64})  // the paths and chunk widths that a batch may take
      if (samples <= batch)
        work = std::max(work, engine.work_size(net, data.steps, data.warmup,
                                               engine.columns(samples), samples, backward));
    for (int i = 0; i < team_.size(); ++i) work_.emplace_back(work);
    if (backward)
      for (int i = 0; i < lanes_of(batch, true); ++i) {
        gradients_.emplace_back(net.size());
        gradients_.back().zero();  // what no gradient reaches is never written
      }
  }

  // Prepare the weights for batches of `samples`; `empty` memory at their start.
  void pack(const T* theta, int samples, bool empty) {
    theta_ = theta;
    engine_.pack(net_, theta, packed_.data(), engine_.columns(samples) == 0,
                 empty && data_.steps == 1, backward_);
  }

  // Run `samples` chosen samples. Each chunk fills its own part of the results; gradients are
  // summed by lane, a fixed set of chunks, so the bits do not depend on the number of threads.
  // Returns the weighted mean of the losses; the run is void if the pulse has stopped it.
  double run(const Task<T>& wanted, const ptrdiff_t* chosen, int samples) {
    const int columns = engine_.columns(samples);
    const int width = columns ? columns : samples;
    const int chunks = (samples + width - 1) / width;
    lanes_used_ = std::min(chunks, backward_ ? max_lanes : chunks);
    losses_.assign(lanes_used_, 0.0);
    const double weight = backward_ ? data_.weight(chosen, samples, net_.outputs) : 0;
    const double share = weight > 0 ? 1 / weight : 0;
    team_.run(lanes_used_, [&](int thread, int lane) {
      Task<T> task = wanted;
      task.net = net_;
      task.theta = theta_;
      task.packed = packed_.data();
      task.work = work_[thread].data();
      task.steps = data_.steps;
      task.warmup = data_.warmup;
      task.columns = columns;
      task.x = data_.x;
      task.x_sample = data_.x_sample;
      task.x_step = data_.x_step;
      task.x_feature = data_.x_feature;
      task.y = backward_ ? data_.y : nullptr;
      task.y_sample = data_.y_sample;
      task.y_step = data_.y_step;
      task.y_output = data_.y_output;
      task.pulse = pulse_;
      task.polls = thread == 0;
      task.measure = data_.measure;
      task.weights = data_.weights;
      task.w_sample = data_.w_sample;
      task.w_step = data_.w_step;
      task.w_output = data_.w_output;
      task.share = T(share);
      if (backward_) task.gradient = gradients_[lane].data();
      for (int chunk = lane; chunk < chunks; chunk += lanes_used_) {
        task.first = chunk * width;
        task.samples = std::min(width, samples - task.first);
        task.chosen = chosen + task.first;
        task.accumulate = chunk != lane;
        engine_.run(task);
        losses_[lane] += task.loss;
      }
    });
    double total = 0;
    for (double loss : losses_) total += loss;
    return share * total;
  }

  // Sum the lanes of the last run into `gradient`.
  void collect(T* gradient) {
    for (size_t p = 0; p < net_.size(); ++p) {
      gradient[p] = gradients_[0].data()[p];
      for (int lane = 1; lane < lanes_used_; ++lane) gradient[p] += gradients_[lane].data()[p];
    }
  }

  // One update from the lanes of the last run. `live` are the parameters that can move.
  void update(T* theta, Adam<T>& adam, double rate, const std::vector<std::pair<size_t, size_t>>& live) {
    adam.powers[0] *= adam.beta_1;
    adam.powers[1] *= adam.beta_2;
    double shrink = 1;
    if (adam.clip_norm > 0) {
      T* gradient = gradients_[0].data();
      collect(gradient);
      lanes_used_ = 1;
      double squares = 0;
      for (size_t p = 0; p < net_.size(); ++p) squares += double(gradient[p]) * gradient[p];
      if (squares > adam.clip_norm * adam.clip_norm) shrink = adam.clip_norm / std::sqrt(squares);
    }
    const AdamStep<T> step{theta,
                           adam.first,
                           adam.second,
                           T(rate * std::sqrt(1.0 - adam.powers[1]) /
                             (1.0 - adam.powers[0])),
                           T(1.0 - adam.beta_1),
                           T(1.0 - adam.beta_2),
                           T(adam.epsilon),
                           T(shrink),
                           T(1.0 - rate * adam.weight_decay)};
    const T* sources[max_lanes];
    for (int lane = 0; lane < lanes_used_; ++lane) sources[lane] = gradients_[lane].data();
    for (const auto& range : live)
      engine_.adam(step, sources, lanes_used_, range.first, range.second);
  }

 private:
  static constexpr int max_lanes = 8;
  const Engine<T>& engine_;
  const Net net_;
  const Samples<T> data_;
  const bool backward_;
  Pulse* const pulse_;
  Team team_;
  Aligned<T> packed_;
  std::vector<Aligned<T>> work_, gradients_;
  std::vector<double> losses_;
  const T* theta_ = nullptr;
  int lanes_used_ = 0;

  // Chunks of a batch, and of the smaller last one, which may be cut more finely.
  int lanes_of(int batch, bool backward) const {
    int most = 1;
    for (int samples : {batch, std::min(batch, 64)}) {
      const int columns = engine_.columns(samples);
      if (columns) most = std::max(most, (samples + columns - 1) / columns);
    }
    return backward ? std::min(most, max_lanes) : most;
  }
};

// The updates of one call: their samples, and for each update its learning rate, the key of its
// dropout masks, and where its loss goes.
struct Updates {
  const ptrdiff_t* order;
  size_t count;
  int batch;
  const double* rates;
  double dropout;
  const uint64_t* keys;
  double* losses;
};

// Train: a batch of samples in the order given, an update with the next of the learning rates, and
// so on. With `state` the memory is carried from each batch to the next, sample by sample.
// Ends before an update whose loss is not finite, and when the pulse says so; theta and adam are
// always those of the last finished update, of which `done` is the count.
template <class T>
void train_epoch(const Engine<T>& engine, const Net& net, const Samples<T>& data, T* theta,
                 Adam<T> adam, const Updates& updates, StateView<T> state, Average<T> average,
                 int threads, Pulse& pulse, std::atomic<size_t>& done) {
  const size_t count = updates.count;
  const int batch = updates.batch;
  Runner<T> runner(engine, net, data, int(std::min(size_t(batch), count)), threads, true, &pulse);
  const bool empty = !state.hidden;

  // After one step from an empty memory no gradient reaches the recurrent kernels; where Adam
  // has no momentum for them either, they stay as they are.
  std::vector<std::pair<size_t, size_t>> live;
  size_t begin = 0;
  if (empty && data.steps == 1 && adam.weight_decay == 0)
    for (int l = 0; l < net.layers; ++l) {
      const size_t first = net.recurrent(l), last = net.bias(l);
      const auto zero = [](T v) { return v == T(0); };
      if (std::all_of(adam.first + first, adam.first + last, zero) &&
          std::all_of(adam.second + first, adam.second + last, zero)) {
        live.emplace_back(begin, first);
        begin = last;
      }
    }
  live.emplace_back(begin, net.size());

  const size_t next_state = size_t(net.state_rows()) * batch * net.hidden;
  std::vector<T> carried(empty ? 0 : 2 * next_state);
  for (size_t start = 0, update = 0; start < count; start += batch, ++update) {
    const int samples = int(std::min(size_t(batch), count - start));
    Task<T> wanted{};
    if (!empty) {
      wanted.initial = {state.hidden, state.cell, state.row_stride};
      wanted.final = {carried.data(), carried.data() + next_state, ptrdiff_t(batch) * net.hidden};
    }
    if (updates.dropout > 0) wanted.dropout = {updates.dropout, updates.keys[update]};
    runner.pack(theta, samples, empty);
    const double loss = runner.run(wanted, updates.order + start, samples);
    if (pulse.stop.load(std::memory_order_relaxed)) return;
    updates.losses[update] = loss;
    if (!std::isfinite(loss)) return;
    runner.update(theta, adam, updates.rates[update], live);
    if (average.theta)
      for (size_t p = 0; p < net.size(); ++p)
        average.theta[p] += T(1.0 - average.keep) * (theta[p] - average.theta[p]);
    if (!empty)
      for (int row = 0; row < net.state_rows(); ++row) {
        const size_t size = size_t(samples) * net.hidden;
        const T* h = carried.data() + size_t(row) * batch * net.hidden;
        std::copy(h, h + size, state.hidden + row * state.row_stride);
        std::copy(h + next_state, h + next_state + size, state.cell + row * state.row_stride);
      }
    done.store(update + 1, std::memory_order_relaxed);
  }
}

}  // namespace gatecast
