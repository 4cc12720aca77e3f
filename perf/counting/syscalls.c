// Counts the system calls of the event loops without slowing them down as strace does: preloaded, it stands in front of the
// functions of libc that make them. The counts are in a file that perf/counting/syscalls.py reads meanwhile.
//
// Of the calls that libc makes on its own account it knows those of mutexes and conditions, and not those of malloc.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CALLS(X)                                                                                                            \
  X(read) X(readv) X(pread) X(recv) X(recvfrom) X(recvmsg) X(write) X(writev) X(pwrite) X(send) X(sendto) X(sendmsg)          \
  X(sendfile) X(splice) X(epoll_wait) X(epoll_pwait) X(epoll_ctl) X(poll) X(accept) X(accept4) X(shutdown) X(close) X(open)   \
  X(fcntl) X(ioctl) X(setsockopt) X(getsockopt) X(getsockname) X(getpeername) X(eventfd_read) X(eventfd_write)               \
  X(timerfd_settime) X(fsync) X(fdatasync) X(mmap) X(munmap) X(madvise) X(sched_yield) X(nanosleep) X(usleep) X(syscall)

#define INDEX(call) index_of_##call,
enum { CALLS(INDEX) index_of_futex, number_of_calls };

// As syscalls.py reads it.
struct counter {
  char name[24];
  _Atomic uint64_t count;
};

static struct counter *counters;
static _Thread_local __attribute__((tls_model("initial-exec"))) int is_loop;

__attribute__((constructor)) static void share(void) {
  static const char *const names[] = {
#define NAME(call) #call,
      CALLS(NAME) "futex"};
  int file = open(getenv("SYSCALL_COUNTS"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  size_t size = number_of_calls * sizeof *counters;
  if (file < 0 || ftruncate(file, size) != 0) abort();
  struct counter *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) abort();
  for (int i = 0; i < number_of_calls; i++) strcpy(mapped[i].name, names[i]);
  counters = mapped;
}

static void count(int index) {
  if (is_loop && counters) atomic_fetch_add_explicit(&counters[index].count, 1, memory_order_relaxed);
}

static void *behind(void **real, const char *name) {
  if (!*real) *real = dlsym(RTLD_NEXT, name);
  return *real;
}

// One shape serves all calls: none has more than seven arguments, all are words, and those that weren't given are garbage that
// the function behind doesn't look at. The name is the assembler's alone because the headers declare it otherwise.
#define COUNT(call)                                                                                                         \
  long counted_##call(long, long, long, long, long, long, long) __asm__(#call);                                             \
  long counted_##call(long a, long b, long c, long d, long e, long f, long g) {                                             \
    static void *real;                                                                                                      \
    count(index_of_##call);                                                                                                 \
    return ((long (*)(long, long, long, long, long, long, long))behind(&real, #call))(a, b, c, d, e, f, g);                 \
  }
CALLS(COUNT)

#define BEHIND(call) ((__typeof__(&call))behind(&real, #call))

int pthread_setname_np(pthread_t thread, const char *name) {
  static void *real;
  if (thread == pthread_self()) is_loop = strncmp(name, "loop-", 5) == 0;
  return BEHIND(pthread_setname_np)(thread, name);
}

// A mutex costs a call when another thread has it, or waits for it.
int pthread_mutex_lock(pthread_mutex_t *mutex) {
  static void *real;
  if (is_loop && mutex->__data.__lock != 0) count(index_of_futex);
  return BEHIND(pthread_mutex_lock)(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex) {
  static void *real;
  if (is_loop && mutex->__data.__lock > 1) count(index_of_futex);
  return BEHIND(pthread_mutex_unlock)(mutex);
}

// And a condition when a thread waits for it.
int pthread_cond_signal(pthread_cond_t *condition) {
  static void *real;
  if (is_loop && condition->__data.__wrefs >> 3 != 0) count(index_of_futex);
  return BEHIND(pthread_cond_signal)(condition);
}

int pthread_cond_broadcast(pthread_cond_t *condition) {
  static void *real;
  if (is_loop && condition->__data.__wrefs >> 3 != 0) count(index_of_futex);
  return BEHIND(pthread_cond_broadcast)(condition);
}
