/* probe_command.h: `worker-inference --probe`: settings come in as YAML on standard input (what `coordinator --dump-config` prints),
 * what each of their model servers really does goes out, one JSON object a line (probe_write_json). For `coordinator doctor`, which
 * has no HTTP client of its own, and for people. */
#ifndef DOCRING_WORKERS_INFERENCE_PROBE_COMMAND_H
#define DOCRING_WORKERS_INFERENCE_PROBE_COMMAND_H

/* The exit code: 0 whatever the servers say; 2 for settings that cannot be read; 3 when the lines cannot be written. */
int probe_command_run(void);

#endif
