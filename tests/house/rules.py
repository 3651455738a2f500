"""What the house demands of every module, read from the syntax trees of the package.

Each rule gives a count for each offence. ``allowed.json`` has those that were there when the rule
was made: none may be added, and counts may only get smaller. ``python tests/house/rules.py`` writes
the smaller counts there; with ``--check`` it says whether there are any.
"""

import ast
import json
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path

#: Those of this checkout, whatever is installed.
SOURCES = Path(__file__).parents[2] / "src" / "gatecast"
ALLOWED = Path(__file__).with_name("allowed.json")

#: The floor of each room; a module imports from its own floor and those below.
FLOORS = {
    "errors": 0, "messages": 0, "storage": 0, "validation": 0, "progress": 0, "bars": 0, "locks": 0,
    "log": 0, "journal": 0, "packing": 0, "raw": 0,
    "kernel": 1,
    "network": 2, "data": 2, "datasets": 2,
    "forecaster": 3, "baselines": 3, "pretrained": 3, "combination": 3, "models": 3, "saved": 3,
    "exchange": 3, "replay": 3,
    "evaluation": 4, "diagnostics": 4, "tuning": 4, "explain": 4, "tutorial": 4, "adapters": 4,
    "partitions": 4, "service": 4,
    "report": 5,
    "cli": 6, "__main__": 6,
}  # fmt: skip
LONGEST_MODULE, LONGEST_FUNCTION = 500, 60
#: Private by name, public by documentation.
OPEN = {"_replace", "_asdict", "_fields", "_make", "_exit", "_native", "_version"}
#: Words that the field does not use for what they were used for here.
WORDS = frozenset(
    """
    stride strides stretch stretches track tracks lay walk walks anchor anchors anchored trust pull
    way say says said tell told ask asks asked found seen known seeds unseen judge judged judgement
    bury rests wishes tame limited nature spells inside learnt ticker pulse lanes holds restore lone
    """.split()  # noqa: SIM905 - read as a list of words
)


#: Errors whose sentence is to be a message.
ERRORS = frozenset(
    """
    ConflictError DataError DoubledTimesError GatecastError MissingExtraError ModelFileError
    NotFittedError NotFoundError TrainingError UsageError
    """.split()  # noqa: SIM905 - read as a list of words
)
#: Ways to look for words in a text.
READING = {
    "startswith", "endswith", "removeprefix", "removesuffix", "replace", "partition", "split",
    "find", "index", "search", "match", "fullmatch", "sub", "compile",
}  # fmt: skip


@cache
def modules():
    """Give every module's name and tree; a package goes by its own name."""
    found = {}
    for path in sorted(SOURCES.rglob("*.py")):
        parts = path.relative_to(SOURCES).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


@cache
def nodes(tree):
    """Give all nodes of a module; walking there takes longer than every rule."""
    return list(ast.walk(tree))


def room(name):
    return name.partition(".")[0]


