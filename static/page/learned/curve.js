// How far off learning is, step by step, as a small curve: each step faint, their run in ink.
import { el, svg } from '../dom.js';

const WIDTH = 240;
const HEIGHT = 72;
const PARTS = 12; // of all points: so many are drawn together into one of the run
const MOST = 1500;
const HEADROOM = 1.3; // single steps above it are cut off, or one outlier would flatten all

/** Give the points with a job's newest `{step, loss}`; one that begins anew drops what was, too many are thinned. */
export function withPoint(points, { step, loss }) {
  if (!Number.isFinite(loss)) return points;
  const before = points.filter((point) => point.step < step);
  const all = [...before, { step, loss }];
  return all.length > MOST ? all.filter((_, at) => at % 2 === (all.length - 1) % 2) : all;
}

/** Give the run of some points `{step, loss}`: each the mean of those shortly before it. */
export function runOf(points) {
  const reach = Math.max(1, Math.ceil(points.length / PARTS));
  return points.map(({ step }, at) => {
    const near = points.slice(Math.max(0, at + 1 - reach), at + 1);
    return { step, loss: near.reduce((sum, { loss }) => sum + loss, 0) / near.length };
  });
}

/** Give the path of some points in a picture `width` by `height`, for steps up to `total` and losses up to `top`. */
export function pathOf(points, { width, height, total, top }) {
  const place = ({ step, loss }) => `${((width * step) / total).toFixed(1)},${(height - (height * loss) / top).toFixed(1)}`;
  return points.length ? `M${points.map(place).join('L')}` : '';
}

/** Say a curve to those who do not see it. */
export function curveWords(points) {
  if (!points.length) return 'Nothing is measured yet';
  const run = runOf(points);
  return `How far off it is: ${run[0].loss.toFixed(2)} at first, ${run.at(-1).loss.toFixed(2)} after ${points.at(-1).step} steps`;
}

/** The curve of one learning. */
export class Curve {
  constructor() {
    const axes = svg('path', { class: 'axes', d: `M0,0V${HEIGHT}H${WIDTH}` });
    this.each = svg('path', { class: 'each' });
    this.run = svg('path', { class: 'run' });
    this.picture = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' }, axes, this.each, this.run);
    this.root = el('figure', { class: 'curve' }, this.picture, el('figcaption', { text: 'How far off it is, step by step: lower is better' }));
  }

  /** Show `points` of a learning of `total` steps. */
  draw(points, total = 0) {
    this.root.hidden = points.length < 2;
    if (this.root.hidden) return;
    const run = runOf(points);
    const top = HEADROOM * Math.max(...run.map(({ loss }) => loss), Number.MIN_VALUE);
    const size = { width: WIDTH, height: HEIGHT, total: Math.max(total, points.at(-1).step), top };
    this.each.setAttribute('d', pathOf(points, size));
    this.run.setAttribute('d', pathOf(run, size));
    this.picture.setAttribute('aria-label', curveWords(points));
  }
}
