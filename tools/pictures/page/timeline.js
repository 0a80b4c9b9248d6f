import { chart, css, empty, legend, text, timeAxis } from './chart.js';
import { color, field, mapped, threshold } from './field.js';
import { series, times } from './series.js';
import { format } from './units.js';

// timeline draws a bar for each time that a series keeps a value, in the color of the state.
export function timeline(box, panel, answers, picture) {
  const all = series(panel, answers, picture).slice(0, panel.options.perPage); // others are on another page
  const options = field(panel, {});
  if (all.length === 0) return empty(box, options.noValue ?? 'No data');
  legend(box, (options.mappings ?? []).filter((m) => m.type === 'value')
    .flatMap((m) => Object.values(m.options)).map((o) => ({ name: o.text, color: color(o.color) })));
  const grid = times(picture);
  const bars = all.flatMap((s, y) => merged(s.values).map(({ from, to, value }) => {
    const state = mapped(options, value) ?? { text: format(value, options.unit), color: threshold(options, value) };
    return { value: [grid[from], Math.min(grid[to] + picture.step, picture.end), y], ...state };
  }));
  const height = panel.options.rowHeight;
  chart(box, {
    grid: { left: 8, right: 14, top: 4, bottom: 4, containLabel: true },
    xAxis: timeAxis(picture, box.clientWidth - 150),
    yAxis: { type: 'category', inverse: true, data: all.map((s) => s.name), axisTick: { show: false }, axisLine: { show: false },
      axisLabel: { ...text(), interval: 0 }, splitLine: { lineStyle: { color: css('--grid') } } },
    series: [{
      type: 'custom', clip: true, data: bars, encode: { x: [0, 1], y: 2 },
      renderItem: (_, api) => {
        const bar = bars[_.dataIndex];
        const [x, y] = api.coord([bar.value[0], bar.value[2]]);
        const width = Math.max(1, api.coord([bar.value[1], bar.value[2]])[0] - x);
        const high = api.size([0, 1])[1] * height;
        const fits = width > bar.text.length * 7 + 8 && high >= 12;
        return { type: 'group', children: [
          { type: 'rect', shape: { x, y: y - high / 2, width, height: high }, style: { fill: bar.color, opacity: 0.8 } },
          ...(fits ? [{ type: 'text', style: { ...text(), fill: '#fff', font: '12px Inter', text: bar.text, x: x + 5, y, verticalAlign: 'middle' } }] : []),
        ] };
      },
    }],
  });
}

// merged are the stretches in which a value stays.
function merged(values) {
  const all = [];
  values.forEach((value, i) => {
    const last = all.at(-1);
    if (value === null) return;
    if (last && last.value === value && last.to === i - 1) last.to = i;
    else all.push({ from: i, to: i, value });
  });
  return all;
}
