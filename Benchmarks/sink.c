/* An SMTP server on loopback that takes every message and keeps none, so that what stands before it is what is measured.

   sink [--port N] [--delay-ms N] [--no-pipelining] --stats FILE

   Prints its port, and ends when its stdin is closed. FILE becomes `struct stats`, which anyone may map and read.
   Recipients whose address begins with "reject" get 550, with "defer" 451.

   --delay-ms is a latency, as a distant server has it: what a client sent in one piece is answered in one piece, that
   long after it came. So MAIL, RCPT and DATA in one piece cost one delay, and three when each waits for the reply
   before. The body costs none, its final dot one; so do the greeting and EHLO. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { LINES = 4096, LINE_SIZE = 2048, REPLY_SIZE = 16384 };

struct stats {
    volatile uint64_t messages, connections, open, most_open, pieces, refused;
};

/* The end of mail data (RFC 5321 §4.1.1.4); the end of the DATA line counts as its first line end. */
static const char final_dot[] = "\r\n.\r\n";
enum { COMMANDS = -1, WITHIN_LINE = 0, AT_LINE_START = 2 };

struct client {
    bool is_open, leaves, has_sender;
    unsigned generation, recipients;
    int place; /* COMMANDS, or how much of the final dot was just read. */
    size_t held;
    char line[LINE_SIZE];
    size_t ready;
    char reply[REPLY_SIZE];
};

/* What one piece is answered, when its time has come. All wait equally long, so the oldest is always first. */
struct later {
    struct later *next;
    int64_t due;
    int fd;
    unsigned generation;
    bool leaves;
    size_t size;
    char text[];
};

static struct client *clients[LINES];
static struct later *first, **last = &first;
static struct stats *stats;
static int64_t delay;
static bool pipelining = true;
static int poller, timer;

