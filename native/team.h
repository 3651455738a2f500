// A few threads that share the parts of a small job, again and again. They live as long as one call
// of the library and wait by spinning for a moment, then by yielding, so an update costs no thread
// start. A part goes to whoever is there to take it: on a busy machine, where a thread is not let
// onto a processor, the others do its parts, and nobody waits for a thread that has taken none.
#pragma once

#include <atomic>
#include <cstdint>
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
    for (auto& thread : threads_) thread.join();
  }

  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int size() const { return size_; }

  // Call job(thread, part) for part = 0 .. parts - 1, each once, on any of the threads, of which
  // this one is 0; return when all calls have returned.
  void run(int parts, const std::function<void(int, int)>& job) {
    if (size_ == 1 || parts == 1) {
      for (int part = 0; part < parts; ++part) job(0, part);
      return;
    }
    job_ = &job;
    left_.store(parts, std::memory_order_relaxed);
    const uint64_t round = (open_.load(std::memory_order_relaxed) >> part_bits) + 1;
    open_.store(round << part_bits | uint64_t(parts), std::memory_order_release);
    while (take(0)) {
    }
    wait([this] { return left_.load(std::memory_order_acquire) == 0; });
  }

 private:
  FlushToZero flush_;  // on the thread that calls, as long as the team lives
  static constexpr int part_bits = 32;
  static constexpr uint64_t parts_mask = (uint64_t(1) << part_bits) - 1;
  int size_ = 1;
  const std::function<void(int, int)>* job_ = nullptr;
  // The number of the job, and how many of its parts nobody has taken. The number keeps a thread
  // that was held up from taking a part of a later job for one of the job that it saw.
  std::atomic<uint64_t> open_{0};
  std::atomic<int> left_{0};
  std::atomic<bool> quit_{false};
  std::vector<std::thread> threads_;

  bool is_open() const {
    return open_.load(std::memory_order_relaxed) & parts_mask;
  }

  // Do one part, if there is one. A job stays as it is until the part taken here is done.
  bool take(int thread) {
    uint64_t now = open_.load(std::memory_order_acquire);
    do {
      if (!(now & parts_mask)) return false;
    } while (!open_.compare_exchange_weak(now, now - 1, std::memory_order_acquire));
    (*job_)(thread, int(now & parts_mask) - 1);
    left_.fetch_sub(1, std::memory_order_release);
    return true;
  }

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
    while (!quit_.load(std::memory_order_relaxed)) {
      wait([this] { return is_open() || quit_.load(std::memory_order_relaxed); });
      take(index);
    }
  }
};

}  // namespace gatecast
