// What Grafana calls the options of a field: its unit, colors, mappings, and overrides.

const named = { green: '#56a64b', orange: '#ff9830', red: '#e02f44', blue: '#5794f2', purple: '#b877d9' };

export const palette = ['#73bf69', '#f2cc0c', '#8ab8ff', '#ff780a', '#f2495c', '#5794f2', '#b877d9', '#c0863f', '#37a2b0', '#fade2a', '#9fa7b3', '#ff9ecb'];

export const color = (name) => named[name] ?? name;

// field returns the options of one field of a panel: the defaults and, above them, the
// overrides that match it by its name or its query.
export function field(panel, { name, refId }) {
  const options = structuredClone(panel.fieldConfig.defaults);
  options.custom ??= {};
  for (const { matcher, properties } of panel.fieldConfig.overrides ?? []) {
    const wanted = { byName: name, byFrameRefID: refId }[matcher.id];
    if (!(['byName', 'byFrameRefID'].includes(matcher.id))) throw new Error(`no matcher ${matcher.id}`);
    if (wanted !== matcher.options) continue;
    for (const { id, value } of properties) {
      const at = id.startsWith('custom.') ? options.custom : options;
      at[id.replace('custom.', '')] = value;
    }
  }
  return options;
}

// threshold returns the color of a value among the thresholds.
export function threshold(options, value) {
  const steps = options.thresholds?.steps ?? [];
  return color(steps.findLast((step) => step.value === null || value >= step.value)?.color);
}

// mapped returns the text and the color that a value is mapped to, if it is.
export function mapped(options, value) {
  const nothing = value === null || value === undefined || Number.isNaN(value);
  for (const m of options.mappings ?? []) {
    const result = {
      value: () => m.options[String(value)],
      range: () => !nothing && value >= m.options.from && value <= m.options.to && m.options.result,
      special: () => nothing && m.options.match === 'null+nan' && m.options.result,
    }[m.type]();
    if (result) return { text: result.text, color: color(result.color) };
  }
  return undefined;
}
