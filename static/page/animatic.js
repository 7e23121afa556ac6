// A scene as a picture: its backdrop and, over it, who stands where at one of the six keyframes.
import { address, el, svg } from './dom.js';
import { boxAt } from '../editor/path.js';

const WIDTH = 144;
const PAPER = { sky: '#ece6da', far: '#e2d9c8', ground: '#d8cdb8' };

/** Draw one keyframe of a scene (a SceneView), `aspect` times as wide as high. */
export function picture(scene, keyframe, aspect) {
  const height = WIDTH / aspect;
  const root = svg('svg', { viewBox: `0 0 ${WIDTH} ${height}`, class: 'picture', role: 'img', preserveAspectRatio: 'xMidYMid slice' });
  root.setAttribute('aria-label', spoken(scene, keyframe));
  root.append(...backdrop(scene.mine || scene.picture, height));
  const present = scene.regions.map((region) => ({ region, box: boxAt(region.keys, keyframe) })).filter(({ box }) => box);
  present.sort((a, b) => a.region.layer - b.region.layer);
  root.append(...present.map(({ region, box }) => puppet(region, box, height)));
  return root;
}

/** Give the first keyframe at which most of the actors are on stage. */
export function fullest(scene) {
  const counts = [0, 1, 2, 3, 4, 5].map((at) => scene.regions.filter(({ keys }) => boxAt(keys, at)).length);
  return counts.indexOf(Math.max(...counts));
}

/** Show the third picture of a take’s sheet, which holds six side by side: by then everybody has come in. */
export function thirdOfSheet(take) {
  return el('span', { class: 'third-of-six' }, el('img', { src: address(take.sheet), alt: '', loading: 'lazy', draggable: 'false' }));
}

function spoken(scene, keyframe) {
  const names = scene.regions.filter((region) => boxAt(region.keys, keyframe)).map((region) => region.name);
  return names.length ? `Keyframe ${keyframe + 1}: ${names.join(', ')}` : `Keyframe ${keyframe + 1}: nobody on stage`;
}

function backdrop(path, height) {
  if (path) {
    const image = svg('image', { width: WIDTH, height, preserveAspectRatio: 'xMidYMid slice' });
    image.setAttribute('href', address(path));
    return [image];
  }
  return [
    svg('rect', { width: WIDTH, height, fill: PAPER.sky }),
    svg('ellipse', { cx: 38, cy: height * 0.71, rx: 60, ry: 20, fill: PAPER.far }),
    svg('ellipse', { cx: 118, cy: height * 0.73, rx: 56, ry: 16, fill: PAPER.far }),
    svg('rect', { y: height * 0.69, width: WIDTH, height: height * 0.31, fill: PAPER.ground }),
  ];
}

function puppet(region, [x0, y0, x1, y1], height) {
  const [left, top, wide, high] = [x0 * WIDTH, y0 * height, (x1 - x0) * WIDTH, (y1 - y0) * height];
  const middle = left + wide / 2;
  const head = Math.min(wide * 0.3, high * 0.17);
  const shoulders = top + head * 1.9;
  const foot = top + high;
  const body = `M${middle - wide * 0.12} ${shoulders} Q${middle} ${shoulders - head * 0.5} ${middle + wide * 0.12} ${shoulders}`
    + ` L${left + wide * 0.86} ${foot} H${left + wide * 0.14} Z`;
  return svg('g', { class: 'puppet' },
    svg('rect', { x: left, y: top, width: wide, height: high, rx: 2, fill: region.colour, 'fill-opacity': 0.2, stroke: region.colour, 'stroke-width': 0.8 }),
    svg('path', { d: body, fill: region.colour }),
    svg('circle', { cx: middle, cy: top + head, r: head, fill: region.colour }));
}
