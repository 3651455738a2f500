// Compiled without C++ exceptions: pthread_exit then comes to the handler below by a jump, not by
// unwinding, which needs all native frames of a thread to be of one C++ runtime.
#include "lock.h"

#ifndef _WIN32
#include <pthread.h>
#include <unistd.h>
#endif

namespace gatecast {

#ifdef _WIN32
void call_python(void (*function)(void*), void* context) { function(context); }
#else
namespace {

void sleep_until_the_end(void*) {
  for (;;) pause();
}

}  // namespace

void call_python(void (*function)(void*), void* context) {
  pthread_cleanup_push(sleep_until_the_end, nullptr);
  function(context);
  pthread_cleanup_pop(0);
}
#endif

}  // namespace gatecast
