"""What the kernel says."""

TEXTS = {
    "kernel.simd_level": (
        "GATECAST_SIMD={requested} was requested; this machine has {available}: use one of these",
        "GATECAST_SIMD={requested} 不可用；本机支持 {available}：请从中选择",
    ),
}
