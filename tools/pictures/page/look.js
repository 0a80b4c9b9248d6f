// look tells what is seen of each panel, from what the browser has laid out.

const inside = (a, b, slack = 1) => a.left >= b.left - slack && a.right <= b.right + slack && a.top >= b.top - slack && a.bottom <= b.bottom + slack;
const edges = ({ left, right, top, bottom }) => ({ left, right, top, bottom });
const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;

export async function look() {
  await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
  return [...document.querySelectorAll('.panel')].map((box) => {
    const { id, title, type, fieldConfig, options } = box.panel;
    const div = box.querySelector('.chart');
    const it = div && echarts.getInstanceByDom(div);
    const report = { id, title, type, unit: (type === 'heatmap' && options.yAxis.unit) || fieldConfig.defaults.unit, marks: 0, empty: box.querySelector('.empty')?.textContent ?? '', x: [], y: [] };
    report.legend = [...box.querySelectorAll('.legend b')].map((b) => b.textContent);
    if (it) Object.assign(report, axes(div, it), { marks: marks(div, it) });
    else if (type === 'stat') report.marks = box.querySelector('.stat:not(.nothing)') ? 1 : 0;
    else if (type === 'table') report.marks = [...box.querySelectorAll('tbody tr')].filter((tr) => inside(tr.getBoundingClientRect(), box.getBoundingClientRect())).length;
    report.rows = [...box.querySelectorAll('tr')].map((tr) => [...tr.cells].map((td) => td.textContent));
    report.says = box.querySelector('.stat')?.textContent ?? '';
    report.faint = faint(box);
    report.cut = [...box.querySelectorAll('td')].filter(cut).map((td) => td.textContent);
    return report;
  });
}

function plot(div, it) {
  const rect = it.getModel().getComponent('grid').coordinateSystem.getRect();
  const { left, top } = div.getBoundingClientRect();
  return { left: left + rect.x, right: left + rect.x + rect.width, top: top + rect.y, bottom: top + rect.y + rect.height };
}

// axes are the texts left of and below what is drawn.
function axes(div, it) {
  const at = plot(div, it);
  const texts = [...div.querySelectorAll('text')].map((e) => ({ text: e.textContent, rect: e.getBoundingClientRect() }));
  return {
    y: texts.filter((t) => t.rect.right <= at.left + 1).map((t) => t.text),
    x: texts.filter((t) => t.rect.top >= at.bottom - 1).map((t) => t.text),
  };
}

// marks are the shapes of the series, of their colors, that are wider than a point and within
// the axes.
function marks(div, it) {
  const at = plot(div, it);
  const dots = 'diamond';
  const colors = new Set(it.getModel().getSeries().filter((s) => s.get('symbol') !== dots).flatMap((s) => {
    if (s.subType === 'line') return [s.get(['lineStyle', 'color'])];
    return null;
  }).filter(Boolean).map(rgb));
  const shapes = [...div.querySelectorAll('path, rect')].filter((e) => {
    const style = getComputedStyle(e);
    const rect = e.getBoundingClientRect();
    const drawn = colors.size > 0 ? colors.has(rgb(style.stroke)) : style.fill !== 'none' && style.fill !== 'rgb(0, 0, 0)' && !e.closest('defs');
    return drawn && rect.width > 0 && inside(rect, at, 3);
  });
  return shapes.length;
}

const canvas = document.createElement('canvas').getContext('2d');
function rgb(color) {
  canvas.fillStyle = '#000';
  canvas.fillStyle = color;
  return canvas.fillStyle;
}

const cut = (cell) => cell.scrollWidth > cell.clientWidth;

// faint are texts that are cut, or that lie on others.
function faint(box) {
  const frame = box.getBoundingClientRect();
  const all = [];
  const texts = [];
  const leaves = [...box.querySelectorAll('h2, .legend b, th, td, .stat span, .empty, text')].filter((e) => e.textContent);
  for (const e of leaves) {
    const range = document.createRange();
    range.selectNodeContents(e);
    let rect = e.tagName === 'text' ? e.getBoundingClientRect() : range.getBoundingClientRect();
    const cell = e.closest('td, th');
    if (cell && !inside(cell.getBoundingClientRect(), frame)) continue; // a row that one scrolls to
    const legend = e.closest('.legend')?.getBoundingClientRect();
    if (legend && rect.top >= legend.bottom - rect.height / 2) continue; // a name that one scrolls to
    const room = cell ? cell.getBoundingClientRect() : legend ? { ...edges(legend), bottom: Infinity } : frame;
    const part = cell ? cut(cell) : !inside(rect, room);
    if (part && cell?.tagName === 'TD' && cell.className === '') rect = room; // names can be long
    else if (part) all.push(`"${e.textContent}" is cut`);
    texts.push({ text: e.textContent, rect });
  }
  texts.forEach((a, i) => texts.slice(0, i).forEach((b) => {
    if (overlap(a.rect, b.rect)) all.push(`"${a.text}" lies on "${b.text}"`);
  }));
  return [...new Set(all)];
}
