// The kernel's functions for Python: structures of arrays in, new arrays out, the interpreter lock
// released while it computes. door.h has the structures and every check.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <chrono>
#include <numeric>
#include <string>
#include <vector>

#include "door.h"
#include "levels.h"
#include "lock.h"
#include "train.h"

using namespace nanobind::literals;

namespace gatecast {
namespace {

static_assert(sizeof(ptrdiff_t) == sizeof(int64_t), "sample indices are 64 bits wide");

// Tells Python of the progress by wall clock, with the interpreter lock, and lets Ctrl-C through.
// `progress` gets the number of finished updates and the array of losses. What it raises is kept
// and thrown when the native code has unwound.
class Watch {
 public:
  Watch(nb::object progress, nb::object losses, const std::atomic<size_t>& done)
      : progress_(std::move(progress)), losses_(std::move(losses)), done_(done),
        last_(Clock::now()) {
    pulse.poll = [](void* self) { static_cast<Watch*>(self)->poll(); };
    pulse.context = this;
  }

  Pulse pulse;

  // Do native work without the interpreter lock, then throw what was raised meanwhile.
  template <class Work>
  void run(Work work) {
    {
      Unlocked unlocked;
      unlocked_ = &unlocked;
      work();
    }
    if (error_) std::rethrow_exception(error_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  nb::object progress_, losses_;
  const std::atomic<size_t>& done_;
  Clock::time_point last_;
  Unlocked* unlocked_ = nullptr;
  std::exception_ptr error_;
  int skipped_ = 0;

  void poll() {
    if (++skipped_ < 16) return;  // looking at the clock costs more than a short step
    skipped_ = 0;
    const auto now = Clock::now();
    if (now - last_ < std::chrono::milliseconds(50)) return;
    last_ = now;
    unlocked_->lock();
    try {
      call();
    } catch (...) {
      error_ = std::current_exception();
      pulse.stop.store(true, std::memory_order_relaxed);
    }
    unlocked_->unlock();
  }

  void call() {
    const nb::int_ done(done_.load(std::memory_order_relaxed));
    bool failed = false;
    call_python([&] {
      failed = PyErr_CheckSignals() != 0;
      if (failed || progress_.is_none()) return;
      PyObject* const result =
          PyObject_CallFunctionObjArgs(progress_.ptr(), done.ptr(), losses_.ptr(), nullptr);
      failed = !result;
      Py_XDECREF(result);
    });
    if (failed) throw nb::python_error();
  }
};

std::vector<ptrdiff_t> all_samples(int count) {
  std::vector<ptrdiff_t> all(count);
  std::iota(all.begin(), all.end(), ptrdiff_t(0));
  return all;
}

// A state that a run writes.
template <class T>
struct StateResult {
  Result<T> hidden, cell;
  ptrdiff_t row_stride;

  StateResult(const Net& net, int samples)
      : hidden({net.state_rows(), samples, net.hidden}),
        cell({net.state_rows(), samples, net.hidden}),
        row_stride(ptrdiff_t(samples) * net.hidden) {}
  StateView<T> view() { return {hidden.data, cell.data, row_stride}; }
};

template <class T>
nb::tuple forward_as(const Net& net, const Array& theta, const Batch& batch,
                     const StateArrays* state, bool wants_trace, int threads) {
  const int count = batch.samples();
  Result<T> out({count, batch.steps() - ptrdiff_t(batch.warmup), net.outputs});
  StateResult<T> final(net, count);
  std::optional<Result<T>> trace;
  if (wants_trace) trace.emplace(Result<T>({count, batch.steps(), net.layers, 6, net.hidden}));
  std::atomic<size_t> done{0};
  Watch watch(nb::none(), nb::none(), done);
  if (count) watch.run([&] {
    const auto all = all_samples(count);
    Runner<T> runner(engine<T>(), net, batch.view<T>(), count, threads, false, &watch.pulse);
    Task<T> wanted{};
    if (state) wanted.initial = state->view<const T>();
    wanted.final = final.view();
    wanted.outputs = out.data;
    wanted.trace = trace ? trace->data : nullptr;
    runner.pack(theta.data<const T>(), count, !state);
    runner.run(wanted, all.data(), count);
  });
  return nb::make_tuple(out.object, final.hidden.object, final.cell.object,
                        trace ? trace->object : nb::none());
}

nb::tuple forward(const Net& net, nb::handle parameters, const Batch& batch,
                  const StateArrays* state, bool trace, int64_t threads) {
  const Array theta(parameters, "theta");
  check_parameters(net, theta);
  batch.check(net, theta);
  batch.check_count();
  if (state) state->check(net, theta, batch.samples());
  const int team = check_threads(threads);
  return theta.type == Type::float32 ? forward_as<float>(net, theta, batch, state, trace, team)
                                     : forward_as<double>(net, theta, batch, state, trace, team);
}

template <class T>
nb::tuple gradients_as(const Net& net, const Array& theta, const Batch& batch,
                       const Objective& objective, uint64_t key, const StateArrays* state,
                       int threads) {
  const int count = batch.samples();
  Result<T> d_theta({ptrdiff_t(net.size())}), dx({count, batch.steps(), net.inputs});
  StateResult<T> d_state(net, count), final(net, count);
  std::atomic<size_t> done{0};
  Watch watch(nb::none(), nb::none(), done);
  double loss = 0;
  if (count) watch.run([&] {
    const auto all = all_samples(count);
    std::vector<T> levels;
    Samples<T> data = batch.view<T>();
    data.measure = objective.loss<T>(levels);
    Runner<T> runner(engine<T>(), net, data, count, threads, true, &watch.pulse);
    Task<T> wanted{};
    if (state) wanted.initial = state->view<const T>();
    wanted.final = final.view();
    wanted.d_initial = d_state.view();
    wanted.dx = dx.data;
    wanted.dropout = {objective.dropout, key};
    runner.pack(theta.data<const T>(), count, !state);
    loss = runner.run(wanted, all.data(), count);
    runner.collect(d_theta.data);
  });
  else std::fill_n(d_theta.data, net.size(), T(0));  // a loss of no targets is 0 wherever we stand
  return nb::make_tuple(loss, d_theta.object, dx.object, d_state.hidden.object,
                        d_state.cell.object, final.hidden.object, final.cell.object);
}

nb::tuple gradients(const Net& net, nb::handle parameters, const Batch& batch,
                    const Objective& objective, uint64_t key, const StateArrays* state,
                    int64_t threads) {
  const Array theta(parameters, "theta");
  check_parameters(net, theta);
  batch.check(net, theta);
  batch.check_count();
  batch.check_targets(net, theta, objective.quantiles());
  if (state) state->check(net, theta, batch.samples());
  const int team = check_threads(threads);
  return theta.type == Type::float32
             ? gradients_as<float>(net, theta, batch, objective, key, state, team)
             : gradients_as<double>(net, theta, batch, objective, key, state, team);
}

template <class T>
nb::tuple train_as(const Net& net, const Array& theta, const AdamState& adam, const Batch& batch,
                   const Objective& objective, const Plan& plan, const StateArrays* state,
                   const AverageState* average, int threads, nb::object progress) {
  Result<double> losses({ptrdiff_t(plan.updates())});
  std::fill_n(losses.data, plan.updates(), 0.0);
  std::atomic<size_t> done{0};
  Watch watch(std::move(progress), losses.object, done);
  watch.run([&] {
    std::vector<T> levels;
    Samples<T> data = batch.view<T>();
    data.measure = objective.loss<T>(levels);
    const Updates updates{plan.order.data<const ptrdiff_t>(), size_t(plan.order.length(0)),
                          int(plan.batch_size),               plan.rates.data<const double>(),
                          objective.dropout,                  plan.keys.data<const uint64_t>(),
                          losses.data};
    train_epoch<T>(engine<T>(), net, data, theta.data<T>(), adam.view<T>(), updates,
                   state ? state->view<T>() : StateView<T>{},
                   average ? Average<T>{average->theta.data<T>(), average->keep} : Average<T>{},
                   threads, watch.pulse, done);
  });
  return nb::make_tuple(done.load(), losses.object);
}

nb::tuple train(const Net& net, nb::handle parameters, const AdamState& adam, const Batch& batch,
                const Objective& objective, const Plan& plan, const StateArrays* state,
                const AverageState* average, int64_t threads, nb::object progress) {
  const Array theta(parameters, "theta");
  check_parameters(net, theta);
  batch.check(net, theta);
  batch.check_targets(net, theta, objective.quantiles());
  plan.check(batch.x.length(0));
  adam.check(theta);
  std::vector<const Array*> changed{&theta, &adam.first, &adam.second, &adam.powers};
  if (state) {
    state->check(net, theta, plan.batch_size);
    changed.insert(changed.end(), {&state->hidden, &state->cell});
  }
  if (average) {
    average->check(theta);
    changed.push_back(&average->theta);
  }
  check_changed(changed);
  const int team = check_threads(threads);
  const auto as = theta.type == Type::float32 ? train_as<float> : train_as<double>;
  return as(net, theta, adam, batch, objective, plan, state, average, team, std::move(progress));
}

nb::object lagged_inputs(nb::handle inputs, nb::handle values, nb::handle scales, nb::handle at,
                          nb::handle lags, int64_t own, double limit) {
  const StepArrays arrays(inputs, values, scales, at, lags, own);
  arrays.check();
  const ptrdiff_t count = arrays.at.length(0), width = arrays.inputs.length(1);
  const Result<float> out({count, width + arrays.lags.length(0)});
  const Steps steps{arrays.inputs.data<const float>(), arrays.values.data<const float>(),
                    arrays.scales.data<const float>(), width};
  const int64_t* const steps_at = arrays.at.data<const int64_t>();
  const auto runs = runs_of(arrays.lags.data<const int64_t>(), arrays.lags.length(0));
  {
    const Unlocked unlocked;
    write_lagged(steps, steps_at, count, runs, own, float(limit), out.data);
  }
  return out.object;
}

// .none(): what is not an array gets the door's own sentence, None too
void define_structures(nb::module_& m) {
  nb::class_<Net>(m, "Net").def(
      "__init__",
      [](Net* self, int64_t inputs, int64_t hidden, int64_t outputs, int64_t layers,
         const std::string& cell, bool residual, bool skip, const std::vector<int64_t>& dilations) {
        new (self)
            Net(make_net(inputs, hidden, outputs, layers, cell, residual, skip, dilations));
      },
      nb::kw_only(), "inputs"_a, "hidden"_a, "outputs"_a, "layers"_a, "cell"_a, "residual"_a,
      "skip"_a, "dilations"_a);
  nb::class_<Batch>(m, "Batch")
      .def(nb::init<nb::handle, nb::handle, nb::handle, int64_t>(), "x"_a.none(),
           "y"_a.none() = nb::none(), "weights"_a.none() = nb::none(), nb::kw_only(),
           "warmup"_a = 0);
  nb::class_<Objective>(m, "Objective")
      .def(nb::init<const std::string&, double, std::vector<double>, double>(), nb::kw_only(),
           "kind"_a, "delta"_a, "levels"_a, "dropout"_a);
  nb::class_<StateArrays>(m, "State")
      .def(nb::init<nb::handle, nb::handle>(), "hidden"_a.none(), "cell"_a.none());
  nb::class_<AdamState>(m, "AdamState")
      .def(nb::init<nb::handle, nb::handle, nb::handle, double, double, double, double, double>(),
           nb::kw_only(), "first"_a.none(), "second"_a.none(), "powers"_a.none(), "beta_1"_a,
           "beta_2"_a, "epsilon"_a, "weight_decay"_a, "clip_norm"_a);
  nb::class_<Plan>(m, "Plan")
      .def(nb::init<nb::handle, nb::handle, nb::handle, int64_t>(), "order"_a.none(),
           "rates"_a.none(), "keys"_a.none(), nb::kw_only(), "batch_size"_a);
  nb::class_<AverageState>(m, "Average")
      .def(nb::init<nb::handle, double>(), "theta"_a.none(), nb::kw_only(), "keep"_a);
}

// nanobind lists at the end what nobody has let go of: what threads still use then is no leak.
void expect_threads_at_exit() {
  nb::module_::import_("atexit").attr("register")(nb::cpp_function([] {
    const nb::object count = nb::module_::import_("threading").attr("active_count")();
    if (nb::cast<int>(count) > 1) nb::set_leak_warnings(false);
  }));
}

}  // namespace
}  // namespace gatecast

NB_MODULE(_native, m) {
  using namespace gatecast;
  m.def("level", [] { return std::string(engine<float>().name); });
  m.def("levels", [] {
    nb::list names;
    for (const auto& level : levels<float>()) names.append(nb::str(level->name));
    return names;
  });
  m.def("use_level", [](const std::string& name) { use_level(name); }, "name"_a);
  define_structures(m);
  expect_threads_at_exit();
  m.def("forward", forward, "net"_a, "theta"_a.none(), "batch"_a, "state"_a.none() = nb::none(),
        nb::kw_only(), "trace"_a = false, "threads"_a = 1);
  m.def("gradients", gradients, "net"_a, "theta"_a.none(), "batch"_a, "objective"_a, "key"_a = 0,
        "state"_a.none() = nb::none(), nb::kw_only(), "threads"_a = 1);
  m.def("train", train, "net"_a, "theta"_a.none(), "adam"_a, "batch"_a, "objective"_a, "plan"_a,
        "state"_a.none() = nb::none(), "average"_a.none() = nb::none(), nb::kw_only(),
        "threads"_a = 1, "progress"_a.none() = nb::none());
  m.def("lagged_inputs", lagged_inputs, "inputs"_a.none(), "values"_a.none(), "scales"_a.none(),
        "at"_a.none(), "lags"_a.none(), nb::kw_only(), "own"_a, "limit"_a);
}
