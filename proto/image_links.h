/* image_links.h: the images that Markdown shows: where their link targets stand, what those say, and how one path is written as seen from
 * another. Pure; one pass, linear in the text whatever it holds. Code is left alone. Reference-style images are not found: converters write none. */
#ifndef DOCRING_PROTO_IMAGE_LINKS_H
#define DOCRING_PROTO_IMAGE_LINKS_H

#include "base/buffer.h"
#include "base/text.h"

#include <stdint.h>

enum { IMAGE_LINKS_DEPTH_MAX = 32 }; /* of brackets in a label, and of parentheses in a target */

struct image_links { /* a walk */
	struct text markdown;
	size_t at;
	size_t line_end;               /* of the line that `at` stands in */
	size_t fence_bytes;            /* of the code fence that is open; 0: none */
	char fence;
	unsigned depth;                /* open brackets */
	size_t opened[IMAGE_LINKS_DEPTH_MAX]; /* an image's label begins there; 0: a link's */
};

struct image_link { /* spans of the Markdown */
	size_t start, end;             /* "![label](target "title")" */
	size_t label_start, label_end;
	size_t target_start, target_end; /* with its "<>" if it has them */
};

void image_links_init(struct image_links *links, struct text markdown);
bool image_links_next(struct image_links *links, struct image_link *ret_link); /* False: no more */

enum image_link_kind {
	IMAGE_LINK_RELATIVE,  /* a path from the document on: appended to `path`, unescaped, with '/' between folders */
	IMAGE_LINK_ROOTED,    /* a path from the top of a web site on: as above, without the first '/' */
	IMAGE_LINK_ABSOLUTE,  /* a path of the machine that the document was made on, or nothing */
	IMAGE_LINK_EXTERNAL,  /* a web address, or the image itself ("data:") */
};
enum image_link_kind image_link_read(struct text target, struct buffer *path);

/* Appends the name that `path` has when it is read in the document called `document` ("docs/guide/a.html" and "../img/b.png" give
 * "docs/img/b.png"). False, and nothing is appended that counts: it leads out of the root, which is everything, or with `root_named`
 * the first folder of the document's name. */
bool image_link_resolve(struct text document, bool root_named, struct text path, struct buffer *out);

/* Appends the target that leads from the file `from` to the file `to`, both named from the same folder, as a URL: nothing in it needs quoting. */
void image_link_append_target(struct text from, struct text to, struct buffer *out);

#endif
