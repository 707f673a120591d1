/* json_parse.c: see json_parse.h. */
#include "workers/model/json_parse.h"

#include "workers/model/json_nodes.h"

#include <json-c/json.h>

enum { KEY_BYTES_MAX = 128, NUMBER_BYTES_MAX = 40 };

static bool build(const struct json_node *node, struct json_object **ret_value);

static bool add_member(struct json_object *object, const struct json_node *member)
{
	char key[KEY_BYTES_MAX];
	struct json_object *value;

	if (member->key.bytes >= sizeof(key) || memchr(member->key.data, '\0', member->key.bytes) || !build(member, &value))
		return false;
	memcpy(key, member->key.data, member->key.bytes);
	key[member->key.bytes] = '\0';
	if (json_object_object_add(object, key, value) == 0)
		return true;
	json_object_put(value);
	return false;
}

static bool add_element(struct json_object *array, const struct json_node *element)
{
	struct json_object *value;

	if (!build(element, &value))
		return false;
	if (json_object_array_add(array, value) == 0)
		return true;
	json_object_put(value);
	return false;
}

static struct json_object *build_container(const struct json_node *node)
{
	bool is_object = node->kind == JSON_OBJECT, fine = true;
	struct json_object *container = is_object ? json_object_new_object() : json_object_new_array();

	for (const struct json_node *at = json_node_first(node); container && fine && at; at = json_node_next(node, at))
		fine = is_object ? add_member(container, at) : add_element(container, at);
	if (fine)
		return container;
	json_object_put(container);
	return NULL;
}

static struct json_object *build_fraction(const struct json_node *node)
{
	char copy[NUMBER_BYTES_MAX];

	if (node->text.bytes >= sizeof(copy))
		return NULL;
	memcpy(copy, node->text.data, node->text.bytes);
	copy[node->text.bytes] = '\0';
	return json_object_new_double_s(node->number, copy); /* as it is written */
}

/* null is no object to json-c. False: out of memory. */
static bool build(const struct json_node *node, struct json_object **ret_value)
{
	struct json_object *value = NULL;

	switch (node->kind) {
	case JSON_NULL: break;
	case JSON_FALSE:
	case JSON_TRUE: value = json_object_new_boolean(node->kind == JSON_TRUE); break;
	case JSON_WHOLE: value = json_object_new_int64(node->whole); break;
	case JSON_FRACTION: value = build_fraction(node); break;
	case JSON_STRING: value = json_object_new_string_len(node->text.bytes ? node->text.data : "", (int)node->text.bytes); break;
	case JSON_ARRAY:
	case JSON_OBJECT: value = build_container(node); break;
	}
	*ret_value = value;
	return value || node->kind == JSON_NULL;
}

struct json_object *json_parse(struct text text, int depth_max)
{
	struct json_nodes nodes;
	struct json_object *value = NULL;

	if (text.bytes > INT32_MAX)
		return NULL;
	json_nodes_init(&nodes);
	const struct json_node *root = json_nodes_read(&nodes, text, depth_max);
	if (root && !nodes.exotic)
		(void)build(root, &value);
	json_nodes_done(&nodes);
	return value;
}
