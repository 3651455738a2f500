// One SIMD level of the kernel. CMake compiles this file once for each level, with the level's
// flags, GATECAST_LEVEL (its name) and GATECAST_BYTES (the width of its vectors). Everything it
// includes is in an anonymous namespace, so no code of one level can be linked into another.
#include "columns.h"
#include "rows.h"

#define GATECAST_JOIN_(a, b) a##b
#define GATECAST_JOIN(a, b) GATECAST_JOIN_(a, b)
#define GATECAST_TEXT_(a) #a
#define GATECAST_TEXT(a) GATECAST_TEXT_(a)

namespace gatecast {
namespace {

template <class T>
int columns_of(int samples) {
  constexpr int W = Simd<T>::width;
  if (2 * samples < 16 && 2 * samples < W + 1) return 0;
  if (samples < 8) return 0;
  return samples <= 64 ? narrow_chunk : wide_chunk;
}

template <class T>
size_t packed_size(const Net& net) {
  const size_t columns = ColumnWeights(net).size, rows = RowWeights<T>(net).size;
  return columns > rows ? columns : rows;
}

template <class T>
void pack(const Net& net, const T* theta, T* packed, bool by_rows, bool one_step, bool backward) {
  if (by_rows)
    pack_rows(net, theta, packed, one_step, backward);
  else
    pack_columns(net, theta, packed, backward);
}

template <class T>
size_t work_size(const Net& net, int steps, int warmup, int columns, int samples, bool backward) {
  return columns ? column_work<T>(net, steps, warmup, columns, backward)
                 : row_work<T>(net, steps, warmup, samples, backward);
}

template <class T, class CellType>
void run_cell(Task<T>& task) {
  if (task.columns)
    ColumnRun<T, CellType>(task).run();
  else
    RowRun<T, CellType>(task).run();
}

template <class T>
void run(Task<T>& task) {
  if (task.net.cell == Cell::gru)
    run_cell<T, Gru<T>>(task);
  else
    run_cell<T, Lstm<T>>(task);
}

inline float root(float x) { return __builtin_sqrtf(x); }
inline double root(double x) { return __builtin_sqrt(x); }

// Kingma and Ba 2015, algorithm 1, in Keras' form: epsilon joins the uncorrected second moment.
template <class T>
void adam(const AdamStep<T>& s, const T* const* gradients, int count, size_t begin, size_t end) {
  constexpr size_t block = 256;
  T sum[block];
  for (; begin < end; begin += block) {
    const size_t size = end - begin < block ? end - begin : block;
    const T* __restrict gradient = gradients[0] + begin;
    if (count > 1) {
      for (size_t p = 0; p < size; ++p) sum[p] = gradient[p] + gradients[1][begin + p];
      for (int i = 2; i < count; ++i)
        for (size_t p = 0; p < size; ++p) sum[p] += gradients[i][begin + p];
      gradient = sum;
    }
    T* __restrict theta = s.theta + begin;
    T* __restrict first = s.first + begin;
    T* __restrict second = s.second + begin;
    const T rate = s.rate, keep_1 = s.keep_1, keep_2 = s.keep_2, epsilon = s.epsilon;
    const T shrink = s.shrink, stay = s.stay;
    for (size_t p = 0; p < size; ++p) {
      const T g = shrink * gradient[p];
      const T m = first[p] + keep_1 * (g - first[p]);
      const T v = second[p] + keep_2 * (g * g - second[p]);
      first[p] = m;
      second[p] = v;
      theta[p] = stay * theta[p] - rate * m / (root(v) + epsilon);
    }
  }
}

template <class T>
constexpr Engine<T> engine = {GATECAST_TEXT(GATECAST_LEVEL), columns_of<T>, packed_size<T>,
                              pack<T>,    work_size<T>,  run<T>,        adam<T>};

}  // namespace

extern const Engine<float>* const GATECAST_JOIN(float_engine_, GATECAST_LEVEL);
extern const Engine<double>* const GATECAST_JOIN(double_engine_, GATECAST_LEVEL);
const Engine<float>* const GATECAST_JOIN(float_engine_, GATECAST_LEVEL) = &engine<float>;
const Engine<double>* const GATECAST_JOIN(double_engine_, GATECAST_LEVEL) = &engine<double>;

}  // namespace gatecast
