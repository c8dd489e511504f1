// Cursor on the timeline, layers over the picture, copying. Every word is already in the page without this.
(function () {
  "use strict";
  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  document.body.classList.add("js");
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

  function clock(seconds) {
    const tenths = Math.floor(Math.max(0, seconds) * 10 + 1e-6);
    const whole = Math.floor(tenths / 10);
    const two = (n) => String(n).padStart(2, "0");
    const head = whole >= 3600 ? Math.floor(whole / 3600) + ":" + two(Math.floor(whole / 60) % 60) : Math.floor(whole / 60);
    return head + ":" + two(whole % 60) + "." + (tenths % 10);
  }

  // ---- the picture and its layers
  const stage = $("#stage");
  if (stage) {
    const range = $("#opacity");
    const layers = $$(".layer", stage);
    const dim = $(".dim", stage);
    const show = () => {
      const chosen = $("input[name=layer]:checked");
      layers.forEach((layer) => {
        layer.hidden = !chosen || layer.id !== chosen.value;
        layer.style.opacity = range ? range.value / 100 : 0.65;
      });
      // A darkened picture lets the map speak: it fades as the layer comes in.
      if (dim && range) dim.style.opacity = layers.some((layer) => !layer.hidden) ? range.value / 300 : 0;
      $$("[data-reading]").forEach((text) => { text.hidden = !chosen || text.dataset.reading !== chosen.value; });
      if (range) $("#opacity-value").textContent = range.value + " %";
    };
    const step = (by) => { range.value = clamp(Number(range.value) + by, 0, 100); show(); };
    $$("input[name=layer]").forEach((input) => input.addEventListener("change", show));
    if (range) {
      range.addEventListener("input", show);
      $("#less").addEventListener("click", () => step(-10));
      $("#more").addEventListener("click", () => step(10));
    }
    const boxes = $("#boxes");
    if (boxes) boxes.addEventListener("change", () => $$(".box", stage).forEach((box) => { box.hidden = !boxes.checked; }));
    show();
  }

  // ---- the clock
  const timeline = $("#lanes");
  const source = $("#clock-data");
  if (timeline && source) {
    const data = JSON.parse(source.textContent);
    const ruler = $(".axis-lane .plot", timeline);
    const frame = $("#frame");
    const pictures = $$(".film img");
    const readouts = $$("[data-readout]");
    let now = data.start;

    const nearest = (list, time) => {
      let best = 0;
      for (let i = 1; i < list.length; ++i) if (Math.abs(list[i] - time) < Math.abs(list[best] - time)) best = i;
      return best;
    };
    const value_at = (curve) => {
      const i = nearest(curve.x, now);
      const gap = (data.end / Math.max(curve.x.length, 1)) * 4 + 0.5;
      return curve.y[i] === null || Math.abs(curve.x[i] - now) > gap ? null : curve.y[i];
    };
    const show_frame = () => {
      if (!frame || !data.pictures.length) return;
      const i = nearest(data.pictures, now);
      if (frame.dataset.index !== String(i)) {
        frame.src = pictures[i].src;
        frame.alt = "Frame at " + clock(data.pictures[i]);
        frame.dataset.index = i;
      }
      const holder = $("#frame-boxes");
      holder.textContent = "";
      const draw = ([x, y, w, h], text) => {
        const box = document.createElement("div");
        const label = document.createElement("b");
        box.className = "box";
        label.textContent = text;
        Object.assign(box.style, { left: x + "%", top: y + "%", width: w + "%", height: h + "%" });
        box.append(label);
        holder.append(box);
      };
      for (const change of data.changes) {
        const shown = data.pictures[i];
        if (change.from <= shown && shown <= change.to) draw(change.box, change.text);
      }
      for (const face of data.faces) {
        const at = nearest(face.t, data.pictures[i]);
        if (!face.t.length || Math.abs(face.t[at] - data.pictures[i]) > 1) continue;
        draw(face.box[at], "face " + face.track);
      }
      $("#frame-time").textContent = clock(data.pictures[i]);
    };
    let listed = "";
    const show_signs = () => {
      const here = $("#here");
      const lines = data.signs.filter((sign) => sign.from <= now && now <= sign.to).map((sign) => sign.text);
      if (!here || lines.join("\n") === listed) return;
      listed = lines.join("\n");
      here.replaceChildren(...lines.map((line) => {
        const item = document.createElement("li");
        item.textContent = line;
        return item;
      }));
    };
    const move = (time) => {
      now = clamp(time, 0, data.end);
      timeline.style.setProperty("--t", now / data.end);
      const spoken = [];
      readouts.forEach((out) => {
        const curve = data.curves[Number(out.dataset.readout)];
        const value = value_at(curve);
        const text = value === null ? "no value" : Number(value.toPrecision(3)) + (curve.unit ? " " + curve.unit : "");
        out.textContent = text;
        spoken.push(curve.name + " " + text);
      });
      timeline.setAttribute("aria-valuenow", now.toFixed(1));
      timeline.setAttribute("aria-valuetext", clock(now) + (spoken.length ? ", " + spoken.join(", ") : ""));
      $("#now").textContent = clock(now);
      show_signs();
      show_frame();
    };
    const time_of = (event) => {
      const area = ruler.getBoundingClientRect();
      return ((event.clientX - area.left) / area.width) * data.end;
    };
    timeline.addEventListener("pointermove", (event) => move(time_of(event)));
    timeline.addEventListener("pointerdown", (event) => move(time_of(event)));
    timeline.addEventListener("keydown", (event) => {
      const fine = Math.max(data.end / 200, 0.1);
      const steps = { ArrowRight: fine, ArrowLeft: -fine, ArrowUp: fine, ArrowDown: -fine, PageUp: fine * 10, PageDown: -fine * 10 };
      if (event.key in steps) move(now + steps[event.key]);
      else if (event.key === "Home") move(0);
      else if (event.key === "End") move(data.end);
      else return;
      event.preventDefault();
    });
    $$("[data-time]").forEach((button) => button.addEventListener("click", () => {
      move(Number(button.dataset.time));
      if (!timeline.contains(button)) timeline.focus();
    }));
    const jump = (by) => {
      const at = nearest(data.pictures, now) + by;
      if (data.pictures.length) move(data.pictures[clamp(at, 0, data.pictures.length - 1)]);
    };
    const before = $("#before");
    if (before) {
      before.addEventListener("click", () => jump(-1));
      $("#after").addEventListener("click", () => jump(1));
    }
    move(data.start);
  }

  // ---- copying
  $$("[data-copy]").forEach((button) => button.addEventListener("click", () => {
    const text = $(button.dataset.copy);
    const said = button.nextElementSibling;
    const done = () => { said.textContent = "Copied."; };
    const select = () => {
      const range = document.createRange();
      range.selectNodeContents(text);
      const selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      said.textContent = "Selected: press Ctrl+C.";
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text.innerText.trim()).then(done, select);
    else select();
  }));

  // ---- paper shows everything
  window.addEventListener("beforeprint", () => $$("details:not(.twin)").forEach((fold) => { fold.open = true; }));
})();
