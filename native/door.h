// What crosses the border to Python: arrays and the structures that hold them, checked here and
// nowhere else. Nothing is converted or copied; what does not fit is a UsageError with a sentence.
#pragma once

#include <nanobind/nanobind.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lags.h"
#include "train.h"

namespace gatecast {

namespace nb = nanobind;

// Largest numbers that the kernel's ints hold with room for their sums: see net.h and walk.h.
constexpr int64_t max_size = int64_t(1) << 24;     // inputs, units, outputs, steps of a dilation
constexpr int64_t max_steps = int64_t(1) << 27;    // of a sample
constexpr int64_t max_samples = int64_t(1) << 28;  // of a run or a batch

[[noreturn]] inline void refuse(const std::string& sentence) {
  const nb::object error = nb::module_::import_("gatecast.errors").attr("UsageError");
  PyErr_SetString(error.ptr(), sentence.c_str());
  throw nb::python_error();
}

// Of any integer type: int64_t is long here, long long there, and so is not always ptrdiff_t.
template <class Integer, std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
std::string text(Integer value) { return std::to_string(value); }
inline std::string text(double value) { return nb::repr(nb::float_(value)).c_str(); }

// As Python writes a tuple.
inline std::string text(const ptrdiff_t* shape, int axes) {
  std::string out = "(";
  for (int i = 0; i < axes; ++i) out += (i ? ", " : "") + std::to_string(shape[i]);
  return out + (axes == 1 ? ",)" : ")");
}

enum class Type { float32, float64, int64, uint64, other };

template <class T>
constexpr Type type_of = sizeof(T) == 4 ? Type::float32 : Type::float64;

// An array of Python, seen through the buffer protocol, which keeps its memory where it is.
class Array {
 public:
  Array(nb::handle from, std::string name) : name(std::move(name)), object_(nb::borrow(from)) {
    auto view = std::make_unique<Py_buffer>();
    if (PyObject_GetBuffer(from.ptr(), view.get(), PyBUF_STRIDES | PyBUF_FORMAT)) {
      PyErr_Clear();
      refuse(this->name + " must be a NumPy array of numbers; found " +
             nb::repr(from.type()).c_str());
    }
    view_ = {view.release(), [](Py_buffer* v) {
               PyBuffer_Release(v);
               delete v;
             }};
    type = type_of_format(view_->format ? view_->format : "B", view_->itemsize);
    const auto aligned = [&](ptrdiff_t value) { return value % view_->itemsize == 0; };
    bool whole = size() == 0 || aligned(reinterpret_cast<ptrdiff_t>(view_->buf));
    for (int i = 0; i < axes(); ++i) whole = whole && (length(i) < 2 || aligned(view_->strides[i]));
    if (type != Type::other && !whole)
      refuse(this->name + " does not lie on whole values in memory: give a copy of it");
  }

  const std::string name;
  Type type;

  int axes() const { return view_->ndim; }
  ptrdiff_t length(int axis) const { return view_->shape[axis]; }
  ptrdiff_t stride(int axis) const { return view_->strides[axis] / view_->itemsize; }
  size_t size() const {
    size_t count = 1;
    for (int i = 0; i < axes(); ++i) count *= size_t(length(i));
    return count;
  }
  std::string shape() const { return text(view_->shape, axes()); }
  std::string type_name() const {
    const nb::str format(view_->format ? view_->format : "B");
    return nb::str(nb::getattr(object_, "dtype", format)).c_str();
  }

  template <class T>
  T* data() const {
    return static_cast<T*>(view_->buf);
  }

  void must_be(Type wanted, const char* type_name) const {
    if (type != wanted) refuse(name + " must be " + type_name + "; found " + this->type_name());
  }

  void must_have_type_of(const Array& parameters) const {
    if (type != parameters.type)
      refuse(name + " is " + type_name() + " and the parameters are " + parameters.type_name() +
             ": convert one");
  }

