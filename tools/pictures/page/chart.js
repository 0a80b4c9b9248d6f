// What all charts have in common: ECharts in the panel, the axis of time, the legend.

import { clock } from './units.js';

export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function text(size = 12) {
  return { color: css('--text'), fontFamily: 'Inter', fontSize: size };
}

export function empty(box, says) {
  const div = document.createElement('div');
  div.className = 'empty';
  div.textContent = says;
  box.append(div);
}

export function legend(box, entries) {
  const div = document.createElement('div');
  div.className = 'legend';
  for (const { name, color } of entries) {
    const span = document.createElement('span');
    const line = document.createElement('i');
    line.style.background = color;
    const label = document.createElement('b');
    label.style.fontWeight = 400;
    label.textContent = name;
    span.append(line, label);
    div.append(span);
  }
  box.append(div);
}

// chart draws in what the legend leaves of the panel.
export function chart(box, option) {
  const div = document.createElement('div');
  div.className = 'chart';
  box.insertBefore(div, box.querySelector('.legend'));
  const it = echarts.init(div, null, { renderer: 'svg' });
  it.setOption({ animation: false, textStyle: text(), ...option });
  return it;
}

// marks are where the axis of time has texts: at round times, as many as there is room for.
export function marks({ start, end }, width) {
  const steps = [5, 10, 15, 30, 60, 120, 180, 240, 300, 600, 900, 1800, 3600, 7200, 14400].map((s) => s * 1000);
  // Seconds want more room.
  const step = steps.find((s) => (end - start) / s <= width / (s < 60000 ? 75 : 55)) ?? 86400000;
  const all = [];
  for (let t = Math.ceil(start / step) * step; t <= end; t += step) all.push(t);
  // A text whose half is beyond the edge is cut.
  const edge = ((end - start) * 28) / width;
  return { at: all.filter((t) => t - start >= edge && end - t >= edge / 2), seconds: step < 60000 };
}

export function timeAxis(picture, width) {
  const { at, seconds } = marks(picture, width);
  return {
    type: 'time', min: picture.start, max: picture.end,
    axisLine: { lineStyle: { color: css('--grid') } }, axisTick: { show: false },
    axisLabel: { ...text(), customValues: at, hideOverlap: true, formatter: (t) => clock(t, seconds) },
    splitLine: { show: true, lineStyle: { color: css('--grid') } },
  };
}
