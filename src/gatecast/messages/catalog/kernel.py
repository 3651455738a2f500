"""What the kernel says."""

TEXTS = {
    "kernel.simd_level": (
        "GATECAST_SIMD={requested} was requested; this machine has {available}: use one of these",
        "GATECAST_SIMD={requested} 不可用；本机支持 {available}：请从中选择",
    ),
    "kernel.dilations": (
        "{@dilations}={dilations} was requested; give one number of steps, 1 or more, for each of "
        "the {layers:layer|layers}",
        "要求的是 {@dilations}={dilations}；请为 {layers} 层各给出一个步数，1 或更大",
    ),
    "kernel.no_levels": (
        "levels go with the pinball loss, and it needs at least one",
        "levels 用于分位数（pinball）损失，且至少需要一个",
    ),
    "kernel.levels": (
        "levels={levels} were requested; each lies between 0 and 1",
        "要求的是 levels={levels}；每个都必须在 0 和 1 之间",
    ),
    "kernel.numbers": (
        "{name} is {dtype}: {needed} is needed",
        "{name} 的类型是 {dtype}，需要 {needed}",
    ),
    "kernel.no_keys": (
        "dropout needs a key for each update",
        "dropout 的每次更新都需要一个键",
    ),
}
