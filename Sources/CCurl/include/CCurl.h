// libcurl for Swift: its setters and getters are variadic C functions, which Swift cannot call, so each
// argument type gets a typed name here. Nothing else belongs in this file.
#pragma once
#include <curl/curl.h>
#include <sys/socket.h>

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_error_buffer(CURL *easy, char *buffer) {
    return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, buffer);
}

// Constants that are enum members in some versions and macros with an L in others.
static inline CURLcode ccurl_require_tls_1_2(CURL *easy) {
    return curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

static inline CURLcode ccurl_require_starttls(CURL *easy) {
    return curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
}

// Without it a slow DNS answer blocks the engine's thread for seconds when a connect is given up.
static inline CURLcode ccurl_set_quick_exit(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075700  // 7.87.0
    return curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#else
    (void)easy;
    return CURLE_UNKNOWN_OPTION;
#endif
}

static inline CURLcode ccurl_on_header(CURL *easy, curl_write_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}

static inline CURLcode ccurl_on_debug(CURL *easy, curl_debug_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_DEBUGDATA, context);
}

static inline CURLMcode ccurl_multi_on_socket(CURLM *multi, curl_socket_callback callback, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
    return code ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
}

static inline CURLMcode ccurl_multi_on_timer(CURLM *multi, curl_multi_timer_callback callback, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, callback);
    return code ? code : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// Received octets, and what opens a socket to an address: each with a context.
static inline CURLcode ccurl_on_body(CURL *easy, curl_write_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

static inline CURLcode ccurl_on_open_socket(CURL *easy, curl_opensocket_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
}

// What libcurl would open by itself, not inherited by children.
static inline curl_socket_t ccurl_open_socket(const struct curl_sockaddr *address) {
#ifdef SOCK_CLOEXEC
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
#else
    return socket(address->family, address->socktype, address->protocol);
#endif
}

// The address itself, which is longer than the member that stands for it.
static inline const void *ccurl_address_octets(const struct curl_sockaddr *address) { return &address->addr; }

// CURL_SOCKET_BAD is a macro with a cast.
static inline curl_socket_t ccurl_no_socket(void) { return CURL_SOCKET_BAD; }

// The octets stay the caller's and must outlive the handle.
static inline CURLcode ccurl_set_body(CURL *easy, const void *octets, curl_off_t count) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, count);
    return code ? code : curl_easy_setopt(easy, CURLOPT_POSTFIELDS, octets);
}

static inline CURLcode ccurl_set_fields(CURL *easy, struct curl_slist *fields) {
    return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
}

// HTTP and HTTPS alone, for the first request and after a redirect from https: HTTPS alone.
static inline CURLcode ccurl_allow_http(CURL *easy, int plain) {
#if LIBCURL_VERSION_NUM >= 0x075500  // 7.85.0
    const char *names = plain ? "http,https" : "https";
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, names);
    return code ? code : curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, names);
#else
    long set = plain ? CURLPROTO_HTTP | CURLPROTO_HTTPS : CURLPROTO_HTTPS;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS, set);
    return code ? code : curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, set);
#endif
}

static inline CURLcode ccurl_require_http_1_1(CURL *easy) {
    return curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

static inline CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_get_socket(CURL *easy, curl_socket_t *value) {
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, value);
}

// Microseconds since the start, 0 when that stage was never finished.
static inline CURLcode ccurl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(easy, info, value);
}

// The result inside a CURLMSG_DONE message (a C union, which Swift sees as bytes).
static inline CURLcode ccurl_result(const CURLMsg *message) { return message->data.result; }

// CURLVERSION_NOW is a macro for an enum member, which Swift does not import.
static inline const curl_version_info_data *ccurl_version(void) { return curl_version_info(CURLVERSION_NOW); }
