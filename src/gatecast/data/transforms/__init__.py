"""Steps that make series easier to learn, each fitted on training parts and undone exactly."""

from gatecast.data.transforms.base import Transform
from gatecast.data.transforms.boxcox import BoxCox, Log
from gatecast.data.transforms.level_shift import LevelShift
from gatecast.data.transforms.outliers import OutlierClip, hampel_clip
from gatecast.data.transforms.pipeline import TransformPipeline, Treatment
from gatecast.data.transforms.scalers import (
    MeanAbsoluteChangeScaler,
    MinMaxScaler,
    NonNegative,
    RobustScaler,
    StandardScaler,
)
from gatecast.data.transforms.seasonal import (
    FourierSeason,
    SeasonalAdjustment,
    find_season_length,
    fit_season,
    is_seasonal,
)

__all__ = [
    "BoxCox",
    "FourierSeason",
    "LevelShift",
    "Log",
    "MeanAbsoluteChangeScaler",
    "MinMaxScaler",
    "NonNegative",
    "OutlierClip",
    "RobustScaler",
    "SeasonalAdjustment",
    "StandardScaler",
    "Transform",
    "TransformPipeline",
    "Treatment",
    "find_season_length",
    "fit_season",
    "hampel_clip",
    "is_seasonal",
]
