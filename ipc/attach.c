/* attach.c: fixed messages with descriptors over a SOCK_SEQPACKET Unix socket. What arrives is checked before it is believed,
 * and no descriptor that came uninvited stays open. Nothing here logs or waits beyond the caller's timeout. */
#define _GNU_SOURCE
#include "ipc/attach.h"

#include "base/clock.h"
#include "base/file.h"
#include "ipc/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

_Static_assert(sizeof(struct attach_message) == 248, "layout of an attach message: a new size needs a new ATTACH_VERSION");

enum { ATTACH_BACKLOG = 64 };

union control { /* aligned for struct cmsghdr; no room for more descriptors than a message may carry */
	struct cmsghdr header;
	char bytes[CMSG_SPACE(ATTACH_DESCRIPTORS_MAX * sizeof(int))];
};

static int socket_at(const char *path, int flags, struct sockaddr_un *ret_address, struct error_text *error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(error, -ENAMETOOLONG, "%s: a socket's path has at most %zu bytes, this one has %zu: use a shorter folder", path,
				 sizeof(address.sun_path) - 1, strlen(path));
	memcpy(address.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);
	if (fd < 0)
		return error_set(error, -errno, "%s: cannot make a socket: %s", path, strerror(errno));
	*ret_address = address;
	return fd;
}

int attach_listen(const char *path, struct error_text *error)
{
	struct sockaddr_un address;
	int fd = socket_at(path, SOCK_NONBLOCK, &address, error);

	if (fd < 0)
		return fd;
	int status = 0;
	if (unlink(path) < 0 && errno != ENOENT)
		status = error_set(error, -errno, "%s: cannot remove the socket of an earlier run: %s", path, strerror(errno));
	/* The mode set before bind is the one that the file is made with: at no time can another user connect. */
	else if (fchmod(fd, 0600) < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		status = error_set(error, -errno, "%s: cannot bind the attach socket: %s", path, strerror(errno));
	else if (listen(fd, ATTACH_BACKLOG) < 0)
		status = error_set(error, -errno, "%s: cannot listen: %s", path, strerror(errno));
	if (status < 0) {
		close(fd);
		return status;
	}
	return fd;
}

/* Somebody who may not attach is told so, as far as that goes without waiting. */
static void refuse(int fd)
{
	struct attach_message message = { .type = ATTACH_REFUSED };

	snprintf(message.text, sizeof(message.text), "it is another user's run: only user %ld may attach", (long)geteuid());
	(void)!attach_send(fd, &message, NULL, 0);
}

int attach_accept(int listener, pid_t *ret_pid, struct error_text *error)
{
	struct ucred peer;
	socklen_t peer_bytes = sizeof(peer);
	int fd;

	do
		/* cppcheck-suppress nullPointer; no address is asked for */
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (fd < 0)
		return error_set(error, errno == EWOULDBLOCK ? -EAGAIN : -errno, "attach socket: cannot accept: %s", strerror(errno));
	int status = 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_bytes) < 0) {
		status = error_set(error, -errno, "attach socket: who connected cannot be known: %s", strerror(errno));
	} else if (peer.uid != geteuid()) {
		refuse(fd);
		status = error_set(error, -EPERM, "attach socket: process %ld of user %ld refused: only user %ld may attach", (long)peer.pid,
				   (long)peer.uid, (long)geteuid());
	}
	if (status < 0) {
		close(fd);
		return status;
	}
	*ret_pid = peer.pid;
	return fd;
}

int attach_connect(const char *path, struct error_text *error)
{
	struct sockaddr_un address;
	int status, fd = socket_at(path, 0, &address, error);

	if (fd < 0)
		return fd;
	do
		status = connect(fd, (const struct sockaddr *)&address, sizeof(address));
	while (status < 0 && errno == EINTR);
	if (status < 0) {
		status = error_set(error, -errno, "%s: no coordinator answers there: %s", path, strerror(errno));
		close(fd);
		return status;
	}
	return fd;
}

static int send_status(void)
{
	switch (errno) {
	case EPIPE:
	case ECONNRESET:
	case ENOTCONN: return ERROR_PEER_GONE;
	case EWOULDBLOCK: return -EAGAIN;
	case ETOOMANYREFS: return -EAGAIN; /* too many descriptors under way: as good as a full socket */
	default: return -errno;
	}
}

