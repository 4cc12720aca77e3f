"use strict";

/** Without an event for so long the figures are old, though the connection may look alive. In milliseconds. */
const silence = 3_500;
/** A page that nobody sees lets the server sleep after this. */
const hiddenPatience = 60_000;
/** Between two attempts where the browser gives up: an answer that is no stream, as of a server that stops. */
const retry = 3_000;

const byId = (id) => document.getElementById(id);

/** Sets a text only where it differs: what doesn't change is neither painted nor read out again. */
function put(id, text) {
  const element = typeof id === "string" ? byId(id) : id;
  if (element.textContent !== text) element.textContent = text;
}

function setState(element, state) {
  if (element.dataset.state !== state) element.dataset.state = state;
}

function setIcon(svg, state) {
  const use = svg.firstElementChild;
  if (use.getAttribute("href") !== `#icon-${state}`) use.setAttribute("href", `#icon-${state}`);
}

class Page {
  constructor() {
    this.source = null;
    this.history = null;
    this.last = null;
    /** By this machine's clock: the server's may be another one. */
    this.lastSeen = null;
    this.hiddenSince = null;
    this.pointer = null;
    this.throughput = new Chart(byId("throughput-chart"), 200, [
      { name: "accepted", className: "accepted" }, { name: "applied", className: "applied" },
    ]);
    this.sparks = [["backlog-chart", "backlog"], ["age-chart", "age"], ["request-chart", "request"]].map(
      ([id, name]) => new Chart(byId(id), 48, [{ name, className: "neutral" }]));
    this.listen();
    this.connect();
    setInterval(() => this.tick(), 500);
  }

  listen() {
    const chart = byId("throughput-chart");
    chart.addEventListener("pointermove", (event) => this.point(event.clientX));
    chart.addEventListener("pointerleave", () => this.point(null));
    document.addEventListener("visibilitychange", () => {
      this.hiddenSince = document.hidden ? Date.now() : null;
      if (!document.hidden && this.source === null) this.connect();
    });
    addEventListener("pagehide", () => this.history?.save());
  }

  // The connection

  connect() {
    this.source?.close();
    this.source = new EventSource("dashboard/events");
    this.source.addEventListener("message", (event) => this.receive(JSON.parse(event.data)));
    this.source.addEventListener("error", () => {
      this.showConnection();
      // Otherwise the browser tries again by itself.
      if (this.source?.readyState === EventSource.CLOSED) setTimeout(() => this.source && this.connect(), retry);
    });
  }

  pause() {
    this.source.close();
    this.source = null;
    this.history?.save();
    document.title = "Spillway (paused)";
  }

  tick() {
    if (this.source === null) return;
    if (this.hiddenSince !== null && Date.now() - this.hiddenSince > hiddenPatience) return this.pause();
    this.showConnection();
  }

  get isLost() {
    return this.lastSeen === null || Date.now() - this.lastSeen > silence;
  }

  showConnection() {
    if (!this.isLost || this.source === null) return;
    document.body.dataset.connection = this.lastSeen === null ? "connecting" : "lost";
    if (this.lastSeen === null && this.source.readyState !== EventSource.CLOSED) return;
    const since = this.lastSeen === null ? "yet" : `since ${Format.clock(this.lastSeen)}`;
    this.showStatus("lost", `No data ${since}`);
    document.title = "⚠ no data – Spillway";
  }

  receive(event) {
    this.lastSeen = Date.now();
    this.last = event;
    document.body.dataset.connection = "live";
    const { host, pid, started } = event.instance;
    const instance = `${host}/${pid}/${started}`;
    if (this.history?.instance !== instance) this.history = Timeline.restore(instance);
    this.history.add({
      time: event.time, accepted: event.accepted.per_second, applied: event.applied.per_second,
      backlog: event.backlog.jobs, age: event.age.p99_ms, request: event.requests.p99_ms,
    });
    this.show(event);
  }

  // The figures

  show(event) {
    this.showInstance(event);
    this.showThroughput(event);
    this.showBacklog(event);
    this.showLatency(event);
    this.showLoad(event);
    this.showParts(event);
    this.showHealth(event);
    this.draw();
  }

  showInstance({ time, instance }) {
    put("host", instance.host);
    put("pid", String(instance.pid));
    put("version", instance.version);
    put("profile", instance.profile);
    put("uptime", Format.parts(Math.max(0, Math.floor((time - instance.started) / 1000))));
  }

  showThroughput({ accepted, applied }) {
    put("accepted-rate", Format.rate(accepted.per_second));
    put("applied-rate", Format.rate(applied.per_second));
    put("accepted-total", Format.count(accepted.total));
    put("applied-total", Format.count(applied.total));
    put("applied-note", applied.total === null ? "by instances with workers" : "since the start");
  }

  showBacklog({ backlog, dead_letters: dead }) {
    put("backlog", Format.count(backlog.jobs));
    put("backlog-title", backlog.is_whole ? "Backlog" : "Backlog in hand here");
    put("backlog-trend", backlog.jobs === null ? "this instance has no workers" : this.trend());
    put("oldest", backlog.jobs === 0 ? "nothing waits" : Format.duration(backlog.oldest_ms));
    put("dead-letters", dead === 0 ? "none" : Format.count(dead));
    setState(byId("dead-letters"), dead > 0 ? "failing" : "working");
  }

