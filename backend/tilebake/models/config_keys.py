"""List what the configurations of SDXL's parts may hold: for each key, which values are plausible.

A key that is in no table is never passed on. The bounds are several times what any model of SDXL's family
has, and low enough that a network of that size is still only described, not allocated, in seconds.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple, cast


class Rule(NamedTuple):
    """Say which values a key may have, and how to say so."""

    accepts: Callable[[object], bool]
    wants: str


def _is_number(value: object, kinds: tuple[type, ...], low: float, high: float) -> bool:
    return type(value) in kinds and low <= cast("float", value) <= high


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _whole(low: int, high: int) -> Rule:
    return Rule(partial(_is_number, kinds=(int,), low=low, high=high), f"a whole number, {low} to {high}")


def _number(low: float, high: float) -> Rule:
    return Rule(partial(_is_number, kinds=(int, float), low=low, high=high), f"a number, {low:g} to {high:g}")


def _one_of(*values: str | bool | None) -> Rule:
    def accepts(value: object) -> bool:
        return any(type(value) is type(each) and value == each for each in values)

    return Rule(
        accepts, "one of " + ", ".join("null" if value is None else str(value).lower() for value in values)
    )


def _either(*rules: Rule) -> Rule:
    def accepts(value: object) -> bool:
        return any(rule.accepts(value) for rule in rules)

    return Rule(accepts, ", or ".join(rule.wants for rule in rules))


def _list_of(rule: Rule, most: int) -> Rule:
    def accepts(value: object) -> bool:
        if not isinstance(value, list):
            return False
        items = cast("list[object]", value)
        return len(items) <= most and all(map(rule.accepts, items))

    return Rule(accepts, f"a list of at most {most}, each {rule.wants}")


_NULL: Final = _one_of(None)
_FLAG: Final = _either(Rule(_is_flag, "true or false"), _NULL)
_OFF: Final = _one_of(False, None)
_LEVELS: Final = 6
_CHANNELS: Final = _whole(1, 64)
_WIDTH: Final = _whole(1, 16384)
_SMALL: Final = _whole(0, 16)
_SIZE: Final = _either(_whole(1, 65536), _list_of(_whole(1, 65536), 2), _NULL)
_ACTIVATION: Final = _one_of("silu", "swish", "mish", "gelu", "relu")
_TOKEN_ID: Final = _either(_whole(-1, 1 << 20), _NULL)


def _by_level(rule: Rule) -> Rule:
    return _either(rule, _list_of(rule, _LEVELS))


_DEPTH: Final = _either(_whole(0, 20), _list_of(_whole(0, 20), 5))

UNET_KEYS: Final[Mapping[str, Rule]] = {
    "sample_size": _SIZE,
    "in_channels": _CHANNELS,
    "out_channels": _CHANNELS,
    "center_input_sample": _FLAG,
    "flip_sin_to_cos": _FLAG,
    "freq_shift": _number(0, 1),
    "down_block_types": _list_of(_one_of("DownBlock2D", "CrossAttnDownBlock2D"), _LEVELS),
    "mid_block_type": _one_of("UNetMidBlock2DCrossAttn", "UNetMidBlock2D", None),
    "up_block_types": _list_of(_one_of("UpBlock2D", "CrossAttnUpBlock2D"), _LEVELS),
    "only_cross_attention": _by_level(_FLAG),
    "block_out_channels": _list_of(_WIDTH, _LEVELS),
    "layers_per_block": _by_level(_whole(1, 4)),
    "downsample_padding": _whole(0, 1),
    "mid_block_scale_factor": _number(0.001, 1000),
    "dropout": _number(0, 1),
    "act_fn": _ACTIVATION,
    "norm_num_groups": _either(_whole(1, 1024), _NULL),
    "norm_eps": _number(0, 1),
    "cross_attention_dim": _by_level(_WIDTH),
    "transformer_layers_per_block": _either(_DEPTH, _list_of(_DEPTH, _LEVELS)),
    "reverse_transformer_layers_per_block": _either(_list_of(_DEPTH, _LEVELS), _NULL),
    "encoder_hid_dim": _NULL,
    "encoder_hid_dim_type": _NULL,
    "attention_head_dim": _by_level(_whole(1, 1024)),
    "num_attention_heads": _NULL,
    "dual_cross_attention": _OFF,
    "use_linear_projection": _FLAG,
    "class_embed_type": _NULL,
    "addition_embed_type": _one_of("text", "text_image", "text_time", "image", "image_hint", None),
    "addition_time_embed_dim": _either(_whole(1, 4096), _NULL),
    "num_class_embeds": _NULL,
    "upcast_attention": _FLAG,
    "resnet_time_scale_shift": _one_of("default", "scale_shift"),
    "resnet_skip_time_act": _FLAG,
    "resnet_out_scale_factor": _number(0.001, 1000),
    "time_embedding_type": _one_of("positional"),
    "time_embedding_dim": _either(_WIDTH, _NULL),
    "time_embedding_act_fn": _either(_ACTIVATION, _NULL),
    "timestep_post_act": _either(_ACTIVATION, _NULL),
    "time_cond_proj_dim": _either(_WIDTH, _NULL),
    "conv_in_kernel": _whole(1, 9),
    "conv_out_kernel": _whole(1, 9),
    "projection_class_embeddings_input_dim": _either(_whole(1, 65536), _NULL),
    "attention_type": _one_of("default"),
    "class_embeddings_concat": _OFF,
    "mid_block_only_cross_attention": _FLAG,
    "cross_attention_norm": _either(_one_of("layer_norm", "group_norm"), _NULL),
    "addition_embed_type_num_heads": _whole(1, 1024),
}

VAE_KEYS: Final[Mapping[str, Rule]] = {
    "in_channels": _whole(3, 3),
    "out_channels": _whole(3, 3),
    "down_block_types": _list_of(_one_of("DownEncoderBlock2D"), _LEVELS),
    "up_block_types": _list_of(_one_of("UpDecoderBlock2D"), _LEVELS),
    "block_out_channels": _list_of(_WIDTH, _LEVELS),
    "layers_per_block": _whole(1, 8),
    "act_fn": _ACTIVATION,
    "latent_channels": _CHANNELS,
    "norm_num_groups": _whole(1, 1024),
    "sample_size": _SIZE,
    "scaling_factor": _number(1e-6, 1e6),
    "shift_factor": _either(_number(-1e6, 1e6), _NULL),
    "latents_mean": _either(_list_of(_number(-1e6, 1e6), 64), _NULL),
    "latents_std": _either(_list_of(_number(1e-6, 1e6), 64), _NULL),
    "force_upcast": _FLAG,
    "use_quant_conv": _FLAG,
    "use_post_quant_conv": _FLAG,
    "mid_block_add_attention": _FLAG,
}

TEXT_ENCODER_KEYS: Final[Mapping[str, Rule]] = {
    "vocab_size": _whole(3, 1 << 20),
    "hidden_size": _WIDTH,
    "intermediate_size": _whole(1, 65536),
    "projection_dim": _WIDTH,
    "num_hidden_layers": _whole(1, 64),
    "num_attention_heads": _whole(1, 256),
    "max_position_embeddings": _whole(3, 1024),
    "hidden_act": _one_of("quick_gelu", "gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu"),
    "layer_norm_eps": _number(0, 1),
    "attention_dropout": _number(0, 1),
    "initializer_range": _number(0, 1000),
    "initializer_factor": _number(0, 1000),
    "pad_token_id": _TOKEN_ID,
    "bos_token_id": _TOKEN_ID,
    "eos_token_id": _TOKEN_ID,
}

CONTROLNET_KEYS: Final[Mapping[str, Rule]] = {
    **{name: rule for name, rule in UNET_KEYS.items() if name not in ("sample_size", "out_channels")},
    "conditioning_channels": _whole(3, 3),
    "controlnet_conditioning_channel_order": _one_of("rgb", "bgr"),
    "conditioning_embedding_out_channels": _list_of(_WIDTH, _LEVELS),
    "global_pool_conditions": _OFF,
}

IMAGE_ENCODER_KEYS: Final[Mapping[str, Rule]] = {
    "hidden_size": _WIDTH,
    "intermediate_size": _whole(1, 65536),
    "projection_dim": _WIDTH,
    "num_hidden_layers": _whole(2, 64),
    "num_attention_heads": _whole(1, 256),
    "num_channels": _whole(3, 3),
    "image_size": _whole(8, 1024),
    "patch_size": _whole(4, 64),
    "hidden_act": TEXT_ENCODER_KEYS["hidden_act"],
    "layer_norm_eps": _number(0, 1),
    "attention_dropout": _number(0, 1),
    "initializer_range": _number(0, 1000),
    "initializer_factor": _number(0, 1000),
}

_BETA: Final = _number(0, 1)
_SIGMA: Final = _either(_number(0, 1e6), _NULL)

SCHEDULER_KEYS: Final[Mapping[str, Rule]] = {
    "num_train_timesteps": _whole(1, 10_000),
    "beta_start": _BETA,
    "beta_end": _BETA,
    "beta_schedule": _one_of("linear", "scaled_linear", "squaredcos_cap_v2", "sigmoid"),
    "trained_betas": _either(_list_of(_BETA, 10_000), _NULL),
    "prediction_type": _one_of("epsilon", "sample", "v_prediction", "flow_prediction"),
    "interpolation_type": _one_of("linear", "log_linear"),
    "use_karras_sigmas": _FLAG,
    "use_exponential_sigmas": _FLAG,
    "use_beta_sigmas": _FLAG,
    "use_flow_sigmas": _FLAG,
    "sigma_min": _SIGMA,
    "sigma_max": _SIGMA,
    "timestep_spacing": _one_of("linspace", "leading", "trailing"),
    "timestep_type": _one_of("discrete", "continuous"),
    "steps_offset": _SMALL,
    "rescale_betas_zero_snr": _FLAG,
    "final_sigmas_type": _one_of("zero", "sigma_min"),
    "solver_order": _whole(1, 3),
    "solver_type": _one_of("midpoint", "heun", "bh1", "bh2", "logrho"),
    "solver_p": _NULL,
    "algorithm_type": _one_of("dpmsolver", "dpmsolver++", "sde-dpmsolver", "sde-dpmsolver++", "deis"),
    "thresholding": _FLAG,
    "dynamic_thresholding_ratio": _number(0, 1),
    "sample_max_value": _number(0, 1e6),
    "lower_order_final": _FLAG,
    "euler_at_final": _FLAG,
    "use_lu_lambdas": _FLAG,
    "flow_shift": _number(1e-6, 1e6),
    "lambda_min_clipped": _number(float("-inf"), 1e6),
    "variance_type": _one_of(
        "fixed_small", "fixed_small_log", "fixed_large", "learned", "learned_range", None
    ),
    "use_dynamic_shifting": _FLAG,
    "time_shift_type": _one_of("exponential"),
    "clip_sample": _FLAG,
    "clip_sample_range": _number(0, 1e6),
    "set_alpha_to_one": _FLAG,
    "original_inference_steps": _whole(1, 1000),
    "timestep_scaling": _number(0, 1e6),
    "predict_x0": _FLAG,
    "disable_corrector": _list_of(_whole(0, 1000), 1000),
    "shift_terminal": _OFF,
}