int attach_send(int socket, struct attach_message *message, const int *descriptors, unsigned count)
{
	union control control = { .bytes = { 0 } };
	struct iovec part = { message, sizeof(*message) };
	struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t sent;

	CHECK(count <= ATTACH_DESCRIPTORS_MAX && memchr(message->text, '\0', sizeof(message->text)));
	message->version = ATTACH_VERSION;
	message->layout = segment_layout();
	message->descriptor_count = count;
	if (count > 0) {
		packet.msg_control = control.bytes;
		packet.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *header = CMSG_FIRSTHDR(&packet);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
	}
	do
		sent = sendmsg(socket, &packet, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? send_status() : 0;
}

static int wait_readable(int socket, int timeout_ms)
{
	uint64_t deadline_ns = clock_monotonic_ns() + (timeout_ms > 0 ? (uint64_t)timeout_ms * 1000000u : 0);

	for (;;) {
		struct pollfd wait = { .fd = socket, .events = POLLIN };
		uint64_t now_ns = clock_monotonic_ns();
		int left_ms = timeout_ms <= 0 ? timeout_ms : now_ns >= deadline_ns ? 0 : (int)((deadline_ns - now_ns + 999999) / 1000000);
		int ready = poll(&wait, 1, left_ms);
		if (ready > 0)
			return 0;
		if (ready == 0)
			return -EAGAIN;
		if (errno != EINTR)
			return -errno;
	}
}

/* Collects what SCM_RIGHTS brought; there is never more than the control buffer holds. */
static unsigned take_descriptors(struct msghdr *packet, int taken[ATTACH_DESCRIPTORS_MAX])
{
	unsigned count = 0;

	for (struct cmsghdr *header = CMSG_FIRSTHDR(packet); header; header = CMSG_NXTHDR(packet, header)) {
		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		size_t here = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		CHECK(here <= ATTACH_DESCRIPTORS_MAX - count);
		memcpy(taken + count, CMSG_DATA(header), here * sizeof(int));
		count += (unsigned)here;
	}
	return count;
}

static int check_message(const struct attach_message *message, ssize_t bytes, int flags, unsigned taken)
{
	if (bytes >= (ssize_t)sizeof(message->version) && message->version != ATTACH_VERSION)
		return ERROR_VERSION_MISMATCH;
	if (bytes != sizeof(*message) || (flags & (MSG_TRUNC | MSG_CTRUNC)) || message->descriptor_count != taken)
		return ERROR_INPUT_REJECTED;
	if (message->type < ATTACH_HELLO || message->type > ATTACH_LANES)
		return ERROR_INPUT_REJECTED;
	if (!memchr(message->text, '\0', sizeof(message->text)))
		return ERROR_INPUT_REJECTED;
	/* Why it was refused must be readable by those who are refused for their layout. */
	if (message->layout != segment_layout() && message->type != ATTACH_REFUSED)
		return ERROR_VERSION_MISMATCH;
	return 0;
}

int attach_receive(int socket, struct attach_message *ret_message, int ret_descriptors[ATTACH_DESCRIPTORS_MAX], int timeout_ms)
{
	union control control;
	struct attach_message message = { 0 };
	struct iovec part = { &message, sizeof(message) };
	struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
	int taken[ATTACH_DESCRIPTORS_MAX] = { -1, -1, -1, -1 };
	ssize_t got;

	int status = wait_readable(socket, timeout_ms);
	if (status < 0)
		return status;
	do
		got = recvmsg(socket, &packet, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return send_status();
	unsigned count = take_descriptors(&packet, taken);
	status = got == 0 ? ERROR_PEER_GONE : check_message(&message, got, packet.msg_flags, count);
	if (status < 0) {
		for (unsigned i = 0; i < count; i++)
			close(taken[i]);
		return status;
	}
	*ret_message = message;
	memcpy(ret_descriptors, taken, sizeof(taken));
	return 1;
}

int attach_memory_file(const char *name, const void *content, size_t bytes)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -errno;
	int status = file_write_fd(fd, content, bytes);
	if (status == 0 && lseek(fd, 0, SEEK_SET) < 0)
		status = -errno;
	if (status == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		status = -errno;
	if (status < 0) {
		close(fd);
		return status;
	}
	return fd;
}
