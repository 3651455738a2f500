"""What series and errors are like, how good a fit is, and which model to use."""

TEXTS = {
    # questions
    "question.horizon": ("Is the horizon too long?", "预测范围太长吗？"),
    "question.drift": ("Is there drift?", "有漂移吗？"),
    "question.bias": ("Are forecasts biased?", "预测有偏吗？"),
    "question.autocorrelation": ("Are residuals autocorrelated?", "残差有自相关吗？"),
    "question.variance": ("Is the error variance constant?", "误差的方差恒定吗？"),
    "question.persistence": ("Does it copy the last value?", "它在照抄上一个值吗？"),
    "question.noise_floor": ("How far is it from the noise floor?", "离噪声下限还有多远？"),
    "question.longer_training": ("Would more training help?", "多训练一些有用吗？"),
    "question.fit": ("Is it over- or underfitted?", "过拟合还是欠拟合？"),
    "question.loss_settled": ("Has the loss settled?", "损失稳定了吗？"),
    "question.training_steps": ("How long was it trained?", "训练了多久？"),
    "question.speed": ("How fast is prediction?", "预测有多快？"),
    # series
    "series.nonlinear": (
        "the series is not linear: squares and cubes of its last two values explain "
        "{explained:.0%} of the residual variance of a linear autoregression (p {p:p})",
        "序列不是线性的：最后两个值的平方和立方解释了线性自回归残差方差的 {explained:.0%}（p "
        "{p:p}）",
    ),
    "series.linear": (
        "no nonlinearity was detected in the series (p {p:p})",
        "没有在序列中检测到非线性（p {p:p}）",
    ),
    "series.not_stationary": (
        "the series' level is not stationary (d = {d:.2f}, standard error {error:.2f})",
        "序列的水平不平稳（d = {d:.2f}，标准误 {error:.2f}）",
    ),
    "series.long_memory": (
        "the series has long memory: its autocorrelations decay more slowly than any ARMA's "
        "(d = {d:.2f}, standard error {error:.2f})",
        "序列有长记忆：自相关的衰减慢于任何 ARMA（d = {d:.2f}，标准误 {error:.2f}）",
    ),
    "series.short_memory": (
        "the series has no long memory (d = {d:.2f}, standard error {error:.2f})",
        "序列没有长记忆（d = {d:.2f}，标准误 {error:.2f}）",
    ),
    "series.random_walk": (
        "the series' changes look like those of a random walk (variance ratio {ratio:.2f} over "
        "{lag} steps, p {p:p})",
        "序列的变化像随机游走（{lag} 步的方差比 {ratio:.2f}，p {p:p}）",
    ),
    "series.mean_reverting": (
        "the series' changes are mean-reverting (variance ratio {ratio:.2f} over {lag} steps, "
        "p {p:p})",
        "序列的变化有均值回复（{lag} 步的方差比 {ratio:.2f}，p {p:p}）",
    ),
    "series.trending": (
        "the series' changes are positively autocorrelated (variance ratio {ratio:.2f} over {lag} "
        "steps, p {p:p})",
        "序列的变化呈正自相关（{lag} 步的方差比 {ratio:.2f}，p {p:p}）",
    ),
    "series.too_short": (
        "the series are too short to test for nonlinearity and long memory",
        "序列太短，无法检验非线性和长记忆",
    ),
    "series.none_changes": (
        "none of the series changes, so they cannot be tested",
        "这些序列都没有变化，无法检验",
    ),
    "series.short_or_constant": (
        "the series are too short to test for nonlinearity and long memory, or do not change",
        "序列太短或没有变化，无法检验非线性和长记忆",
    ),
    "series.shares": (
        "of {n} series tested, {nonlinear:.0%} are nonlinear, {long_memory:.0%} have long memory "
        "and {random_walk:.0%} look like random walks",
        "检验了 {n} 条序列：{nonlinear:.0%} 是非线性的，{long_memory:.0%} 有长记忆，"
        "{random_walk:.0%} 像随机游走",
    ),
    # residuals
    "residuals.autocorrelated": (
        "the residuals are autocorrelated, so something is left to learn (Ljung-Box p {p:p}; the "
        "largest of {lags} autocorrelations is {largest:.2f} at lag {lag})",
        "残差有自相关，还有可学的东西（Ljung-Box p {p:p}；{lags} 个自相关中最大的是滞后 {lag} 的 "
        "{largest:.2f}）",
    ),
    "residuals.white": (
        "no autocorrelation was detected in the residuals (Ljung-Box p {p:p}; the largest of "
        "{lags} autocorrelations is {largest:.2f} at lag {lag})",
        "没有检测到残差的自相关（Ljung-Box p {p:p}；{lags} 个自相关中最大的是滞后 {lag} 的 "
        "{largest:.2f}）",
    ),
    "residuals.heteroscedastic": (
        "the error variance is not constant, so intervals should vary in width (McLeod-Li p {p:p}; "
        "the largest of {lags} autocorrelations of squared errors is {largest:.2f} at lag {lag})",
        "误差的方差不恒定，区间的宽度应随时间变化（McLeod-Li p {p:p}；平方误差的 {lags} 个自相关中"
        "最大的是滞后 {lag} 的 {largest:.2f}）",
    ),
    "residuals.homoscedastic": (
        "no change of the error variance was detected (McLeod-Li p {p:p}; the largest of {lags} "
        "autocorrelations of squared errors is {largest:.2f} at lag {lag})",
        "没有检测到误差方差的变化（McLeod-Li p {p:p}；平方误差的 {lags} 个自相关中最大的是滞后 "
        "{lag} 的 {largest:.2f}）",
    ),
    "residuals.unbiased": (
        "no bias was detected at the 1 % level (bias {bias:.4g}, standard error {error:.2g}, "
        "p {p:p})",
        "在 1% 的水平上没有检测到偏差（偏差 {bias:.4g}，标准误 {error:.2g}，p {p:p}）",
    ),
    "residuals.too_low": (
        "forecasts are too low on average (bias {bias:.4g}, standard error {error:.2g}, p {p:p})",
        "预测平均偏低（偏差 {bias:.4g}，标准误 {error:.2g}，p {p:p}）",
    ),
    "residuals.too_high": (
        "forecasts are too high on average (bias {bias:.4g}, standard error {error:.2g}, p {p:p})",
        "预测平均偏高（偏差 {bias:.4g}，标准误 {error:.2g}，p {p:p}）",
    ),
    "residuals.no_drift": (
        "no drift: errors are as large at the last cutoffs as at the first (p {p:p})",
        "没有漂移：最后几个截断点的误差与最初的一样大（p {p:p}）",
    ),
    "residuals.grew": (
        "errors grew by {change:percent} from the first cutoff to the last (p {p:p}): the series "
        "is changing, look at recent history first",
        "从第一个截断点到最后一个，误差增大了 {change:percent}（p {p:p}）：序列在变化，"
        "先看近期的历史",
    ),
    "residuals.shrank": (
        "errors shrank by {change:percent} from the first cutoff to the last (p {p:p}): the series "
        "is changing, look at recent history first",
        "从第一个截断点到最后一个，误差减小了 {change:percent}（p {p:p}）：序列在变化，"
        "先看近期的历史",
    ),
    "horizon.all": (
        "no: {reference} is beaten at all {h} steps (by {first:percent} at the first, "
        "{last:percent} at the last)",
        "不长：全部 {h} 步都胜过 {reference}（第一步 {first:percent}，最后一步 {last:percent}）",
    ),
    "horizon.exact": (
        "no: forecasts are exact at all {h} steps",
        "不长：全部 {h} 步的预测都完全准确",
    ),
    "horizon.none": (
        "yes: {reference} is not beaten at the first step (skill {skill:percent})",
        "太长：第一步就没有胜过 {reference}（技巧 {skill:percent}）",
    ),
    "horizon.some": (
        "yes: {reference} is beaten up to step {useful} of {h}, and not at the next one",
        "偏长：{h} 步中，到第 {useful} 步为止都胜过 {reference}，下一步则没有",
    ),
    # fit
    "loss.one_epoch": (
        "unknown: one epoch, with a training loss of {last:.4f}, has no slope",
        "无法判断：只有一轮，训练损失为 {last:.4f}，看不出斜率",
    ),
    "loss.settled": (
        "yes: the training loss is {last:.4f} and moves by {change:.2%} an epoch",
        "是：训练损失为 {last:.4f}，每轮变动 {change:.2%}",
    ),
    "loss.falling": (
        "no: the training loss is {last:.4f} and still falls by {change:.2%} an epoch; only a "
        "backtest tells whether that would lower the error on later values",
        "否：训练损失为 {last:.4f}，每轮仍下降 {change:.2%}；这能否降低后面数值上的误差，"
        "只有回测才知道",
    ),
    "loss.rising": (
        "no: the training loss is {last:.4f} and rises by {change:.2%} an epoch; a lower learning "
        "rate may help",
        "否：训练损失为 {last:.4f}，每轮上升 {change:.2%}；降低学习率可能有帮助",
    ),
    "fit.overfitted": (
        "overfitted: training RMSE {train:.4f}, test RMSE {test:.4f} one step ahead, a gap of "
        "more than two "
        "standard errors",
        "过拟合：提前一步的训练 RMSE 为 {train:.4f}，测试 RMSE 为 {test:.4f}，差距超过两个标准误",
    ),
    "fit.underfitted": (
        "not overfitted (training RMSE {train:.4f}, test RMSE {test:.4f} one step ahead) but "
        "underfitted: even "
        "the training error is {above:percent} above the noise floor, so something is missing from "
        "the model, not from the data",
        "没有过拟合（提前一步的训练 RMSE 为 {train:.4f}，测试 RMSE 为 {test:.4f}），但欠拟合："
        "连训练误差也比噪声下限"
        "高 {above:percent}，缺的是模型，不是数据",
    ),
    "fit.gap_within": (
        "training RMSE {train:.4f}, test RMSE {test:.4f} one step ahead, a gap within two "
        "standard errors "
        "({allowed:.4f})",
        "提前一步的训练 RMSE 为 {train:.4f}，测试 RMSE 为 {test:.4f}，差距在两个标准误（"
        "{allowed:.4f}）之内",
    ),
    "fit.gap_easier": (
        "training RMSE {train:.4f}, test RMSE {test:.4f} one step ahead; the test part is "
        "easier, by more than "
        "two standard errors ({allowed:.4f})",
        "提前一步的训练 RMSE 为 {train:.4f}，测试 RMSE 为 {test:.4f}；测试部分更容易，超过两个标"
        "准误"
        "（{allowed:.4f}）",
    ),
    "fit.gap_harder": (
        "training RMSE {train:.4f}, test RMSE {test:.4f} one step ahead; the test part is harder: "
        "the RMSE of the naive forecast is {train_naive:.4f} in the training part and "
        "{test_naive:.4f} in the test part",
        "提前一步的训练 RMSE 为 {train:.4f}，测试 RMSE 为 {test:.4f}；测试部分更难："
        "朴素预测的 RMSE 在训练部分为 {train_naive:.4f}，在测试部分为 {test_naive:.4f}",
    ),
    "fit.neither": ("neither: {gap}", "都不是：{gap}"),
    "fit.not_overfitted": (
        "not overfitted: {gap}; underfitting cannot be judged without a noise floor",
        "没有过拟合：{gap}；没有噪声下限，无法判断欠拟合",
    ),
    "floor.above": (
        "an RMSE of {rmse:.4f} is {gap:.1%} above the noise floor of {floor:.4f}",
        "RMSE {rmse:.4f} 比噪声下限 {floor:.4f} 高 {gap:.1%}",
    ),
    "floor.below": (
        "an RMSE of {rmse:.4f} is {gap:.1%} below the noise floor of {floor:.4f}",
        "RMSE {rmse:.4f} 比噪声下限 {floor:.4f} 低 {gap:.1%}",
    ),
    "floor.explained": (
        "{gap}; of what the naive forecast leaves above the floor {explained:.0%} is explained",
        "{gap}；朴素预测在下限之上剩下的部分，解释了 {explained:.0%}",
    ),
    "floor.estimated": (
        "{gap}, as estimated from the series itself (Gamma test)",
        "{gap}（由序列自身估计，Gamma 检验）",
    ),
    "persistence.no": (
        "no: forecasts are not delayed; their skill over the naive forecast is {skill:.2f}",
        "没有：预测没有滞后，相对朴素预测的技巧为 {skill:.2f}",
    ),
    "persistence.yes": (
        "yes: forecasts look most like the value {lag:step|steps} before; their skill over the "
        "naive forecast is {skill:.2f}",
        "是：预测最像 {lag} 步之前的值，相对朴素预测的技巧为 {skill:.2f}",
    ),
    "persistence.better": (
        "no: forecasts look most like the value {lag:step|steps} before, but are better than it; "
        "their skill over the naive forecast is {skill:.2f}",
        "没有：预测虽然最像 {lag} 步之前的值，但比照抄更好，相对朴素预测的技巧为 {skill:.2f}",
    ),
    "persistence.moves": (
        "no: forecasts move {share:percent} as far from the last value as the series does; their "
        "skill over the naive forecast is {skill:.2f}",
        "没有：预测偏离上一个值的幅度是序列本身的 {share:percent}，相对朴素预测的技巧为 "
        "{skill:.2f}",
    ),
    "persistence.still": (
        "nearly: forecasts move only {share:percent} as far from the last value as the series "
        "does; their skill over the naive forecast is {skill:.2f}",
        "几乎是：预测偏离上一个值的幅度只有序列本身的 {share:percent}，"
        "相对朴素预测的技巧为 {skill:.2f}",
    ),
    "persistence.copy": (
        "yes: every forecast is the last value",
        "是：每个预测都就是上一个值",
    ),
    "persistence.insample": (
        "{answer} (one step ahead, in-sample)",
        "{answer}（提前一步，样本内）",
    ),
    "speed": (
        "{count:,} one-step predictions took {milliseconds:.1f} ms, {each:.2f} microseconds each",
        "{count:,} 次一步预测用了 {milliseconds:.1f} 毫秒，每次 {each:.2f} 微秒",
    ),
    # training
    "training.helps": (
        "yes: with {longer} training steps instead of {steps} the one-step error on later "
        "values is "
        "{gain:.1%} lower (p {p:p})",
        "有：训练步数从 {steps} 增到 {longer} 时，后面数值上提前一步的误差低 {gain:.1%}（p {p:p}）",
    ),
    "training.lower": (
        "no: with {longer} training steps instead of {steps} the one-step error on later values is "
        "{gain:.1%} lower, which may be chance (p {p:p})",
        "没有：训练步数从 {steps} 增到 {longer} 时，后面数值上提前一步的误差低 {gain:.1%}，可能"
        "只是偶然"
        "（p {p:p}）",
    ),
    "training.higher": (
        "no: with {longer} training steps instead of {steps} the one-step error on later values is "
        "{gain:.1%} higher, which may be chance (p {p:p})",
        "没有：训练步数从 {steps} 增到 {longer} 时，后面数值上提前一步的误差高 {gain:.1%}，可能"
        "只是偶然"
        "（p {p:p}）",
    ),
    "training.harms": (
        "no, it would do harm: with {longer} training steps instead of {steps} the one-step "
        "error on later values is {gain:.1%} higher (p {p:p})",
        "没有，反而有害：训练步数从 {steps} 增到 {longer} 时，后面数值上提前一步的误差高 "
        "{gain:.1%}（p "
        "{p:p}）",
    ),
    "training.no_weight": (
        "this does not apply: {benchmark} makes the forecast, and the networks trained on the "
        "series have no weight in it",
        "不适用：以{benchmark}为预测，在这条序列上训练的网络在其中没有权重",
    ),
    "training.no_weight_one_step": (
        "this was not tested: one step ahead, where trainings are compared, {benchmark} makes the "
        "forecast, and the networks trained on the series have no weight in it",
        "没有检验：训练在提前一步的预测上比较，而那里以{benchmark}为预测，在这条序列上训练的网络"
        "在其中没有权重",
    ),
    # recommendation
    "recommend.best": (
        "use {model}: its {metric} is {gain:percent} below that of {other}, the next best "
        "({evidence})",
        "用 {model}：它的 {metric} 比其次的 {other} 低 {gain:percent}（{evidence}）",
    ),
    "recommend.best_unsure": (
        "use {model}: its {metric} is {gain:percent} below that of {other}, the next best, though "
        "that may be chance ({evidence})",
        "用 {model}：它的 {metric} 比其次的 {other} 低 {gain:percent}，但也可能只是偶然（"
        "{evidence}）",
    ),
    "recommend.simpler": (
        "use {model}, the simplest model within {margin:.0%} of the best: the {metric} of {best} "
        "is {gain:percent} lower, which may be chance ({evidence})",
        "用 {model}，它是与最好的模型相差不超过 {margin:.0%} 的模型中最简单的：{best} 的 "
        "{metric} 低 "
        "{gain:percent}，可能只是偶然（{evidence}）",
    ),
    "recommend.exact": (
        "use {model}: its forecasts are exact; the {metric} of {other}, the next best, is "
        "{error:.4g}",
        "用 {model}：它的预测完全准确；其次的 {other} 的 {metric} 是 {error:.4g}",
    ),
    "recommend.same_forecasts": (
        "use {model}: {other} gives the same forecasts",
        "用 {model}：{other} 给出同样的预测",
    ),
    "evidence.cutoffs": (
        "Diebold-Mariano p {p:p} over {n} cutoffs; 95 % interval of the gain {low:percent} to "
        "{high:percent}",
        "Diebold-Mariano p {p:p}，{n} 个截断点；增益的 95% 区间为 {low:percent} 到 {high:percent}",
    ),
    "evidence.series": (
        "Diebold-Mariano p {p:p} over {n} series; 95 % interval of the gain {low:percent} to "
        "{high:percent}",
        "Diebold-Mariano p {p:p}，{n} 条序列；增益的 95% 区间为 {low:percent} 到 {high:percent}",
    ),
    "evidence.other_order": (
        "with each of {n} counting alike, {model} is ahead",
        "{n} 个各计一次时，{model} 更好",
    ),
    "evidence.none": (
        "{n:cutoff is|cutoffs are} too few for a test",
        "{n} 个截断点太少，无法检验",
    ),
    "recommend.few_cutoffs": (
        "{n:cutoff is|cutoffs are} few: the order of the models may change, and "
        "{@n_windows}={more} would make it more certain",
        "{n} 个截断点太少：模型的排序可能改变，{@n_windows}={more} 会更有把握",
    ),
    "recommend.all_cutoffs": (
        "{n:cutoff is|cutoffs are} few: the order of the models may change",
        "{n} 个截断点太少：模型的排序可能改变",
    ),
    "recommend.lstm_gains": (
        "the {metric} of the LSTM is {gain:percent} below that of {rival}",
        "LSTM 的 {metric} 比 {rival} 低 {gain:percent}",
    ),
    "recommend.lstm_loses": (
        "the {metric} of the LSTM is {gain:percent} above that of {rival}",
        "LSTM 的 {metric} 比 {rival} 高 {gain:percent}",
    ),
    "recommend.short_series": (
        "the longest series has {n} values, which is few for an LSTM: a longer history or related "
        "series would help it most",
        "最长的序列有 {n} 个值，对 LSTM 来说太少：更长的历史或相关的序列对它帮助最大",
    ),
    "recommend.autocorrelated": (
        "the residuals of the LSTM are autocorrelated (Ljung-Box p {p:p}): more units or networks "
        "may help",
        "LSTM 的残差有自相关（Ljung-Box p {p:p}）：更多的单元或网络可能有帮助",
    ),
    # backtest
    "backtest.left_out": ("{model} is left out: {reason}", "{model} 不参与比较：{reason}"),
    "backtest.at_cutoff": (
        "{model} at the cutoff {cutoff}, without the values after it: {reason}",
        "{model}（截断点 {cutoff}，不含其后的值）：{reason}",
    ),
    # what is refused
    "series.few_values": (
        "{n:value is|values are} too few; {needed} are needed: supply more",
        "{n} 个值太少，需要 {needed} 个：请提供更多",
    ),
    "series.constant": (
        "the series does not change, so it cannot be tested",
        "序列没有变化，无法检验",
    ),
    "residuals.constant": (
        "the errors are all the same, so they have no autocorrelation",
        "误差全都相同，没有自相关可言",
    ),
    "residuals.few": (
        "{n:error was|errors were} given, {wrong} of them not finite; at least 10 finite ones are "
        "needed",
        "给出了 {n} 个误差，其中 {wrong} 个不是有限的数；至少需要 10 个有限的误差",
    ),
    "loss.no_epoch": (
        "the loss has no epochs: give the loss of at least one",
        "没有任何一轮的损失：请至少给出一轮",
    ),
    "loss.not_finite": (
        "the loss of epoch {epoch} is {loss}: give those of the epochs before it",
        "第 {epoch} 轮的损失是 {loss}：请给出它之前各轮的损失",
    ),
    "part.training": ("training", "训练"),
    "part.test": ("test", "测试"),
    "fit.errors_not_finite": (
        "{wrong} of the {n} {part} errors are not finite: give those of the rows that have a "
        "forecast",
        "{n} 个{part}误差中有 {wrong} 个不是有限的数：请给出有预测的那些行的误差",
    ),
    "persistence.lengths": (
        "{actual:value|values} and {forecast:forecast|forecasts} were given: give as many of both",
        "给出了 {actual} 个值和 {forecast} 个预测，数目必须相同",
    ),
    "persistence.few": (
        "{n:row has|rows have} a value and a forecast; at least 4 are needed, and neither side may "
        "be constant: give more rows",
        "{n} 行既有值又有预测；至少需要 4 行，而且两边都不能是常数：请给出更多行",
    ),
    "persistence.no_change": (
        "no value differs from the last one before its cutoff: give more cutoffs",
        "没有任何值不同于截断点之前的最后一个值：请给出更多截断点",
    ),
    "training.no_lstm": (
        "only the training of an LSTMForecaster can be examined; found {type}",
        "只能考察 LSTMForecaster 的训练；给出的是 {type}",
    ),
    "training.several_series": (
        "{n:series was|series were} given; a training is examined on one",
        "给出了 {n} 条序列；训练只在一条序列上考察",
    ),
    "recommend.one_model": (
        "a verdict needs two models or more: add SeasonalNaive(), for example",
        "要下结论至少需要两个模型：例如加上 SeasonalNaive()",
    ),
}
