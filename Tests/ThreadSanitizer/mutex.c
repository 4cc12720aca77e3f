// Shows the thread sanitizer what Swift's Mutex does when threads contend for it.
//
// The sanitizer sees the lock's atomics where they are inlined, but the library's slow path hands a contended lock over in the
// kernel, by futex(2), and is not instrumented: every state behind a busy Mutex then looks like a race. Preloaded, these two take
// the place of the library's functions, call them, and tell the sanitizer about the order that they bring about. Nothing is
// suppressed, so that races inside and outside of locks are still found.
//
// The names are those of `_MutexHandle._lockSlow(_:)` and `_unlockSlow()`, which are part of the library's stable interface. In a
// process without the sanitizer, such as the test driver, they only pass the call on.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

typedef SWIFT void (*LockSlow)(uint32_t thread, SELF void *mutex);
typedef SWIFT void (*UnlockSlow)(SELF void *mutex);

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF void *mutex) __asm__(UNLOCK_SLOW);

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) {
  ((LockSlow)dlsym(RTLD_NEXT, LOCK_SLOW))(thread, mutex);
  if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF void *mutex) {
  if (__tsan_release) __tsan_release(mutex);
  ((UnlockSlow)dlsym(RTLD_NEXT, UNLOCK_SLOW))(mutex);
}
