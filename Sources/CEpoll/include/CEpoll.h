// The little C that Swift can't import: macros, casts and GNU-only calls around epoll, eventfd, signalfd and accept4.
#pragma once
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>

// EPOLLIN and its kin are an enum that Swift imports with varying signedness; as plain constants they are all UInt32.
static const uint32_t CEPOLL_IN = EPOLLIN;
static const uint32_t CEPOLL_OUT = EPOLLOUT;
static const uint32_t CEPOLL_ERR = EPOLLERR;
static const uint32_t CEPOLL_HUP = EPOLLHUP;
static const uint32_t CEPOLL_RDHUP = EPOLLRDHUP;

// The header that has these belongs to whichever module of a build happens to include it first: Swift may not see them.
static const int32_t CEPOLL_SOCK_STREAM = SOCK_STREAM;
static const int32_t CEPOLL_SOCK_NONBLOCK = SOCK_NONBLOCK;
static const int32_t CEPOLL_SOCK_CLOEXEC = SOCK_CLOEXEC;

// All return -1 with errno set when the kernel refuses. Every descriptor is close-on-exec, and non-blocking where that means something.
int cepoll_create(void);
int cepoll_add(int epoll, int descriptor, uint32_t events, uint64_t data);
int cepoll_modify(int epoll, int descriptor, uint32_t events, uint64_t data);
int cepoll_remove(int epoll, int descriptor);
int cepoll_eventfd(void);
int cepoll_signalfd(const sigset_t *signals);
// Reads one queued signal's number; 0 when none waits.
int cepoll_next_signal(int descriptor);
int cepoll_accept(int listener, struct sockaddr_storage *peer);
// The first 15 bytes of name show in top -H.
void cepoll_name_thread(const char *name);
// Makes all threads allocate from one heap that grows in large steps; glibc otherwise gives each thread a heap of its own,
// and lets that grow by a page and a system call at a time. Before the first thread starts.
void cepoll_share_heap(void);
