/* models_table.h: every key of an entry of `models:` once, in the form of settings_table.h; the section is always "models" and
 * the field is model_settings.name. */

SETTING_STRING(models, name, "", "What it is called in logs and reports; empty: as the server calls the model")
SETTING_STRING(models, base_url, "", "Address of the server, such as http://127.0.0.1:8080; with or without /v1")
SETTING_STRING(models, model, "", "The model as the server calls it; empty: the only one that the server has")
SETTING_CHOICE(models, tier, "fast|balanced|quality", "balanced", "Which documents it gets: of low, middle or high complexity")
SETTING_CHOICE(models, use, "generate|judge|embeddings", "generate", "What it does: write pairs, judge them, or measure them by embeddings")
SETTING_STRING(models, api_key_env, "", "Environment variable that holds the key of the server; the key itself is never in a file")
SETTING_NUMBER(models, max_concurrent_requests, "requests", 0, 4096, 0, "Requests under way at once; 0: the slots that the server says it has, else 4")
SETTING_NUMBER(models, request_timeout_s, "seconds", 1, 1800, 600, "Longest time for one answer; thinking models need up to 1800")
SETTING_NUMBER(models, max_tokens, "tokens", 16, 1000000, 4096, "Longest answer")
SETTING_NUMBER(models, context_tokens, "tokens", 0, 100000000, 0, "Context length to use; 0: what the server says. A prompt that does not fit is split, never cut")
SETTING_RATIO(models, temperature, 0, 2, 0.3, "How freely the model chooses its words")
SETTING_CHOICE(models, api, "auto|openai|ollama", "auto", "Which interface to speak; auto: Ollama's own for Ollama, OpenAI's for all others")
SETTING_CHOICE(models, format, "auto|schema|json|prompt", "auto", "How JSON is asked for; auto: the strictest way that the server honours")
SETTING_CHOICE(models, thinking, "auto|on|off", "auto", "Ask a thinking model to think, or not to; auto: as the server does")
SETTING_NUMBER(models, workers, "processes", 1, 64, 1, "Inference workers for this model")
