"""The library's sentences in Chinese, for the pages that have both languages.

A sentence that has no line here stands on the page in English.
"""

from __future__ import annotations

import re

__all__ = ["in_chinese", "parted"]

#: What a sentence looks like, and what it becomes; \1, \2, ... are what was found in brackets.
_SENTENCES: tuple[tuple[str, str], ...] = (
    # what explain finds
    (
        r"(.+?) of what moves the forecast is seen in the last step: a look_back of 1 is enough "
        r"for what this network has learnt(.*)",
        r"推动预测的 \1 来自最后一步：就这个网络学到的内容而言，look_back 取 1 就够了\2",
    ),
    (
        r"(.+?) of what moves the forecast is seen in the last (\d+) steps: a look_back of \d+ is "
        r"enough for what this network has learnt(.*)",
        r"推动预测的 \1 来自最后 \2 步：就这个网络学到的内容而言，look_back 取 \2 就够了\3",
    ),
    (
        r"no input moves the forecast: any look_back will do, and a constant forecast too",
        r"没有任何输入能推动预测：look_back 取多少都行，常数预测也一样",
    ),
    (
        r"units lose half of what they hold within (\S+) to (\S+) steps, the middle one within "
        r"(\S+)",
        r"各单元在 \1 到 \2 步之内失去一半的记忆，居中的单元是 \3 步",
    ),
    (r"what units follow most: (.+)", r"各单元主要跟随：\1"),
    (
        r"(\d+) of (\d+) units never move: a smaller network would say the same",
        r"\2 个单元中有 \1 个从不变化：更小的网络也能说出同样的预测",
    ),
    (
        r'the table has (\S+) series, and this is the first, "(.+)": another one is chosen by its '
        r"name",
        r"表中有 \1 条序列，这里是第一条“\2”；可以按名称选择其他序列",
    ),
    (
        r"the model has seen values up to (.+), after the table's end at (.+): the forecast .+",
        r"模型见过的数值到 \1 为止，晚于表的末尾 \2：预测从前者之后开始，"
        r"其成因说明则针对后者之后的预测",
    ),
    (
        r"the last (\S+) values are new to the model, and were taken in first",
        r"最后 \1 个值对模型来说是新的，已先读入",
    ),
    (
        r"the memory starts empty in each window of look_back=(\d+); here windows stand end to "
        r"end, and the last one is that of the forecast",
        r"记忆在每个窗口（look_back=\1）开头都是空的；这里窗口首尾相接，最后一个就是作出预测的窗口",
    ),
    # how it learnt
    (
        r"on values held back from training its error was (\S+) below that of "
        r"(the mean|the naive forecast)",
        r"在训练时留出的数值上，它的误差比\2低 \1",
    ),
    (
        r"on values held back from training its error was no smaller than that of "
        r"(the mean|the naive forecast): the simple forecast does as well here",
        r"在训练时留出的数值上，它的误差不比\1小：在这里简单的预测也一样好",
    ),
    (
        r"the series are too short to hold values back: nothing says how good the forecast is",
        r"序列太短，无法留出数值：无从知道预测有多好",
    ),
    (r"Has the loss settled\?", r"损失稳定了吗？"),
    (
        r"yes: at (\S+) it moves by (\S+) an epoch, more epochs would not help\.?",
        r"是：在 \1 处每轮变动 \2，再多训练几轮也没有帮助",
    ),
    (
        r"no: at (\S+) it still falls by (\S+) an epoch, more epochs would help\.?",
        r"否：在 \1 处每轮仍下降 \2，再多训练几轮会有帮助",
    ),
    (
        r"no: at (\S+) it rises by (\S+) an epoch, a lower learning rate would help\.?",
        r"否：在 \1 处每轮上升 \2，降低学习率会有帮助",
    ),
    (
        r"that cannot be said: one epoch, at (\S+), has no slope\.?",
        r"无法判断：只有一轮，损失为 \1，看不出斜率",
    ),
    (r"Was it trained for long enough\?", r"训练得够久吗？"),
    (
        r"each network was given (\d+) updates, as was asked for; the learning rate falls .+",
        r"按要求，每个网络训练 \1 次更新；学习率在最后降到零，损失因此稳定下来",
    ),
    (
        r"each network was given (\d+) updates, as many as did best on values held back; the "
        r"learning rate falls .+",
        r"每个网络训练 \1 次更新，这在留出的数值上效果最好；学习率在最后降到零，损失因此稳定下来",
    ),
    # what is left in the errors
    (r"Is anything left in the errors\?", r"误差里还剩下什么吗？"),
    (
        r"something is left to learn: errors remember each other \(the largest autocorrelation of "
        r"(\d+) is (\S+) at lag (\d+), p (.+)\)",
        r"还有可学的：误差之间有记忆（\1 个自相关中最大的是滞后 \3 的 \2，p \4）",
    ),
    (
        r"no memory is left in the errors \(the largest autocorrelation of (\d+) is (\S+) at lag "
        r"(\d+), p (.+)\)",
        r"误差里没有剩下记忆（\1 个自相关中最大的是滞后 \3 的 \2，p \4）",
    ),
    (r"Are forecasts biased\?", r"预测有偏吗？"),
    (
        r"forecasts are not biased \(mean error (\S+), standard error (\S+), p (.+)\)",
        r"预测没有偏（平均误差 \1，标准误 \2，p \3）",
    ),
    (
        r"forecasts are too low on the average \(mean error (\S+), standard error (\S+), p (.+)\)",
        r"预测平均偏低（平均误差 \1，标准误 \2，p \3）",
    ),
    (
        r"forecasts are too high on the average \(mean error (\S+), standard error (\S+), p (.+)\)",
        r"预测平均偏高（平均误差 \1，标准误 \2，p \3）",
    ),
    (r"Do large errors come in spells\?", r"大的误差成群出现吗？"),
    (
        r"their size comes in spells \(the largest autocorrelation of (\d+) is (\S+) at lag (\d+), "
        r"p (.+) of squares\): intervals should vary",
        r"误差的大小成群（平方的 \1 个自相关中最大的是滞后 \3 的 \2，p \4）："
        r"区间的宽度应随时间变化",
    ),
    (
        r"their size is even in time \(the largest autocorrelation of (\d+) is (\S+) at lag (\d+), "
        r"p (.+) of squares\)",
        r"误差的大小在时间上均匀（平方的 \1 个自相关中最大的是滞后 \3 的 \2，p \4）",
    ),
    (r"Is there drift\?", r"有漂移吗？"),
    (
        r"no drift: errors are as large at the end as before \(p (.+)\)",
        r"没有漂移：末尾的误差与之前一样大（p \1）",
    ),
    (
        r"errors grew by (\S+) from the first cutoff to the last \(p (.+)\): the series is "
        r"changing, look at recent history first",
        r"从第一个截断点到最后一个，误差增大了 \1（p \2）：序列在变化，先看近期的历史",
    ),
    (
        r"errors shrank by (\S+) from the first cutoff to the last \(p (.+)\): the series is "
        r"changing, look at recent history first",
        r"从第一个截断点到最后一个，误差减小了 \1（p \2）：序列在变化，先看近期的历史",
    ),
    (r"Is the horizon too long\?", r"预测范围太长吗？"),
    (
        r"the horizon is not too long: (\w+) is beaten at all (\d+) steps \(by (\S+) at the first, "
        r"(\S+) at the last\)",
        r"不太长：全部 \2 步都胜过 \1（第一步 \3，最后一步 \4）",
    ),
    (
        r"(\w+) is not beaten at the first step \(skill (\S+)\)",
        r"第一步就没有胜过 \1（技巧 \2）",
    ),
    (
        r"the horizon is long: after (\d+) of (\d+) steps (\w+) is no longer beaten",
        r"偏长：\2 步中，\1 步之后不再胜过 \3",
    ),
    (r"Would more training help\?", r"再多训练有用吗？"),
    (
        r"yes: after (\d+) updates in the place of (\d+) the error on later values is (\S+) lower, "
        r"p (.+)",
        r"有：更新次数从 \2 增到 \1 时，后面数值上的误差低 \3，p \4",
    ),
    (
        r"no: after (\d+) updates in the place of (\d+) the error on later values is (\S+) lower, "
        r"p (.+)",
        r"没有：更新次数从 \2 增到 \1 时，后面数值上的误差低 \3，p \4",
    ),
    (
        r"no: after (\d+) updates in the place of (\d+) the error on later values is (\S+) higher, "
        r"p (.+)",
        r"没有：更新次数从 \2 增到 \1 时，后面数值上的误差高 \3，p \4",
    ),
    (
        r"no, it would do harm: after (\d+) updates in the place of (\d+) the error on later "
        r"values is (\S+) higher, p (.+)",
        r"没有，反而有害：更新次数从 \2 增到 \1 时，后面数值上的误差高 \3，p \4",
    ),
    (r"Is it over- or underfitted\?", r"过拟合还是欠拟合？"),
    (
        r"overfitted: train (\S+), test (\S+), a gap of more than two standard errors",
        r"过拟合：训练 \1，测试 \2，差距超过两个标准误",
    ),
    (
        r"not overfitted \(train (\S+), test (\S+)\) but underfitted: even the training error is "
        r"(\S+) above the noise floor, .+",
        r"没有过拟合（训练 \1，测试 \2），但欠拟合：连训练误差也比噪声下限高 \3，"
        r"缺的是模型，不是数据",
    ),
    (
        r"not overfitted: train (\S+), test (\S+), a gap within two standard errors \((\S+)\); "
        r"underfitting cannot be told without a noise floor",
        r"没有过拟合：训练 \1，测试 \2，差距在两个标准误（\3）之内；没有噪声下限，无法判断欠拟合",
    ),
    (
        r"not overfitted: train (\S+), test (\S+); the test part is easier, by more than two "
        r"standard errors \((\S+)\); underfitting cannot be told without a noise floor",
        r"没有过拟合：训练 \1，测试 \2；测试部分更容易，超过两个标准误（\3）；"
        r"没有噪声下限，无法判断欠拟合",
    ),
    (
        r"neither: train (\S+), test (\S+), a gap within two standard errors \((\S+)\)",
        r"都不是：训练 \1，测试 \2，差距在两个标准误（\3）之内",
    ),
    (
        r"neither: train (\S+), test (\S+); the test part is easier, by more than two standard "
        r"errors \((\S+)\)",
        r"都不是：训练 \1，测试 \2；测试部分更容易，超过两个标准误（\3）",
    ),
    (r"Does it copy the last value\?", r"它在照抄上一个值吗？"),
    (
        r"no: forecasts are in their place, with a skill of (\S+) over naive\.?",
        r"没有：预测在它该在的位置，相对朴素预测的技巧为 \1",
    ),
    (
        r"yes: forecasts look most like the value (\d+) steps? before, skill (\S+) over naive\.?",
        r"是：预测最像 \1 步之前的值，相对朴素预测的技巧为 \2",
    ),
    (r"How far is it from the noise floor\?", r"离噪声下限还有多远？"),
    (
        r"(\S+) is (\S+) (?:above|below) the (\S+) that noise alone leaves, as far as the series' "
        r"own near repeats tell",
        r"误差 \1，单凭噪声会剩下 \3，相差 \2（按序列自身的近似重复来估计）",
    ),
    # a verdict
    (
        r"use (\w+): its error is (\S+) below that of (\w+), the next "
        r"\(Diebold-Mariano over (.+)\)",
        r"用 \1：它的误差比其次的 \3 低 \2（Diebold-Mariano，\4）",
    ),
    (
        r"use (\w+), the simplest of those that do best: (.+) tie, their difference could be "
        r"chance \((\w+) is (\S+) ahead of (\w+); Diebold-Mariano over (.+)\)",
        r"用 \1，它是最好的几个中最简单的：\2 不分上下，差别可能只是偶然"
        r"（\3 领先 \5 \4；Diebold-Mariano，\6）",
    ),
    (
        r"use (\w+), the simplest of those that do best: (.+) tie, their difference could be "
        r"chance; (\w+) is (\S+) ahead of (\w+) \(Diebold-Mariano over (.+)\)",
        r"用 \1，它是最好的几个中最简单的：\2 不分上下，差别可能只是偶然；"
        r"\3 领先 \5 \4（Diebold-Mariano，\6）",
    ),
    (r"the LSTM gains (\S+) over (\w+)", r"LSTM 的误差比 \2 低 \1"),
    (r"the LSTM loses (\S+) to (\w+)", r"LSTM 的误差比 \2 高 \1"),
    (
        r"its changes look like those of a random walk \(variance ratio (\S+) over (\d+) steps, "
        r"p (.+)\)",
        r"它的变化像随机游走（\2 步的方差比 \1，p \3）",
    ),
    (
        r"its changes are partly taken back \(variance ratio (\S+) over (\d+) steps, p (.+)\)",
        r"它的变化会部分收回（\2 步的方差比 \1，p \3）",
    ),
    (
        r"its changes go on \(variance ratio (\S+) over (\d+) steps, p (.+)\)",
        r"它的变化会延续（\2 步的方差比 \1，p \3）",
    ),
    (
        r"it is not linear: squares and cubes of its last two values explain (\S+) of what a "
        r"linear autoregression leaves \(p (.+)\)",
        r"它不是线性的：最后两个值的平方和立方解释了线性自回归剩余部分的 \1（p \2）",
    ),
    (r"no non-linearity was found in it \(p (.+)\)", r"没有在其中发现非线性（p \1）"),
    (
        r"its level wanders \(d = (\S+), standard error (\S+)\)",
        r"它的水平会游走（d = \1，标准误 \2）",
    ),
    (
        r"its memory is long \(d = (\S+), standard error ([^:]+): .+\)",
        r"它的记忆很长（d = \1，标准误 \2：相关的衰减慢于任何 ARMA）",
    ),
    (
        r"its memory is not long \(d = (\S+), standard error (\S+)\)",
        r"它的记忆不长（d = \1，标准误 \2）",
    ),
    (
        r"(\d+) cutoffs tell little apart: more of them \(n_windows=20\) would make it surer",
        r"\1 个截断点难以分辨：更多的截断点（n_windows=20）会更有把握",
    ),
    (
        r"the longest series has (\d+) values, which is little for an LSTM: a longer history, or "
        r"related series beside it, would help it most",
        r"最长的序列有 \1 个值，对 LSTM 来说太少：更长的历史或相关的序列对它帮助最大",
    ),
    (
        r"the LSTM's errors still remember each other: more updates, units or seeds may help",
        r"LSTM 的误差之间仍有记忆：更多的更新、单元或种子可能有帮助",
    ),
    # reading
    (r'times are in column "(.+)"', r"时间在“\1”列"),
    (r'values are in column "(.+)"', r"数值在“\1”列"),
    (r"there is no column of times: rows are numbered from 0", r"没有时间列：各行从 0 开始编号"),
    (
        r'times repeat, so column "(.+)" is taken to tell series apart',
        r"时间有重复，因此用“\1”列区分各条序列",
    ),
    (
        r"times are (.+) \(freq=(.+)\), from (.+) to (.+): (\d+) steps?",
        r"时间为\1（freq=\2），从 \3 到 \4，共 \5 步",
    ),
    (
        r"times are (.+) \(freq=(.+)\), from (.+) to (.+): (\d+) series of (\d+) steps?",
        r"时间为\1（freq=\2），从 \3 到 \4，共 \5 条序列，每条 \6 步",
    ),
    (
        r"times are (.+) \(freq=(.+)\), from (.+) to (.+): (\d+) series of (\d+) to (\d+) steps?",
        r"时间为\1（freq=\2），从 \3 到 \4，共 \5 条序列，每条 \6 到 \7 步",
    ),
    (
        r"times are in the zone (.+); days are those of its calendar",
        r"时间所在时区为 \1，按当地日历计日",
    ),
    (
        r"times are in the zone (.+); steps are counted in UTC",
        r"时间所在时区为 \1，步长按 UTC 计算",
    ),
    (
        r"rows were not in the order of time \((.+) (\d+) is the first\) and have been sorted",
        r"各行不按时间顺序（首先出现在第 \2 行），已重新排序",
    ),
    (
        r"a gap of (\d+) steps? after (.+) has been filled by a straight line\. Where no row means "
        r"zero, write the zeros into the data",
        r"\2 之后缺 \1 步，已用直线补上。若没有行就表示零，请把零写进数据",
    ),
    (r"columns are separated by (.+)", r"各列以 \1 分隔"),
    (
        r'column "(.+)" has nothing at (\d+) steps?; the cell before, or the first one, is taken '
        r"there",
        r"“\1”列有 \2 步没有内容，那里取前一格的内容（或第一格的）",
    ),
    # seasons
    (
        r"the frequency has no usual season, and one of (\d+) steps was found in the values",
        r"这个频率没有通常的季节，在数值中找到了 \1 步的季节",
    ),
    (
        r"the frequency has no usual season, and one of (\d+) steps was found in the values of "
        r"(\d+) of (\d+) series",
        r"这个频率没有通常的季节，在 \3 条序列中的 \2 条里找到了 \1 步的季节",
    ),
    (
        r"the frequency has no usual season, and a cycle of about (\d+) steps in the values does "
        r"not keep its phase: it is left to the network",
        r"这个频率没有通常的季节，数值中约 \1 步的周期相位不固定，交给网络去学",
    ),
    (
        r"the frequency has no usual season, and none was found in the values",
        r"这个频率没有通常的季节，数值中也没有找到",
    ),
    (
        r"the series are too short to look for a season in their values",
        r"序列太短，无法从数值中寻找季节",
    ),
    # what is done to a series
    (
        r"logarithms are taken of the values, which makes their spread even",
        r"对数值取对数，使离散程度均匀",
    ),
    (
        r"the power (\S+) is taken of the values, which makes their spread even",
        r"对数值取 \1 次幂，使离散程度均匀",
    ),
    (
        r"(\d+) of (\d+) values lie beyond (\S+) to (\S+) \(three quartile distances outside the "
        r"quartiles\) and are drawn there",
        r"\2 个值中有 \1 个超出 \3 到 \4（四分位数外三倍四分位距），被拉到边界",
    ),
    (
        r"values are scaled so that (\S+) becomes 0 and (\S+) becomes 1",
        r"数值经过缩放，\1 变为 0，\2 变为 1",
    ),
    (
        r"values are shifted by their median, (\S+), and divided by the spread of their middle "
        r"half, (\S+)",
        r"数值减去中位数 \1，再除以中间一半的离散程度 \2",
    ),
    (r"logarithms are taken of the values", r"对数值取对数"),
    (
        r"no value is below zero and some are zero, so no forecast is below zero",
        r"没有负值，且有零，因此预测不会低于零",
    ),
    (
        r"values are divided by a season of (\d+) steps, from (\S+) to (\S+) times the level",
        r"数值除以 \1 步的季节因子，为水平的 \2 到 \3 倍",
    ),
    (
        r"a season of (\d+) steps is taken off, from (\S+) to (\S+) around the level",
        r"减去 \1 步的季节成分，相对水平从 \2 到 \3",
    ),
    (
        r"values are shifted by their mean, (\S+), and divided by how far they usually move within "
        r"the horizon, (\S+)",
        r"数值减去均值 \1，再除以预测范围内通常的变动幅度 \2",
    ),
    (
        r"values are shifted by their mean, (\S+), and divided by their standard deviation, (\S+)",
        r"数值减去均值 \1，再除以标准差 \2",
    ),
    (
        r"(\d+) more series were treated in the same way",
        r"另外 \1 条序列也作了同样的处理",
    ),
    (
        r"the season of (.+) steps is (left in the series|taken out of each series in which a test "
        r"finds it): on values held back the error of a network was (\S+) with the season in and "
        r"(\S+) without( \(.+? at the origin before\))?, in units of a usual change; "
        r"with each value it sees (\d+) earlier ones, up to (\d+) steps back",
        r"\1 步的季节\2：在留出的数值上，网络的误差保留季节时为 \3，去掉时为 \4\5"
        r"（以通常的变动为单位）；网络看到每个数值和之前的 \6 个数值，最远回看 \7 步",
    ),
    # what is learnt
    (
        r"the network learns the values, which keep returning to their level",
        r"网络学习数值本身，因为它们总会回到同一水平",
    ),
    (
        r"the network learns changes, because the level wanders",
        r"网络学习变化量，因为水平会游走",
    ),
    (
        r"inputs and answers are in strides: how far a series had moved from one value to the "
        r"next, as was known at each step",
        r"输入与输出以步幅为单位：到每一步为止，序列从一个值到下一个值通常移动多远",
    ),
    (r"the network learns values, as asked for", r"按要求，网络学习数值"),
    (r"the network learns changes, as asked for", r"按要求，网络学习变化量"),
    (r"the network sees (.+) up to the present", r"网络能看到到目前为止的 \1"),
    (r"the network sees (.+) up to the end of the horizon", r"网络能看到直到预测末尾的 \1"),
    (r"the network sees (.+) as they belong to each series", r"网络能看到每条序列的 \1"),
    (
        r"the network sees where in the week and year it is",
        r"网络能看到当前处于一周和一年中的位置",
    ),
    (
        r"the network sees where in the day, week and year it is",
        r"网络能看到当前处于一天、一周和一年中的位置",
    ),
    (
        r"on the last (\d+) values(.*), held back, its mean absolute error was (.+?) that of "
        r"(the mean|the naive forecast), after (\d+) updates; so long it is trained",
        r"在留出的最后 \1 个值\2上，训练 \5 次更新后平均绝对误差\3\4；就训练这么久",
    ),
    (
        r"there (.+) alone was better than any part of the network: it is the forecast",
        r"在那里，单独使用\1比网络的任何比例都好：因此以它为预测",
    ),
    (
        r"there the network was better when mixed with (.+) than alone: so (.+) of the forecast is "
        r"its",
        r"在那里，网络与\1混合比单独使用更好：因此预测中有 \2 来自网络",
    ),
    (
        r"the series are too short to hold values back: nothing was measured",
        r"序列太短，无法留出数值：没有测量误差",
    ),
    (
        r"an interval of (\S+) % would have to be measured on (\d+) forecasts or more that do not "
        r"overlap, and there were (\d+): it may be too narrow",
        r"\1 % 的区间需要至少 \2 次互不重叠的预测来测量，而只有 \3 次：区间可能偏窄",
    ),
)

