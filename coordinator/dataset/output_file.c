#define _GNU_SOURCE
#include "coordinator/dataset/output_file.h"

#include "base/file.h"
#include "ipc/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PIECE_BYTES = 1 << 18,
	PIECES_MAX = 4, /* of a file under way at once: the kernel writes them one after the other anyway */
	WRITE_TIMEOUT_MS = 600000,
};

struct piece {
	struct output_file *out;
	char *data;
	size_t bytes;
};

static void part_path(const struct output_file *out, char path[PATH_MAX + 8])
{
	snprintf(path, PATH_MAX + 8, "%s.part", out->path);
}

/* Creates the file; the first one of a folder makes that. -errno. */
static int create_file(const char *path, int *ret_file, struct error_text *error)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
	char folder[PATH_MAX + 8];

	*ret_file = open(path, flags, 0644);
	if (*ret_file < 0 && errno == ENOENT) {
		snprintf(folder, sizeof(folder), "%s", path);
		*strrchr(folder, '/') = '\0';
		int status = file_make_folders(folder, error);
		if (status < 0)
			return status;
		*ret_file = open(path, flags, 0644);
	}
	return *ret_file < 0 ? error_set(error, -errno, "%s: cannot create: %s", path, strerror(errno)) : 0;
}

int output_file_open(struct output_file *out, struct uring *uring, const char *folder, const char *name, struct error_text *error)
{
	char part[PATH_MAX + 8];

	*out = (struct output_file){ .uring = uring, .file = -1 };
	buffer_init(&out->pending, SIZE_MAX / 2);
	if (snprintf(out->path, sizeof(out->path), "%s/%s", folder, name) >= (int)sizeof(out->path))
		return error_set(error, -ENAMETOOLONG, "%s/%s: the path is too long", folder, name);
	part_path(out, part);
	int status = create_file(part, &out->file, error);
	if (status < 0)
		return status;
	out->digest = EVP_MD_CTX_new();
	if (!out->digest || EVP_DigestInit_ex(out->digest, EVP_sha256(), NULL) != 1)
		return error_set(error, -ENOMEM, "out of memory");
	return 0;
}

static void piece_done(void *context, int64_t result)
{
	struct piece *piece = context;
	struct output_file *out = piece->out;

	if (out->status == 0 && result != (int64_t)piece->bytes)
		out->status = result < 0 ? (int)result : -EIO;
	out->in_flight--;
	free(piece->data);
	free(piece);
}

static int check(const struct output_file *out, struct error_text *error)
{
	const char *advice = error_write_advice(out->status);

	if (out->status == 0)
		return 0;
	return error_set(error, out->status, "%s: cannot write: %s%s%s%s", out->path, strerror(-out->status), *advice ? "; " : "", advice,
			 *advice ? " and run 'coordinator finalise' on the output folder" : "");
}

static void add_to_hash(struct output_file *out, const char *data, size_t bytes)
{
	if (EVP_DigestUpdate(out->digest, data, bytes) != 1)
		out->status = -EIO;
}

static void hand_over(struct output_file *out)
{
	struct piece *piece = calloc(1, sizeof(*piece));

	if (out->pending.status || !piece) {
		out->status = out->pending.status ? out->pending.status : -ENOMEM;
		free(piece);
		return;
	}
	piece->out = out;
	piece->data = buffer_give(&out->pending, &piece->bytes);
	add_to_hash(out, piece->data, piece->bytes);
	out->in_flight++;
	uint64_t offset = out->offset;
	out->offset += piece->bytes;
	int status = uring_write(out->uring, out->file, piece->data, piece->bytes, offset, piece_done, piece);
	if (status < 0)
		piece_done(piece, status);
}

