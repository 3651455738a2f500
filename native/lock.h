// The interpreter lock: let go of while the kernel computes, and taken again.
//
// Before Python 3.14 a thread that wants the lock of an interpreter that has ended is ended itself,
// by pthread_exit. Where that unwinds native frames, C++ ends the whole process; where it does not,
// the frames are gone while the threads of their team use them. Here such a thread sleeps until the
// process ends, as it does from Python 3.14 on. So does one that comes when the interpreter is gone,
// and with it what the lock is taken by.
#pragma once

#include <Python.h>

namespace gatecast {

// Call what may wait for the interpreter lock, a function that throws nothing.
void call_python(void (*function)(void*), void* context);

template <class Function>
void call_python(Function function) {
  call_python([](void* context) { (*static_cast<Function*>(context))(); }, &function);
}

// Let this thread do nothing more.
[[noreturn]] void sleep_until_the_end();

// Lets go of the interpreter lock for as long as it lives.
class Unlocked {
 public:
  Unlocked() { unlock(); }
  ~Unlocked() { lock(); }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

  void unlock() { state_ = PyEval_SaveThread(); }
  void lock() {
    if (!Py_IsInitialized()) sleep_until_the_end();
    call_python([this] { PyEval_RestoreThread(state_); });
  }

 private:
  PyThreadState* state_ = nullptr;
};

}  // namespace gatecast
