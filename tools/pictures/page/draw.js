// draw draws a picture: panels with the answers to their queries, where they stand on the
// grid. look tells what is seen of it.

import { heatmap } from './heatmap.js';
import { look } from './look.js';
import { stat } from './stat.js';
import { table } from './table.js';
import { timeline } from './timeline.js';
import { timeseries } from './timeseries.js';

const kinds = { timeseries, stat, table, heatmap, 'state-timeline': timeline };

// Pixels of Grafana's grid.
const columns = 24;
const cell = 30;
const gap = 8;
const margin = 16;
const above = 40;

function place(box, { x, y, w, h }) {
  const wide = (document.body.clientWidth - 2 * margin - (columns - 1) * gap) / columns;
  box.style.left = `${margin + x * (wide + gap)}px`;
  box.style.top = `${above + y * (cell + gap)}px`;
  box.style.width = `${w * (wide + gap) - gap}px`;
  box.style.height = `${h * (cell + gap) - gap}px`;
}

async function draw(picture) {
  document.documentElement.className = picture.theme;
  document.body.replaceChildren();
  await Promise.all([400, 500].map((weight) => document.fonts.load(`${weight} 12px Inter`)));
  const header = document.createElement('header');
  const says = document.createElement('span');
  header.textContent = picture.title;
  says.textContent = picture.says;
  header.append(says);
  document.body.append(header);
  let bottom = 0;
  for (const { panel, at, title, answers } of picture.panels) {
    const box = document.createElement('div');
    place(box, at);
    document.body.append(box);
    bottom = Math.max(bottom, at.y + at.h);
    if (panel.type === 'row') {
      box.className = 'row';
      box.textContent = title;
      continue;
    }
    box.className = 'panel';
    box.panel = panel;
    const heading = document.createElement('h2');
    heading.textContent = title;
    box.append(heading);
    kinds[panel.type](box, panel, answers, picture);
  }
  const height = above + bottom * (cell + gap) + margin - gap;
  document.body.style.height = `${height}px`;
  return height;
}

window.draw = draw;
window.look = look;
