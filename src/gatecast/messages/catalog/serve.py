"""What the service of a model says."""

TEXTS = {
    "serve.purpose": ("a service over HTTP", "HTTP 服务"),
    "serve.ready": (
        "{path} is served at http://{host}:{port}; Ctrl-C ends it",
        "{path} 正在 http://{host}:{port} 提供服务；按 Ctrl-C 结束",
    ),
    "serve.taken": (
        '"{path}" is served by another process: send updates there, or end it first',
        "“{path}”已由另一个进程提供服务：请把更新发往那里，或先结束它",
    ),
    "serve.address": (
        "cannot listen at {host}:{port}: {reason}; choose another {@port}",
        "无法监听 {host}:{port}：{reason}；请换一个 {@port}",
    ),
    "serve.other_model": (
        "a saved LSTMForecaster was expected, and the file has a {kind}: only the former is served",
        "需要保存的 LSTMForecaster，而文件中是 {kind}：只为前者提供服务",
    ),
    "serve.no_path": ("there is no {path}; there are {names:list}", "没有 {path}；有 {names:list}"),
    "serve.method": ("{path} takes {method}", "{path} 只接受 {method}"),
    "serve.not_finite": (
        "a number of the answer is infinite or NaN: correct what was sent in the request",
        "回答中有无穷大或 NaN：请更正请求中的数据",
    ),
    "serve.not_json": (
        "the request is no JSON that can be read: {reason}",
        "请求不是可读取的 JSON：{reason}",
    ),
    "serve.no_object": (
        "the request is no JSON object: give one with {names:list}",
        "请求不是 JSON 对象：请给出含 {names:list} 的对象",
    ),
    "serve.other_name": (
        'the request has "{name}"; what it may have is {names:list}',
        "请求含有“{name}”；允许的是 {names:list}",
    ),
    "serve.no_rows": (
        'the request needs "{name}": a list of objects, a row each, with a text, number or null '
        "for each column",
        "请求需要“{name}”：由对象组成的列表，每行一个对象，每列为文本、数字或 null",
    ),
    "serve.series": (
        '"series" is the name of a series, or a list of names; leave it out for all',
        "“series”是一条序列的名称或名称列表；省略则为全部",
    ),
    "serve.numbers": ('"{name}" is a list of numbers', "“{name}”是由数字组成的列表"),
    "serve.too_large": (
        "the request has more than {n:,} bytes: send it in parts, or let {@max_bytes} be more",
        "请求超过 {n:,} 字节：请分几次发送，或增大 {@max_bytes}",
    ),
    "serve.slow_request": (
        "the request did not arrive within {seconds:g} seconds",
        "请求未在 {seconds:g} 秒内到达",
    ),
    "serve.slow_answer": (
        "there was no answer within {seconds:g} seconds; an update may yet be taken in, and can be "
        "sent again: rows that are known are passed over",
        "{seconds:g} 秒内没有得到答复；更新仍可能被加入，可以再次发送：已有的行会被跳过",
    ),
    "serve.from_journal": (
        'updates that a service has answered and not yet written to "{path}", read from its '
        "journal: {n:,}",
        "服务已答复但尚未写入“{path}”、从其日志读取的更新：{n:,} 次",
    ),
    "serve.unsigned": (
        'the journal of "{path}" is not signed, so its {n:,} updates are left out: load without '
        "{@verify} to have them",
        "“{path}”的日志有 {n:,} 次更新，但没有签名，因此未加入：如需加入，请在读取时不用 {@verify}",
    ),
    "serve.conflict": (
        'rows of the journal do not follow "{path}", which somebody else has changed: {reason}',
        "日志中的行无法接在被别人改动过的“{path}”之后：{reason}",
    ),
}
