"use strict";
// What the player says, in both languages; words that do not change stand in the page itself.
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const WORDS = {
  en: {
    play: "Play", pause: "Pause", unit: "unit", layer: "layer", step: "step", steps: "steps",
    perSecond: "steps a second", halfLife: "half-life", slider: "step of the series",
    forever: "keeps all", percent: " %",
    unitOf: (unit, layer) => `unit ${unit}` + (layer === null ? "" : ` of layer ${layer}`),
    seriesChart: "the series; a click moves to that step", lineChart: "memory of the chosen unit",
    heatChart: "values of every unit over time; a click chooses step and unit",
    forecastChart: "the end of the series and its forecast",
    barsChart: "share of each past step in the forecast; a click moves to that step",
    curvesChart: "training loss of each network by epoch",
    residualsChart: "what the forecast one step ahead left over; a click moves to that step",
    cellChart: "the cell, with the values of the chosen unit at this step",
    forgot: "forgotten", ahead: "ahead", interval: "% interval", forecast: "forecast",
    gates: {
      input: "input", forget: "forget", candidate: "candidate", output: "output", cell: "memory",
      hidden: "hidden state", update: "update", reset: "reset", recurrent: "past",
    },
    lines: { cell: "memory (cell state)", hidden: "output (hidden state)" },
    lstm: (v) => [
      `At ${v.time}, ${v.series} is ${v.value}. `,
      `${capital(v.unit)} held ${v.before} and keeps ${v.forget} of it: `,
      `${v.forgotten} is forgotten, ${v.kept} stays. `,
      `It writes ${v.written}, which is ${v.input} of a candidate of ${v.candidate}, and now holds `,
      `${v.cell}. Of tanh(${v.cell}) it shows ${v.output}: ${v.hidden}.`,
    ].join(""),
    gru: (v) => [
      `At ${v.time}, ${v.series} is ${v.value}. `,
      `${capital(v.unit)} said ${v.before} and keeps ${v.update} of it, ${v.kept}. `,
      `The rest comes from a candidate of ${v.candidate}, made with ${v.reset} of what it sees of `,
      `the past: ${v.written} is written, and it now says ${v.hidden}.`,
    ].join(""),
    sum: (v) => `The last ${v.lags} steps add up to ${v.sum}${v.unit} in the forecast ${v.ahead} ` +
      `ahead; the greatest share is that of ${v.time}, ${v.lag} ${v.lag === 1 ? "step" : "steps"} back: ${v.most}.`,
    inputs: (list) => ` By input: ${list.join(", ")}.`, others: (n) => `${n} others`,
    ownUnit: "", netUnit: " (in transformed values)", inputNames: {},
  },
  zh: {
    play: "播放", pause: "暂停", unit: "单元", layer: "层", step: "步", steps: "步",
    perSecond: "步/秒", halfLife: "半衰期", slider: "序列中的步",
    forever: "全部保留", percent: "%",
    unitOf: (unit, layer) => (layer === null ? "" : `层 ${layer} 的`) + `单元 ${unit}`,
    seriesChart: "序列；点击跳到那一步", lineChart: "所选单元的记忆",
    heatChart: "所有单元随时间的取值；点击选择步和单元",
    forecastChart: "序列的末尾与预测",
    barsChart: "过去每一步在预测中的份额；点击跳到那一步",
    curvesChart: "各网络每轮的训练损失", residualsChart: "提前一步预测的残差；点击跳到那一步",
    cellChart: "记忆单元结构图，以及所选单元在这一步的取值",
    forgot: "忘掉", ahead: "步之后", interval: "% 区间", forecast: "预测",
    gates: {
      input: "输入门", forget: "遗忘门", candidate: "候选值", output: "输出门", cell: "记忆",
      hidden: "输出", update: "更新门", reset: "重置门", recurrent: "过去",
    },
    lines: { cell: "记忆（细胞状态）", hidden: "输出（隐藏状态）" },
    lstm: (v) => [
      `${v.time}：${v.series} 的值是 ${v.value}。`,
      `${v.unit} 原来的记忆是 ${v.before}，遗忘门保留 ${v.forget}：`,
      `忘掉 ${v.forgotten}，留下 ${v.kept}。`,
      `输入门让候选值 ${v.candidate} 的 ${v.input} 写入，即 ${v.written}；现在的记忆是 ${v.cell}。`,
      `输出门放出 tanh(${v.cell}) 的 ${v.output}：${v.hidden}。`,
    ].join(""),
    gru: (v) => [
      `${v.time}：${v.series} 的值是 ${v.value}。`,
      `${v.unit} 上一步是 ${v.before}，更新门保留其中的 ${v.update}，即 ${v.kept}。`,
      `其余来自候选值 ${v.candidate}（重置门让它看到过去的 ${v.reset}）：写入 ${v.written}，`,
      `现在是 ${v.hidden}。`,
    ].join(""),
    sum: (v) => `最近 ${v.lags} 步合计为 ${v.ahead} 步之后的预测贡献 ${v.sum}${v.unit}；` +
      `份额最大的是 ${v.lag} 步之前的 ${v.time}：${v.most}。`,
    inputs: (list) => `按输入分：${list.join("、")}。`, others: (n) => `其余 ${n} 个`,
    ownUnit: "", netUnit: "（变换后的数值）",
    inputNames: { value: "数值", "distance from level": "与水平的距离", "last change": "最近的变化",
      "benchmark forecast": "基准预测",
      "sine of day": "一天的正弦", "cosine of day": "一天的余弦", "sine of week": "一周的正弦",
      "cosine of week": "一周的余弦", "sine of year": "一年的正弦", "cosine of year": "一年的余弦" },
  },
};
const words = () => WORDS[document.documentElement.lang] || WORDS.en;
