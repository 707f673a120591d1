#include "coordinator/root_name.h"

#include <string.h>

void root_name_append(struct buffer *out, const char *name, bool is_file, unsigned copy)
{
	const char *ending = is_file ? strrchr(name, '.') : NULL;

	if (!ending || ending == name)
		ending = name + strlen(name);
	buffer_append(out, name, (size_t)(ending - name));
	if (copy > 1)
		buffer_append_format(out, "~%u", copy);
	buffer_append_string(out, ending);
}