def imports(name, *, for_types=False):
    """Give the modules of the package that one imports, anywhere in it."""
    tree, found = modules()[name], []
    skipped = set()
    if not for_types:
        for node in nodes(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                skipped |= {id(part) for body in node.body for part in ast.walk(body)}
    for node in nodes(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [n if n.removeprefix("gatecast.") in modules() else node.module for n in whole]
    ours = {n.removeprefix("gatecast.") for n in found if n and n.startswith("gatecast.")}
    return ours & modules().keys() - {name, ""}


def upward_imports():
    """Count imports of a room on a higher floor."""
    return Counter(
        f"{name} -> {other}"
        for name in modules()
        if name
        for other in imports(name, for_types=True)
        if FLOORS[room(other)] > FLOORS[room(name)]
    )


def circles():
    """Count the modules that import each other, directly or by others."""
    graph = {name: imports(name) for name in modules() if name}

    def reached(start):
        seen, left = set(), list(graph[start])
        while left:
            name = left.pop()
            if name not in seen:
                seen.add(name)
                left += graph[name]
        return seen

    ways = {name: reached(name) for name in graph}
    return Counter(
        {
            " <-> ".join(sorted(m for m in ways if m in ways[name] and name in ways[m])): 1
            for name in ways
            if name in ways[name]
        }
    )


def long_modules():
    """Count the lines of modules that are too long."""
    lengths = {
        name: len(Path(SOURCES, *name.split(".")).with_suffix(".py").read_text().splitlines())
        for name in modules()
        if Path(SOURCES, *name.split(".")).with_suffix(".py").exists()
    }
    return Counter({name: n for name, n in lengths.items() if n > LONGEST_MODULE})


def long_functions():
    """Count the lines of functions that are too long, without their docstrings."""
    found = Counter()
    for tree in modules().values():
        for name, node in _functions(tree):
            lines = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node) is not None:
                text = node.body[0]
                lines -= text.end_lineno - text.lineno + 1
            if lines > LONGEST_FUNCTION:
                found[name] = max(found[name], lines)
    return found


def private_access():
    """Count uses of a private name outside the module that defines it."""
    found = Counter()
    for tree in modules().values():
        own = {n.name for n in nodes(tree) if hasattr(n, "name") and n.name}
        own |= {n.id for n in nodes(tree) if isinstance(n, ast.Name)}
        stored = (ast.Store, ast.Del)
        own |= {
            n.attr for n in nodes(tree)
            if isinstance(n, ast.Attribute) and isinstance(n.ctx, stored) and _of_self(n)
        }  # fmt: skip
        for node in nodes(tree):
            if isinstance(node, ast.Attribute) and _private(node.attr):
                if not _of_self(node) and node.attr not in own:
                    found[node.attr] += 1
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gatecast"):
                names = [alias.name for alias in node.names]
                found.update(n for n in names if _private(n))
    return found


def undocumented():
    """Count what docstrings lack: by name of what users import, by section of all else."""
    of_users = _public(modules()[""])
    found = Counter()
    for module, tree in modules().items():
        if room(module) in ("cli", "__main__"):
            continue  # the docstring of a verb is its help
        public = _public(tree)
        for node in tree.body:
            if getattr(node, "name", "") not in public:
                continue
            parts = [(node.name, node)]
            if isinstance(node, ast.ClassDef):
                parts = [(f"{node.name}.{n}", f) for n, f in _functions(node) if n[0] != "_"]
            for name, function in parts:
                for section in _missing(function):
                    found[f"{name}: {section}" if node.name in of_users else section] += 1
    return found


def own_words():
    """Count the places that bind an identifier with a word that the field does not use."""
    found = Counter()
    for tree in modules().values():
        for node in nodes(tree):
            words = re.findall(r"[A-Z]?[a-z]+", _bound(node))
            found.update({word.lower() for word in words} & WORDS)
    return found


def errors_as_text():
    """Count the errors of ours that are made of a text, and have no id and no Chinese."""
    texts = (ast.Constant, ast.JoinedStr, ast.BinOp)
    return Counter(
        room(module)
        for module, tree in modules().items()
        for node in nodes(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS
        if node.args and isinstance(node.args[0], texts)
    )


def sentences_read():
    """Count the places where code looks for the words of a finished sentence."""
    found = Counter()
    for module, tree in modules().items():
        if module.startswith("messages"):
            continue
        for node in nodes(tree):
            for text in _looked_for(node):
                if " " in text.strip() and any(text in words for words in _sentences()):
                    found[f"{module}: {text}"] += 1
    return found


RULES = (
    upward_imports, circles, long_modules, long_functions, private_access, undocumented, own_words,
    errors_as_text, sentences_read,
)  # fmt: skip


@cache
def _sentences():
    """Give the words of every sentence between its fields."""
    found = []
    for name, tree in modules().items():
        for node in tree.body if name.startswith("messages.catalog.") else ():
            if isinstance(node, ast.Assign) and node.targets[0].id == "TEXTS":
                texts = ast.literal_eval(node.value)
                found += [part for en, _ in texts.values() for part in re.split(r"\{[^}]*\}", en)]
    return found


def _looked_for(node):
    """Give the texts that a node holds against another text."""
    parts = []
    if isinstance(node, ast.Compare) and any(isinstance(o, (ast.In, ast.NotIn)) for o in node.ops):
        parts = [node.left]
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in READING:
        parts = node.args[:1]
    return [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)]


def _functions(tree, within=""):
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield within + node.name, node


def _bound(node):
    """Give the identifier that a node binds, or nothing."""
    if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
        return node.id if isinstance(node, ast.Name) else node.attr
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return node.name
    return node.arg if isinstance(node, ast.arg) else ""


def _private(name):
    return name.startswith("_") and not name.startswith("__") and name not in OPEN


def _of_self(node):
    owner = node.value
    if isinstance(owner, ast.Call) and getattr(owner.func, "id", "") in ("super", "type"):
        return True
    return isinstance(owner, ast.Name) and owner.id in ("self", "cls")


def _public(tree):
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return {part.value for part in node.value.elts}
    return set()


def _missing(node):
    """Name the sections of numpydoc that a function's docstring lacks."""
    text = ast.get_docstring(node)
    if text is None:
        return ["docstring"]
    if any("property" in ast.unparse(d) or "setter" in ast.unparse(d) for d in node.decorator_list):
        return []
    arguments = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    raised = [ast.unparse(part.exc) for part in ast.walk(node) if _raises(part)]
    needed = {
        "Parameters": bool(set(arguments) - {"self", "cls"}),
        "Returns": node.returns is not None and ast.unparse(node.returns) not in ("None", "Self"),
        "Raises": any(re.match(r"[A-Z]\w*Error\b", error) for error in raised),
    }
    there = {title for title in needed if re.search(rf"^{title}\n---", text, re.M)}
    there |= {"Returns"} if "Yields\n---" in text else set()
    return [title for title, is_needed in needed.items() if is_needed and title not in there]


def _raises(node):
    if not isinstance(node, ast.Raise) or node.exc is None:
        return False
    return "NotImplementedError" not in ast.unparse(node.exc)


def allowed():
    """Read the counts that may stand."""
    return json.loads(ALLOWED.read_text(encoding="utf-8"))


def tightened():
    """Give the counts that may stand, where those of today are smaller these."""
    found = {}
    for rule in RULES:
        today, limits = rule(), allowed().get(rule.__name__, rule())
        found[rule.__name__] = {
            key: min(limit, today[key]) for key, limit in limits.items() if key in today
        }
    return found


if __name__ == "__main__":
    counts = tightened()
    if "--check" in sys.argv and counts != allowed():
        sys.exit("there are fewer offences than are allowed: python tests/house/rules.py")
    ALLOWED.write_text(json.dumps(counts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
