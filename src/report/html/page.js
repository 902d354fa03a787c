(function () {
  "use strict";
  const run = JSON.parse(document.getElementById("run").textContent);
  const home = document.getElementById("plots");
  const sync = uPlot.sync("run");
  const lines = ["--command", "--page", "--person", "--pass", "--fail"];
  let charts = [];
  // Paper is white, whatever the screen is; a canvas does not follow the style sheet by itself.
  const paper = {"--ink": "#1b1f24", "--soft": "#5b6570", "--line": "#d8dee4", "--pass": "#1a7f37", "--fail": "#c62828", "--fault": "#c62828",
    "--page": "#b26a00", "--person": "#6f42c1", "--command": "#0b62c4", "--faultband": "rgba(198,40,40,.10)", "--holdband": "rgba(26,127,55,.12)"};

  // Rounded first: 59.6 s are a minute.
  const clock = s => {
    const whole = Math.round(s);
    return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
  };

  // Several series of [time, value] on one axis of time; a point that one of them lacks is a gap there.
  function table(series) {
    const times = [...new Set(series.flatMap(one => one.points.map(point => point[0])))].sort((a, b) => a - b);
    return [times].concat(series.map(one => {
      const known = new Map(one.points);
      return times.map(at => known.has(at) ? known.get(at) : undefined);
    }));
  }

  function chart(title, series, unit, print, range) {
    if (!series.some(one => one.points.length)) return;
    const box = document.createElement("div");
    box.className = "plot";
    const head = document.createElement("h3");
    head.textContent = title;
    box.append(head);
    home.append(box);
    const style = getComputedStyle(document.documentElement);
    const colour = name => print ? paper[name] : style.getPropertyValue(name).trim();
    const shade = u => {
      const {ctx, bbox} = u;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      for (const band of run.bands) {
        const name = band.kind === "fault" ? "--faultband" : band.kind === "recovery" ? "--holdband" : null;
        if (!name) continue;
        const from = u.valToPos(band.from, "x", true), to = u.valToPos(band.to, "x", true);
        ctx.fillStyle = colour(name);
        ctx.fillRect(from, bbox.top, to - from, bbox.height);
      }
      ctx.restore();
    };
    const mark = u => {
      const {ctx, bbox} = u;
      ctx.save();
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
      for (const one of run.marks) {
        const x = u.valToPos(one.at, "x", true);
        if (x < bbox.left || x > bbox.left + bbox.width) continue;
        ctx.strokeStyle = colour("--" + one.kind);
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
      }
      ctx.restore();
    };
    const axis = {stroke: colour("--soft"), grid: {stroke: colour("--line"), width: 1}, ticks: {stroke: colour("--line"), width: 1}, font: "12px system-ui, sans-serif"};
    const options = {
      width: print ? 680 : home.clientWidth, height: 190, cursor: {sync: {key: sync.key}},
      scales: {x: {time: false, range: [0, Math.max(run.end, 1)]}, y: {range: range}},
      axes: [Object.assign({}, axis, {values: (u, at) => at.map(clock)}),
        Object.assign({}, axis, {size: 84, values: (u, at) => at.map(v => v.toLocaleString("en") + unit)})],
      series: [{label: "time", value: (u, v) => v == null ? "-" : clock(v)}].concat(series.map((one, index) => ({
        label: one.name, stroke: colour(lines[index % lines.length]), width: 1.6, spanGaps: true, points: {show: false},
        value: (u, v) => v == null ? "-" : v.toLocaleString("en", {maximumFractionDigits: 2}) + unit}))),
      hooks: {drawClear: [shade], draw: [mark]},
    };
    charts.push(new uPlot(options, table(series), box));
  }

  function draw(print) {
    charts.forEach(one => one.destroy());
    charts = [];
    home.replaceChildren();
    const list = group => Object.entries(group).map(([name, points]) => ({name, points}));
    chart("Success", list(run.success), "%", print, [0, 102]);
    for (const [name, two] of Object.entries(run.latency)) {
      chart("Latency of " + name, [{name: "p99", points: two.p99}, {name: "p50", points: two.p50}], " ms", print, (u, low, high) => [0, Math.max(high, 1) * 1.05]);
    }
    for (const one of list(run.gauges)) {
      chart(one.name, [one], "", print, (u, low, high) => [Math.min(low, 0), Math.max(high, 1) * 1.05]);
    }
  }

  draw(false);
  let wide = home.clientWidth;
  addEventListener("resize", () => {
    if (home.clientWidth === wide) return;
    wide = home.clientWidth;
    draw(false);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(false));
  addEventListener("beforeprint", () => draw(true));
  addEventListener("afterprint", () => draw(false));
})();