  void must_have_shape(std::initializer_list<ptrdiff_t> wanted) const {
    if (int(wanted.size()) != axes() || !std::equal(wanted.begin(), wanted.end(), view_->shape))
      refuse(name + " must have shape " + text(wanted.begin(), int(wanted.size())) + "; found " +
             shape());
  }

  void must_be_contiguous() const {
    if (!contiguous()) refuse(name + " is read in one piece: give a contiguous array");
  }

  void must_be_changeable() const {
    if (view_->readonly || !contiguous())
      refuse(name + " is changed in place: give a contiguous, writeable array");
  }

  bool overlaps(const Array& other) const {  // of contiguous arrays
    const char *a = data<char>(), *b = other.data<char>();
    return a < b + other.view_->len && b < a + view_->len;
  }

 private:
  const nb::object object_;
  std::shared_ptr<Py_buffer> view_;

  bool contiguous() const { return PyBuffer_IsContiguous(view_.get(), 'C'); }

  static Type type_of_format(std::string format, ptrdiff_t size) {
    constexpr uint16_t one = 1;
    const bool little = *reinterpret_cast<const uint8_t*>(&one) == 1;
    if (!format.empty() && (format[0] == '@' || format[0] == '=' || format[0] == (little ? '<' : '>')))
      format.erase(0, 1);
    if (format == "f" && size == 4) return Type::float32;
    if (format == "d" && size == 8) return Type::float64;
    if ((format == "l" || format == "q") && size == 8) return Type::int64;
    if ((format == "L" || format == "Q") && size == 8) return Type::uint64;
    return Type::other;
  }
};

inline std::optional<Array> optional_array(nb::handle from, const char* name) {
  if (from.is_none()) return std::nullopt;
  return Array(from, name);
}

// A new NumPy array for a result.
template <class T>
class Result {
 public:
  explicit Result(std::initializer_list<ptrdiff_t> shape) {
    nb::list sizes;
    for (ptrdiff_t size : shape) sizes.append(nb::int_(int64_t(size)));
    object = nb::module_::import_("numpy").attr("empty")(nb::tuple(sizes),
                                                         sizeof(T) == 4 ? "f4" : "f8");
    data = Array(object, "result").template data<T>();
  }

  nb::object object;
  T* data;
};

inline Net make_net(int64_t inputs, int64_t hidden, int64_t outputs, int64_t layers,
                    const std::string& cell, bool residual, bool skip,
                    const std::vector<int64_t>& dilations) {
  for (const auto& [name, size] : {std::pair{"inputs", inputs}, {"hidden", hidden},
                                   {"outputs", outputs}})
    if (size < 1 || size > max_size)
      refuse(std::string(name) + "=" + text(size) + " was given; use 1 to " + text(max_size));
  if (layers < 1 || layers > max_layers)
    refuse(text(layers) + " layers were requested; the native kernel stacks 1 to " +
           text(int64_t(max_layers)));
  if (cell != "lstm" && cell != "gru")
    refuse("cell=\"" + cell + "\" was given; use \"lstm\" or \"gru\"");
  if (int64_t(dilations.size()) != layers)
    refuse(text(int64_t(dilations.size())) + " dilations were given for " + text(layers) +
           " layers: give one for each layer");
  Net net{int(inputs), int(hidden), int(outputs), int(layers),
          cell == "gru" ? Cell::gru : Cell::lstm, residual, skip};
  for (int l = 0; l < net.layers; ++l) {
    if (dilations[l] < 1 || dilations[l] > max_size)
      refuse("a dilation of " + text(dilations[l]) + " was given; use 1 to " + text(max_size));
    net.gap[l] = int(dilations[l]) - 1;
  }
  return net;
}

// The network's parameters. `theta` names them in messages.
inline void check_parameters(const Net& net, const Array& theta) {
  if (theta.type != Type::float32 && theta.type != Type::float64)
    refuse("parameters must be float32 or float64; found " + theta.type_name());
  theta.must_have_shape({ptrdiff_t(net.size())});
  theta.must_be_contiguous();
}

// Samples: inputs, and for training their targets and the weights of these.
struct Batch {
  Array x;
  std::optional<Array> y, weights;
  int64_t warmup;

