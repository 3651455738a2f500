"""What of other tools' networks can be carried, and what cannot."""

TEXTS = {
    "exchange.purpose": ("a file of Keras", "Keras 文件"),
    "exchange.name": (
        'networks are exchanged with Keras in files named .keras or .weights.h5, and "{path}" is '
        'neither: save the model with model.save("model.keras"); of an older .h5 or a SavedModel '
        "first load it in Keras 3",
        "与 Keras 交换网络用 .keras 或 .weights.h5 文件，“{path}”两者都不是："
        '请用 model.save("model.keras") 保存；旧的 .h5 或 SavedModel 请先在 Keras 3 中载入',
    ),
    "exchange.no_keras": (
        '"{path}" is not a file as Keras 3 saves one: {reason}. Save the model again, with '
        'model.save("model.keras")',
        '“{path}”不是 Keras 3 保存的文件：{reason}。请用 model.save("model.keras") 重新保存模型',
    ),
    "exchange.no_pytorch": (
        '"{path}" is not a file of safetensors: {reason}. Save the state_dict with '
        "safetensors.torch.save_file(model.state_dict(), path), not with torch.save",
        "“{path}”不是 safetensors 文件：{reason}。请用 "
        "safetensors.torch.save_file(model.state_dict(), path) 保存 state_dict，不要用 torch.save",
    ),
    "exchange.own_class": (
        '"{path}" is a model of the class {kind}, and only Sequential and Functional models say '
        "which layers they have: build one of the same layers, and give it the weights",
        "“{path}”的模型属于类 {kind}，而只有 Sequential 和 Functional 模型会写明有哪些层："
        "请用同样的层构建这样的模型，再放入权重",
    ),
    "exchange.layer": (
        'layer "{layer}" of "{path}" is of the kind {kind}; what can be carried are LSTM or GRU '
        "layers under Dense layers, and Dropout, which acts in training alone: train a model of "
        "these",
        "“{path}”的层“{layer}”是 {kind}；能够带过来的是 Dense 层之下的 LSTM 或 GRU 层，"
        "以及只在训练中起作用的 Dropout：请训练由它们构成的模型",
    ),
    "exchange.order": (
        'layer "{layer}" of "{path}", of the kind {kind}, is not where it can be carried: LSTM or '
        "GRU layers come first, and Dense layers on top of them",
        "“{path}”的层“{layer}”（{kind}）所在的位置无法带过来：LSTM 或 GRU 层在前，Dense 层在其上",
    ),
    "exchange.branches": (
        'layer "{layer}" of "{path}" does not take the output of the layer before it, and that '
        "alone: only a chain of layers can be carried",
        "“{path}”的层“{layer}”的输入不是（或不只是）前一层的输出：只有一条链上的层才能带过来",
    ),
    "exchange.setting": (
        'layer "{layer}" of "{path}" has {setting}={value}; only {setting}={needed}, which is what '
        "gatecast's equations have, can be carried: train the model with that",
        "“{path}”的层“{layer}”有 {setting}={value}；只有 {setting}={needed}（即 gatecast 的方程）"
        "才能带过来：请用它训练模型",
    ),
    "exchange.recurrent_dropout": (
        'layer "{layer}" of "{path}" has {setting}={value}, which cannot be carried; it acts in '
        "training alone: build the model with {setting}=0, give it the same weights, and save it",
        "“{path}”的层“{layer}”有 {setting}={value}，无法带过来；它只在训练中起作用："
        "请用 {setting}=0 构建模型，放入同样的权重，再保存",
    ),
    "exchange.unknown_array": (
        '"{path}" has the array "{name}", which belongs to no LSTM or GRU in one direction and no '
        "linear layer on top: only these can be carried",
        "“{path}”中的数组“{name}”不属于单向的 LSTM 或 GRU，也不属于其上的线性层："
        "只有这些能够带过来",
    ),
    "exchange.unknown_activation": (
        '"{path}" has several Dense layers and does not say which activations they have: save the '
        "whole model as .keras",
        "“{path}”有多个 Dense 层，却没有写明它们的激活函数：请把整个模型保存为 .keras",
    ),
    "exchange.several": (
        '"{path}" has parameters of several modules, {names:quoted}, and does not say in which '
        "order they run: one nn.LSTM or nn.GRU, of any num_layers, and one nn.Linear can be "
        "carried",
        "“{path}”有多个模块的参数：{names:quoted}，却没有写明它们的顺序："
        "能够带过来的是一个 nn.LSTM 或 nn.GRU（num_layers 不限）和一个 nn.Linear",
    ),
    "exchange.no_array": (
        '"{path}" lacks the parameter {name} of one of its layers: save the whole state_dict',
        "“{path}”的某一层缺少参数 {name}：请保存完整的 state_dict",
    ),
    "exchange.no_layers": (
        '"{path}" has to have at least one LSTM or GRU layer and a linear layer on top of it, '
        "which gives the forecast: add what is missing, and train",
        "“{path}”至少要有一个 LSTM 或 GRU 层，其上有一个给出预测的线性层：请补上缺少的层再训练",
    ),
    "exchange.mixed": (
        '"{path}" has both LSTM and GRU layers; all layers of a network here are of one kind: '
        "train a model of one",
        "“{path}”既有 LSTM 层又有 GRU 层；这里一个网络的各层属于同一种：请训练只含一种的模型",
    ),
    "exchange.shape": (
        '{name} of "{layer}" in "{path}" has shape {shape}, and {needed} is what the layers around '
        "it need: take another copy, or save the model again",
        "“{path}”中“{layer}”的 {name} 形状为 {shape}，而前后各层需要 {needed}："
        "请另取一份副本，或重新保存模型",
    ),
    "exchange.dtype": (
        'an array of "{layer}" in "{path}" is of the type {dtype}; float32 and float64 can be '
        "carried: save the weights in one of these",
        "“{path}”中“{layer}”的数组类型为 {dtype}；能够带过来的是 float32 和 float64："
        "请用其中之一保存权重",
    ),
    "exchange.not_finite": (
        'weights of "{layer}" in "{path}" are NaN or infinite: the training has diverged; lower '
        "its learning rate",
        "“{path}”中“{layer}”的权重有 NaN 或无穷大：训练已发散；请降低学习率",
    ),
    "exchange.not_plain": (
        "the network has {reasons:list}, which no layer of {tool} has: train one without",
        "该网络有{reasons:list}，而 {tool} 没有这样的层：请训练不含它们的网络",
    ),
    "exchange.residual": ("residual layers", "残差层"),
    "exchange.dilations": ("dilated layers", "扩张层"),
    "exchange.skip": ("a skip path from its inputs", "从输入出发的跳跃路径"),
    "exchange.same_names": (
        'both modules were to be called "{name}": give them different names',
        "两个模块都叫“{name}”：请给它们不同的名字",
    ),
    "exchange.inputs": (
        "the network has {n} inputs a step, and a forecaster gives it one, the value: call "
        "network.predict(x) with windows [samples, steps, features] of your own",
        "该网络每步有 {n} 个输入，而预测器只给它一个，即数值："
        "请用自己的窗口 [样本, 步, 特征] 调用 network.predict(x)",
    ),
    "exchange.taken": (
        "the network was trained elsewhere ({cell}, {layers:layer|layers} of {hidden} units); "
        "nothing was trained here, and no values were held out",
        "该网络是在别处训练的（{cell}，{layers} 层，每层 {hidden} 个单元）；"
        "这里没有训练，也没有留出任何值",
    ),
    "holdout.elsewhere": (
        "the network was trained elsewhere, on values that are not known here: the accuracy of the "
        "forecast is unknown",
        "该网络是在别处用未知的数值训练的：无从知道预测有多好",
    ),
    "training.elsewhere": (
        "none here: the network was trained elsewhere",
        "这里没有训练：该网络是在别处训练的",
    ),
    "onnx.purpose": ("an ONNX graph", "ONNX 图"),
    "onnx.counts": (
        "{n} series of intermittent demand are forecast by the probability and the size of demand, "
        "which an ONNX graph does not carry: keep the model with save(), or fit it without them",
        "{n} 条间歇性需求序列由需求的概率和数量来预测，ONNX 图不包含这一部分："
        "请用 save() 保存模型，或去掉这些序列再拟合",
    ),
    "onnx.pretrained": (
        "the pretrained network has a part in this forecast, and an ONNX graph here has none of "
        "it: fit with {@pretrained}=False, or serve the file that save() writes",
        "预训练网络参与了这个预测，而这里的 ONNX 图不包含它：请用 {@pretrained}=False 拟合，"
        "或直接使用 save() 写出的文件",
    ),
    "onnx.covariates": (
        "the model sees more than the values ({names:list}), and an ONNX graph here takes values "
        "alone: fit without these columns and the calendar, or serve the file that save() writes",
        "模型除数值之外还有输入（{names:list}），而这里的 ONNX 图只接受数值："
        "请不用这些列和日历来拟合，或直接使用 save() 写出的文件",
    ),
    "onnx.holidays": (
        "holidays move this forecast, and an ONNX graph here takes values alone: fit without "
        "{@holidays}, or serve the file that save() writes",
        "节假日影响这个预测，而这里的 ONNX 图只接受数值：请不用 {@holidays} 来拟合，"
        "或直接使用 save() 写出的文件",
    ),
    "onnx.dilated_windows": (
        "windows of {@look_back}={look_back} with dilated layers have no counterpart in ONNX: fit "
        "with {@dilation}=1, or without a window",
        "{@look_back}={look_back} 的窗口与扩张层在 ONNX 中没有对应："
        "请用 {@dilation}=1 拟合，或不用窗口",
    ),
    "onnx.short_window": (
        "a series has {n:value|values}, fewer than a window of {@look_back}={look_back}; in the "
        "graph windows are whole: update it first, or leave it out",
        "有一个序列只有 {n} 个值，不足 {@look_back}={look_back} 的窗口；图中的窗口必须完整："
        "请先更新它，或去掉它",
    ),
}
