import { chart, css, empty, legend, text, timeAxis } from './chart.js';
import { color, field, palette } from './field.js';
import { exemplars, series, times } from './series.js';
import { format } from './units.js';

// timeseries draws lines, one upon the other if they are stacked, the thresholds that the
// axis reaches, and a dot for each exemplar.
export function timeseries(box, panel, answers, picture) {
  const all = series(panel, answers, picture);
  const defaults = field(panel, {});
  if (all.length === 0) return empty(box, defaults.noValue ?? 'No data');
  const log = defaults.custom.scaleDistribution?.type === 'log';
  const grid = times(picture);
  const inks = colors(panel, all);
  legend(box, all.map((s, i) => ({ name: s.name, color: inks[i] })));
  const dots = exemplars(answers, picture).filter(([, v]) => !log || v > 0);
  const lines = all.map((s, i) => {
    const { custom } = field(panel, { name: s.name, refId: s.refId });
    const ink = inks[i];
    return {
      type: 'line', name: s.name, color: ink, showSymbol: false, symbol: 'none',
      stack: custom.stacking?.mode === 'normal' ? 'all' : undefined,
      lineStyle: { width: custom.lineWidth + 0.3, color: ink, type: custom.lineStyle?.fill === 'dash' ? [6, 6] : 'solid' },
      areaStyle: custom.fillOpacity ? { color: ink, opacity: custom.fillOpacity / 100 } : undefined,
      data: grid.map((t, k) => [t, log && !(s.values[k] > 0) ? null : s.values[k]]),
    };
  });
  lines[0].markLine = thresholds(defaults);
  if (dots.length > 0) {
    lines.push({ type: 'scatter', name: 'exemplars', symbol: 'diamond', symbolSize: 5, color: '#1f78c1', itemStyle: { opacity: 0.9 }, data: dots });
  }
  const values = [...all.flatMap((s) => s.values), ...dots.map(([, v]) => v)].filter((v) => v > 0);
  const least = 10 ** Math.floor(Math.log10(Math.min(...values)));
  // A soft maximum need not be round: a text there may lie on the one below it.
  const ends = log || defaults.max !== undefined || !(defaults.custom.axisSoftMax > Math.max(0, ...values));
  chart(box, {
    grid: { left: 8, right: 14, top: 8, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel', containLabel: true },
    xAxis: timeAxis(picture, box.clientWidth - 70),
    yAxis: {
      type: log ? 'log' : 'value', splitNumber: split(box),
      min: log ? least : defaults.min, max: (seen) => top(seen.max, defaults, log, distance(defaults, all, split(box))),
      interval: log ? undefined : distance(defaults, all, split(box)), axisLine: { show: false }, axisLabel: { ...text(), formatter: (v) => format(v, defaults.unit), showMaxLabel: ends ? undefined : false },
      splitLine: { lineStyle: { color: css('--grid') } },
    },
    series: lines,
  });
}

// colors are those of the series: one of their own, or of the palette by their place.
function colors(panel, all) {
  return all.map((s, i) => {
    const { color: own } = field(panel, { name: s.name, refId: s.refId });
    return own?.mode === 'fixed' ? color(own.fixedColor) : palette[i % palette.length];
  });
}

// split is into how many parts the axis has room to be split.
function split(box) {
  const high = box.clientHeight - box.querySelector('h2').offsetHeight - (box.querySelector('.legend')?.offsetHeight ?? 0);
  return Math.min(5, Math.max(1, Math.floor(high / 35)));
}

// top is the end of the axis: a maximum, or where its soft one is above all values.
function top(seen, { max, custom }, log, step) {
  if (max !== undefined) return max;
  const soft = custom.axisSoftMax ?? 0;
  if (log) return 10 ** Math.ceil(Math.log10(Math.max(seen, soft)) - 1e-9);
  // With a distance of its own the axis would end, and have a text, where the values do.
  if (step) return Math.ceil(Math.max(seen, soft) / step) * step;
  return soft > seen ? soft : undefined;
}

// distance is that of two lines of the grid where ten is no round number: a power of two
// for bytes, and what clocks have for minutes and more.
function distance({ unit, custom }, all, parts) {
  const bytes = unit === 'bytes' || unit === 'binBps';
  if (!bytes && unit !== 's') return undefined;
  const stacked = custom.stacking?.mode === 'normal';
  const at = all[0].values.map((_, k) => all.map((s) => s.values[k] ?? 0));
  const most = Math.max(1, custom.axisSoftMax ?? 0, ...at.map((v) => (stacked ? v.reduce((a, b) => a + b, 0) : Math.max(...v))));
  if (bytes) return 2 ** Math.ceil(Math.log2(most / parts));
  return most > 120 ? [30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400].find((s) => most / s <= parts) : undefined;
}

function thresholds({ thresholds: { steps }, custom }) {
  if (custom.thresholdsStyle?.mode !== 'dashed') return undefined;
  return {
    silent: true, symbol: 'none', label: { show: false },
    data: steps.filter((s) => s.value !== null).map((s) => ({ yAxis: s.value, lineStyle: { color: color(s.color), type: [6, 5], width: 1.3 } })),
  };
}
