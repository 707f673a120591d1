/* http_reader.c: any bytes as what a model server answers, whole and in pieces; the first byte says how long the pieces are. However the network cuts an
 * answer, it must be the same one. */
#include "tests/fuzz/harness.h"

#include "workers/model/http_reader.h"

struct outcome {
	int result, status;
	bool keeps, ends;
	size_t left_bytes; /* of the answer: no part of it */
	char retry_after[64];
	struct buffer body;
};

static bool take(void *context, struct text piece)
{
	buffer_append_text(context, piece);
	return true;
}

static void read_in_pieces(struct text answer, size_t piece_bytes, struct outcome *outcome)
{
	struct http_reader reader;
	const char *wrong = NULL;
	size_t read = 0;

	*outcome = (struct outcome){ .result = 0 };
	buffer_init(&outcome->body, 1 << 20);
	http_reader_init(&reader);
	while (outcome->result == 0 && read < answer.bytes) {
		struct text piece = text_slice(answer, read, read + size_min(piece_bytes, answer.bytes - read));
		const size_t given = piece.bytes;
		outcome->result = http_reader_read(&reader, &piece, take, &outcome->body, &wrong);
		if (outcome->result == 0 && piece.bytes > 0)
			fuzz_broken("a reader that wants more takes all that it is given", piece);
		read += given - piece.bytes;
	}
	if (outcome->result < 0 && !wrong)
		fuzz_broken("an answer is refused with a reason", answer);
	outcome->status = reader.status;
	outcome->keeps = reader.keeps;
	outcome->ends = http_reader_ends(&reader);
	outcome->left_bytes = answer.bytes - read;
	memcpy(outcome->retry_after, reader.retry_after, sizeof(outcome->retry_after));
	http_reader_done(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct outcome whole, pieces;

	if (bytes == 0)
		return 0;
	const struct text answer = { (const char *)data + 1, bytes - 1 };
	read_in_pieces(answer, answer.bytes, &whole);
	read_in_pieces(answer, 1 + (size_t)data[0], &pieces);
	if (whole.result != pieces.result || whole.status != pieces.status || !text_equal(buffer_view(&whole.body), buffer_view(&pieces.body)))
		fuzz_broken("an answer is the same however it is cut", answer);
	if (whole.result >= 0 && (whole.keeps != pieces.keeps || whole.ends != pieces.ends || whole.left_bytes != pieces.left_bytes ||
				  memcmp(whole.retry_after, pieces.retry_after, sizeof(whole.retry_after)) != 0))
		fuzz_broken("an answer ends at the same place however it is cut", answer);
	buffer_done(&whole.body);
	buffer_done(&pieces.body);
	return 0;
}
