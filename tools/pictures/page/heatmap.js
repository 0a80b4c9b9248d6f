import { chart, css, empty, legend, marks, text } from './chart.js';
import { exemplars, number, times } from './series.js';
import { clock, format } from './units.js';

const oranges = ['#ffe3c8', '#fdb678', '#fb8c3c', '#e25a0c', '#a33803', '#7f2704'];

// heatmap draws how much each bucket has got at each point. Those of Prometheus hold all
// that is below a bound.
export function heatmap(box, panel, answers, picture) {
  const grid = times(picture);
  const buckets = answers.flatMap((a) => a.result).map(({ metric, values }) => ({
    bound: number(metric.le),
    at: new Map(values.map(([t, v]) => [Math.round(t * 1000), number(v)])),
  })).sort((a, b) => a.bound - b.bound);
  const hidden = panel.options.filterValues?.le ?? 0;
  const cells = [];
  grid.forEach((t, x) => buckets.forEach((b, y) => {
    const n = (b.at.get(t) ?? 0) - (y > 0 ? (buckets[y - 1].at.get(t) ?? 0) : 0);
    if (n > hidden) cells.push([x, y, n]);
  }));
  if (cells.length === 0) return empty(box, panel.fieldConfig.defaults.noValue ?? 'No data');
  // No room for buckets that are empty on top and below.
  const low = Math.min(...cells.map((c) => c[1]));
  const high = Math.max(...cells.map((c) => c[1]));
  const shown = buckets.slice(low, high + 1);
  const most = Math.max(...cells.map((c) => c[2]));
  const unit = panel.options.cellValues.unit;
  legend(box, [0, 0.5, 1].map((share, i) => ({ name: format(most * share, unit), color: oranges[[0, 3, 5][i]] })));
  const near = (t) => Math.min(grid.length - 1, Math.max(0, Math.round((t - picture.start) / picture.step)));
  const bucket = (v) => Math.max(0, shown.findIndex((b) => v <= b.bound));
  const { at, seconds } = marks(picture, box.clientWidth - 70);
  const wanted = new Set(at.map(near));
  const axis = { axisTick: { show: false }, axisLine: { show: false } };
  chart(box, {
    grid: { left: 8, right: 14, top: 8, bottom: 4, containLabel: true },
    xAxis: { type: 'category', data: grid.map(String), ...axis,
      axisLabel: { ...text(), interval: (i) => wanted.has(i), formatter: (t) => clock(Number(t), seconds) } },
    yAxis: { type: 'category', data: shown.map((b) => format(b.bound, panel.options.yAxis.unit)), ...axis,
      axisLabel: { ...text(), interval: 0 }, splitLine: { show: true, lineStyle: { color: css('--grid') } } },
    visualMap: { show: false, min: 0, max: most, dimension: 2, seriesIndex: 0, inRange: { color: oranges } },
    series: [
      { type: 'heatmap', data: cells.map(([x, y, n]) => [x, y - low, n]) },
      { type: 'scatter', symbol: 'diamond', symbolSize: 6, color: '#1f78c1',
        data: exemplars(answers, picture).map(([t, v]) => [near(t), bucket(v)]) },
    ],
  });
}
