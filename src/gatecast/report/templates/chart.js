"use strict";
// A chart on a canvas: lines, bands, dots and bars over times, numbers or names. The y axis fits what
// is in view. It is read by pointing or with the arrow keys, and zoomed by dragging, + and -.
const inLanguage = (text) => (typeof text === "string" ? text : text[document.documentElement.lang] || text.en);

class Chart {
  // small: a picture of it among others, without axes and without anything to press
  constructor(root, figure, small = false) {
    this.root = root;
    this.small = small;
    const add = (tag, name, parent = root) => {
      const made = document.createElement(tag);
      if (name) made.className = name;
      parent.append(made);
      return made;
    };
    this.make = add;
    root.replaceChildren();
    if (!small) this.legend = add("div", "key legend");
    this.frame = add("div", "frame");
    this.canvas = add("canvas", "", this.frame);
    if (!small) {
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute("role", "img");
      this.tip = add("div", "tip", this.frame);
      this.tip.hidden = true;
      this.spoken = add("p", "unseen");
      this.spoken.setAttribute("aria-live", "polite");
      this.listen();
    }
    this.show(figure);
  }

  show(figure, frame) {
    this.figure = figure;
    const one = frame === undefined ? figure : { ...figure, ...figure.frames[frame] };
    const traces = frame === undefined ? figure.traces : [...figure.traces, ...figure.frames[frame].traces];
    const hidden = new Map((this.traces || []).map((trace) => [JSON.stringify(trace.name), trace.shown]));
    this.traces = traces.map((trace) => ({
      ...trace, x: Chart.places(trace.x),
      // what a reader has chosen stays chosen from one frame to the next
      shown: frame !== undefined && hidden.has(JSON.stringify(trace.name)) ? hidden.get(JSON.stringify(trace.name)) : trace.shown !== false,
    }));
    this.kind = figure.kind;
    this.mark = one.mark;
    this.home = one.view || this.all();
    this.view = [...this.home];
    this.dated = this.kind === "time" && this.traces.every((trace) => trace.x.every((t) => t % clock.DAY === 0));
    this.closest = this.traces.some((trace) => trace.style === "dots");
    this.at = null;
    this.speak();
  }

  static places(x) {
    if (Array.isArray(x)) return x;
    if (x.days) return x.days.map((day) => day * clock.DAY);
    return Array.from({ length: x.n }, (_, i) => x.from + i * x.by);
  }

  all() {
    let low = Infinity, high = -Infinity;
    for (const trace of this.traces) {
      for (const x of trace.x) { if (x === null) continue; if (x < low) low = x; if (x > high) high = x; }
    }
    if (low > high) return [0, 1];
    if (this.figure.kind === "name") return [-0.5, high + 0.5];
    const room = this.traces.some((trace) => ["dots", "bars", "marked"].includes(trace.style)) ? 0.03 : 0;
    if (this.figure.log_x) { const factor = (high / low) ** room || 1; return low < high ? [low / factor, high * factor] : [low / 2, high * 2]; }
    return low < high ? [low - room * (high - low), high + room * (high - low)] : [low - 1, high + 1];
  }

  // ---------------------------------------------------------------------------------- what is seen

  speak() {
    if (!this.small) {
      const of = (bands) => this.traces.filter((trace) => (trace.style === "band") === bands);
      const entries = this.traces.length > 1 ? [...of(false), ...of(true)] : [];
      this.legend.replaceChildren();
      const title = inLanguage(this.figure.y);
      if (title && !entries.some((trace) => inLanguage(trace.name) === title)) this.make("span", "title", this.legend).textContent = title;
      for (const trace of entries) {
        const entry = this.make("button", "entry", this.legend);
        entry.type = "button";
        entry.setAttribute("aria-pressed", trace.shown);
        const swatch = this.make("i", trace.style === "band" ? "" : trace.style === "dashed" ? "dashed" : "line", entry);
        swatch.style.setProperty("--of", `var(--${trace.colour})`);
        if (trace.style === "band") swatch.style.opacity = Math.min(1, trace.opacity + 0.15);
        entry.append(inLanguage(trace.name));
        entry.addEventListener("click", () => {
          trace.shown = !trace.shown;
          entry.setAttribute("aria-pressed", trace.shown);
          this.paint();
        });
      }
      this.canvas.setAttribute("aria-label", [title, ...entries.map((trace) => inLanguage(trace.name))].join(", "));
    }
    this.paint();
  }

