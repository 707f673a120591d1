"""Run by perf/models-peers in a virtual environment with distilabel: each passage is cleaned, asked about, answered and judged, by a step each, as
distilabel's documentation has it. Arguments: API, model, requests at once for each step, JSON file of passages, output. Writes a JSON list of pairs."""

import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
from distilabel.models import OpenAILLM  # noqa: E402
from distilabel.pipeline import Pipeline  # noqa: E402
from distilabel.steps import LoadDataFromDicts  # noqa: E402
from distilabel.steps.tasks import TextGeneration  # noqa: E402

API, MODEL, BATCH, PASSAGES, OUTPUT = sys.argv[1:6]
STEPS = (
    ("clean", ["passage"], "<source>\n{{ passage }}\n</source>\n\nWrite this passage again without headers, footers and page numbers. Change nothing else."),
    ("question", ["passage"], "<source>\n{{ passage }}\n</source>\n\nWrite one question that this passage answers. Reply with the question alone."),
    ("answer", ["passage", "question"], "<source>\n{{ passage }}\n</source>\n\nAnswer from this passage alone: {{ question }}"),
    ("verdict", ["passage", "question", "answer"],
     "<source>\n{{ passage }}\n</source>\n\nQuestion: {{ question }}\nAnswer: {{ answer }}\n\nRate the answer from 1 to 10 for faithfulness to the passage. Reply with the number."),
)


def main():
    with open(PASSAGES, encoding="utf-8") as file:
        rows = [{"passage": text} for text in json.load(file)]
    with Pipeline(name="pairs") as pipeline:
        step = LoadDataFromDicts(name="passages", data=rows, batch_size=int(BATCH))
        for name, columns, template in STEPS:
            llm = OpenAILLM(base_url=API, api_key="none", model=MODEL, generation_kwargs={"max_new_tokens": 1000, "temperature": 0.3})
            task = TextGeneration(name=name, llm=llm, template=template, columns=columns, input_batch_size=int(BATCH),
                                  output_mappings={"generation": name, "model_name": f"{name}_model"})
            step >> task  # pylint: disable=pointless-statement
            step = task
    dataset = pipeline.run(use_cache=False)["default"]["train"]
    pairs = [{"question": row["question"], "answer": row["answer"]} for row in dataset if row["question"] and row["answer"]]
    with open(OUTPUT, "w", encoding="utf-8") as file:
        json.dump(pairs, file)


if __name__ == "__main__":
    main()
