// The blocking of a scene, drawn from its boxes: who stands where at each of the six keyframes.
import { el, svg } from './dom.js';

const WIDTH = 144;
const HEIGHT = 96;
const BACKDROPS = {
  forest: { sky: '#dfe9d2', ground: '#b9c9a0', far: '#c9d8b5' },
  beach: { sky: '#d9e9ee', ground: '#eeddb4', far: '#a9cfd8' },
  castle: { sky: '#e4dfee', ground: '#c8c3cf', far: '#d3cbdd' },
  room: { sky: '#f1e2cc', ground: '#d9b98e', far: '#e8d3b3' },
  plain: { sky: '#ece6da', ground: '#d8cdb8', far: '#e2d9c8' },
};

/** Draw one keyframe of a scene as a picture. */
export function picture(scene, keyframe, { path = false } = {}) {
  const root = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'picture', role: 'img' });
  root.setAttribute('aria-label', spoken(scene, keyframe));
  root.append(...backdrop(scene.backdrop));
  if (path) root.append(...scene.regions.map(trail).filter(Boolean));
  const present = scene.regions.filter((region) => region.boxes[keyframe]);
  present.sort((a, b) => a.layer - b.layer);
  root.append(...present.map((region) => puppet(region, region.boxes[keyframe])));
  return root;
}

/** Draw the six keyframes side by side; `show(keyframe)` is called for the one pointed at. */
export function strip(scene, show) {
  const row = el('div', { class: 'strip' });
  for (let keyframe = 0; keyframe < 6; keyframe += 1) {
    const cell = el('button', { type: 'button', class: 'cell', title: `Keyframe ${keyframe + 1} of 6` });
    cell.append(picture(scene, keyframe));
    for (const event of ['pointerenter', 'focus']) cell.addEventListener(event, () => show(keyframe));
    row.append(cell);
  }
  return row;
}

function spoken(scene, keyframe) {
  const names = scene.regions.filter((region) => region.boxes[keyframe]).map((region) => region.name);
  return names.length ? `Keyframe ${keyframe + 1}: ${names.join(', ')}` : `Keyframe ${keyframe + 1}: nobody on stage`;
}

function backdrop(name) {
  const tone = BACKDROPS[name] || BACKDROPS.plain;
  return [
    svg('rect', { width: WIDTH, height: HEIGHT, fill: tone.sky }),
    svg('ellipse', { cx: 38, cy: 68, rx: 60, ry: 20, fill: tone.far }),
    svg('ellipse', { cx: 118, cy: 70, rx: 56, ry: 16, fill: tone.far }),
    svg('rect', { y: 66, width: WIDTH, height: HEIGHT - 66, fill: tone.ground }),
  ];
}

function puppet(region, [x0, y0, x1, y1]) {
  const [left, top, wide, high] = [x0 * WIDTH, y0 * HEIGHT, (x1 - x0) * WIDTH, (y1 - y0) * HEIGHT];
  const middle = left + wide / 2;
  const head = Math.min(wide * 0.3, high * 0.17);
  const shoulders = top + head * 1.9;
  const foot = top + high;
  const body = `M${middle - wide * 0.12} ${shoulders} Q${middle} ${shoulders - head * 0.5} ${middle + wide * 0.12} ${shoulders}`
    + ` L${left + wide * 0.86} ${foot} H${left + wide * 0.14} Z`;
  return svg('g', { class: 'puppet' },
    svg('rect', { x: left, y: top, width: wide, height: high, rx: 2, fill: region.colour, 'fill-opacity': 0.2, stroke: region.colour, 'stroke-width': 0.8 }),
    svg('path', { d: body, fill: region.colour }),
    svg('circle', { cx: middle, cy: top + head, r: head, fill: region.colour }),
    svg('text', { x: clamp(middle, 16, WIDTH - 16), y: clamp(foot - 2, 8, HEIGHT - 2), text: region.name }));
}

function trail(region) {
  const feet = region.boxes.filter(Boolean).map(([x0, , x1, y1]) => [((x0 + x1) / 2) * WIDTH, y1 * HEIGHT - 1]);
  const far = feet.some(([x, y]) => Math.hypot(x - feet[0][0], y - feet[0][1]) > 4);
  if (!far) return null;
  return svg('polyline', { class: 'trail', stroke: region.colour, points: feet.map((at) => at.join(',')).join(' ') });
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
