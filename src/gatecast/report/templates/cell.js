"use strict";
// The cell as tutorials draw it: the memory along the top, yellow layers that learn, circles that
// multiply and add. Thickness is size, blue is above zero and orange below.
const cellDrawing = (() => {
  const TOP = 92, BOTTOM = 250, LAYER = 206, MIDDLE = 146;
  const DIGITS = 2; // the sentence beside it has more, where there are more
  const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(DIGITS);

  function make(place) {
    place.replaceChildren();
    place.setAttribute("viewBox", "0 0 480 330");
    place.setAttribute("role", "img");
    draw.svg("rect", { x: 66, y: 52, width: 352, height: 226, rx: 18, class: "body" }, place);
    const wires = draw.svg("g", { class: "wires" }, place);
    const flows = draw.svg("g", { class: "flows" }, place);
    const parts = draw.svg("g", {}, place);

    const wire = (path) => draw.svg("path", { d: path }, wires);
    function arrow(x, y, way) {
      const turn = { right: 0, down: 90, left: 180, up: 270 }[way];
      const made = draw.svg("path", { d: "M-7-4.5L1 0L-7 4.5Z" }, parts);
      return (width, kind) => {
        const grown = Math.max(1, width / 4.2);
        made.setAttribute("transform", `translate(${x} ${y}) rotate(${turn}) scale(${grown.toFixed(2)})`);
        made.setAttribute("class", "tip " + kind);
      };
    }
    const still = (...at) => arrow(...at)(1, "none");
    // a line as thick as what flows in it, and its head, if it has one
    function flow(path, ...at) {
      const made = draw.svg("path", { d: path }, flows), head = at.length ? arrow(...at) : null;
      return (value, scale) => {
        const size = Math.min(1, Math.abs(value) / (scale || 1)), width = 1.5 + 8.5 * size;
        const kind = size < 0.005 ? "none" : value < 0 ? "minus" : "plus";
        made.setAttribute("stroke-width", width.toFixed(2));
        made.setAttribute("class", kind);
        if (head) head(width, kind);
      };
    }
    // a name with its step, as in the equations
    function symbol(x, y, letter, step, anchor) {
      const made = draw.svg("text", { x, y, class: "label", "text-anchor": anchor }, parts, letter);
      draw.svg("tspan", { dy: 3, class: "step" }, made, step);
    }
    function text(x, y, kind, anchor = "middle", group = parts) {
      const made = draw.svg("text", { x, y, class: kind, "text-anchor": anchor }, group);
      return (said) => { made.textContent = said; };
    }
    function operator(x, y, sign) {
      draw.svg("circle", { cx: x, cy: y, r: 12, class: "operator" }, parts);
      text(x, y + 5, "sign")(sign);
    }
    // a layer: its level rises with a gate's share; of what has a sign it grows from the middle
    function layer(x, squash, name) {
      const high = 42, wide = 60, top = LAYER - high / 2, left = x - wide / 2;
      const group = draw.svg("g", { "data-part": name }, parts);
      draw.svg("rect", { x: left, y: top, width: wide, height: high, rx: 5, class: "layer" }, group);
      const level = draw.svg("rect", { x: left, width: wide, class: "level", "data-gate": name }, group);
      draw.svg("rect", { x: left, y: top, width: wide, height: high, rx: 5, class: "frame" }, group);
      text(x, LAYER - 5, "squash", "middle", group)(squash);
      const number = text(x, LAYER + 13, "level-number", "middle", group);
      const label = text(x, BOTTOM + 17, "label", "middle", group);
      return (value) => {
        const share = Math.min(1, Math.abs(value));
        if (squash === "σ") {
          level.setAttribute("y", top + high * (1 - share));
          level.setAttribute("height", high * share);
        } else {
          level.setAttribute("y", value > 0 ? LAYER - (high / 2) * share : LAYER);
          level.setAttribute("height", (high / 2) * share);
          level.setAttribute("class", value < 0 ? "level minus" : "level plus");
        }
        number(squash === "σ" ? value.toFixed(DIGITS) : signed(value));
        label(words().gates[name]);
      };
    }
    return { place, parts, wire, still, flow, text, symbol, operator, layer };
  }

  // what both cells have: the past and the value in, the hidden state out
  function around(d, feeds) {
    const last = Math.max(...feeds);
    d.wire(`M92 316V${BOTTOM}`);
    d.wire(`M92 ${BOTTOM}H${last}`);
    for (const x of feeds) { d.wire(`M${x} ${BOTTOM}V${LAYER + 21}`); d.still(x, LAYER + 22, "up"); }
    d.still(92, 290, "up");
    d.symbol(104, 312, "x", "t", "start");
    return d.text(122, 312, "number", "start");
  }

  function lstm(place) {
    const d = make(place);
    const [f, i, g, o, shown] = [122, 192, 262, 330, 380];
    const value = around(d, [f, i, g, o]);
    d.wire(`M${f} ${LAYER - 21}V${TOP + 12}`);
    d.wire(`M${i} ${LAYER - 21}V${MIDDLE}H${g - 12}`);
    d.wire(`M${g} ${LAYER - 21}V${MIDDLE + 12}`);
    d.wire(`M${o} ${LAYER - 21}V${MIDDLE + 22}H${shown - 12}`);
    d.wire(`M${shown} ${TOP}V${MIDDLE + 10}`);
    const flows = {
      hidden: d.flow(`M8 ${BOTTOM}H92`),
      forgotten: d.flow(`M${f} ${TOP - 12}V52`, f, 46, "up"),
      before: d.flow(`M8 ${TOP}H${f}`),
      kept: d.flow(`M${f} ${TOP}H${g}`),
      written: d.flow(`M${g} ${MIDDLE}V${TOP}`),
      cell: d.flow(`M${g} ${TOP}H462`, 474, TOP, "right"),
      shown: d.flow(`M${shown} ${MIDDLE + 34}V${BOTTOM}H462`, 474, BOTTOM, "right"),
      // behind the memory's line
      up: d.flow(`M440 ${BOTTOM}V${TOP + 11}M440 ${TOP - 11}V36`, 440, 22, "up"),
    };
    d.still(f, TOP + 13, "up"); d.still(g - 13, MIDDLE, "right"); d.still(g, MIDDLE + 13, "up");
    d.still(shown - 13, MIDDLE + 22, "right");
    d.operator(f, TOP, "×"); d.operator(g, TOP, "+"); d.operator(g, MIDDLE, "×");
    d.operator(shown, MIDDLE + 22, "×");
    draw.svg("ellipse", { cx: shown, cy: MIDDLE - 16, rx: 25, ry: 13, class: "operator" }, d.parts);
    d.text(shown, MIDDLE - 12, "sign small")("tanh");
    const layers = {
      forget: d.layer(f, "σ", "forget"), input: d.layer(i, "σ", "input"),
      candidate: d.layer(g, "tanh", "candidate"), output: d.layer(o, "σ", "output"),
    };
    d.symbol(8, TOP + 24, "C", "t−1", "start"); d.symbol(472, TOP + 24, "C", "t", "end");
    d.symbol(8, BOTTOM + 24, "h", "t−1", "start"); d.symbol(472, BOTTOM + 24, "h", "t", "end");
    d.symbol(452, 34, "h", "t", "start");
    const numbers = {
      before: d.text(8, TOP - 12, "number", "start"), kept: d.text((f + g) / 2, TOP - 12, "number"),
      cell: d.text(328, TOP - 12, "number"), written: d.text(g + 10, (TOP + MIDDLE) / 2 + 6, "number", "start"),
      hidden: d.text(8, BOTTOM - 12, "number", "start"), shown: d.text(410, BOTTOM - 12, "number"),
    };
    const forgot = d.text(f, 34, "number");
    return (v) => {
      for (const name of Object.keys(layers)) layers[name](v[name]);
      for (const name of ["before", "kept", "written", "cell", "forgotten"]) flows[name](v[name], v.scale);
      flows.hidden(v.hiddenBefore, v.hiddenScale);
      flows.shown(v.hidden, v.hiddenScale);
      flows.up(v.hidden, v.hiddenScale);
      for (const name of ["before", "kept", "written", "cell"]) numbers[name](signed(v[name]));
      numbers.hidden(signed(v.hiddenBefore));
      numbers.shown(signed(v.hidden));
      forgot(`${words().forgot} ${signed(v.forgotten)}`);
      value(v.value);
    };
  }

  function gru(place) {
    const d = make(place);
    const [z, r, looked, n] = [122, 206, 256, 330];
    const value = around(d, [z, r, n]);
    d.wire(`M${z} ${LAYER - 21}V${TOP + 12}`);
    d.wire(`M${z} ${MIDDLE}H${n - 12}`);
    d.wire(`M${r + 29} ${LAYER}H${n - 29}`);
    d.wire(`M${looked} ${BOTTOM}V${LAYER}`);
    d.wire(`M${n} ${LAYER - 21}V${MIDDLE + 12}`);
    d.wire(`M52 ${TOP}V${BOTTOM}H92`);
    const flows = {
      before: d.flow(`M8 ${TOP}H${z}`), kept: d.flow(`M${z} ${TOP}H${n}`),
      written: d.flow(`M${n} ${MIDDLE}V${TOP}`), hidden: d.flow(`M${n} ${TOP}H462`, 474, TOP, "right"),
      forgotten: d.flow(`M${z} ${TOP - 12}V52`, z, 46, "up"), up: d.flow(`M440 ${TOP}V36`, 440, 22, "up"),
    };
    d.still(z, TOP + 13, "up"); d.still(n - 13, MIDDLE, "right"); d.still(n, MIDDLE + 13, "up");
    d.still(n - 30, LAYER, "right");
    d.operator(z, TOP, "×"); d.operator(n, TOP, "+"); d.operator(n, MIDDLE, "×");
    d.operator(looked, LAYER, "×");
    draw.svg("ellipse", { cx: 226, cy: MIDDLE, rx: 20, ry: 12, class: "operator" }, d.parts);
    d.text(226, MIDDLE + 4, "sign small")("1 −");
    const layers = {
      update: d.layer(z, "σ", "update"), reset: d.layer(r, "σ", "reset"),
      candidate: d.layer(n, "tanh", "candidate"),
    };
    d.symbol(8, TOP + 24, "h", "t−1", "start"); d.symbol(472, TOP + 24, "h", "t", "end");
    d.symbol(452, 34, "h", "t", "start");
    const numbers = {
      before: d.text(8, TOP - 14, "number", "start"), kept: d.text((z + n) / 2, TOP - 12, "number"),
      hidden: d.text(388, TOP - 12, "number"), written: d.text(n + 10, (TOP + MIDDLE) / 2 + 6, "number", "start"),
    };
    const forgot = d.text(z, 34, "number");
    return (v) => {
      for (const name of Object.keys(layers)) layers[name](v[name]);
      for (const name of ["before", "kept", "written", "hidden", "forgotten"]) flows[name](v[name], v.scale);
      flows.up(v.hidden, v.scale);
      for (const name of Object.keys(numbers)) numbers[name](signed(v[name]));
      forgot(`${words().forgot} ${signed(v.forgotten)}`);
      value(v.value);
    };
  }

  return (place, kind) => (kind === "gru" ? gru(place) : lstm(place));
})();