  /** Over the last ten seconds, since a backlog goes up and down with every batch. */
  trend() {
    const points = this.history.points.filter(({ backlog }) => backlog !== null).slice(-10);
    if (points.at(-1)?.backlog === 0) return "all is applied";
    if (points.length < 2) return "accepted and not yet applied";
    const half = Math.ceil(points.length / 2);
    const mean = (part) => part.reduce((sum, { backlog }) => sum + backlog, 0) / part.length;
    const [before, after] = [mean(points.slice(0, half)), mean(points.slice(-half))];
    const seconds = (points.at(-half).time - points[0].time) / 1000;
    const perSecond = (after - before) / seconds;
    if (Math.abs(after - before) <= 0.05 * Math.max(before, after)) return "steady";
    if (perSecond > 0) return `growing by ${Format.rate(perSecond)}`;
    return `shrinking, empty in about ${Format.parts(Math.ceil(after / -perSecond))}`;
  }

  showLatency({ age, requests }) {
    put("age-p99", Format.duration(age.p99_ms));
    put("age-p50", Format.duration(age.p50_ms));
    const note = (value) => (value === null ? "nothing in the last ten seconds" : "p99 of the last ten seconds");
    put("age-note", note(age.p99_ms));
    put("request-note", note(requests.p99_ms));
    put("request-p99", Format.duration(requests.p99_ms));
    put("request-p50", Format.duration(requests.p50_ms));
    put("request-rate", Format.count(requests.per_second));
  }

  showLoad({ connections, shed, memory_bytes: memory, reads }) {
    put("connections", Format.count(connections));
    put("memory", Format.bytes(memory));
    put("shed", shed.total === 0 ? "none" : `${Format.count(shed.total)}, ${Format.rate(shed.per_second)}`);
    setState(byId("shed"), shed.per_second > 0 ? "failing" : "working");
    const names = { pending: "Accepted, not yet applied", cached: "Cache", database: "Database" };
    const sum = reads.reduce((sum, { per_second: rate }) => sum + (rate ?? 0), 0);
    Page.fill(byId("cache"), reads, Page.makeBar, (row, { level, total, per_second: rate }) => {
      const share = sum > 0 ? rate / sum : null;
      put(row.children[0], names[level] ?? level);
      put(row.children[1], share === null ? Format.unknown : Format.percent(share));
      row.children[2].value = share ?? 0;
      put(row.children[3], `${Format.rate(rate)}, ${Format.count(total)} in all`);
    });
  }

  showParts({ time, parts }) {
    const words = { working: "works", waiting: "not reached yet", failing: "fails" };
    Page.fill(byId("parts"), parts, Page.makePart, (row, part) => {
      setState(row, part.state);
      setIcon(row.children[0], part.state);
      put(row.children[1], part.name);
      put(row.children[2], words[part.state] ?? part.state);
      const since = `since ${Format.clock(part.since, time)} (${Format.parts(Math.max(0, Math.round((time - part.since) / 1000)))})`;
      put(row.children[3], part.since === null ? "" : since);
      const error = part.error === null ? "" : `last error ${Format.clock(part.error_at, time)}: ${part.error}`;
      put(row.children[4], part.state === "failing" ? part.error ?? "" : error);
    });
  }

  showHealth(event) {
    const named = (state) => event.parts.filter((part) => part.state === state).map(({ name }) => name);
    const [failing, waiting] = [named("failing"), named("waiting")];
    const onlyOptional = failing.every((name) => event.parts.find((part) => part.name === name).optional);
    if (event.draining) this.showStatus("degraded", "Shutting down");
    else if (failing.length > 0) this.showStatus(onlyOptional ? "degraded" : "failing", `Failing: ${failing.join(", ")}`);
    else if (waiting.length > 0) this.showStatus("waiting", `Not reached yet: ${waiting.join(", ")}`);
    else if (event.stalled_loops > 0) this.showStatus("degraded", `${event.stalled_loops} of the event loops stalled`);
    else this.showStatus("working", "All dependencies work");
    const mark = byId("status").dataset.state === "working" ? "" : "⚠ ";
    const rate = event.accepted.per_second;
    document.title = rate === null ? `${mark}Spillway` : `${mark}${Format.rate(rate)} – Spillway`;
  }

  showStatus(state, text) {
    setState(byId("status"), state);
    setIcon(byId("status").firstElementChild, state);
    put("status-text", text);
  }

  // The charts

  draw() {
    const { points, shownMinutes: minutes } = this.history;
    const now = this.last.time;
    this.throughput.draw(points, now, minutes);
    put("chart-start", `${minutes} min ago`);
    put("chart-top", Format.rate(this.throughput.top).replace(/\.0+(?=\D)/, ""));
    for (const spark of this.sparks) spark.draw(points, now, minutes);
    this.point(this.pointer);
  }

  /** What the chart shows under the pointer. */
  point(clientX) {
    this.pointer = clientX;
    if (this.history === null) return;
    const point = this.throughput.read(this.history.points, clientX);
    put("chart-reading", point === null ? "" :
      `${Format.clock(point.time)}: ${Format.count(point.accepted)} accepted, ${Format.count(point.applied)} applied`);
  }

  // Lists

  /** As many rows as there are items, each kept and only changed. */
  static fill(list, items, make, change) {
    while (list.children.length < items.length) list.append(make());
    while (list.children.length > items.length) list.lastElementChild.remove();
    items.forEach((item, index) => change(list.children[index], item));
  }

  static make(tag, className, ...children) {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...children);
    return element;
  }

  static makeBar() {
    const meter = Page.make("progress", "bar");
    meter.max = 1;
    meter.setAttribute("aria-hidden", "true");
    return Page.make(
      "li", "", Page.make("span", "level"), Page.make("span", "share"), meter, Page.make("span", "note"));
  }

  static makePart() {
    const icon = byId("status").firstElementChild.cloneNode(true);
    return Page.make(
      "li", "", icon, Page.make("span", "name"), Page.make("span", "state"), Page.make("span", "since"),
      Page.make("span", "error"));
  }
}

const page = new Page();
