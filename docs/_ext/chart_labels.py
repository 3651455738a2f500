"""Charts in the language of their page: the texts of an SVG are exchanged after the build.

A cell is executed once, in English, and its chart is an SVG whose texts are texts. For the Chinese
site they are looked up here; ``docs/check.py`` finds those that are not there.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_TEXT = re.compile(r"(<text [^>]*>)([^<]+)(</text>)")
#: Words on axes and in legends; ``_PATTERNS`` are for those with numbers in them.
_WORDS = {
    "80 % interval": "80 % 区间",
    "95 % interval": "95 % 区间",
    "a shop that was not in the fit": "拟合时没有的店",
    "after loading": "加载后",
    "Airline passengers, and 24 months ahead": "航空旅客，以及未来 24 个月",
    "before saving": "保存前",
    "best so far": "目前最好",
    "Carbon dioxide, and a year ahead": "二氧化碳，以及未来一年",
    "cell state, carried": "细胞状态，一直延续",
    "CO2": "二氧化碳",
    "co2": "二氧化碳",
    "combination": "组合",
    "Combination": "组合",
    "decomposed at each origin": "在每个起点分解",
    "decomposed whole": "整条分解",
    "degrees": "度",
    "ds": "日期",
    "emptied every 6 steps": "每 6 步清空",
    "epoch": "轮",
    "error of the LSTM": "LSTM 的误差",
    "error of the seasonal naive forecast": "季节朴素预测的误差",
    "first split": "第一次划分",
    "finished": "已完成",
    "second": "第二次",
    "third": "第三次",
    "fitted on all values": "在全部数据上拟合",
    "fitted on the training part": "在训练部分上拟合",
    "forecast": "预测",
    "forecast with the plan": "按计划的预测",
    "forecast, promotions known": "预测，促销已知",
    "Forget gates along 200 months": "200 个月的遗忘门",
    "forget": "遗忘门",
    "forget gate": "遗忘门",
    "forget gate, mean of the units": "遗忘门，各单元的平均",
    "Four weeks of sales, promotions planned": "四周的销量，促销已计划",
    "hold-out loss": "留出损失",
    "input": "输入门",
    "linear": "线性",
    "LinearAutoregression": "线性自回归",
    "look_back": "回看长度 look_back",
    "loss": "损失",
    "loss, best = 1": "损失，最好 = 1",
    "lowers it": "压低",
    "LSTM alone": "只用 LSTM",
    "LSTM, default": "LSTM，默认",
    "lynx": "猞猁",
    "Lynx: error of four models": "猞猁：四个模型的误差",
    "MAE, lynx": "MAE，猞猁",
    "months": "月",
    "mean absolute error": "平均绝对误差",
    "Naive": "朴素",
    "naive": "朴素",
    "next value": "下一个值",
    "noise": "噪声",
    "noise floor": "噪声下限",
    "one missing value": "一个缺失值",
    "output": "输出门",
    "outside": "区间外",
    "passengers": "旅客",
    "prediction": "预测",
    "pretrained": "预训练",
    "PretrainedLSTM": "预训练 LSTM",
    "PretrainedLSTM, 80 % interval": "预训练 LSTM，80 % 区间",
    "pruned": "剪枝",
    "raises it": "抬高",
    "realcons": "实际消费",
    "realdpi": "实际可支配收入",
    "realinv": "实际投资",
    "RMSE one step ahead": "一步预测的 RMSE",
    "Sea surface temperature, and 24 months ahead": "海面温度，以及未来 24 个月",
    "SeasonalNaive": "季节朴素",
    "sequence, state carried": "序列，状态延续",
    "series": "序列",
    "share in the first step, transformed values": "对第一步的贡献（变换后的值）",
    "share that is left": "剩下的比例",
    "sine": "正弦",
    "Six years, each forecast from the end of the one before": "六年，每年从前一年末预测",
    "sold": "销量",
    "steps": "步",
    "steps ahead": "向前步数",
    "steps before the last": "距最后一步的步数",
    "sunspots": "太阳黑子",
    "Sunspots, and 36 months ahead": "太阳黑子，以及未来 36 个月",
    "test RMSE": "测试 RMSE",
    "the defaults": "默认设置",
    "the same forecast for every day": "每天相同的预测值",
    "Thirty ways the next two days may go": "未来两天可能的三十种走法",
    "three samples, and the value that each has to predict": "三个样本，以及各自要预测的值",
    "training ends": "训练结束",
    "training loss": "训练损失",
    "trial": "试验",
    "unit": "单元",
    "val_loss": "留出损失 val_loss",
    "value": "值",
    "values": "值",
    "volume": "流量",
    "Volume of the Nile, and ten years ahead": "尼罗河流量，以及未来十年",
    "week": "周",
    "What each past month adds to the forecast": "过去每个月对预测的贡献",
    "what came": "后来的值",
    "what can be known": "能够知道的",
    "what is in the file": "文件里的值",
    "what the network works on": "网络看到的",
    "what was": "真实值",
    "what you want to see": "你想看到的",
    "with the column": "有这一列",
    "without": "没有",
    "without weights": "不加权",
    "works weighted 0": "装修期权重为 0",
    "year": "年",
}
_PATTERNS = {
    r"(\d+) units?": r"\1 个单元",
    r"(\d+) units, training": r"\1 个单元，训练",
    r"(\d+) units, hold-out": r"\1 个单元，留出",
    r"(\d) layers of (\d+)": r"\1 层，每层 \2 个",
    r"(\d) layers, residual": r"\1 层，残差连接",
    r"windows of (\d+)": r"\1 步窗口",
    r"seed (\d+)": r"种子 \1",
    r"known up to (.+)": r"已知到 \1",
    r"(.+): best at ([\d.]+)": r"\1：最佳在 \2",
    r"(f = [\d.]+): half is gone after (\d+) steps": r"\1：\2 步后剩一半",
    r"CPU seconds for an epoch of ([\d,]+) windows of (\d+) steps": (
        r"一轮（\1 个 \2 步窗口）的 CPU 秒数"
    ),
    r"gain of (\w+), with a 95 % interval": r"\1 的改善，附 95 % 区间",
}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_WORDS |= {month: f"{number} 月" for number, month in enumerate(_MONTHS, 1)}


def svg_scraper(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Collect the figures of a gallery script as SVG, for sphinx-gallery.

    Parameters
    ----------
    block, block_vars, gallery_conf : object
        What sphinx-gallery gives.

    Returns
    -------
    str
        reStructuredText that shows them.
    """
    from sphinx_gallery.scrapers import matplotlib_scraper

    return matplotlib_scraper(block, block_vars, gallery_conf, format="svg")


def in_chinese(label: str) -> str:
    """Look a label up.

    Parameters
    ----------
    label : str
        In English.

    Returns
    -------
    str
        In Chinese; unchanged where it is not known.
    """
    if label in _WORDS:
        return _WORDS[label]
    if date := re.fullmatch(r"(\d{4})-(\w{3})", label):
        return f"{date[1]} 年 {_WORDS.get(date[2], date[2])}"
    for pattern, chinese in _PATTERNS.items():
        if match := re.fullmatch(pattern, label):
            return match.expand(chinese)
    return label


def _translate(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.config.language.startswith("zh"):
        for path in (Path(app.outdir) / "_images").glob("*.svg"):
            text = path.read_text(encoding="utf-8")
            path.write_text(_TEXT.sub(_replace, text), encoding="utf-8")


def _replace(match: re.Match[str]) -> str:
    label = in_chinese(html.unescape(match[2]).strip())
    return match[1] + html.escape(label, quote=False) + match[3]


def setup(app: Sphinx) -> dict[str, Any]:
    """Translate the pictures once all are written.

    Parameters
    ----------
    app : Sphinx
        The build.

    Returns
    -------
    dict of str to object
        What Sphinx wants to know of an extension.
    """
    app.connect("build-finished", _translate)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
