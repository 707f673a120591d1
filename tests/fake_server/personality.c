#include "tests/fake_server/personality.h"

const struct personality personalities[AS_COUNT] = {
	[AS_OPENAI] = { AS_OPENAI, "openai", "fake-chat", "fake-embedding", "", "reasoning_content", 32768, 0, OVERFLOW_ERROR, false, true, false, true, true, false, 429,
			"Rate limit reached for requests" },
	[AS_LLAMACPP] = { AS_LLAMACPP, "llamacpp", "fake-model.gguf", "fake-model.gguf", "Server: llama.cpp\r\n", "reasoning_content", 8192, 0, OVERFLOW_ERROR, false, true, true,
			  true, true, true, 503, "No slot is free" },
	[AS_OLLAMA] = { AS_OLLAMA, "ollama", "fake:latest", "fake-embed:latest", "", "reasoning", 4096, 0, OVERFLOW_CUT, false, false, false, true, true, false, 503,
			"server busy, please try again.  maximum pending requests exceeded" },
	[AS_LMSTUDIO] = { AS_LMSTUDIO, "lmstudio", "fake-chat", "text-embedding-fake", "X-Powered-By: Express\r\n", "reasoning_content", 4096, 0, OVERFLOW_ERROR, false, false, false,
			  true, false, false, 503, "Too many requests are waiting" },
	[AS_VLLM] = { AS_VLLM, "vllm", "fake/chat-model", "fake/embedding-model", "server: uvicorn\r\n", "reasoning_content", 8192, 0, OVERFLOW_ERROR, false, true, false, true, true,
		      false, 503, "Server is overloaded" },
	[AS_MLX] = { AS_MLX, "mlx", "mlx-community/fake-4bit", "mlx-community/fake-4bit", "Server: BaseHTTP/0.6 Python/3.12.4\r\n", "reasoning", 32768, 512, OVERFLOW_NONE, true, true,
		     true, false, false, true, 503, "out of memory" },
};

const struct personality *personality_find(const char *name)
{
	for (int i = 0; i < AS_COUNT; i++)
		if (strcmp(personalities[i].name, name) == 0)
			return &personalities[i];
	return NULL;
}
