/* What Windmill starts as PYTHON_PATH: hands the job to the warm interpreter, or becomes the plain one.

   The same as client.py, which stands in for it where there is no C compiler, without the start of a Python: 12 ms of CPU less for each job.
   It has no state and frees nothing: it ends with its job. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { STEP = 2 * 1024 * 1024, LOOK_MS = 500, STREAMS = 3 };

/* keys.py */
static const char *VARIABLES[] = {"BASE_INTERNAL_URL", "WM_WORKSPACE", "WM_JOB_PATH", "WM_RUNNABLE_ID", "PYTHONPATH"};

static char **arguments;
static volatile pid_t job;

/* A signal for this process is meant for the job; held back while it is not known whether there is one. */
static const int SIGNALS[] = {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM};
enum { SIGNAL_COUNT = sizeof SIGNALS / sizeof *SIGNALS };

static void hold_back(int how) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < SIGNAL_COUNT; i++)
        sigaddset(&set, SIGNALS[i]);
    sigprocmask(how, &set, NULL);
}

/* Becomes the plain interpreter, PYTHON. Nothing of the job has run. */
static void plain(const char *reason) {
    hold_back(SIG_UNBLOCK);
    if (*reason)
        dprintf(2, "warm interpreter: %s; this job runs in the plain one\n", reason);
    arguments[0] = PYTHON;
    execv(PYTHON, arguments);
    dprintf(2, "warm interpreter: %s: %s\n", PYTHON, strerror(errno));
    _exit(127);
}

static void unreachable(void) {
    char reason[200];
    snprintf(reason, sizeof reason, "it can't be reached: %s", errno == EAGAIN ? "no answer" : strerror(errno));
    plain(reason);
}

static void set_patience(int connection, int ms) {
    struct timeval limit = {ms / 1000, ms % 1000 * 1000};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

/* The socket beside this program, and the server's word that it is there. */
static int connected(void) {
    struct sockaddr_un place = {.sun_family = AF_UNIX};
    char *end, word[16];
    ssize_t length = readlink("/proc/self/exe", place.sun_path, sizeof place.sun_path - sizeof "/socket");
    if (length < 0 || !(end = memrchr(place.sun_path, '/', length)))
        plain("it can't be found");
    strcpy(end, "/socket");
    /* A full queue is an answer, too. */
    int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connect(connection, (struct sockaddr *)&place, sizeof place))
        unreachable();
    fcntl(connection, F_SETFL, 0);
    set_patience(connection, WAIT_MS);
    length = recv(connection, word, sizeof word, 0);
    if (length < 0)
        unreachable();
    if (!length)
        plain("it went away");
    return connection;
}

/* Whose job it is, and the standard streams. */
static void hand_off(int connection) {
    enum { COUNT = sizeof VARIABLES / sizeof *VARIABLES };
    struct iovec words[COUNT];
    union { char room[CMSG_SPACE(STREAMS * sizeof(int))]; struct cmsghdr head; } control = {{0}};
    struct msghdr message = {.msg_iov = words, .msg_iovlen = COUNT, .msg_control = control.room, .msg_controllen = sizeof control.room};
    for (int i = 0; i < COUNT; i++) {
        const char *value = getenv(VARIABLES[i]);
        words[i].iov_base = (void *)(value ? value : "");
        words[i].iov_len = strlen(words[i].iov_base) + (i < COUNT - 1); /* the NUL between two */
    }
    control.head = (struct cmsghdr){.cmsg_len = CMSG_LEN(STREAMS * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.head), (int[]){0, 1, 2}, STREAMS * sizeof(int));
    if (sendmsg(connection, &message, MSG_NOSIGNAL) < 0)
        unreachable();
}

static void pass_on(int number) { kill(job, number); }

static void begin(pid_t pid) {
    struct sigaction action = {.sa_handler = pass_on};
    job = pid;
    for (int i = 0; i < SIGNAL_COUNT; i++)
        sigaction(SIGNALS[i], &action, NULL);
    hold_back(SIG_UNBLOCK);
}

/* As the job ended: by the same signal, or with the same code. */
static void end(int status) {
    int number = status & 127;
    if (number) {
        signal(number, SIG_DFL);
        kill(getpid(), number);
    }
    _exit(status >> 8);
}

/* Windmill reads the peak of this process: it is brought up to the job's by mapping the same 2 MB again and again, which costs nothing. */
static void show_memory(void) {
    static size_t shown;
    static int file = -1;
    size_t peak = 0;
    char line[256];
    snprintf(line, sizeof line, "/proc/%d/status", (int)job);
    FILE *status = fopen(line, "r");
    if (!status)
        return; /* the job has just ended: its status comes next */
    while (fgets(line, sizeof line, status))
        if (!strncmp(line, "VmHWM:", 6))
            peak = strtoul(line + 6, NULL, 10) * 1024;
    fclose(status);
    if (file < 0 && (file = memfd_create("peak", MFD_CLOEXEC)) >= 0 && ftruncate(file, STEP))
        return;
    for (; shown < peak; shown += STEP)
        if (mmap(NULL, STEP, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0) == MAP_FAILED)
            return;
}

/* The server is gone, and the job with it; not what the job had started. */
static void abandon(void) {
    dprintf(2, "warm interpreter: it was stopped in the middle of this job\n");
    killpg(getpgrp() == getpid() ? getpid() : job, SIGKILL); /* where it is this process's own, too, that is its end */
    _exit(1);
}

int main(int count, char **given) {
    char word[4096];
    int waited = 0;
    arguments = given;
    if (count != 4 || strcmp(given[1], "-u") || strcmp(given[2], "-m") || strcmp(given[3], "wrapper"))
        plain("");
    int connection = connected();
    hold_back(SIG_BLOCK);
    hand_off(connection);
    set_patience(connection, LOOK_MS);
    for (;;) {
        ssize_t length = recv(connection, word, sizeof word - 1, 0);
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0 && errno == EAGAIN) {
            if (job)
                show_memory();
            else if ((waited += LOOK_MS) >= WAIT_MS) /* nobody answers: then this process is to end as it is told */
                hold_back(SIG_UNBLOCK);
            continue;
        }
        word[length > 0 ? length : 0] = 0;
        if (!strncmp(word, "plain ", 6))
            plain(word + 6);
        else if (!strncmp(word, "pid ", 4))
            begin(atoi(word + 4));
        else if (!strncmp(word, "status ", 7))
            end(atoi(word + 7));
        else if (!job)
            plain("it went away before this job began"); /* a job says its pid before anything of it runs */
        else
            abandon();
    }
}
