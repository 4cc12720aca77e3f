// The ceiling of any HTTP server on this machine: THREADS epoll loops (SO_REUSEPORT) that answer every request with the
// same bytes, without looking at it.   epoll_limit PORT THREADS
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int port;
static const char answer[] =
    "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 160\r\n"
    "Date: Sun, 22 Nov 2026 12:00:00 GMT\r\n\r\n"
    "01234567890123456789012345678901234567890123456789012345678901234567890123456789"
    "01234567890123456789012345678901234567890123456789012345678901234567890123456789";

static int listen_shared(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1024) != 0) {
    perror("epoll_limit");
    exit(1);
  }
  return listener;
}

static void accept_all(int epoll, int listener) {
  int client, one = 1;
  while ((client = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0) {
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = client};
    epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
  }
}

static void *loop(void *unused) {
  (void)unused;
  int listener = listen_shared(), epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[256];
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  char request[16384];
  for (;;) {
    int count = epoll_wait(epoll, ready, 256, -1);
    for (int i = 0; i < count; i++) {
      int client = ready[i].data.fd;
      if (client == listener) {
        accept_all(epoll, listener);
      } else if (read(client, request, sizeof request) <= 0 || write(client, answer, sizeof answer - 1) < 0) {
        close(client);
      }
    }
  }
}

int main(int count, char **words) {
  if (count != 3) return fprintf(stderr, "usage: epoll_limit PORT THREADS\n"), 2;
  port = atoi(words[1]);
  pthread_t thread;
  for (int i = 1; i < atoi(words[2]); i++) pthread_create(&thread, 0, loop, 0);
  loop(0);
}
