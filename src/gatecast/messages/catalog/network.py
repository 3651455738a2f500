"""What training a network refuses, and why."""

TEXTS = {
    "network.which_weights": (
        "{@average_keep}, {@average_epochs} and {@patience} each say which weights the network is "
        "left with: give one of them",
        "{@average_keep}、{@average_epochs} 和 {@patience} 都决定网络最后保留哪些权重：请只给一个",
    ),
    "network.none_to_train": (
        "{n:sample|samples} with {@validation_split}={validation_split} leave none to train on: "
        "supply more history or hold out less",
        "{n} 个样本按 {@validation_split}={validation_split} 划分后没有剩下可训练的："
        "请提供更多历史，或少留出一些",
    ),
    "network.no_validation": (
        "samples that are drawn anew have no part that could be held out",
        "每轮重新抽取的样本没有可以留出的部分",
    ),
    "network.dropout_of_one": (
        "{@dropout}={dropout} was requested and the network has one layer: dropout acts between "
        "layers, so use more of them, or none of it",
        "要求的是 {@dropout}={dropout}，而网络只有一层：dropout 作用于层与层之间，"
        "请增加层数，或不用它",
    ),
    "network.axes": (
        "x must be [samples, time steps, features] and y [samples, outputs] or [samples, steps, "
        "outputs]; found {x} and {y}",
        "x 必须是 [样本, 时间步, 特征]，y 必须是 [样本, 输出] 或 [样本, 步, 输出]；"
        "实际为 {x} 和 {y}",
    ),
    "checkpoint.other_file": (
        '"{path}" is not a checkpoint of a training: give the name of one, or of a file that is '
        "not there yet",
        "“{path}”不是训练的检查点：请给出检查点的文件名，或一个尚不存在的文件名",
    ),
    "checkpoint.other_training": (
        '"{path}" is the checkpoint of a training with other data, settings or initial weights: '
        "delete it, or give another name",
        "“{path}”是另一次训练的检查点，其数据、设置或初始权重不同：请删除它，或换个文件名",
    ),
    "checkpoint.not_whole": (
        '"{path}" is not a whole checkpoint: {reason}. Delete it, or take another copy',
        "“{path}”不是完整的检查点：{reason}。请删除它，或另取一份副本",
    ),
    "network.diverged": (
        "the loss became NaN or infinite in epoch {epoch}; the weights from before that update are "
        "kept. Lower {@learning_rate}={learning_rate:g}, or look for huge values in the data",
        "第 {epoch} 轮的损失变成 NaN 或无穷大；保留该次更新之前的权重。"
        "请降低 {@learning_rate}={learning_rate:g}，或检查数据中是否有极大的值",
    ),
    "network.validation_diverged": (
        "the validation loss became NaN or infinite in epoch {epoch}; the weights from after that "
        "epoch are kept. Lower {@learning_rate}={learning_rate:g}, or look for huge values in the "
        "data",
        "第 {epoch} 轮的验证损失变成 NaN 或无穷大；保留该轮之后的权重。"
        "请降低 {@learning_rate}={learning_rate:g}，或检查数据中是否有极大的值",
    ),
}
