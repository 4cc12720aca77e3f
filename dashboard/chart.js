"use strict";

/** Lines over the last minutes, drawn into an SVG element. A gap in time is a gap in the line. */
class Chart {
  static width = 600;
  /** Between two points that belong together, in milliseconds. */
  static gap = 3_500;

  /** @param series [{name, className}]: which field of a point each line shows. */
  constructor(element, height, series) {
    this.element = element;
    this.height = height;
    this.top = 1;
    /** The time at the right end and what the whole width stands for, in milliseconds. */
    this.now = 0;
    this.span = 60_000;
    element.setAttribute("viewBox", `0 0 ${Chart.width} ${height}`);
    element.setAttribute("preserveAspectRatio", "none");
    this.grid = [0.5, 1].map((share) => this.line("grid", height - share * (height - 8)));
    this.line("base", height - 1);
    this.paths = series.map(({ name, className }) => ({
      name,
      area: this.add("path", { class: `area ${className}` }),
      line: this.add("path", { class: `line ${className}` }),
    }));
    this.cursor = this.add("path", { class: "cursor", d: "" });
  }

  add(tag, attributes) {
    const child = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) child.setAttribute(name, value);
    this.element.append(child);
    return child;
  }

  line(className, y) {
    return this.add("path", { class: className, d: `M0 ${y}H${Chart.width}` });
  }

  draw(points, now, minutes) {
    this.now = now;
    this.span = minutes * 60_000;
    const values = points.flatMap((point) => this.paths.map(({ name }) => point[name] ?? 0));
    this.top = Chart.roundTop(Math.max(1, ...values));
    for (const { name, area, line } of this.paths) {
      const runs = this.runs(points, name);
      line.setAttribute("d", runs.map((run) => "M" + run.map(({ x, y }) => `${x} ${y}`).join("L")).join(""));
      area.setAttribute("d", runs.map((run) => this.outline(run)).join(""));
    }
  }

  outline(run) {
    const floor = this.height - 1;
    return `M${run[0].x} ${floor}L${run.map(({ x, y }) => `${x} ${y}`).join("L")}L${run.at(-1).x} ${floor}Z`;
  }

  /** The points of one line, cut where something is not known. */
  runs(points, name) {
    const runs = [];
    let last = null;
    for (const point of points) {
      if (point[name] === null || point[name] === undefined) {
        last = null;
        continue;
      }
      if (last === null || point.time - last > Chart.gap) runs.push([]);
      last = point.time;
      runs.at(-1).push({ x: this.x(point.time), y: this.y(point[name]) });
    }
    return runs;
  }

  x(time) {
    return ((1 - (this.now - time) / this.span) * Chart.width).toFixed(1);
  }

  y(value) {
    return (this.height - 1 - (value / this.top) * (this.height - 9)).toFixed(1);
  }

  /** The next of 1, 2, 5, 10, 20, ...: a scale that seldom moves. */
  static roundTop(value) {
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= value);
  }

  /** The point nearest to a place on the screen, marked by a line; none with `clientX` null. */
  read(points, clientX) {
    const box = this.element.getBoundingClientRect();
    const time = clientX === null ? NaN : this.now - (1 - (clientX - box.left) / box.width) * this.span;
    const nearest = points.reduce(
      (best, point) => (Math.abs(point.time - time) < Math.abs((best?.time ?? Infinity) - time) ? point : best), null);
    const isHit = nearest !== null && Math.abs(nearest.time - time) <= Chart.gap;
    this.cursor.setAttribute("d", isHit ? `M${this.x(nearest.time)} 0V${this.height}` : "");
    return isHit ? nearest : null;
  }
}