#: Words within what a line above has found.
_WORDS: tuple[tuple[str, str], ...] = (
    (r"(?:, | and )(?=[\w, ]* 不分上下)", "、"),
    (
        r"; each step's inputs are the last change and the distance from a level that itself "
        r"averages about (\d+) values",
        r"；每一步的输入是最近的变化，以及与水平的距离，而水平本身约为 \1 个值的平均",
    ),
    (
        r"; that is more than half of the longest series, (\d+) values, so that a longer history "
        r"may show a longer memory",
        r"；这超过最长序列（\1 个值）的一半，更长的历史可能显出更长的记忆",
    ),
    (r"; it sees no more than its window of (\d+) steps?", r"；它看不到 \1 步的窗口之外"),
    (r"p below (\S+?)(?=[），；]|$)", r"p < \1"),
    (r"; 95 % interval of the gain (\S+) to (\S+?)(?=）)", r"；增益的 95 % 区间为 \1 到 \2"),
    (r"(?<=Mariano，)(\d+) cutoffs, ", r"\1 个截断点，"),
    (r"(?<=Mariano，)(\d+) series, ", r"\1 条序列，"),
    (r"too few to test", "太少，无法检验"),
    (r"left in the series(?=：)", "留在序列中"),
    (r" \((\S+) and (\S+) at the origin before\)", r"，前一个起点为 \1 和 \2"),
    (r"taken out of each series in which a test finds it(?=：)", "从检验出季节的各条序列中去掉"),
    (r"时间为monthly\b", "时间为每月"),
    (r"时间为quarterly\b", "时间为每季"),
    (r"时间为yearly\b", "时间为每年"),
    (r"时间为weekly\b", "时间为每周"),
    (r"时间为daily\b", "时间为每日"),
    (r"时间为hourly\b", "时间为每小时"),
    (r"时间为every (\d+) minutes\b", r"时间为每 \1 分钟"),
    (r"时间为steps of (\d+)", r"时间为步长 \1"),
    (r" of each of (\d+) series(?=上)", r"（\1 条序列各自）"),
    (r"误差(\S+) below(the mean|the naive forecast)", r"误差比\2低 \1"),
    (r"误差(\S+) above(the mean|the naive forecast)", r"误差比\2高 \1"),
    (r"误差about(the mean|the naive forecast)", r"误差与\1相当"),
    (r"the naive forecast(?=低|高|小|相当|混合|比)", "朴素预测"),
    (r"the seasonal naive forecast of (\d+) steps(?=混合|比)", r"\1 步的季节朴素预测"),
    (r"a linear map of the last (\d+) values(?=混合|比)", r"最近 \1 个值的线性映射"),
    (r"the mean(?=低|高|小|相当|混合|比)", "均值"),
)
_FOLLOWED = {
    "value": "数值",
    "level": "水平",
    "trend": "趋势",
    "season": "季节",
    "change": "变化",
    "spikes": "尖峰",
}


