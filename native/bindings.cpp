// The kernel's Python door: arrays in, arrays out, the interpreter lock released while it computes.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "levels.h"
#include "train.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace gatecast {
namespace {

template <class T>
using Flat = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using Cube = nb::ndarray<T, nb::ndim<3>, nb::device::cpu>;  // any strides: views come as they are
template <class T>
using DenseCube = nb::ndarray<T, nb::ndim<3>, nb::c_contig, nb::device::cpu>;
using Order = nb::ndarray<const int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Keys = nb::ndarray<const uint64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Rates = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

static_assert(sizeof(ptrdiff_t) == sizeof(int64_t), "sample indices are 64 bits wide");

template <class T>
Samples<T> samples_of(const Cube<const T>& x, int warmup) {
  Samples<T> s{};
  s.steps = int(x.shape(1));
  s.warmup = warmup;
  s.x = x.data();
  s.x_sample = x.stride(0);
  s.x_step = x.stride(1);
  s.x_feature = x.stride(2);
  return s;
}

template <class T>
Samples<T> samples_of(const Cube<const T>& x, const Cube<const T>& y, int warmup) {
  Samples<T> s = samples_of<T>(x, warmup);
  s.y = y.data();
  s.y_sample = y.stride(0);
  s.y_step = y.stride(1);
  s.y_output = y.stride(2);
  return s;
}

// How far outputs are from targets: kind, Huber's delta, quantile levels, weights of targets.
template <class T>
void set_loss(Samples<T>& s, int kind, double delta, const Flat<const T>& levels,
              const std::optional<Cube<const T>>& weights) {
  s.measure.kind = typename Loss<T>::Kind(kind);
  s.measure.delta = T(delta);
  if (s.measure.kind == Loss<T>::pinball) {
    s.measure.quantiles = int(levels.shape(0));
    s.measure.levels = levels.data();
  }
  if (weights) {
    s.weights = weights->data();
    s.w_sample = weights->stride(0);
    s.w_step = weights->stride(1);
    s.w_output = weights->stride(2);
  }
}

template <class T>
StateView<T> state_of(std::optional<DenseCube<T>>& hidden, std::optional<DenseCube<T>>& cell) {
  if (!hidden) return {};
  return {hidden->data(), cell->data(), ptrdiff_t(hidden->shape(1) * hidden->shape(2))};
}

// Tells Python of the progress by wall clock, with the interpreter lock, and lets Ctrl-C through.
// What Python raises is kept and thrown when the native code has unwound.
class Watch {
 public:
  Watch(nb::object progress, const std::atomic<size_t>& done)
      : progress_(std::move(progress)), done_(done), last_(Clock::now()) {
    pulse.poll = [](void* self) { static_cast<Watch*>(self)->poll(); };
    pulse.context = this;
  }

  Pulse pulse;

