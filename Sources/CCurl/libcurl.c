// libcurl under its own names, loaded when the first of them is called.
//
// Linked the ordinary way it brings some 30 shared objects into the process before main: about 5 ms and 8 MiB for every
// start, also of a process that is only asked for its tools. The soname is libcurl's promise of a stable interface.
#include "CCurl.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>

#ifdef __APPLE__
#define LIBRARY "libcurl.4.dylib"
#else
#define LIBRARY "libcurl.so.4"
#endif

static struct {
    void *opened;
    CURLcode (*global_init)(long);
    curl_version_info_data *(*version_info)(CURLversion);
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *);
    CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
    CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
    CURLcode (*easy_recv)(CURL *, void *, size_t, size_t *);
    CURLcode (*easy_send)(CURL *, const void *, size_t, size_t *);
    const char *(*easy_strerror)(CURLcode);
    struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
    void (*slist_free_all)(struct curl_slist *);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_add_handle)(CURLM *, CURL *);
    CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
    CURLMcode (*multi_setopt)(CURLM *, CURLMoption, ...);
    CURLMcode (*multi_socket_action)(CURLM *, curl_socket_t, int, int *);
    CURLMsg *(*multi_info_read)(CURLM *, int *);
} curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    int missing = 0;
#define FIND(member, name) missing += !(*(void **)&curl.member = dlsym(library, name))
    FIND(global_init, "curl_global_init");
    FIND(version_info, "curl_version_info");
    FIND(easy_init, "curl_easy_init");
    FIND(easy_cleanup, "curl_easy_cleanup");
    FIND(easy_setopt, "curl_easy_setopt");
    FIND(easy_getinfo, "curl_easy_getinfo");
    FIND(easy_recv, "curl_easy_recv");
    FIND(easy_send, "curl_easy_send");
    FIND(easy_strerror, "curl_easy_strerror");
    FIND(slist_append, "curl_slist_append");
    FIND(slist_free_all, "curl_slist_free_all");
    FIND(multi_init, "curl_multi_init");
    FIND(multi_add_handle, "curl_multi_add_handle");
    FIND(multi_remove_handle, "curl_multi_remove_handle");
    FIND(multi_setopt, "curl_multi_setopt");
    FIND(multi_socket_action, "curl_multi_socket_action");
    FIND(multi_info_read, "curl_multi_info_read");
    if (!missing) curl.opened = library;
}

// Every use begins with this one (curl_global_init(3)): when it fails, none of the others may be called.
CURLcode curl_global_init(long flags) {
    pthread_once(&once, load);
    return curl.opened ? curl.global_init(flags) : CURLE_FAILED_INIT;
}

curl_version_info_data *curl_version_info(CURLversion age) { return curl.version_info(age); }
CURL *curl_easy_init(void) { return curl.easy_init(); }
void curl_easy_cleanup(CURL *easy) { curl.easy_cleanup(easy); }
const char *curl_easy_strerror(CURLcode code) { return curl.easy_strerror(code); }
struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text) { return curl.slist_append(list, text); }
void curl_slist_free_all(struct curl_slist *list) { curl.slist_free_all(list); }
CURLM *curl_multi_init(void) { return curl.multi_init(); }
CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy) { return curl.multi_add_handle(multi, easy); }
CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy) { return curl.multi_remove_handle(multi, easy); }
CURLMsg *curl_multi_info_read(CURLM *multi, int *left) { return curl.multi_info_read(multi, left); }

CURLcode curl_easy_recv(CURL *easy, void *buffer, size_t size, size_t *count) {
    return curl.easy_recv(easy, buffer, size, count);
}

CURLcode curl_easy_send(CURL *easy, const void *buffer, size_t size, size_t *count) {
    return curl.easy_send(easy, buffer, size, count);
}

CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t socket, int events, int *running) {
    return curl.multi_socket_action(multi, socket, events, running);
}

// Each option takes one argument, and on the 64-bit platforms that this is built for a long, a curl_off_t and every kind
// of pointer travel alike, so one word is passed on as it came.
_Static_assert(sizeof(long) == sizeof(void *) && sizeof(curl_off_t) == sizeof(void *), "a 64-bit platform");

#define PASS_ON(handle, option, function)                \
    va_list list;                                        \
    va_start(list, option);                              \
    void *argument = va_arg(list, void *);               \
    va_end(list);                                        \
    return function(handle, option, argument)

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt
CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...) {
    PASS_ON(easy, option, curl.easy_setopt);
}
CURLcode curl_easy_getinfo(CURL *easy, CURLINFO info, ...) {
    PASS_ON(easy, info, curl.easy_getinfo);
}
CURLMcode curl_multi_setopt(CURLM *multi, CURLMoption option, ...) {
    PASS_ON(multi, option, curl.multi_setopt);
}