/* What is left at the end of a file. There is nothing to do while it is written, so the ring would only cost a way round. */
static void write_rest(struct output_file *out)
{
	if (out->pending.status) {
		out->status = out->pending.status;
		return;
	}
	add_to_hash(out, out->pending.data, out->pending.bytes);
	int64_t result = uring_write_now(out->uring, out->file, out->pending.data, out->pending.bytes, out->offset);
	if (result < 0 && out->status == 0)
		out->status = (int)result;
	out->offset += out->pending.bytes;
	buffer_clear(&out->pending);
}

int output_file_flush(struct output_file *out, struct error_text *error)
{
	if (out->pending.bytes >= PIECE_BYTES || out->pending.status) {
		hand_over(out);
		uring_poll(out->uring);
		if (out->in_flight >= PIECES_MAX && uring_wait_idle(out->uring, WRITE_TIMEOUT_MS) < 0 && out->status == 0)
			out->status = -ETIMEDOUT;
	}
	return check(out, error);
}

static void append_hex(const unsigned char *hash, char ret_hash[OUTPUT_HASH_HEX_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < 32; i++) {
		ret_hash[2 * i] = digits[hash[i] >> 4];
		ret_hash[2 * i + 1] = digits[hash[i] & 15];
	}
	ret_hash[64] = '\0';
}

static void finish_hash(struct output_file *out, char ret_hash[OUTPUT_HASH_HEX_BYTES])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned bytes = 0;

	if (EVP_DigestFinal_ex(out->digest, hash, &bytes) != 1 || bytes != 32)
		out->status = -EIO;
	else
		append_hex(hash, ret_hash);
}

int output_file_finish(struct output_file *out, char ret_hash[OUTPUT_HASH_HEX_BYTES], struct error_text *error)
{
	char part[PATH_MAX + 8];

	if ((out->pending.bytes > 0 || out->pending.status) && out->status == 0)
		write_rest(out);
	if (out->in_flight && uring_wait_idle(out->uring, WRITE_TIMEOUT_MS) < 0 && out->status == 0)
		out->status = -ETIMEDOUT;
	finish_hash(out, ret_hash);
	int file = out->file;
	out->file = -1;
	if (close(file) < 0 && out->status == 0)
		out->status = -errno;
	part_path(out, part);
	FAULT_POINT("output_file_rename");
	if (out->status == 0 && rename(part, out->path) < 0)
		out->status = -errno;
	int status = check(out, error);
	if (status < 0)
		unlink(part);
	output_file_abandon(out);
	return status;
}

void output_file_abandon(struct output_file *out)
{
	char part[PATH_MAX + 8];

	if (!out)
		return;
	while (out->in_flight && uring_wait_idle(out->uring, WRITE_TIMEOUT_MS) < 0)
		; /* the pieces still on their way name this file */
	if (out->file >= 0) {
		close(out->file);
		part_path(out, part);
		unlink(part);
	}
	out->file = -1;
	EVP_MD_CTX_free(out->digest);
	out->digest = NULL;
	buffer_done(&out->pending);
}

int output_file_put(struct uring *uring, const char *folder, const char *name, struct text content, char ret_hash[OUTPUT_HASH_HEX_BYTES],
		    struct error_text *error)
{
	struct output_file out = { .uring = uring };
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned bytes = 0;

	if (snprintf(out.path, sizeof(out.path), "%s/%s", folder, name) >= (int)sizeof(out.path))
		return error_set(error, -ENAMETOOLONG, "%s/%s: the path is too long", folder, name);
	int status = create_file(out.path, &out.file, error);
	if (status < 0)
		return status;
	FAULT_POINT("output_file_put");
	int64_t result = content.bytes ? uring_write_now(uring, out.file, content.data, content.bytes, 0) : 0;
	out.status = result < 0 ? (int)result : 0;
	if (close(out.file) < 0 && out.status == 0)
		out.status = -errno;
	if (EVP_Digest(content.data, content.bytes, hash, &bytes, EVP_sha256(), NULL) != 1 || bytes != 32)
		out.status = out.status ? out.status : -EIO;
	else
		append_hex(hash, ret_hash);
	return check(&out, error);
}
