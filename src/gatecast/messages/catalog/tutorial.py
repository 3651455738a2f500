"""The tutorial's experiment; these are whole sentences."""

TEXTS = {
    "tutorial.label_written": ("LSTM(50) as the tutorial has it", "LSTM(50)，照教程的写法"),
    "tutorial.label_sequences": (
        "LSTM(50) on sequences, state carried",
        "LSTM(50)，用序列训练，状态延续",
    ),
    "tutorial.label_pretrained": (
        "LSTM pretrained on others, no training",
        "在其他序列上预训练的 LSTM，不训练",
    ),
    "tutorial.label_naive": ("last value (naive)", "上一个值（朴素预测）"),
    "tutorial.label_arima": (
        "ARIMA({p}, {d}, {q}), maximum likelihood",
        "ARIMA({p}, {d}, {q})，最大似然",
    ),
    "tutorial.note_leak": (
        "The first row is the tutorial as it was written: its scaler was fitted on the test part "
        "too, and its create_dataset loses the last usable pair of each part (7,998 and 1,998 "
        "pairs). All other rows are fitted on the first 8,000 values alone and scored on all 2,000 "
        "others.",
        "第一行是照教程原样的写法：缩放器连测试部分也用来拟合，create_dataset "
        "还丢掉了每一部分最后一对"
        "可用的数据（7,998 对和 1,998 对）。其余各行只用前 8,000 个值拟合，在其余 2,000 "
        "个值上评分。",
    ),
    "tutorial.note_losses": (
        "Losses are mean squared errors on each network's own scale: the tutorial's series lies "
        "between 0 and 1, the other has mean 0 and deviation 1.",
        "损失是各网络自己尺度上的均方误差：教程的序列在 0 和 1 之间，另一个均值为 0、标准差为 1。",
    ),
    "tutorial.note_pretrained": (
        "The pretrained LSTM comes with gatecast and was trained on other series; of this one it "
        "was given the cycle of {cycle} steps, detected in the first {n:,} values.",
        "预训练的 LSTM 随 gatecast 一起提供，是在其他序列上训练的；关于这条序列，只告诉它周期为 "
        "{cycle} 步（在前 {n:,} 个值中检测到）。",
    ),
    "tutorial.no_arima": ("There is no ARIMA row: {reason}.", "没有 ARIMA 一行：{reason}。"),
    "tutorial.both": (
        "As written: {written}. On sequences: {sequences}.",
        "照原样：{written}。用序列：{sequences}。",
    ),
    "tutorial.loss": (
        "{both} The learning rate of the second falls to zero, so that it had to settle; whether "
        "it settled low enough is told by the gap to the noise floor.",
        "{both}后者的学习率降到零，所以必然稳定；是否稳定在足够低的地方，要看与噪声下限的差距。",
    ),
    "tutorial.fit": (
        "As written: {written}. What is missing is memory: with look_back 1 the state starts at "
        "zero at every step. On sequences: {sequences}.",
        "照原样：{written}。缺的是记忆：look_back 为 1 时，状态每一步都从零开始。用序列："
        "{sequences}。",
    ),
    "tutorial.verdict": (
        "The same network, trained on sequences and with its state carried, lowers the test RMSE "
        "from {written:.4f} to {sequences:.4f}; the noise floor is {floor:.4f}.",
        "同一个网络，用序列训练并让状态延续，测试 RMSE 从 {written:.4f} 降到 {sequences:.4f}；"
        "噪声下限是 {floor:.4f}。",
    ),
    "tutorial.verdict_arima": (
        "The same network, trained on sequences and with its state carried, lowers the test RMSE "
        "from {written:.4f} to {sequences:.4f}; the noise floor is {floor:.4f}, and an ARIMA has "
        "{arima:.4f}: {outcome} (Diebold-Mariano p {p:p} over {n:,} test values).",
        "同一个网络，用序列训练并让状态延续，测试 RMSE 从 {written:.4f} 降到 {sequences:.4f}；"
        "噪声下限是 {floor:.4f}，ARIMA 为 {arima:.4f}：{outcome}（Diebold-Mariano p {p:p}，"
        "{n:,} 个测试值）。",
    ),
    "tutorial.tie": ("a tie", "不分上下"),
    "tutorial.lstm_wins": ("the LSTM wins", "LSTM 胜"),
    "tutorial.arima_wins": ("the ARIMA wins", "ARIMA 胜"),
}
