// The door to the system's librabbitmq, and what Swift can't import of it: casts in macros, variadic functions, OpenSSL's macros.
#pragma once
#include <sys/socket.h>
#include <sys/time.h>

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// The header that has these belongs to whichever module of a build happens to include it first: Swift may not see them.
static const int CRABBITMQ_SOCK_STREAM = SOCK_STREAM;
static const int CRABBITMQ_SOCK_NONBLOCK = SOCK_NONBLOCK;
static const int CRABBITMQ_SOCK_CLOEXEC = SOCK_CLOEXEC;

static const amqp_method_number_t CRABBITMQ_CONNECTION_CLOSE = AMQP_CONNECTION_CLOSE_METHOD;
static const amqp_method_number_t CRABBITMQ_CONNECTION_CLOSE_OK = AMQP_CONNECTION_CLOSE_OK_METHOD;
static const amqp_method_number_t CRABBITMQ_CONNECTION_BLOCKED = AMQP_CONNECTION_BLOCKED_METHOD;
static const amqp_method_number_t CRABBITMQ_CONNECTION_UNBLOCKED = AMQP_CONNECTION_UNBLOCKED_METHOD;
static const amqp_method_number_t CRABBITMQ_CHANNEL_CLOSE = AMQP_CHANNEL_CLOSE_METHOD;
static const amqp_method_number_t CRABBITMQ_CHANNEL_CLOSE_OK = AMQP_CHANNEL_CLOSE_OK_METHOD;
static const amqp_method_number_t CRABBITMQ_BASIC_ACK = AMQP_BASIC_ACK_METHOD;
static const amqp_method_number_t CRABBITMQ_BASIC_NACK = AMQP_BASIC_NACK_METHOD;
static const amqp_method_number_t CRABBITMQ_BASIC_RETURN = AMQP_BASIC_RETURN_METHOD;
static const amqp_method_number_t CRABBITMQ_BASIC_DELIVER = AMQP_BASIC_DELIVER_METHOD;
static const amqp_method_number_t CRABBITMQ_BASIC_CANCEL = AMQP_BASIC_CANCEL_METHOD;
static const amqp_method_number_t CRABBITMQ_BASIC_GET_OK = AMQP_BASIC_GET_OK_METHOD;

static inline amqp_rpc_reply_t crabbitmq_login(amqp_connection_state_t state, const char *virtual_host, int frame_bytes_max,
                                               int heartbeat_seconds, const amqp_table_t *properties, const char *user,
                                               const char *password) {
    return amqp_login_with_properties(state, virtual_host, 0, frame_bytes_max, heartbeat_seconds, properties, AMQP_SASL_METHOD_PLAIN,
                                      user, password);
}

// Keeps the reason for which a certificate was not accepted where crabbitmq_verify was told to.
static inline int crabbitmq_note_verification(int accepted, X509_STORE_CTX *store) {
    if (!accepted) {
        SSL *ssl = (SSL *)X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
        int *reason = (int *)SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0);
        if (reason != NULL) *reason = X509_STORE_CTX_get_error(store);
    }
    return accepted;
}

// The peer must show a certificate for `host` (a name or an address) that leads to a trusted one: those in `ca_file`, or the system's when
// that is NULL. The library's own check compares names only, so it is OpenSSL that does it, within the handshake. 0 when `ca_file` can't
// be read. `reason` must live as long as the socket, and is 0 until a certificate is not accepted.
static inline int crabbitmq_verify(amqp_socket_t *socket, const char *host, const char *ca_file, int *reason) {
    SSL_CTX *context = (SSL_CTX *)amqp_ssl_socket_get_context(socket);
    X509_VERIFY_PARAM *parameters = SSL_CTX_get0_param(context);
    amqp_ssl_socket_set_verify_peer(socket, 0);
    amqp_ssl_socket_set_verify_hostname(socket, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_ex_data(context, 0, reason);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, crabbitmq_note_verification);
    if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host) != 1) X509_VERIFY_PARAM_set1_host(parameters, host, 0);
    if (ca_file == NULL) return SSL_CTX_set_default_verify_paths(context);
    return SSL_CTX_load_verify_locations(context, ca_file, NULL);
}

// A static text.
static inline const char *crabbitmq_verification_text(int reason) { return X509_verify_cert_error_string(reason); }

// When the handshake is over.
static inline void crabbitmq_forget_reason(amqp_socket_t *socket) {
    SSL_CTX_set_ex_data((SSL_CTX *)amqp_ssl_socket_get_context(socket), 0, NULL);
}
