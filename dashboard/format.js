"use strict";

/** Numbers as people read them. Nothing known is a dash. */
const Format = {
  unknown: "–",

  /** 0, <0.1, 0.4, 87, 1,234, 12.3k, 4.56M */
  count(value) {
    if (value === null || value === undefined) return Format.unknown;
    if (value > 0 && value < 0.05) return "<0.1";
    if (value < 9.95 && value !== Math.round(value)) return value.toFixed(1);
    if (value < 9999.5) return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
    const units = [[1e9, "G"], [1e6, "M"], [1e3, "k"]];
    // What rounds up to a thousand of a unit is one of the next.
    const [size, unit] = units.find(([size]) => value >= size * 0.9995) ?? units[2];
    return Format.digits(value / size) + unit;
  },

  rate(perSecond) {
    return perSecond === null || perSecond === undefined ? Format.unknown : Format.count(perSecond) + "/s";
  },

  /** 640 µs, 3.2 ms, 120 ms, 1.2 s, 3 min 20 s, 2 h 5 min, 4 d 3 h */
  duration(milliseconds) {
    if (milliseconds === null || milliseconds === undefined) return Format.unknown;
    if (milliseconds === 0) return "0 ms";
    if (milliseconds < 0.9995) return Math.round(milliseconds * 1000) + " µs";
    if (milliseconds < 999.5) return Format.digits(milliseconds) + " ms";
    const seconds = milliseconds / 1000;
    if (seconds < 59.95) return Format.digits(seconds, 1) + " s";
    return Format.parts(Math.round(seconds));
  },

  /** Whole seconds, in the two largest units. */
  parts(seconds) {
    const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
    const index = Math.max(0, units.findIndex(([size]) => seconds >= size));
    const texts = [];
    let rest = seconds;
    for (const [size, unit] of seconds < 1 ? [[1, "s"]] : units.slice(index, index + 2)) {
      const number = Math.floor(rest / size);
      rest -= number * size;
      if (number > 0 || texts.length === 0) texts.push(number + " " + unit);
    }
    return texts.join(" ");
  },

  bytes(value) {
    if (value === null || value === undefined) return Format.unknown;
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let index = 0;
    while (value >= 1023.5 && index < units.length - 1) {
      value /= 1024;
      index += 1;
    }
    return (index === 0 ? value : Format.digits(value)) + " " + units[index];
  },

  /** 99.96 is not 100: what is not all never looks like all. */
  percent(share) {
    if (share === null || share === undefined) return Format.unknown;
    const percent = share * 100;
    if (percent === 0 || percent === 100) return percent + " %";
    return Math.min(99.9, Math.max(0.1, percent)).toFixed(percent < 10 || percent > 90 ? 1 : 0) + " %";
  },

  /** 14:03:27 today, otherwise with the date. */
  clock(milliseconds, now = Date.now()) {
    const two = (number) => String(number).padStart(2, "0");
    const time = new Date(milliseconds);
    const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
    if (time.toDateString() === new Date(now).toDateString()) return clock;
    return [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-") + " " + clock;
  },

  /** Three significant digits below a hundred. */
  digits(value, most = 2) {
    return value.toFixed(Math.min(most, value < 9.995 ? 2 : value < 99.95 ? 1 : 0));
  },
};