def in_chinese(sentence: str) -> str:
    """Give a sentence of the library in Chinese; as it is if it is not known.

    Parameters
    ----------
    sentence : str
        From ``decisions()``, ``memory().sentences`` or the notes of ``look_inside``; it may begin
        with the name of a series and a colon.
    """
    name, rest = parted(sentence)
    known = _known(rest) or rest
    return f"{name}：{known}" if name else known


def parted(sentence: str) -> tuple[str, str]:
    """Part a sentence into the name of the series that it begins with, if it does, and the rest."""
    if _known(sentence) is None:
        for colon in re.finditer(": ", sentence):
            if _known(sentence[colon.end() :]) is not None:
                return sentence[: colon.start()], sentence[colon.end() :]
    return "", sentence


def _known(sentence: str) -> str | None:
    for pattern, chinese in _SENTENCES:
        found = re.fullmatch(pattern, sentence, flags=re.DOTALL)
        if found is None:
            continue
        text = found.expand(chinese)
        for words, in_place in _WORDS:
            text = re.sub(words, in_place, text)
        if text.startswith("各单元主要跟随"):
            text = re.sub(r"[a-z]+(?= \()", lambda word: _FOLLOWED.get(word[0], word[0]), text)
            text = text.replace(", ", "、")
        return text
    return None