  Batch(nb::handle x, nb::handle y, nb::handle weights, int64_t warmup)
      : x(x, "x"), y(optional_array(y, "y")), weights(optional_array(weights, "weights")),
        warmup(warmup) {}

  int samples() const { return int(x.length(0)); }
  int steps() const { return int(x.length(1)); }

  void check(const Net& net, const Array& theta) const {
    if (x.axes() != 3 || x.length(1) < 1 || x.length(2) != net.inputs)
      refuse("x must be [samples, time steps, features] with at least one step and " +
             text(int64_t(net.inputs)) + " features; found shape " + x.shape());
    if (x.length(1) > max_steps)
      refuse("x has " + text(x.length(1)) + " time steps; one run takes up to " + text(max_steps) +
             ": cut it, and carry the state from part to part");
    if (warmup < 0 || warmup >= x.length(1))
      refuse("warmup=" + text(warmup) + " leaves no step of " + text(x.length(1)) +
             " for the loss");
    x.must_have_type_of(theta);
  }

  // Where all samples are run at once.
  void check_count() const {
    if (x.length(0) > max_samples)
      refuse("x has " + text(x.length(0)) + " samples; one run takes up to " + text(max_samples) +
             ": give them in parts");
  }

  void check_targets(const Net& net, const Array& theta, int64_t quantiles) const {
    if (!y) refuse("y is needed: a loss has targets");
    if (net.outputs % quantiles)
      refuse(text(quantiles) + " quantile levels need a multiple of as many outputs; found " +
             text(int64_t(net.outputs)));
    for (const auto* array : {&y, &weights})
      if (*array) {
        (*array)->must_have_shape(
            {x.length(0), x.length(1) - ptrdiff_t(warmup), net.outputs / ptrdiff_t(quantiles)});
        (*array)->must_have_type_of(theta);
      }
  }

  template <class T>
  Samples<T> view() const {
    Samples<T> s{};
    s.steps = steps();
    s.warmup = int(warmup);
    s.x = x.data<const T>();
    s.x_sample = x.stride(0);
    s.x_step = x.stride(1);
    s.x_feature = x.stride(2);
    if (y) {
      s.y = y->data<const T>();
      s.y_sample = y->stride(0);
      s.y_step = y->stride(1);
      s.y_output = y->stride(2);
    }
    if (weights) {
      s.weights = weights->data<const T>();
      s.w_sample = weights->stride(0);
      s.w_step = weights->stride(1);
      s.w_output = weights->stride(2);
    }
    return s;
  }
};

// What is minimised, and the dropout that it is minimised with.
struct Objective {
  int kind;  // of Loss<T>::Kind
  double delta;
  std::vector<double> levels;
  double dropout;

  Objective(const std::string& loss, double delta, std::vector<double> levels, double dropout)
      : delta(delta), levels(std::move(levels)), dropout(dropout) {
    const char* const kinds[] = {"mse", "mae", "huber", "pinball"};
    for (kind = 0; kind < 4 && loss != kinds[kind];) ++kind;
    if (kind == 4)
      refuse("loss \"" + loss + "\" was requested; there are mse, mae, huber, pinball");
    if (!(delta > 0)) refuse("delta=" + text(delta) + " was given; use more than 0");
    if ((kind == 3) == this->levels.empty() || this->levels.size() > size_t(max_size))
      refuse("levels go with the pinball loss, and it needs at least one");
    for (double level : this->levels)
      if (!(level > 0 && level < 1))
        refuse("a quantile level of " + text(level) + " was given; each lies between 0 and 1");
    if (!(dropout >= 0 && dropout < 1))
      refuse("dropout=" + text(dropout) + " was given; use 0 or more, below 1");
  }

