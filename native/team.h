// A few threads that do the same small job again and again. They live as long as one call of the
// library and wait by spinning for a moment, then by yielding, so an update costs no thread start.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

#include "flush.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gatecast {

class Team {
 public:
  // Up to `size` threads: fewer where the system starts no more, at its limit of processes.
  explicit Team(int size) {
    try {
      for (int i = 1; i < size; ++i) threads_.emplace_back([this, i] { serve(i); });
    } catch (const std::exception&) {  // those that have started are enough
    }
    size_ = 1 + int(threads_.size());
  }

  ~Team() {
    quit_.store(true, std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    for (auto& thread : threads_) thread.join();
  }

  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int size() const { return size_; }

  // Call job(i) for i = 0 .. size - 1, each on its own thread, 0 on this one; return when all
  // have returned.
  void run(const std::function<void(int)>& job) {
    if (size_ == 1) return job(0);
    job_ = &job;
    left_.store(size_ - 1, std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    job(0);
    wait([this] { return left_.load(std::memory_order_acquire) == 0; });
  }

 private:
  FlushToZero flush_;  // on the thread that calls, as long as the team lives
  int size_ = 1;
  const std::function<void(int)>* job_ = nullptr;
  std::atomic<unsigned> round_{0};
  std::atomic<int> left_{0};
  std::atomic<bool> quit_{false};
  std::vector<std::thread> threads_;

  template <class Done>
  static void wait(Done done) {
    for (int spins = 0; !done(); ++spins) {
      if (spins < 2000) {
#if defined(__x86_64__)
        _mm_pause();
#endif
      } else {
        std::this_thread::yield();
      }
    }
  }

  void serve(int index) {
    FlushToZero flush;
    for (unsigned seen = 0;;) {
      wait([&] { return round_.load(std::memory_order_acquire) != seen; });
      seen = round_.load(std::memory_order_acquire);
      if (quit_.load(std::memory_order_relaxed)) return;
      (*job_)(index);
      left_.fetch_sub(1, std::memory_order_release);
    }
  }
};

}  // namespace gatecast
