// librabbitmq, and what Swift can't import of it: a variadic function, and casts in macros.
#pragma once
#include <sys/time.h>

#include <amqp.h>
#include <amqp_tcp_socket.h>

static const amqp_method_number_t CRABBITMQ_BASIC_ACK = AMQP_BASIC_ACK_METHOD;
static const amqp_method_number_t CRABBITMQ_BASIC_NACK = AMQP_BASIC_NACK_METHOD;

static inline amqp_rpc_reply_t crabbitmq_login(amqp_connection_state_t connection, const char *user, const char *password) {
    return amqp_login(connection, "/", 0, AMQP_DEFAULT_FRAME_SIZE, AMQP_DEFAULT_HEARTBEAT, AMQP_SASL_METHOD_PLAIN, user, password);
}
