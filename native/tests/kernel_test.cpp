// The kernel without Python, for the sanitizers: gradients against central differences, the same
// bits at any number of threads, and stopping half way, on every SIMD level of this machine.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
#include <vector>

#include "levels.h"
#include "train.h"

using namespace gatecast;

namespace {

int passed = 0, failed = 0;

void check(bool right, const char* what, const char* level, const Net& net, int samples) {
  right ? ++passed : ++failed;
  if (!right)
    std::printf("FAILED %s: level %s, I%d H%d K%d L%d B%d\n", what, level, net.inputs, net.hidden,
                net.outputs, net.layers, samples);
}

template <class T>
struct Problem {
  Net net;
  int samples, steps, warmup;
  std::vector<T> theta, x, y, state;
  std::vector<ptrdiff_t> order;

  Problem(Net net, int samples, int steps, int warmup, unsigned seed)
      : net(net), samples(samples), steps(steps), warmup(warmup), theta(net.size()),
        x(size_t(samples) * steps * net.inputs),
        y(size_t(samples) * (steps - warmup) * net.outputs),
        state(size_t(2) * net.state_rows() * samples * net.hidden), order(samples) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    for (auto* values : {&theta, &x, &y, &state})
      for (auto& v : *values) v = T(0.4 * normal(random));
    for (int n = 0; n < samples; ++n) order[n] = n;
  }

  Samples<T> data() const {
    Samples<T> s{};
    s.steps = steps;
    s.warmup = warmup;
    s.x = x.data();
    s.x_sample = ptrdiff_t(steps) * net.inputs;
    s.x_step = net.inputs;
    s.x_feature = 1;
    s.y = y.data();
    s.y_sample = ptrdiff_t(steps - warmup) * net.outputs;
    s.y_step = net.outputs;
    s.y_output = 1;
    return s;
  }

  double gradient(const Engine<T>& engine, int threads, std::vector<T>& out) const {
    Pulse pulse;
    Runner<T> runner(engine, net, data(), samples, threads, true, &pulse);
    std::vector<T> rest(4 * state.size()), dx(x.size());
    const size_t half = state.size() / 2;
    const ptrdiff_t stride = ptrdiff_t(samples) * net.hidden;
    Task<T> wanted{};
    wanted.initial = {state.data(), state.data() + half, stride};
    wanted.final = {rest.data(), rest.data() + half, stride};
    wanted.d_initial = {rest.data() + 2 * half, rest.data() + 3 * half, stride};
    wanted.dx = dx.data();
    wanted.dropout = {net.layers > 1 ? 0.3 : 0.0, 5};
    runner.pack(theta.data(), samples, false);
    const double loss = runner.run(wanted, order.data(), samples);
    out.resize(net.size());
    runner.collect(out.data());
    return loss;
  }
};

void gradients_are_differences(const Engine<double>& engine, Net net, int samples) {
  Problem<double> p(net, samples, 5, 2, 7);
  std::vector<double> found, ignored;
  p.gradient(engine, 2, found);
  bool right = true;
  for (size_t i = 0; i < net.size(); i += 1 + net.size() / 40) {
    const double kept = p.theta[i], step = 1e-5;
    p.theta[i] = kept + step;
    const double above = p.gradient(engine, 1, ignored);
    p.theta[i] = kept - step;
    const double below = p.gradient(engine, 1, ignored);
    p.theta[i] = kept;
    right = right && std::fabs((above - below) / (2 * step) - found[i]) < 1e-8;
  }
  check(right, "gradients are differences", engine.name, net, samples);
}

void bits_do_not_depend_on_threads(const Engine<float>& engine, Net net, int samples) {
  std::vector<float> first;
  bool right = true;
  for (int threads : {1, 2, 4}) {
    Problem<float> p(net, samples * 3 + 1, 6, 5, 8);
    std::vector<float> m(net.size()), v(net.size());
    double powers[2] = {1, 1};
    const std::vector<double> rates(4, 1e-2);
    const std::vector<uint64_t> keys{1, 2, 3, 4};
    std::vector<double> losses(4);
    Pulse pulse;
    std::atomic<size_t> done{0};
    train_epoch<float>(engine, net, p.data(), p.theta.data(),
                       {m.data(), v.data(), powers, 0.9, 0.999, 1e-7, 0.01, 1.0},
                       {p.order.data(), p.order.size(), samples, rates.data(), 0.2, keys.data(),
                        losses.data()},
                       {}, {}, threads, pulse, done);
    if (first.empty()) first = p.theta;
    right = right && !std::memcmp(first.data(), p.theta.data(), first.size() * sizeof(float)) &&
            done == 4;
  }
  check(right, "bits do not depend on threads", engine.name, net, samples);
}

void a_stopped_epoch_leaves_finished_updates(const Engine<float>& engine, Net net, int samples) {
  Problem<float> p(net, samples * 4, 40, 39, 9);
  std::vector<float> m(net.size()), v(net.size());
  double powers[2] = {1, 1};
  const std::vector<double> rates(4, 1e-2);
  Pulse pulse;
  struct Count {
    int left;
    Pulse* pulse;
  } count{100, &pulse};
  pulse.context = &count;
  pulse.poll = [](void* context) {
    auto* c = static_cast<Count*>(context);
    if (--c->left == 0) c->pulse->stop.store(true);
  };
  std::atomic<size_t> done{0};
  std::vector<double> losses(4);
  train_epoch<float>(engine, net, p.data(), p.theta.data(),
                     {m.data(), v.data(), powers, 0.9, 0.999, 1e-7, 0, 0},
                     {p.order.data(), p.order.size(), samples, rates.data(), 0, nullptr,
                      losses.data()},
                     {}, {}, 2, pulse, done);
  const int updates = int(std::lround(std::log(powers[1]) / std::log(0.999)));
  check(done < 4 && done == size_t(updates), "a stopped epoch", engine.name, net, samples);
}

}  // namespace

int main() {
  std::vector<Net> nets{{1, 1, 1, 1}, {3, 5, 2, 1}, {2, 17, 3, 2}, {1, 50, 1, 1}, {5, 33, 18, 3}};
  nets.push_back({3, 9, 2, 1, Cell::gru});
  nets.push_back({3, 18, 2, 3, Cell::gru, true, true});
  nets.push_back({3, 18, 2, 3, Cell::lstm, true, true});
  for (size_t i = nets.size() - 2; i < nets.size(); ++i) nets[i].gap[1] = 1, nets[i].gap[2] = 6;
  for (const Net& net : nets)
    for (int samples : {1, 3, 8, 21, 70}) {
      for (const auto* level : levels<double>()) gradients_are_differences(*level, net, samples);
      for (const auto* level : levels<float>()) {
        bits_do_not_depend_on_threads(*level, net, samples);
        a_stopped_epoch_leaves_finished_updates(*level, net, samples);
      }
    }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
