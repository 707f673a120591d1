/* extract.c: runs the extractors over one document and writes what they found. Structured sources come first (tables, entries,
 * procedures), so that running text only adds what they did not say. Pure but for its own memory; out of memory is the only
 * failure. */
#include "workers/preprocess/extract_context.h"

#include "base/error.h"

#include <errno.h>
#include <stdlib.h>

#define EXTRACT_PLAIN_BYTES_MAX ((size_t)1 << 30)
enum { CLASS_LIST_BYTES_MAX = 1 << 20 };

struct text extract_plain(struct extract *extract, struct text inline_text)
{
	buffer_clear(&extract->plain);
	block_append_plain(&extract->plain, inline_text);
	return text_trim(buffer_view(&extract->plain));
}

struct document_range extract_range(const struct extract *extract, struct text slice)
{
	CHECK(slice.data >= extract->markdown.data && slice.data + slice.bytes <= extract->markdown.data + extract->markdown.bytes);
	return (struct document_range){ (uint32_t)(slice.data - extract->markdown.data), (uint32_t)slice.bytes };
}

struct text extract_block_content(const struct extract *extract, const struct block *block)
{
	return text_trim(text_slice(extract->markdown, block->content_start, block->content_end));
}

struct document_range extract_block_range(const struct block *block)
{
	return (struct document_range){ block->start, block->end - block->start };
}

bool extract_is_nothing(struct extract *extract, struct text plain)
{
	return text_trim(plain).bytes == 0 || extract_vocabulary_is(&extract->vocabulary, "words", "nothing", plain);
}

void extract_add_inline(struct extract *extract, enum document_key key, struct text inline_text)
{
	inline_text = text_trim(inline_text);
	struct text plain = extract_plain(extract, inline_text);
	if (!extract_is_nothing(extract, plain))
		extract_items_add(&extract->items, key, plain, extract_range(extract, inline_text));
}

void extract_meet_class(struct extract *extract, struct text mo_class)
{
	bool added = false;
	if (mo_class.bytes == 0 || extract->items.status)
		return;
	if (!string_map_add(&extract->classes, mo_class, &added))
		extract->items.status = -ENOMEM;
	if (!added)
		return;
	if (extract->class_list.bytes > 0)
		buffer_append_byte(&extract->class_list, '\n');
	buffer_append_text(&extract->class_list, mo_class);
}

bool extract_knows_class(const struct extract *extract, struct text mo_class)
{
	return string_map_find(&extract->classes, mo_class) || domain_list_has(extract->domain, DOMAIN_LIST_MO_CLASSES, mo_class);
}

static int prepare(struct extract *extract)
{
	extract_items_init(&extract->items);
	string_map_init(&extract->classes);
	buffer_init(&extract->class_list, CLASS_LIST_BYTES_MAX);
	buffer_init(&extract->plain, EXTRACT_PLAIN_BYTES_MAX);
	buffer_init(&extract->compact, 64 * 1024);
	int status = extract_vocabulary_init(&extract->vocabulary, extract->domain);
	if (status == 0)
		status = blocks_scan(extract->markdown, &extract->blocks);
	if (status == 0)
		status = extract_find_sections(extract);
	return status;
}

static void release(struct extract *extract)
{
	extract_items_done(&extract->items);
	extract_vocabulary_done(&extract->vocabulary);
	string_map_done(&extract->classes);
	buffer_done(&extract->class_list);
	buffer_done(&extract->plain);
	buffer_done(&extract->compact);
	blocks_done(&extract->blocks);
	free(extract->sections);
}

int extract_document(const struct settings *settings, const struct domain *domain, struct text name, struct text container,
		     struct document_builder *document)
{
	struct extract extract = {
		.settings = settings, .domain = domain, .name = name, .container = container, .document = document,
		.markdown = document_builder_markdown(document),
	};
	int status = prepare(&extract);
	if (status == 0) {
		extract_identity(&extract);
		extract_tables(&extract);
		extract_entries(&extract);
		extract_related(&extract);
		extract_procedures(&extract);
		extract_prose(&extract);
		extract_main_feature(&extract);
		extract_items_resolve(&extract.items);
		status = extract.items.status;
	}
	if (status == 0) {
		document_builder_set_meta(document, DOCUMENT_META_MO_CLASSES, buffer_view(&extract.class_list));
		document_builder_scores(document)->extraction = extract_items_write(&extract.items, document);
	}
	release(&extract);
	return status;
}
