// The door to the system's hiredis.
#pragma once
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <hiredis/sds.h>

// Bytes of output that hiredis still holds.
static inline size_t chiredis_unsent_bytes(const redisAsyncContext *context) {
  return context->c.obuf ? sdslen(context->c.obuf) : 0;
}
