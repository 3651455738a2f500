"use strict";
// The player: one step of one series at a time, one unit in the cell, all units in the heat map.
class Glass {
  constructor(root, packed) {
    this.root = root;
    this.packed = packed;
    this.wide = packed.layers * packed.units;
    this.unsigned = new Set(["input", "forget", "output", "update", "reset"]);
    this.digits = packed.bits === 16 ? 3 : 2;
    const bytes = Uint8Array.from(atob(packed.data), (c) => c.charCodeAt(0));
    this.cells = packed.bits === 16 ? new Uint16Array(bytes.buffer) : bytes;
    this.top = 2 ** packed.bits - 1;
    // of a step whose past is not in the page nothing can be said
    this.first = packed.skipped ? 1 : 0;
    this.n = packed.steps;
    this.unit = packed.chosen;
    this.gate = packed.cell === "gru" ? "update" : "forget";
    this.speed = 8;
    this.playing = 0;
    const shown = Math.min(this.n, Number(root.dataset.window) || 160);
    this.a = this.n - shown;
    this.b = this.n;
    this.t = Math.max(this.first, this.a + Math.floor(shown / 3));
    this.part = (name) => root.querySelector(`[data-role="${name}"]`);
    this.bases = new Map();
    this.listen();
  }

  // the value of a gate at a step, of a unit counted over all layers
  at(name, t, unit = this.unit) {
    const place = this.packed.names.indexOf(name);
    if (t < 0 || place < 0) return 0;
    const whole = this.cells[(place * this.n + t) * this.wide + unit];
    if (this.unsigned.has(name)) return whole / this.top;
    return ((2 * whole) / (this.top - 1) - 1) * this.packed.scales[place][unit];
  }

  scale(name) {
    return this.packed.scales[this.packed.names.indexOf(name)][this.unit];
  }

  // everything that is shown of a step
  values(t = this.t) {
    const v = { value: draw.full(this.packed.values[t]), scale: 1, hiddenScale: 1 };
    for (const name of this.packed.names) v[name] = this.at(name, t);
    // a memory that is emptied before a window comes from nowhere; the last one ends the series
    const { window } = this.packed, before = window && (this.n - t) % window === 0 ? -1 : t - 1;
    v.hiddenBefore = this.at("hidden", before);
    if (this.packed.cell === "gru") {
      v.before = v.hiddenBefore;
      v.kept = v.update * v.before;
      v.written = (1 - v.update) * v.candidate;
      v.scale = this.scale("hidden");
    } else {
      v.before = this.at("cell", before);
      v.kept = v.forget * v.before;
      v.written = v.input * v.candidate;
      v.scale = this.scale("cell");
      v.hiddenScale = this.scale("hidden");
    }
    v.forgotten = v.before - v.kept;
    return v;
  }

  named(unit) {
    const { layers, units } = this.packed;
    return words().unitOf(unit % units, layers > 1 ? Math.floor(unit / units) : null);
  }

  listen() {
    const slider = this.part("slider");
    slider.min = this.first;
    slider.max = this.n - 1;
    slider.addEventListener("input", () => { this.pause(); this.go(Number(slider.value)); });
    this.part("play").addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    this.part("back").addEventListener("click", () => { this.pause(); this.go(this.t - 1); });
    this.part("on").addEventListener("click", () => { this.pause(); this.go(this.t + 1); });
    this.part("speed").addEventListener("change", (e) => { this.speed = Number(e.target.value); if (this.playing) this.play(); });
    this.part("unit").addEventListener("change", (e) => this.choose(Number(e.target.value)));
    this.root.querySelectorAll("[data-zoom]").forEach((button) => {
      button.addEventListener("click", () => this.zoom(button.dataset.zoom));
    });
    this.root.querySelectorAll("[data-gate-name]").forEach((button) => {
      button.addEventListener("click", () => { this.gate = button.dataset.gateName; this.speak(); });
    });
    for (const name of ["series", "line", "heat"]) {
      const place = this.part(name);
      if (!place) continue;
      place.addEventListener("click", (e) => this.clicked(name, place, e));
      place.addEventListener("wheel", (e) => {
        if (!e.ctrlKey && !e.altKey) return; // plain scrolling is for the page
        e.preventDefault();
        this.zoom(e.deltaY < 0 ? "in" : "out");
      }, { passive: false });
      place.addEventListener("keydown", (e) => this.key(e, name));
    }
  }