  // where in the view each trace is, with one point beyond on either side
  part(trace) {
    const [low, high] = this.view, { x } = trace;
    if (this.closest || this.kind === "name") return [0, x.length];
    let from = 0, to = x.length;
    while (from < to && x[from] < low) from++;
    while (to > from && x[to - 1] > high) to--;
    return [from, to];
  }

  // lowest and highest value in view
  extent() {
    let low = Infinity, high = -Infinity;
    const [first, last] = this.view;
    for (const trace of this.traces.filter((one) => one.shown)) {
      const [from, to] = this.part(trace);
      for (let i = from; i < to; i++) {
        if (trace.x[i] < first || trace.x[i] > last) continue;
        for (const value of [trace.y[i], trace.low ? trace.low[i] : null]) {
          if (value === null || value === undefined || (this.figure.log_y && value <= 0)) continue;
          if (value < low) low = value;
          if (value > high) high = value;
        }
      }
      if (trace.style === "bars") { low = Math.min(low, 0); high = Math.max(high, 0); }
    }
    if (low > high) return this.figure.log_y ? [1, 10] : [0, 1];
    if (this.figure.log_y) { const factor = (high / low) ** 0.06 || 1; return low < high ? [low / factor, high * factor] : [low / 2, high * 2]; }
    const room = (high - low || Math.abs(high) || 1) * 0.06;
    return [low - room, high + room];
  }

  valueTicks(low, high, most) {
    if (this.figure.log_y) {
      const found = [[1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 8]].map((digits) => Chart.logTicks(low, high, digits)).find((one) => one.length > 2);
      if (found) return found;
    }
    return draw.valueTicks(low, high, most);
  }

