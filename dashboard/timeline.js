"use strict";

/** What the charts show: one point for each event of the last five minutes. */
class Timeline {
  static minutes = 5;
  static key = "spillway-history";

  /** Points are {time, accepted, applied, backlog, age, request}, by the server's clock. */
  constructor(instance) {
    this.instance = instance;
    this.points = [];
  }

  add(point) {
    const last = this.points.at(-1)?.time;
    // A page that is reloaded may be told once more what it was told before.
    if (point.time === last) return;
    // A clock that was set back would draw a line backwards.
    if (point.time < last) this.points = [];
    this.points.push(point);
    this.points = this.points.filter(({ time }) => time > point.time - Timeline.minutes * 60_000);
  }

  /** How many minutes the charts show: no more than there is something to be seen of. */
  get shownMinutes() {
    const milliseconds = this.points.length > 0 ? this.points.at(-1).time - this.points[0].time : 0;
    return [1, 2, Timeline.minutes].find((minutes) => milliseconds <= minutes * 60_000);
  }

  /** A reload of the page keeps what it has seen; another instance begins anew. */
  save() {
    try {
      sessionStorage.setItem(Timeline.key, JSON.stringify(this));
    } catch {
      // Storage may be switched off: then a reload begins anew as well.
    }
  }

  static restore(instance) {
    const history = new Timeline(instance);
    try {
      const saved = JSON.parse(sessionStorage.getItem(Timeline.key));
      if (saved?.instance === instance) history.points = saved.points;
    } catch {
      // As above.
    }
    return history;
  }
}