  key(event, name) {
    // as those of the slider
    const moves = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10, Home: -this.n, End: this.n };
    if (event.key in moves) { event.preventDefault(); this.pause(); this.go(this.t + moves[event.key]); }
    if (name === "heat" && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      const row = this.packed.order.indexOf(this.unit) + (event.key === "ArrowUp" ? -1 : 1);
      if (row >= 0 && row < this.wide) this.choose(this.packed.order[row]);
    }
  }

  clicked(name, place, event) {
    const box = place.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    const left = 52, right = place.clientWidth - 14;
    if (x < left || x > right) return;
    this.pause();
    if (name === "heat") {
      const row = Math.floor((y - 4) / this.rowHeight);
      if (row >= 0 && row < this.wide) this.unit = this.packed.order[row];
      this.bases.clear();
    }
    this.go(this.a + Math.floor(((x - left) / (right - left)) * (this.b - this.a)));
    if (name === "heat") this.speak();
  }

  choose(unit) { this.unit = unit; this.speak(); }

  play() {
    this.pause();
    if (this.t >= this.n - 1) this.go(this.a);
    this.root.classList.add("playing");
    this.playing = setInterval(() => {
      if (this.t >= this.n - 1) this.pause(); else this.go(this.t + 1);
    }, 1000 / this.speed);
    this.button();
  }

  pause() {
    clearInterval(this.playing);
    this.playing = 0;
    this.root.classList.remove("playing");
    this.button();
  }

  button() {
    const play = this.part("play");
    play.textContent = this.playing ? words().pause : words().play;
    // a reader that is told every step of a run would hear nothing else
    this.part("sentence").setAttribute("aria-live", this.playing ? "off" : "polite");
  }

  zoom(how) {
    const span = this.b - this.a, least = Math.min(this.n, 20);
    let wanted = { in: span / 2, out: span * 2, all: this.n }[how];
    wanted = Math.round(Math.min(this.n, Math.max(least, wanted)));
    this.a = Math.min(this.n - wanted, Math.max(0, this.t - Math.round(wanted / 2)));
    this.b = this.a + wanted;
    this.paint();
  }

  go(t) {
    this.t = Math.min(this.n - 1, Math.max(this.first, t));
    if (this.t < this.a || this.t >= this.b) {
      const span = this.b - this.a;
      this.a = Math.min(this.n - span, Math.max(0, this.t < this.a ? this.t - span + 1 : this.t));
      if (!this.playing) this.a = Math.min(this.n - span, Math.max(0, this.t - (span >> 1)));
      this.b = this.a + span;
      this.bases.clear();
    }
    this.show();
  }

  // all that has words in it, in the language of the page
  speak() {
    const said = words(), p = this.packed, unit = this.part("unit");
    unit.replaceChildren(...p.order.map((u) => {
      const option = document.createElement("option"), life = p.half_life && p.half_life[u];
      option.value = u;
      option.textContent = this.named(u) + (!p.half_life ? "" :
        life === null ? ` · ${said.forever}` : ` · ${said.halfLife} ${draw.short(+life.toPrecision(3))}`);
      return option;
    }));
    unit.value = this.unit;
    unit.setAttribute("aria-label", said.unit);
    this.part("slider").setAttribute("aria-label", said.slider);
    this.part("speed").setAttribute("aria-label", said.perSecond);
    for (const option of this.part("speed").options) option.textContent = `${option.value} ${said.perSecond}`;
    for (const name of ["series", "line", "heat"]) {
      if (this.part(name)) this.part(name).setAttribute("aria-label", said[name + "Chart"]);
    }
    this.root.querySelectorAll("[data-gate-name]").forEach((button) => {
      button.textContent = said.gates[button.dataset.gateName];
      button.setAttribute("aria-pressed", button.dataset.gateName === this.gate);
    });
    this.button();
    const cell = this.part("cell");
    this.cell = cellDrawing(cell, p.cell);
    cell.setAttribute("aria-label", said.cellChart);
    this.paint();
  }

  paint() { this.bases.clear(); this.show(); }

  // the pictures of this step
  show() {
    const v = this.values(), said = words();
    this.cell(v);
    this.part("slider").value = this.t;
    const time = this.packed.times[this.t];
    this.part("slider").setAttribute("aria-valuetext", `${time}: ${v.value}`);
    this.part("now").textContent = `${time} · ${said.step} ${this.packed.skipped + this.t + 1} / ${this.packed.skipped + this.n}`;
    const number = (x) => (x < 0 ? "−" : "") + Math.abs(x).toFixed(this.digits);
    const share = (x) => (100 * x).toFixed(this.digits > 2 ? 1 : 0) + said.percent;
    const told = { time, series: this.packed.series, value: v.value, unit: this.named(this.unit) };
    for (const [name, x] of Object.entries(v)) {
      if (name in told) continue;
      told[name] = this.unsigned.has(name) ? share(x) : number(x);
    }
    this.part("sentence").textContent = said[this.packed.cell](told);
    this.charts();
    this.root.dispatchEvent(new CustomEvent("step"));
  }

  charts() {
    for (const name of ["series", "line", "heat"]) {
      const place = this.part(name);
      if (!place) continue;
      if (!this.bases.has(name)) {
        const made = this["paint_" + name](place);
        if (!made) continue;
        const base = document.createElement("canvas");
        base.width = place.width;
        base.height = place.height;
        base.getContext("2d").drawImage(place, 0, 0);
        this.bases.set(name, { base, ...made });
      }
      this.mark(name, place, this.bases.get(name));
    }
  }

  // the marker at this step, on a copy of the chart
  mark(name, place, { base, top, bottom, y, left, right }) {
    const pen = place.getContext("2d"), ink = draw.colours();
    pen.save();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, place.width, place.height);
    pen.drawImage(base, 0, 0);
    pen.restore();
    const x = left + ((this.t + 0.5 - this.a) / (this.b - this.a)) * (right - left);
    pen.strokeStyle = ink.ink;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x, bottom);
    pen.stroke();
    if (name === "heat") return;
    const dots = name === "series" ? [[this.packed.values[this.t], ink.warm]] :
      this.lines().map(([which, colour]) => [this.at(which, this.t), ink[colour]]);
    for (const [value, colour] of dots) {
      pen.fillStyle = colour;
      pen.strokeStyle = ink.paper;
      pen.beginPath();
      pen.arc(x, y(value), 5, 0, 7);
      pen.fill();
      pen.stroke();
    }
  }

  paint_series(place) {
    const area = draw.canvas(place, 190);
    if (!area) return null;
    const ink = draw.colours(), top = 6, bottom = area.height - 24;
    const others = [["signal", ink.green], ["prediction", ink.accent]].filter(([name]) => this.packed[name]);
    const seen = [this.packed.values, ...others.map(([name]) => this.packed[name])];
    const [low, high] = draw.extent(seen.map((values) => [values, this.a, this.b]));
    const y = draw.valueAxis(area, low, high, top, bottom, ink);
    draw.line(area, this.packed.values, this.a, this.b, y, ink.series, 1.5);
    for (const [name, colour] of others) draw.line(area, this.packed[name], this.a, this.b, y, colour, 2);
    draw.timeAxis(area, this.packed.times, this.a, this.b, bottom, ink);
    draw.title(area, this.packed.series, ink);
    return { top, bottom, y, left: area.left, right: area.right };
  }

  lines() {
    return this.packed.cell === "gru" ? [["hidden", "accent"]] : [["cell", "accent"], ["hidden", "warm"]];
  }

  paint_line(place) {
    const area = draw.canvas(place, 120);
    if (!area) return null;
    const ink = draw.colours(), top = 6, bottom = area.height - 8;
    const made = this.lines().map(([name, colour]) => {
      const values = new Float32Array(this.b).fill(NaN);
      for (let t = this.a; t < this.b; t++) values[t] = this.at(name, t);
      return [values, colour, name];
    });
    const [low, high] = draw.extent(made.map(([values]) => [values, this.a, this.b]));
    const y = draw.valueAxis(area, low, high, top, bottom, ink);
    for (const [values, colour] of made) draw.line(area, values, this.a, this.b, y, ink[colour], 1.5);
    return { top, bottom, y, left: area.left, right: area.right };
  }

  // between which values a gate moves, over all units and steps
  range(name) {
    this.ranges ||= new Map();
    if (!this.ranges.has(name)) {
      const from = this.packed.names.indexOf(name) * this.n * this.wide;
      let low = this.top, high = 0;
      for (let i = from; i < from + this.n * this.wide; i++) {
        if (this.cells[i] < low) low = this.cells[i];
        if (this.cells[i] > high) high = this.cells[i];
      }
      this.ranges.set(name, high > low ? [low / this.top, high / this.top] : [0, 1]);
    }
    return this.ranges.get(name);
  }

  legend(low, high, signed) {
    this.part("low").textContent = signed ? "−" : low.toFixed(2);
    this.part("high").textContent = signed ? "+" : high.toFixed(2);
    this.part("scale").className = signed ? "both" : "scale";
  }

  paint_heat(place) {
    const order = this.packed.order, ink = draw.colours();
    this.rowHeight = Math.max(3, Math.min(22, 288 / this.wide));
    const high = this.rowHeight * this.wide, area = draw.canvas(place, high + 8);
    if (!area) return null;
    const { pen, left, right } = area, span = this.b - this.a;
    const columns = Math.min(span, Math.max(1, Math.floor(right - left)));
    const signed = !this.unsigned.has(this.gate), paper = draw.rgb(ink.paper);
    const first = this.packed.names.indexOf(this.gate) * this.n * this.wide;
    const [low, most] = signed ? [0, 1] : this.range(this.gate);
    this.legend(low, most, signed);
    const image = new ImageData(columns, this.wide), sums = new Float64Array(this.wide);
    const palette = draw.palette(signed, paper), last = palette.length - 1, top = signed ? this.top - 1 : this.top;
    for (let column = 0; column < columns; column++) {
      const from = this.a + Math.floor((column * span) / columns);
      const to = this.a + Math.floor(((column + 1) * span) / columns);
      sums.fill(0);
      for (let t = from, i = first + from * this.wide; t < to; t++) {
        for (let unit = 0; unit < this.wide; unit++) sums[unit] += this.cells[i++];
      }
      for (let row = 0; row < this.wide; row++) {
        const mean = sums[order[row]] / (to - from) / top;
        const share = signed ? mean : (mean - low) / (most - low);
        image.data.set(palette[Math.round(Math.min(1, Math.max(0, share)) * last)], 4 * (row * columns + column));
      }
    }
    const small = document.createElement("canvas");
    small.width = columns;
    small.height = this.wide;
    small.getContext("2d").putImageData(image, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, left, 4, right - left, high);
    const row = order.indexOf(this.unit);
    pen.strokeStyle = ink.warm;
    pen.lineWidth = 2;
    pen.strokeRect(left - 1, 4 + row * this.rowHeight - 1, right - left + 2, this.rowHeight + 2);
    pen.fillStyle = ink.ink;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    pen.fillText(this.unit % this.packed.units, left - 6, 4 + (row + 0.5) * this.rowHeight);
    return { top: 4, bottom: 4 + high, left, right };
  }
}
