"use strict";
// Canvas and SVG, no more of them than the pictures here need.
const draw = (() => {
  const LEFT = 52, RIGHT = 14, TICK = 84;

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue("--" + name).trim();
    const names = ["ink", "soft", "rule", "paper", "card", "accent", "warm", "series", "green", "grey", "blue",
      "orange", "pink", "yellow", "sky", "silver"];
    return Object.fromEntries(names.map((name) => [name, of(name)]));
  }

  // a canvas in the screen's own pixels, cleared; null where it is not shown
  function canvas(place, height) {
    const width = place.clientWidth;
    if (!width) return null;
    const scale = devicePixelRatio || 1;
    place.style.height = height + "px";
    place.width = Math.round(width * scale);
    place.height = Math.round(height * scale);
    const pen = place.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = "12px " + getComputedStyle(document.body).fontFamily;
    return { pen, width, height, left: LEFT, right: width - RIGHT };
  }

  function niceStep(span, count) {
    const raw = span / Math.max(1, count), size = 10 ** Math.floor(Math.log10(raw));
    return size * [1, 2, 5, 10].find((m) => m * size >= raw);
  }

  // round values of an axis, three or more of them
  function valueTicks(low, high, most, whole = false) {
    const found = [];
    for (let count = most, step = Infinity; found.length < 3 && count < 50 && !(whole && step === 1); count *= 1.5) {
      step = niceStep(high - low || 1, count);
      if (whole) step = Math.max(1, Math.ceil(step));
      found.length = 0;
      for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(i * step);
    }
    return found;
  }

  // round numbers along x, with their texts
  function numberTicks(low, high, most, whole) {
    const values = valueTicks(low, high, Math.max(2, most), whole);
    return values.map((value) => [value, full(+value.toPrecision(12))]);
  }

  function short(value) {
    if (value === null || !Number.isFinite(value)) return "";
    const size = Math.abs(value);
    if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(1);
    return String(+value.toPrecision(4));
  }

  // six digits are more than a reader compares
  const figures = (value) => (value === null || value === undefined ? ""
    : Number(value).toLocaleString("en-US", { maximumSignificantDigits: 6 }));

  // a value of the data, in all its digits
  const full = (value) => (value === null ? "" : String(value));

  // as short as an axis needs it
  function brief(value) {
    const [size, name] = [[1e9, "G"], [1e6, "M"], [1e4, "k"]].find(([from]) => Math.abs(value) >= from) || [1, ""];
    return size === 1 ? short(value) : short(value / (size === 1e4 ? 1e3 : size)) + name;
  }

  // the lowest and highest of some arrays between two places
  function extent(arrays) {
    let low = Infinity, high = -Infinity;
    for (const [array, a, b] of arrays) {
      for (let i = Math.max(0, a); i < Math.min(array.length, b); i++) {
        if (array[i] === null) continue;
        if (array[i] < low) low = array[i];
        if (array[i] > high) high = array[i];
      }
    }
    if (low > high) return [0, 1];
    const room = (high - low || Math.abs(high) || 1) * 0.06;
    return [low - room, high + room];
  }

  function valueAxis(area, low, high, top, bottom, ink) {
    const { pen, left, right } = area;
    const y = (value) => bottom - ((value - low) / (high - low)) * (bottom - top);
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const tick of valueTicks(low, high, (bottom - top) / 34)) {
      pen.strokeStyle = ink.rule;
      pen.lineWidth = 1;
      pen.beginPath();
      pen.moveTo(left, y(tick));
      pen.lineTo(right, y(tick));
      pen.stroke();
      pen.fillStyle = ink.soft;
      pen.fillText(brief(Math.abs(tick) < (high - low) / 1e6 ? 0 : tick), left - 6, y(tick));
    }
    return y;
  }

  // labels of times under a chart of the steps from a to b
  function timeAxis(area, times, a, b, top, ink) {
    const { pen, left, right } = area, last = Math.min(b, times.length) - 1, most = (right - left) / TICK;
    if (last < a) return;
    const dated = typeof times[a] !== "number", at = (t) => (dated ? clock.read(times[t]) : times[t]);
    const ticks = dated ? clock.ticks(at(a), at(last), most) : numberTicks(at(a), at(last), most, true);
    // the step that a tick belongs to: times need not be evenly spaced
    const step = (value) => {
      let [low, high] = [a, last];
      while (low < high) { const middle = (low + high + 1) >> 1; if (at(middle) <= value) low = middle; else high = middle - 1; }
      return low;
    };
    const place = (t) => left + ((t + 0.5 - a) / (b - a)) * (right - left);
    placeLabels(pen, ticks.map(([value, text]) => [place(step(value)), text]), area.width, top, ink);
  }

  // labels under a chart, as many as leave room between them
  function placeLabels(pen, ticks, width, top, ink) {
    pen.textBaseline = "top";
    pen.textAlign = "center";
    let end = -Infinity;
    for (const [x, text] of ticks) {
      const half = pen.measureText(text).width / 2, middle = Math.min(width - half - 1, Math.max(half + 1, x));
      pen.fillStyle = ink.rule;
      pen.fillRect(Math.round(x), top, 1, 5);
      if (middle - half < end + 12) continue;
      end = middle + half;
      pen.fillStyle = ink.soft;
      pen.fillText(text, middle, top + 7);
    }
  }

  // of many points to a pixel, a bar from the lowest to the highest: the same ink with fewer strokes
  function bars(area, array, a, b, y, colour, width) {
    const { pen, left, right } = area, wide = (right - left) / (b - a), each = Math.ceil(0.5 / wide);
    pen.fillStyle = colour;
    let before = null;
    for (let from = a; from < b; from += each) {
      // from where the last one ended, so that nothing comes apart
      let low = before ?? Infinity, high = before ?? -Infinity;
      for (let t = from; t < Math.min(array.length, b, from + each); t++) {
        before = array[t] === null || Number.isNaN(array[t]) ? null : array[t];
        if (before === null) continue;
        if (before < low) low = before;
        if (before > high) high = before;
      }
      if (low > high) continue;
      pen.fillRect(left + (from - a) * wide, y(high) - width / 2, each * wide, y(low) - y(high) + width);
    }
  }

  function line(area, array, a, b, y, colour, width) {
    const { pen, left, right } = area, wide = (right - left) / (b - a);
    if (wide < 0.6) { bars(area, array, a, b, y, colour, width); return; }
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.lineJoin = "round";
    pen.beginPath();
    let down = false;
    for (let t = Math.max(0, a); t < Math.min(array.length, b); t++) {
      if (array[t] === null || Number.isNaN(array[t])) { down = false; continue; }
      const x = left + (t + 0.5 - a) * wide;
      if (down) pen.lineTo(x, y(array[t])); else pen.moveTo(x, y(array[t]));
      down = true;
    }
    pen.stroke();
  }

  function dots(area, array, a, b, y, colour, radius) {
    const { pen, left, right } = area, wide = (right - left) / (b - a);
    pen.fillStyle = colour;
    for (let t = Math.max(0, a); t < Math.min(array.length, b); t++) {
      if (array[t] === null) continue;
      pen.beginPath();
      pen.arc(left + (t + 0.5 - a) * wide, y(array[t]), radius, 0, 7);
      pen.fill();
    }
  }

  function band(area, low, high, at, a, b, y, colour, opacity) {
    const { pen, left, right } = area, wide = (right - left) / (b - a);
    const x = (i) => left + (at + i + 0.5 - a) * wide;
    pen.fillStyle = colour;
    pen.globalAlpha = opacity;
    pen.beginPath();
    high.forEach((value, i) => (i ? pen.lineTo(x(i), y(value)) : pen.moveTo(x(i), y(value))));
    for (let i = low.length - 1; i >= 0; i--) pen.lineTo(x(i), y(low[i]));
    pen.fill();
    pen.globalAlpha = 1;
  }

  // what stands in a corner of a chart
  function title(area, text, ink, colour) {
    const { pen, left } = area, wide = pen.measureText(text).width;
    pen.globalAlpha = 0.85;
    pen.fillStyle = ink.paper;
    pen.fillRect(left + 4, 2, wide + 8, 17);
    pen.globalAlpha = 1;
    pen.fillStyle = colour || ink.soft;
    pen.textAlign = "left";
    pen.textBaseline = "top";
    pen.fillText(text, left + 8, 4);
  }

  // shares from 0 to 1, dark to light (cividis), and values from -1 to 1, orange over grey to blue
  const CIVIDIS = [[0, 32, 77], [60, 77, 110], [124, 123, 120], [187, 175, 113], [255, 234, 70]];
  function palette(signed, paper) {
    const stops = signed ? [[213, 94, 0], paper, [0, 114, 178]] : CIVIDIS, count = 511, ends = stops.length - 1;
    return Array.from({ length: count }, (_, n) => {
      const at = (n / (count - 1)) * ends, i = Math.min(ends - 1, Math.floor(at));
      return [...stops[i].map((c, k) => c + (stops[i + 1][k] - c) * (at - i)), 255];
    });
  }

  function rgb(colour) {
    const hex = colour.replace("#", "");
    return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
  }

  function svg(tag, attributes, parent, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  }

  return { colours, canvas, TICK, valueTicks, numberTicks, placeLabels, short, brief, figures, full, extent, valueAxis, timeAxis, line, dots, band, title, palette, rgb, svg };
})();
