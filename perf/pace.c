// Requests at even times, whatever the server does, and how long each took from the moment when it was due: what a
// server that stalls makes wait counts as waiting.   pace PORT RATE SECONDS CONNECTIONS FILE-WITH-ONE-REQUEST
// Prints sent, accepted (2xx), failed, the rate that was answered, and the quantiles in microseconds.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 16384, EVENTS = 256 };
static const int64_t SECOND = 1000000000, WARM_UP = SECOND / 2, PATIENCE = 10 * SECOND;
typedef struct { int descriptor, length; int64_t due; char buffer[BUFFER]; } client;

static char request[65536];
static ssize_t request_length;
static int64_t *durations, start;
static size_t counted, sent, accepted, failed;
// The clients that wait for nothing, first in, first out: all connections are used alike.
static client **idle;
static size_t idle_first, idle_count, capacity;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * SECOND + time.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void rest(client *one) {
  one->length = 0;
  idle[(idle_first + idle_count++) % capacity] = one;
}

static void connect_client(client *one, int port, int epoll) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int yes = 1;
  one->descriptor = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(one->descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  setsockopt(one->descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  fcntl(one->descriptor, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = one};
  epoll_ctl(epoll, EPOLL_CTL_ADD, one->descriptor, &event);
  rest(one);
}

static void send_due(int64_t due) {
  client *one = idle[idle_first];
  idle_first = (idle_first + 1) % capacity;
  idle_count--;
  one->due = due;
  if (write(one->descriptor, request, request_length) != request_length) fail("write");
  sent++;
}

// Of the whole answer, or 0 as long as a part of it is missing.
static int status_when_complete(client *one) {
  one->buffer[one->length] = 0;
  char *end = strstr(one->buffer, "\r\n\r\n"), *field = strcasestr(one->buffer, "\r\nContent-Length:");
  if (!end || !field || field > end) return 0;
  return end + 4 + atoi(field + 17) - one->buffer <= one->length ? atoi(one->buffer + 9) : 0;
}

static void receive(client *one) {
  ssize_t count = read(one->descriptor, one->buffer + one->length, BUFFER - 1 - one->length);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) fail("read");
  one->length += count;
  int status = status_when_complete(one);
  if (status == 0) return;
  if (status / 100 == 2) accepted++; else failed++;
  if (one->due - start >= WARM_UP) durations[counted++] = now() - one->due;
  rest(one);
}

static void wait_until(int epoll, int64_t due) {
  struct epoll_event ready[EVENTS];
  int64_t left = due - now();
  if (left < 0) left = 0;
  struct timespec timeout = {left / SECOND, left % SECOND};
  int count = epoll_pwait2(epoll, ready, EVENTS, &timeout, 0);
  for (int i = 0; i < count; i++) receive(ready[i].data.ptr);
}

static int compare(const void *a, const void *b) {
  int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
  return (one > other) - (one < other);
}

static double quantile(double share) { return durations[(size_t)(share * (counted - 1))] / 1000.0; }

int main(int count, char **words) {
  if (count != 6) return fprintf(stderr, "usage: pace PORT RATE SECONDS CONNECTIONS FILE\n"), 2;
  double rate = atof(words[2]);
  int64_t wanted = atof(words[3]) * SECOND + WARM_UP;
  int file = open(words[5], O_RDONLY), epoll = epoll_create1(0);
  if (file < 0 || (request_length = read(file, request, sizeof request)) <= 0) fail(words[5]);
  capacity = atoi(words[4]);
  size_t planned = wanted / 1e9 * rate;
  durations = calloc(planned + 1, sizeof *durations);
  idle = calloc(capacity, sizeof *idle);
  // Else the kernel may wake us 50 microseconds late, which is more than lies between two requests.
  prctl(PR_SET_TIMERSLACK, 1);
  client *clients = calloc(capacity, sizeof *clients);
  for (size_t i = 0; i < capacity; i++) connect_client(&clients[i], atoi(words[1]), epoll);
  start = now();
  while (sent < planned) {
    int64_t due = start + sent / rate * 1e9;
    if (idle_count && due <= now()) send_due(due);
    else wait_until(epoll, idle_count ? due : due + PATIENCE);
    if (now() - due > PATIENCE) return fprintf(stderr, "pace: no answer in 10 seconds\n"), 1;
  }
  int64_t last = now();
  while (idle_count < capacity && now() < last + PATIENCE) wait_until(epoll, last + PATIENCE);
  qsort(durations, counted, sizeof *durations, compare);
  if (counted == 0) return fprintf(stderr, "pace: no answers\n"), 1;
  printf("sent %zu accepted %zu failed %zu rate %.1f p50 %.2f p90 %.2f p99 %.2f p99.9 %.2f\n", sent, accepted,
         failed + (capacity - idle_count), counted / ((last - start - WARM_UP) / 1e9), quantile(0.5), quantile(0.9), quantile(0.99),
         quantile(0.999));
}
