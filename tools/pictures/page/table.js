import { empty } from './chart.js';
import { field, mapped, threshold } from './field.js';
import { number } from './series.js';
import { format } from './units.js';

// table writes a row for each set of labels, with what each query says of it.
export function table(box, panel, answers) {
  const columns = organized(panel, answers);
  const rows = sorted(panel, merged(answers), columns);
  const options = field(panel, {});
  if (rows.length === 0) return empty(box, options.noValue ?? 'No data');
  const it = document.createElement('table');
  const head = it.createTHead().insertRow();
  const spare = box.clientWidth - 16 - columns.reduce((sum, c) => sum + (c.custom.width ?? 0), 0);
  const flexible = columns.filter((c) => !c.custom.width).length;
  for (const c of columns) {
    const th = document.createElement('th');
    th.textContent = c.displayName ?? c.name;
    th.style.width = `${c.custom.width ?? Math.max(c.custom.minWidth, spare / flexible)}px`;
    head.append(th);
  }
  const body = it.createTBody();
  for (const row of rows) {
    const tr = body.insertRow();
    for (const c of columns) cell(tr.insertCell(), c, row[c.name]);
  }
  const below = document.createElement('div');
  below.className = 'below';
  below.append(it);
  box.append(below);
}

// A text is that of a label; one of a few that are known, where some of them are mapped.
function cell(td, options, value) {
  if (value === undefined) return;
  if (typeof value === 'string') {
    td.textContent = mapped(options, value)?.text ?? value;
    if (options.mappings?.length > 0) td.className = 'known';
    return;
  }
  const special = mapped(options, value);
  td.textContent = special?.text ?? format(value, options.unit, options.decimals);
  td.className = 'number';
  if (options.custom.cellOptions?.type === 'color-background') {
    td.style.background = special?.color ?? threshold(options, value);
    td.classList.add('filled');
  }
}

const valueOf = (answers, refId) => (answers.length > 1 ? `Value #${refId}` : 'Value');

// merged joins the answers by their labels, as Grafana's transformation does: rows that
// agree in the labels that both have are one.
function merged(answers) {
  const rows = [];
  for (const { refId, result } of answers) {
    for (const { metric, value } of result) {
      const column = valueOf(answers, refId);
      const same = rows.find((r) => !(column in r) && Object.entries(metric).every(([k, v]) => r[k] === undefined || r[k] === v)
        && Object.keys(metric).some((k) => r[k] !== undefined));
      const row = same ?? {};
      if (!same) rows.push(row);
      Object.assign(row, metric, { [column]: number(value[1]) });
    }
  }
  return rows;
}

// organized are the columns that are shown, in their order.
function organized(panel, answers) {
  const { excludeByName = {}, indexByName = {}, renameByName = {} } = panel.transformations.find((t) => t.id === 'organize')?.options ?? {};
  if (Object.keys(renameByName).length > 0) throw new Error('names of columns change');
  const labels = new Set(answers.flatMap((a) => a.result.flatMap((r) => Object.keys(r.metric))));
  const names = [...labels, ...answers.map((a) => valueOf(answers, a.refId))];
  return names.filter((n) => !excludeByName[n])
    .sort((a, b) => (indexByName[a] ?? 99) - (indexByName[b] ?? 99))
    .map((name) => ({ name, ...field(panel, { name }) }))
    .filter((c) => !c.custom.hidden);
}

function sorted(panel, rows, columns) {
  const [by] = panel.options.sortBy ?? [];
  const column = by && columns.find((c) => (c.displayName ?? c.name) === by.displayName);
  if (!column) return rows;
  return rows.sort((a, b) => ((a[column.name] ?? -1) - (b[column.name] ?? -1)) * (by.desc ? -1 : 1));
}