  int64_t quantiles() const { return levels.empty() ? 1 : int64_t(levels.size()); }

  // `as_levels` keeps the levels in the precision of the arithmetic.
  template <class T>
  Loss<T> loss(std::vector<T>& as_levels) const {
    as_levels.assign(levels.begin(), levels.end());
    return {typename Loss<T>::Kind(kind), T(delta), int(quantiles()), as_levels.data()};
  }
};

// The network's memory, hidden and cell state: [state rows][samples][hidden].
struct StateArrays {
  Array hidden, cell;

  StateArrays(nb::handle hidden, nb::handle cell)
      : hidden(hidden, "state.hidden"), cell(cell, "state.cell") {}

  void check(const Net& net, const Array& theta, int64_t samples) const {
    for (const Array* array : {&hidden, &cell}) {
      array->must_have_shape({net.state_rows(), ptrdiff_t(samples), net.hidden});
      array->must_have_type_of(theta);
      array->must_be_contiguous();
    }
  }

  template <class T>
  StateView<T> view() const {
    return {hidden.data<T>(), cell.data<T>(), hidden.length(1) * hidden.length(2)};
  }
};

// Adam's settings, and its moments in the caller's arrays.
struct AdamState {
  Array first, second, powers;
  double beta_1, beta_2, epsilon, weight_decay, clip_norm;

  AdamState(nb::handle first, nb::handle second, nb::handle powers, double beta_1, double beta_2,
            double epsilon, double weight_decay, double clip_norm)
      : first(first, "adam.first"), second(second, "adam.second"), powers(powers, "adam.powers"),
        beta_1(beta_1), beta_2(beta_2), epsilon(epsilon), weight_decay(weight_decay),
        clip_norm(clip_norm) {
    for (const auto& [name, value] : {std::pair{"beta_1", beta_1}, {"beta_2", beta_2}})
      if (!(value >= 0 && value < 1))
        refuse(std::string(name) + "=" + text(value) + " was given; use 0 or more, below 1");
    for (const auto& [name, value] :
         {std::pair{"epsilon", epsilon}, {"weight_decay", weight_decay}, {"clip_norm", clip_norm}})
      if (!(value >= 0))
        refuse(std::string(name) + "=" + text(value) + " was given; use 0 or more");
  }

  void check(const Array& theta) const {
    for (const Array* array : {&first, &second}) {
      array->must_have_shape({theta.length(0)});
      array->must_have_type_of(theta);
    }
    powers.must_have_shape({2});
    powers.must_be(Type::float64, "float64");
  }

  template <class T>
  Adam<T> view() const {
    return {first.data<T>(), second.data<T>(), powers.data<double>(), beta_1,   beta_2,
            epsilon,         weight_decay,     clip_norm};
  }
};

// Which samples each update takes, its learning rate, and the key of its dropout masks.
struct Plan {
  Array order, rates, keys;
  int64_t batch_size;

  Plan(nb::handle order, nb::handle rates, nb::handle keys, int64_t batch_size)
      : order(order, "order"), rates(rates, "rates"), keys(keys, "keys"), batch_size(batch_size) {
    if (batch_size < 1 || batch_size > max_samples)
      refuse("batch_size=" + text(batch_size) + " was given; use 1 to " + text(max_samples));
  }

  int64_t updates() const { return (order.length(0) - 1) / batch_size + 1; }

