// The loss of a chunk's outputs, each of which becomes d loss / d output.
#pragma once

#include "net.h"

namespace gatecast {
namespace {

// Samples that are scored at once: where their targets stand, and the weight of targets that all
// weigh the same. Those that only fill a chunk weigh nothing.
constexpr int scored_at_once = 16;

template <class T>
struct Scored {
  int valid;
  ptrdiff_t target[scored_at_once], weight[scored_at_once];
  T alike[scored_at_once];
  double sums[scored_at_once];

  Scored(const Task<T>& task, int first) : sums{} {
    valid = task.samples - first < scored_at_once ? task.samples - first : scored_at_once;
    for (int n = 0; n < scored_at_once; ++n) {
      const ptrdiff_t row = task.chosen[n < valid ? first + n : 0];
      target[n] = row * task.y_sample;
      weight[n] = row * task.w_sample;
      alike[n] = T(n < valid);
    }
  }
};

// Output k of loss step s, whose samples' values stand `stride` apart. `whole`: side by side, and
// there are scored_at_once of them.
template <class T, typename Loss<T>::Kind kind, bool whole>
void score_output(const Task<T>& task, int s, int k, T* values, ptrdiff_t stride,
                  Scored<T>& scored) {
  const int target = k / task.measure.quantiles;
  const T level = kind == Loss<T>::pinball ? task.measure.levels[k % task.measure.quantiles] : T(0);
  const T* targets = task.y + s * task.y_step + target * task.y_output;
  T actual[scored_at_once], weight[scored_at_once];
  for (int n = 0; n < scored_at_once; ++n) actual[n] = targets[scored.target[n]];
  if (task.weights) {
    const T* weights = task.weights + s * task.w_step + target * task.w_output;
    for (int n = 0; n < scored_at_once; ++n)
      weight[n] = n < scored.valid ? weights[scored.weight[n]] : T(0);
  } else {
    for (int n = 0; n < scored_at_once; ++n) weight[n] = scored.alike[n];
  }
  for (int n = 0; n < (whole ? scored_at_once : scored.valid); ++n) {
    T& value = values[whole ? n : n * stride];
    T slope;
    const T loss = weight[n] * task.measure.template of<kind>(value - actual[n], level, slope);
    const bool there = weight[n] != T(0);  // a target of weight zero is not there
    scored.sums[n] += there ? double(loss) : 0.0;
    value = there ? task.share * weight[n] * slope : T(0);
  }
}

template <class T, typename Loss<T>::Kind kind>
double score_as(const Task<T>& task, T* outputs, size_t step, ptrdiff_t unit, ptrdiff_t sample,
                int samples) {
  const bool whole = sample == 1 && samples % scored_at_once == 0;
  double total = 0;
  for (int first = 0; first < samples; first += scored_at_once) {
    Scored<T> scored(task, first);
    for (int s = 0; s < task.loss_steps(); ++s) {
      for (const ptrdiff_t target : scored.target)  // the samples lie far from one another
        __builtin_prefetch(task.y + target + (s + 2) * task.y_step);
      T* values = outputs + s * step + first * sample;
      for (int k = 0; k < task.net.outputs; ++k, values += unit) {
        if (whole)
          score_output<T, kind, true>(task, s, k, values, sample, scored);
        else
          score_output<T, kind, false>(task, s, k, values, sample, scored);
      }
    }
    for (const double sum : scored.sums) total += sum;
  }
  return total;
}

// The weighted sum of the losses of all outputs: `step` values for each loss step, an output's
// `samples` (with those that only fill the chunk) `sample` apart, its outputs `unit`.
template <class T>
double score(const Task<T>& task, T* outputs, size_t step, ptrdiff_t unit, ptrdiff_t sample,
             int samples) {
  using Kind = Loss<T>;
  switch (task.measure.kind) {
    case Kind::squared: return score_as<T, Kind::squared>(task, outputs, step, unit, sample, samples);
    case Kind::absolute: return score_as<T, Kind::absolute>(task, outputs, step, unit, sample, samples);
    case Kind::huber: return score_as<T, Kind::huber>(task, outputs, step, unit, sample, samples);
    default: return score_as<T, Kind::pinball>(task, outputs, step, unit, sample, samples);
  }
}

}  // namespace
}  // namespace gatecast
