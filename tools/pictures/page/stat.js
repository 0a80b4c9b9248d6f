import { empty } from './chart.js';
import { field, mapped, threshold } from './field.js';
import { number } from './series.js';
import { format } from './units.js';

// stat writes the value of now, on a ground of its color, as large as there is room for.
export function stat(box, panel, answers) {
  const options = field(panel, {});
  const values = answers.flatMap((a) => a.result).map((r) => number(r.value[1]));
  if (values.length > 1) throw new Error(`${panel.title} has ${values.length} values`);
  const value = values[0] ?? null;
  const special = mapped(options, value);
  if (value === null && !special) return empty(box, options.noValue ?? 'No data');
  const text = special?.text ?? format(value, options.unit, options.decimals);
  const ink = special?.color ?? threshold(options, value);
  const div = document.createElement('div');
  div.className = 'stat';
  if (value === null) div.classList.add('nothing');
  const span = document.createElement('span');
  span.textContent = text;
  div.append(span);
  box.append(div);
  if (panel.options.colorMode === 'background') {
    box.style.background = ink;
    div.classList.add('filled');
    box.classList.add('filled');
  } else {
    span.style.color = ink;
  }
  for (let size = 40; size > 12; size--) {
    span.style.fontSize = `${size}px`;
    if (span.offsetWidth <= box.clientWidth - 20 && span.offsetHeight <= div.clientHeight - 8) break;
  }
}
