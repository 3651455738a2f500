// Compiled without C++ exceptions: pthread_exit then comes to the handler below by a jump, not by
// unwinding, which needs all native frames of a thread to be of one C++ runtime.
#include "lock.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <pthread.h>
#include <unistd.h>
#endif

namespace gatecast {

#ifdef _WIN32
void sleep_until_the_end() {
  for (;;) Sleep(INFINITE);
}

void call_python(void (*function)(void*), void* context) { function(context); }
#else
void sleep_until_the_end() {
  for (;;) pause();
}

namespace {

void at_pthread_exit(void*) { sleep_until_the_end(); }

}  // namespace

void call_python(void (*function)(void*), void* context) {
  pthread_cleanup_push(at_pthread_exit, nullptr);
  function(context);
  pthread_cleanup_pop(0);
}
#endif

}  // namespace gatecast