static void require(bool is_so, const char *what) {
    if (is_so) return;
    perror(what);
    exit(2);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void set_timer(void) {
    if (!first) return;
    struct itimerspec time = {.it_value = {first->due / 1000000000, first->due % 1000000000}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &time, NULL);
}

static void leave(int fd) {
    clients[fd]->is_open = false;
    clients[fd]->generation++;
    stats->open--;
    close(fd);
}

/* Replies are far smaller than a socket's buffer: a client that lets them fill it is not one to measure. */
static void give(int fd, const char *text, size_t size, bool leaves) {
    if (write(fd, text, size) != (ssize_t)size || leaves) leave(fd);
}

static void answer(int fd) {
    struct client *client = clients[fd];
    if (!client->ready) return;
    stats->pieces++;
    if (!delay) {
        give(fd, client->reply, client->ready, client->leaves);
    } else {
        struct later *later = malloc(sizeof *later + client->ready);
        require(later, "malloc");
        *later = (struct later){NULL, now() + delay, fd, client->generation, client->leaves, client->ready};
        memcpy(later->text, client->reply, client->ready);
        bool was_none = !first;
        *last = later;
        last = &later->next;
        if (was_none) set_timer();
    }
    client->ready = 0;
}

static void give_what_is_due(void) {
    uint64_t times;
    require(read(timer, &times, sizeof times) == sizeof times, "timer");
    int64_t time = now();
    while (first && first->due <= time) {
        struct later *later = first;
        first = later->next;
        if (!first) last = &first;
        if (clients[later->fd]->is_open && clients[later->fd]->generation == later->generation)
            give(later->fd, later->text, later->size, later->leaves);
        free(later);
    }
    set_timer();
}

static void reply(struct client *client, const char *text) {
    size_t size = strlen(text);
    if (client->ready + size > REPLY_SIZE) return;
    memcpy(client->reply + client->ready, text, size);
    client->ready += size;
}

static void forget_transaction(struct client *client) {
    client->has_sender = false;
    client->recipients = 0;
}

static void command(struct client *client, const char *line) {
    if (!strncasecmp(line, "MAIL FROM:", 10)) {
        forget_transaction(client);
        client->has_sender = true;
        reply(client, "250 2.1.0 sender taken\r\n");
    } else if (!strncasecmp(line, "RCPT TO:", 8)) {
        const char *address = line + 8 + strspn(line + 8, " <");
        if (!client->has_sender) return reply(client, "503 5.5.1 MAIL first\r\n");
        if (!strncmp(address, "reject", 6) || !strncmp(address, "defer", 5)) {
            stats->refused++;
            return reply(client, *address == 'r' ? "550 5.1.1 no such mailbox\r\n" : "451 4.3.0 not now\r\n");
        }
        client->recipients++;
        reply(client, "250 2.1.5 recipient taken\r\n");
    } else if (!strcasecmp(line, "DATA")) {
        if (!client->recipients) return reply(client, "503 5.5.1 no recipient\r\n");
        client->place = AT_LINE_START;
        reply(client, "354 go on\r\n");
    } else if (!strncasecmp(line, "EHLO", 4)) {
        forget_transaction(client);
        reply(client, "250-sink\r\n250-8BITMIME\r\n250-SIZE 52428800\r\n");
        if (pipelining) reply(client, "250-PIPELINING\r\n");
        reply(client, "250 ENHANCEDSTATUSCODES\r\n");
    } else if (!strncasecmp(line, "HELO", 4) || !strcasecmp(line, "RSET")) {
        forget_transaction(client);
        reply(client, "250 2.0.0 begin\r\n");
    } else if (!strcasecmp(line, "QUIT")) {
        client->leaves = true;
        reply(client, "221 2.0.0 bye\r\n");
    } else {
        reply(client, "500 5.5.2 unknown command\r\n");
    }
}

/* Passes over mail data; gives where it ends, or `end` when there is more to come. */
static const char *pass_mail_data(struct client *client, const char *at, const char *end) {
    while (at < end) {
        if (client->place == WITHIN_LINE && !(at = memchr(at, '\r', end - at))) return end;
        client->place = *at == final_dot[client->place] ? client->place + 1 : *at == '\r';
        at++;
        if (final_dot[client->place]) continue;
        stats->messages++;
        client->place = COMMANDS;
        forget_transaction(client);
        reply(client, "250 2.0.0 taken\r\n");
        return at;
    }
    return end;
}

static void read_piece(int fd) {
    static char piece[1 << 18];
    struct client *client = clients[fd];
    ssize_t size = read(fd, piece, sizeof piece);
    /* None yet: the event was meant for a connection that had this number before. */
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return leave(fd);
    for (const char *at = piece, *end = piece + size; at < end;) {
        if (client->place != COMMANDS) {
            at = pass_mail_data(client, at, end);
            continue;
        }
        const char *feed = memchr(at, '\n', end - at);
        size_t length = (feed ? feed : end) - at;
        if (client->held + length >= LINE_SIZE) return leave(fd);
        memcpy(client->line + client->held, at, length);
        client->held += length;
        if (!feed) break;
        if (client->held && client->line[client->held - 1] == '\r') client->held--;
        client->line[client->held] = 0;
        client->held = 0;
        at = feed + 1;
        command(client, client->line);
    }
    answer(fd);
}

static void greet(int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (fd >= LINES) return (void)close(fd);
    if (!clients[fd]) clients[fd] = calloc(1, sizeof(struct client));
    require(clients[fd], "calloc");
    *clients[fd] = (struct client){.is_open = true, .generation = clients[fd]->generation, .place = COMMANDS};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    require(!epoll_ctl(poller, EPOLL_CTL_ADD, fd, &(struct epoll_event){EPOLLIN, {.fd = fd}}), "epoll_ctl");
    stats->connections++;
    if (++stats->open > stats->most_open) stats->most_open = stats->open;
    reply(clients[fd], "220 sink ESMTP\r\n");
    answer(fd);
}

int main(int count, char **words) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const char *file = NULL;
    for (int index = 1; index < count; index++) {
        const char *word = words[index], *value = index + 1 < count ? words[index + 1] : "";
        if (!strcmp(word, "--no-pipelining")) {
            pipelining = false;
            continue;
        }
        if (!strcmp(word, "--port")) here.sin_port = htons(atoi(value));
        else if (!strcmp(word, "--delay-ms")) delay = (int64_t)(atof(value) * 1e6);
        else if (!strcmp(word, "--stats")) file = value;
        index++;
    }
    signal(SIGPIPE, SIG_IGN);
    int record = open(file ? file : "", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    require(record >= 0 && !ftruncate(record, sizeof *stats), "--stats FILE");
    stats = mmap(NULL, sizeof *stats, PROT_READ | PROT_WRITE, MAP_SHARED, record, 0);
    require(stats != MAP_FAILED, "mmap");
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    require(!bind(listener, (struct sockaddr *)&here, sizeof here) && !listen(listener, 4096), "listen");
    require(!getsockname(listener, (struct sockaddr *)&here, &(socklen_t){sizeof here}), "getsockname");
    poller = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    for (int index = 0, fds[] = {listener, timer, 0}; index < 3; index++)
        require(!epoll_ctl(poller, EPOLL_CTL_ADD, fds[index], &(struct epoll_event){EPOLLIN, {.fd = fds[index]}}),
                "epoll_ctl");
    printf("%d\n", ntohs(here.sin_port));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(poller, events, 256, -1);
        for (int index = 0; index < ready; index++) {
            int fd = events[index].data.fd;
            if (fd == 0 && read(0, &(char){0}, 1) <= 0) return 0;
            if (fd == timer) give_what_is_due();
            else if (fd == listener) greet(listener);
            else if (fd && clients[fd] && clients[fd]->is_open) read_piece(fd);
        }
    }
}
