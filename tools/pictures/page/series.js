// The answers of Prometheus as series on the points of the picture.

export const number = (text) => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text));

function legend(target, labels) {
  if (!target.legendFormat || target.legendFormat === '__auto') {
    const { __name__: metric = '', ...rest } = labels;
    const text = Object.entries(rest).map(([k, v]) => `${k}="${v}"`).join(', ');
    return text ? `${metric}{${text}}` : metric || 'Value';
  }
  return target.legendFormat.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? '').trim();
}

// times are all points of the picture.
export function times({ start, end, step }) {
  const all = [];
  for (let t = start; t <= end; t += step) all.push(t);
  return all;
}

// series returns those of all answers to a panel, with null where there is no value.
export function series(panel, answers, picture) {
  const grid = times(picture);
  return answers.flatMap(({ refId, result }) => {
    const target = panel.targets.find((t) => t.refId === refId);
    return result.map(({ metric, values, histograms }) => {
      if (histograms) throw new Error('a native histogram: scrape classic ones');
      const at = new Map(values.map(([t, v]) => [Math.round(t * 1000), number(v)]));
      const drawn = grid.map((t) => (Number.isFinite(at.get(t)) ? at.get(t) : null));
      return { refId, labels: metric, name: legend(target, metric), values: drawn };
    });
  }).filter((s) => s.values.some((v) => v !== null));
}

// exemplars returns the points of all answers that have a trace: as Grafana does, in each
// step the highest, and others only if they are far from it.
export function exemplars(answers, { start, end, step }) {
  const all = answers.flatMap((a) => (a.exemplars ?? []).flatMap((s) => s.exemplars))
    .filter((e) => e.labels.trace_id)
    .map((e) => [Math.round(e.timestamp * 1000), number(e.value)])
    .filter(([t]) => t >= start && t <= end);
  const far = 2 * deviation(all.map(([, v]) => v));
  const width = Math.max(step, (end - start) / 60);
  const steps = Map.groupBy(all, ([t]) => Math.floor(t / width));
  return [...steps.values()].flatMap((some) => {
    const kept = [];
    for (const e of some.sort((a, b) => b[1] - a[1])) {
      if (kept.length === 0 || kept.at(-1)[1] - e[1] > far) kept.push(e);
    }
    return kept;
  });
}

function deviation(values) {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
}