  static logTicks(low, high, digits = [1, 2, 5]) {
    const found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
      for (const digit of digits) {
        const tick = Number(`${digit}e${power}`);
        if (tick >= low && tick <= high) found.push(tick);
      }
    }
    return found;
  }

  paint() {
    const area = draw.canvas(this.canvas, this.frame.clientHeight);
    if (!area) return;
    const { pen, width, height } = area, ink = draw.colours(), small = this.small;
    const [low, high] = this.extent(), log = this.figure.log_y;
    const top = small ? 3 : 8, bottom = height - (small ? 3 : inLanguage(this.figure.x) ? 40 : 24);
    const ticks = small ? [] : this.valueTicks(low, high, (bottom - top) / 40);
    const labels = ticks.map((tick) => draw.brief(Math.abs(tick) < (high - low) / 1e6 ? 0 : tick));
    const left = small ? 2 : Math.max(30, ...labels.map((text) => pen.measureText(text).width)) + 10, right = width - (small ? 2 : 12);
    const scale = (value, a, b, from, to, isLog) => (isLog
      ? from + (Math.log(value / a) / Math.log(b / a)) * (to - from) : from + ((value - a) / (b - a)) * (to - from));
    this.area = { left, right, top, bottom };
    this.y = (value) => scale(value, low, high, bottom, top, log);
    this.x = (value) => scale(value, ...this.view, left, right, this.figure.log_x);
    if (!small) {
      this.paintValues(pen, ink, ticks, labels);
      this.paintPlaces(pen, ink, width, height);
    }
    pen.save();
    pen.beginPath();
    pen.rect(left, top - 3, right - left, bottom - top + 6);
    pen.clip();
    if (this.mark) this.paintMark(pen, ink);
    // bands lie below everything
    for (const trace of this.traces) if (trace.shown && trace.style === "band") this.paintBand(pen, ink, trace);
    for (const trace of this.traces) if (trace.shown && trace.style !== "band") this.paintTrace(pen, ink, trace);
    pen.restore();
    if (this.drag) this.paintDrag(pen, ink);
    if (this.at) this.paintAt(pen, ink);
  }

  paintValues(pen, ink, ticks, labels) {
    const { left, right } = this.area;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    ticks.forEach((tick, i) => {
      pen.fillStyle = ink.rule;
      pen.fillRect(left, Math.round(this.y(tick)), right - left, 1);
      pen.fillStyle = ink.soft;
      pen.fillText(labels[i], left - 7, this.y(tick));
    });
  }

  paintPlaces(pen, ink, width, height) {
    const { left, right, bottom } = this.area;
    const ticks = this.placeTicks((right - left) / draw.TICK).map(([at, text]) => [this.x(at), text]);
    draw.placeLabels(pen, ticks, width, bottom, ink);
    pen.fillStyle = ink.rule;
    pen.fillRect(left, bottom, right - left, 1);
    pen.fillStyle = ink.soft;
    pen.textBaseline = "bottom";
    pen.fillText(inLanguage(this.figure.x), (left + right) / 2, height - 1);
  }

  placeTicks(most) {
    const [low, high] = this.view;
    if (this.kind === "time") return clock.ticks(low, high, most);
    if (this.kind === "name") return this.figure.names.map((name, i) => [i, inLanguage(name)]);
    if (this.figure.log_x) {
      const found = Chart.logTicks(low, high);
      if (found.length > 2) return found.map((tick) => [tick, draw.brief(tick)]);
    }
    const whole = this.traces.every((trace) => trace.x.every((x) => x === null || Number.isInteger(x)));
    return draw.numberTicks(low, high, most, whole);
  }

  paintMark(pen, ink) {
    const [at, text] = this.mark, x = this.x(at), { top, bottom, right } = this.area;
    pen.strokeStyle = ink.pink;
    pen.lineWidth = 1.5;
    pen.setLineDash([6, 4]);
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x, bottom);
    pen.stroke();
    pen.setLineDash([]);
    pen.fillStyle = ink.soft;
    pen.textBaseline = "top";
    const words = inLanguage(text), after = x + 6 + pen.measureText(words).width < right;
    pen.textAlign = after ? "left" : "right";
    pen.fillText(words, after ? x + 6 : x - 6, top);
  }

  paintBand(pen, ink, trace) {
    const { x, y, low } = trace;
    pen.fillStyle = ink[trace.colour];
    pen.globalAlpha = trace.opacity;
    let from = 0;
    const close = (to) => {
      if (to - from < 1) return;
      pen.beginPath();
      for (let i = from; i < to; i++) pen.lineTo(this.x(x[i]), this.y(y[i]));
      for (let i = to - 1; i >= from; i--) pen.lineTo(this.x(x[i]), this.y(low[i]));
      pen.fill();
    };
    for (let i = 0; i < x.length; i++) if (y[i] === null || low[i] === null) { close(i); from = i + 1; }
    close(x.length);
    pen.globalAlpha = 1;
  }

  paintTrace(pen, ink, trace) {
    const width = this.small ? Math.min(1.6, trace.width || 1.5) : trace.width || 1.5;
    pen.strokeStyle = pen.fillStyle = ink[trace.colour];
    pen.lineWidth = width;
    pen.lineJoin = "round";
    if (trace.style === "bars") { this.paintBars(pen, trace); return; }
    if (trace.style !== "dots" && trace.style !== "crosses") this.paintLine(pen, trace);
    const [from, to] = this.part(trace);
    const sparse = (to - from) * 12 < this.area.right - this.area.left;
    if (trace.style === "crosses") this.paintCrosses(pen, trace);
    if (trace.style === "dots" || (trace.style === "marked" && sparse)) this.paintDots(pen, trace, trace.style === "dots" ? 4 : 3);
  }

  paintLine(pen, trace) {
    const { x, y } = trace, [a, b] = this.part(trace), from = Math.max(0, a - 1), to = Math.min(x.length, b + 1);
    if (trace.style === "dashed") pen.setLineDash([7, 5]);
    pen.beginPath();
    if (to - from > 3 * (this.area.right - this.area.left)) this.crowded(pen, trace, from, to);
    else {
      let down = false, last = 0;
      for (let i = from; i < to; i++) {
        if (y[i] === null) { down = false; continue; }
        const px = this.x(x[i]), py = this.y(y[i]);
        if (down && trace.style === "step") pen.lineTo(px, last);
        if (down) pen.lineTo(px, py); else pen.moveTo(px, py);
        down = true;
        last = py;
      }
    }
    pen.stroke();
    pen.setLineDash([]);
    // a lone point has no line
    for (let i = from; i < to; i++) {
      if (y[i] !== null && (i === 0 || y[i - 1] === null) && (i + 1 >= x.length || y[i + 1] === null)) {
        pen.beginPath();
        pen.arc(this.x(x[i]), this.y(y[i]), 2.5, 0, 7);
        pen.fill();
      }
    }
  }

  // of many points to a pixel the lowest and the highest: the same ink with fewer strokes
  crowded(pen, trace, from, to) {
    let column = null, low = 0, high = 0;
    const flush = () => { if (column !== null) { pen.lineTo(column, this.y(low)); pen.lineTo(column, this.y(high)); } };
    for (let i = from; i < to; i++) {
      const value = trace.y[i];
      if (value === null) continue;
      const px = Math.round(this.x(trace.x[i]));
      if (px !== column) { flush(); column = px; low = high = value; }
      if (value < low) low = value;
      if (value > high) high = value;
    }
    flush();
  }

  paintDots(pen, trace, radius) {
    trace.x.forEach((x, i) => {
      if (x === null || trace.y[i] === null) return;
      pen.beginPath();
      pen.arc(this.x(x), this.y(trace.y[i]), radius, 0, 7);
      pen.fill();
    });
  }

  paintCrosses(pen, trace) {
    pen.lineWidth = 1.5;
    trace.x.forEach((x, i) => {
      if (x === null || trace.y[i] === null) return;
      const px = this.x(x), py = this.y(trace.y[i]);
      pen.beginPath();
      for (const [dx, dy] of [[4, 4], [4, -4]]) { pen.moveTo(px - dx, py - dy); pen.lineTo(px + dx, py + dy); }
      pen.stroke();
    });
  }

  paintBars(pen, trace) {
    const wide = Math.max(1, 0.7 * Math.abs(this.x(this.view[0] + 1) - this.x(this.view[0])));
    trace.x.forEach((x, i) => {
      if (trace.y[i] === null) return;
      const zero = this.y(0), end = this.y(trace.y[i]);
      pen.fillRect(this.x(x) - wide / 2, Math.min(zero, end), wide, Math.max(1, Math.abs(end - zero)));
    });
  }

  paintDrag(pen, ink) {
    const { left, right, top, bottom } = this.area, clip = (x) => Math.min(right, Math.max(left, x));
    const [a, b] = this.drag.map(clip);
    pen.fillStyle = ink.accent;
    pen.globalAlpha = 0.15;
    pen.fillRect(Math.min(a, b), top, Math.abs(b - a), bottom - top);
    pen.globalAlpha = 1;
  }

  paintAt(pen, ink) {
    const { top, bottom } = this.area, x = this.x(this.at.x);
    pen.strokeStyle = ink.soft;
    pen.lineWidth = 1;
    if (!this.closest) {
      pen.beginPath();
      pen.moveTo(x, top);
      pen.lineTo(x, bottom);
      pen.stroke();
    }
    for (const [trace, i] of this.at.points) {
      if (trace.style === "band") continue;
      pen.fillStyle = ink[trace.colour];
      pen.strokeStyle = ink.paper;
      pen.lineWidth = 2;
      pen.beginPath();
      pen.arc(x, this.y(trace.y[i]), 5, 0, 7);
      pen.fill();
      pen.stroke();
    }
  }

  // ------------------------------------------------------------------------------- what can be done

  listen() {
    const place = this.canvas;
    const where = (event) => { const box = place.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
    place.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button === 0) { const [x] = where(event); this.drag = [x, x]; place.setPointerCapture(event.pointerId); }
    });
    place.addEventListener("pointermove", (event) => {
      const [x, y] = where(event);
      if (this.drag) this.drag[1] = x;
      this.point(x, y);
    });
    place.addEventListener("pointerup", () => this.dropped());
    place.addEventListener("pointerleave", () => { if (!this.drag) this.leave(); });
    place.addEventListener("dblclick", () => this.look(this.home));
    place.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.altKey) return; // plain scrolling is for the page
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 0.7 : 1 / 0.7, where(event)[0]);
    }, { passive: false });
    place.addEventListener("keydown", (event) => this.key(event));
    place.addEventListener("blur", () => this.leave());
    new ResizeObserver(() => this.paint()).observe(this.frame);
  }

  dropped() {
    if (!this.drag) return;
    const [a, b] = this.drag.map((x) => this.value(x)).sort((one, other) => one - other), far = Math.abs(this.drag[1] - this.drag[0]) > 8;
    this.drag = null;
    if (far && this.kind !== "name") this.look([a, b]); else this.paint();
  }

  // what lies at a pixel
  value(px) {
    const { left, right } = this.area, share = (Math.min(right, Math.max(left, px)) - left) / (right - left), [a, b] = this.view;
    return this.figure.log_x ? a * (b / a) ** share : a + share * (b - a);
  }

  look(view) {
    const [a, b] = this.all(), log = this.figure.log_x;
    let [low, high] = [Math.max(a, view[0]), Math.min(b, view[1])];
    if (!(high > low) || (!log && high - low < (b - a) * 1e-6)) return;
    this.view = [low, high];
    this.leave();
  }

  zoom(factor, px = (this.area.left + this.area.right) / 2) {
    if (this.kind === "name") return;
    const middle = this.value(px), [a, b] = this.view;
    if (this.figure.log_x) this.look([middle * (a / middle) ** factor, middle * (b / middle) ** factor]);
    else this.look([middle - (middle - a) * factor, middle + (b - middle) * factor]);
  }

  // the points nearest to a pixel: of all traces at one x, or of dots the nearest one
  point(px, py) {
    let best = null, least = Infinity;
    for (const trace of this.traces.filter((one) => one.shown)) {
      trace.x.forEach((x, i) => {
        if (x === null || trace.y[i] === null || x < this.view[0] || x > this.view[1]) return;
        const distance = this.closest ? Math.hypot(this.x(x) - px, this.y(trace.y[i]) - py) : Math.abs(this.x(x) - px);
        if (distance < least) { least = distance; best = [trace, i]; }
      });
    }
    if (!best || (this.closest && least > 30)) { this.leave(); return; }
    this.rest(best[0].x[best[1]], this.closest ? [best] : null);
  }

  rest(x, points = null) {
    const found = points || this.traces.filter((one) => one.shown).map((trace) => [trace, trace.x.indexOf(x)])
      .filter(([trace, i]) => i >= 0 && trace.y[i] !== null);
    this.at = { x, points: found };
    const rows = found.map(([trace, i]) => [trace, trace.style === "band"
      ? `${draw.figures(trace.low[i])} – ${draw.figures(trace.y[i])}` : draw.figures(trace.y[i])]);
    const heading = found.length && found[0][0].labels ? found[0][0].labels[found[0][1]] : this.placeLabel(x);
    this.tip.replaceChildren();
    this.make("b", "", this.tip).textContent = heading;
    for (const [trace, text] of rows) {
      const row = this.make("div", "", this.tip);
      this.make("i", "", row).style.setProperty("--of", `var(--${trace.colour})`);
      row.append(`${inLanguage(trace.name)} `);
      this.make("span", "number", row).textContent = text;
    }
    this.tip.hidden = false;
    const at = this.x(x), box = this.frame.clientWidth;
    this.tip.style.left = `${Math.max(2, at > box / 2 ? at - this.tip.offsetWidth - 12 : Math.min(at + 12, box - this.tip.offsetWidth - 2))}px`;
    this.heard = [heading, ...rows.map(([trace, text]) => `${inLanguage(trace.name)} ${text}`)].join(", ");
    this.paint();
  }

  placeLabel(x) {
    if (this.kind === "time") return clock.label(x, this.dated);
    if (this.kind === "name") return inLanguage(this.figure.names[x]);
    return `${inLanguage(this.figure.x)} ${draw.figures(x)}`.trim();
  }

  leave() {
    this.at = null;
    if (this.tip) this.tip.hidden = true;
    this.paint();
  }

  key(event) {
    const xs = [...new Set(this.traces.filter((one) => one.shown).flatMap((one) => one.x))].filter((x) => x !== null && x >= this.view[0] && x <= this.view[1]).sort((a, b) => a - b);
    const now = this.at ? xs.indexOf(this.at.x) : xs.length, span = this.view[1] - this.view[0];
    const moves = { ArrowLeft: now - 1, ArrowRight: this.at ? now + 1 : 0, Home: 0, End: xs.length - 1 };
    if (event.key in moves) {
      this.rest(xs[Math.min(xs.length - 1, Math.max(0, moves[event.key]))]);
      this.spoken.textContent = this.heard;
    } else if (event.key === "+" || event.key === "=") this.zoom(0.7, this.at ? this.x(this.at.x) : undefined);
    else if (event.key === "-") this.zoom(1 / 0.7, this.at ? this.x(this.at.x) : undefined);
    else if (event.key === "PageUp") this.look([this.view[0] - span / 2, this.view[1] - span / 2]);
    else if (event.key === "PageDown") this.look([this.view[0] + span / 2, this.view[1] + span / 2]);
    else if (event.key === "Escape" || event.key === "0") this.look(this.home);
    else return;
    event.preventDefault();
  }
}