  void rethrow() {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  nb::object progress_;
  const std::atomic<size_t>& done_;
  Clock::time_point last_;
  std::exception_ptr error_;
  int skipped_ = 0;

  void poll() {
    if (++skipped_ < 16) return;  // looking at the clock costs more than a short step
    skipped_ = 0;
    const auto now = Clock::now();
    if (now - last_ < std::chrono::milliseconds(50)) return;
    last_ = now;
    nb::gil_scoped_acquire lock;
    try {
      if (PyErr_CheckSignals()) throw nb::python_error();
      if (!progress_.is_none())
        progress_(done_.load(std::memory_order_relaxed));
    } catch (...) {
      error_ = std::current_exception();
      pulse.stop.store(true, std::memory_order_relaxed);
    }
  }
};

Net net_of(int inputs, int hidden, int outputs, int layers, bool gru, bool residual, bool skip,
           const std::vector<int>& dilations) {
  Net net{inputs, hidden, outputs, layers, gru ? Cell::gru : Cell::lstm, residual, skip};
  for (int l = 0; l < layers; ++l) net.gap[l] = dilations[l] - 1;
  return net;
}

template <class T>
void forward(const Net& net, Flat<const T> theta, Cube<const T> x, int warmup, std::optional<DenseCube<const T>> h0,
             std::optional<DenseCube<const T>> c0, DenseCube<T> out, DenseCube<T> h1,
             DenseCube<T> c1, std::optional<Flat<T>> trace, int threads) {
  const size_t count = x.shape(0);
  std::atomic<size_t> done{0};
  Watch watch(nb::none(), done);
  {
    nb::gil_scoped_release unlock;
    std::vector<ptrdiff_t> all(count);
    std::iota(all.begin(), all.end(), ptrdiff_t(0));
    Runner<T> runner(engine<T>(), net, samples_of<T>(x, warmup), int(count), threads, false,
                     &watch.pulse);
    Task<T> wanted{};
    wanted.initial = state_of<const T>(h0, c0);
    wanted.final = {h1.data(), c1.data(), ptrdiff_t(count * net.hidden)};
    wanted.outputs = out.data();
    wanted.trace = trace ? trace->data() : nullptr;
    runner.pack(theta.data(), int(count), !h0);
    runner.run(wanted, all.data(), int(count));
  }
  watch.rethrow();
}

template <class T>
double gradients(const Net& net, Flat<const T> theta, Cube<const T> x, Cube<const T> y, int kind, double delta, Flat<const T> levels,
                 std::optional<Cube<const T>> weights, double dropout, uint64_t key, int warmup,
                 std::optional<DenseCube<const T>> h0, std::optional<DenseCube<const T>> c0,
                 Flat<T> d_theta, DenseCube<T> dx, DenseCube<T> dh0, DenseCube<T> dc0,
                 DenseCube<T> h1, DenseCube<T> c1, int threads) {
  const size_t count = x.shape(0);
  std::atomic<size_t> done{0};
  Watch watch(nb::none(), done);
  Samples<T> data = samples_of<T>(x, y, warmup);
  set_loss<T>(data, kind, delta, levels, weights);
  double loss;
  {
    nb::gil_scoped_release unlock;
    std::vector<ptrdiff_t> all(count);
    std::iota(all.begin(), all.end(), ptrdiff_t(0));
    Runner<T> runner(engine<T>(), net, data, int(count), threads, true, &watch.pulse);
    const ptrdiff_t stride = ptrdiff_t(count * net.hidden);
    Task<T> wanted{};
    wanted.initial = state_of<const T>(h0, c0);
    wanted.final = {h1.data(), c1.data(), stride};
    wanted.d_initial = {dh0.data(), dc0.data(), stride};
    wanted.dx = dx.data();
    wanted.dropout = {dropout, key};
    runner.pack(theta.data(), int(count), !h0);
    loss = runner.run(wanted, all.data(), int(count));
    runner.collect(d_theta.data());
  }
  watch.rethrow();
  return loss;
}

template <class T>
size_t train(const Net& net, Flat<T> theta, Flat<T> first, Flat<T> second, Flat<double> powers,
             double beta_1, double beta_2, double epsilon, double weight_decay, double clip_norm,
             std::optional<Flat<T>> average, double average_keep, Cube<const T> x, Cube<const T> y,
             int kind, double delta, Flat<const T> levels, std::optional<Cube<const T>> weights,
             Order order, int batch_size, Rates rates, double dropout, Keys keys,
             Flat<double> losses, int warmup, std::optional<DenseCube<T>> h,
             std::optional<DenseCube<T>> c, int threads, nb::object progress) {
  std::atomic<size_t> done{0};
  Watch watch(std::move(progress), done);
  Samples<T> data = samples_of<T>(x, y, warmup);
  set_loss<T>(data, kind, delta, levels, weights);
  {
    nb::gil_scoped_release unlock;
    train_epoch<T>(engine<T>(), net, data, theta.data(),
                   Adam<T>{first.data(), second.data(), powers.data(), beta_1, beta_2, epsilon,
                           weight_decay, clip_norm},
                   Updates{reinterpret_cast<const ptrdiff_t*>(order.data()), order.shape(0),
                           batch_size, rates.data(), dropout, keys.data(), losses.data()},
                   state_of<T>(h, c), Average<T>{average ? average->data() : nullptr, average_keep},
                   threads, watch.pulse, done);
  }
  watch.rethrow();
  return done.load();
}

template <class T>
void define(nb::module_& m) {
  m.def("forward", forward<T>, "net"_a, "theta"_a, "x"_a, "warmup"_a, "h0"_a.none(), "c0"_a.none(),
        "out"_a, "h1"_a, "c1"_a, "trace"_a.none(), "threads"_a);
  m.def("gradients", gradients<T>, "net"_a, "theta"_a, "x"_a, "y"_a, "kind"_a, "delta"_a,
        "levels"_a, "weights"_a.none(), "dropout"_a, "key"_a, "warmup"_a, "h0"_a.none(),
        "c0"_a.none(), "d_theta"_a, "dx"_a, "dh0"_a, "dc0"_a, "h1"_a, "c1"_a, "threads"_a);
  m.def("train", train<T>, "net"_a, "theta"_a, "first"_a, "second"_a, "powers"_a, "beta_1"_a,
        "beta_2"_a, "epsilon"_a, "weight_decay"_a, "clip_norm"_a, "average"_a.none(),
        "average_keep"_a, "x"_a, "y"_a, "kind"_a, "delta"_a, "levels"_a, "weights"_a.none(),
        "order"_a, "batch_size"_a, "rates"_a, "dropout"_a, "keys"_a, "losses"_a, "warmup"_a,
        "h"_a.none(), "c"_a.none(), "threads"_a, "progress"_a.none());
}

}  // namespace
}  // namespace gatecast

NB_MODULE(_native, m) {
  using namespace gatecast;
  m.attr("max_layers") = max_layers;
  nb::class_<Net>(m, "Net");
  m.def("net", net_of, "inputs"_a, "hidden"_a, "outputs"_a, "layers"_a, "gru"_a, "residual"_a,
        "skip"_a, "dilations"_a);
  m.def("level", [] { return std::string(engine<float>().name); });
  m.def("levels", [] {
    nb::list names;
    for (const auto& level : levels<float>()) names.append(nb::str(level->name));
    return names;
  });
  m.def("use_level", [](const std::string& name) { use_level(name); }, "name"_a);
  nb::module_ f32 = m.def_submodule("float32");
  nb::module_ f64 = m.def_submodule("float64");
  define<float>(f32);
  define<double>(f64);
}