  void check(int64_t samples) const {
    order.must_be(Type::int64, "int64");
    if (order.axes() != 1 || !order.length(0))
      refuse("order must hold indices of samples, at least one; found shape " + order.shape());
    order.must_be_contiguous();
    const int64_t* index = order.data<const int64_t>();
    for (ptrdiff_t i = 0; i < order.length(0); ++i)
      if (index[i] < 0 || index[i] >= samples)
        refuse("order must hold indices of the " + text(samples) + " samples; found " +
               text(index[i]) + " at position " + text(int64_t(i)));
    rates.must_be(Type::float64, "float64");
    keys.must_be(Type::uint64, "uint64");
    for (const auto* array : {&rates, &keys}) {
      array->must_have_shape({ptrdiff_t(updates())});
      array->must_be_contiguous();
    }
    for (ptrdiff_t i = 0; i < rates.length(0); ++i)
      if (!std::isfinite(rates.data<const double>()[i]))
        refuse("rates must be finite; found " + text(rates.data<const double>()[i]) +
               " for update " + text(int64_t(i)));
  }
};

// A running mean of the parameters, of which each update keeps the share `keep`.
struct AverageState {
  Array theta;
  double keep;

  AverageState(nb::handle theta, double keep) : theta(theta, "average"), keep(keep) {
    if (!(keep >= 0 && keep <= 1))
      refuse("average_keep=" + text(keep) + " was given; use 0 to 1");
  }

  void check(const Array& parameters) const {
    theta.must_have_shape({parameters.length(0)});
    theta.must_have_type_of(parameters);
  }
};

// Steps of many series, those of them that inputs are laid out for, and the lags that they have.
struct StepArrays {
  Array inputs, values, scales, at, lags;
  int64_t own;

  StepArrays(nb::handle inputs, nb::handle values, nb::handle scales, nb::handle at,
             nb::handle lags, int64_t own)
      : inputs(inputs, "inputs"), values(values, "values"), scales(scales, "scales"), at(at, "at"),
        lags(lags, "lags"), own(own) {}

  void check() const {
    for (const Array* array : {&inputs, &values, &scales}) {
      array->must_be(Type::float32, "float32");
      array->must_be_contiguous();
    }
    if (values.axes() != 1) refuse("values must have one axis; found shape " + values.shape());
    scales.must_have_shape({values.length(0)});
    if (inputs.axes() != 2 || inputs.length(0) != values.length(0))
      refuse("inputs must be [steps, features] of the " + text(int64_t(values.length(0))) +
             " steps of the values; found shape " + inputs.shape());
    for (const Array* array : {&at, &lags}) {
      array->must_be(Type::int64, "int64");
      array->must_be_contiguous();
      if (array->axes() != 1)
        refuse(array->name + " must have one axis; found shape " + array->shape());
    }
    if (own < 0 || own > inputs.length(1))
      refuse("own=" + text(own) + " was given; use 0 to the " + text(int64_t(inputs.length(1))) +
             " features of the inputs");
    int64_t farthest = 0;
    for (ptrdiff_t i = 0; i < lags.length(0); ++i) {
      const int64_t lag = lags.data<const int64_t>()[i];
      if (lag < 1 || lag > values.length(0))
        refuse("lags must be 1 to the number of values; found " + text(lag));
      farthest = std::max(farthest, lag);
    }
    for (ptrdiff_t i = 0; i < at.length(0); ++i) {
      const int64_t step = at.data<const int64_t>()[i];
      if (step < farthest || step >= values.length(0))
        refuse("at must hold steps from the farthest lag, " + text(farthest) + ", to " +
               text(int64_t(values.length(0)) - 1) + "; found " + text(step) + " at position " +
               text(int64_t(i)));
    }
  }
};

inline int check_threads(int64_t threads) {
  if (threads < 1) refuse("threads=" + text(threads) + " was given; use 1 or more");
  return int(threads < max_samples ? threads : max_samples);
}

// Arrays that are changed in place: they must not share memory with one another.
inline void check_changed(const std::vector<const Array*>& changed) {
  for (size_t i = 0; i < changed.size(); ++i) {
    changed[i]->must_be_changeable();
    for (size_t j = 0; j < i; ++j)
      if (changed[i]->overlaps(*changed[j]))
        refuse(changed[j]->name + " and " + changed[i]->name +
               " share memory, and both are changed: give a copy of one");
  }
}

}  // namespace gatecast
