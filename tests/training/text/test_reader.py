"""What the UNet reads of prompts."""

import torch

from training.text.reader import Reader


def test_a_prompt_is_heard_alone_as_among_longer_ones(reader: Reader) -> None:
    texts = ["grass", "dark lava, snow and a very old cobblestone path of ice"]
    with torch.no_grad():
        alone, pooled = reader.states(texts[:1], whole=True)
        both, among = reader.states(texts, whole=False)
    assert alone.shape[1] == 77
    assert both.shape[1] < 40
    torch.testing.assert_close(both[0], alone[0, : both.shape[1]], rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(among[0], pooled[0], rtol=1e-3, atol=1e-4)


def test_words_are_found_in_their_row(reader: Reader) -> None:
    text = "top-down view, dark grass and lava"
    held = reader.rows([text])
    begin = text.index("dark grass")
    found = reader.named(text, (begin, begin + len("dark grass")))
    parts = (text[:begin], "dark grass")
    before, within = (len(reader.tokenizers[0](p, add_special_tokens=False).input_ids) for p in parts)
    states = reader.states([text], whole=True)[0][0, 1 + before : 1 + before + within]
    heard = [each for each in states if (held.embeds[0] - each).norm(dim=-1).min() < 1e-3]
    torch.testing.assert_close(held.embeds[0, found], torch.stack(heard), rtol=1e-3, atol=1e-4)
