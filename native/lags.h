// A network's inputs with lags: of each step what it has of its own, and earlier values of its
// series, less the present one, over the step's local scale.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gatecast {

// Steps of many series, one after another: `inputs` has `width` numbers of each.
struct Steps {
  const float *inputs, *values, *scales;
  ptrdiff_t width;
};

// Lags without a gap between them: the nearest, and how many.
struct Run {
  int64_t nearest, count;
};

inline std::vector<Run> runs_of(const int64_t* lags, ptrdiff_t count) {
  std::vector<Run> runs;
  for (ptrdiff_t i = 0; i < count; ++i) {
    if (!runs.empty() && lags[i] == runs.back().nearest + runs.back().count)
      ++runs.back().count;
    else
      runs.push_back({lags[i], 1});
  }
  return runs;
}

// Writes [count][width + lags]: the first `own` inputs, the lags, the other inputs. Lags are kept
// within +-limit, and are zero where the present value is NaN, as it is after the end of a series.
inline void write_lagged(const Steps& steps, const int64_t* at, ptrdiff_t count,
                    const std::vector<Run>& runs, ptrdiff_t own, float limit, float* out) {
  for (ptrdiff_t i = 0; i < count; ++i) {
    const float* inputs = steps.inputs + at[i] * steps.width;
    for (ptrdiff_t k = 0; k < own; ++k) *out++ = inputs[k];
    const float *present = steps.values + at[i], now = *present, scale = steps.scales[at[i]];
    const bool ended = std::isnan(now);
    for (const Run& run : runs) {
      const float* value = present - run.nearest;
      for (int64_t k = 0; k < run.count; ++k) {
        const float lag = (value[-k] - now) / scale;
        const float below = lag > limit ? limit : lag, kept = below < -limit ? -limit : below;
        out[k] = ended ? 0.0f : kept;
      }
      out += run.count;
    }
    for (ptrdiff_t k = own; k < steps.width; ++k) *out++ = inputs[k];
  }
}

}  // namespace gatecast
