// The system's resolver for records that getaddrinfo does not know. Swift cannot import its macros. Since 2.34 it is in
// glibc itself; libresolv would cost every start a library.
#pragma once
#include <netinet/in.h>
#include <arpa/nameser.h>
#include <resolv.h>
#include <string.h>

// The length of the answer, -1 for none; two tries of two seconds for each name server.
static inline int cresolv_query(const char *name, int type, unsigned char *answer, int size) {
#if defined(__GLIBC__)
    struct __res_state state;
    memset(&state, 0, sizeof state);
    if (res_ninit(&state) != 0) return -1;
    state.retrans = 2;
    state.retry = 2;
    int length = res_nquery(&state, name, 1, type, answer, size);
    res_nclose(&state);
    return length;
#else
    return res_query(name, 1, type, answer, size);
#endif
}
