// Boxes over a take or its preview: those asked for as whole lines, those seen in it dashed.
import { svg } from './dom.js';

/** What the two kinds of lines are, in words. */
export const LEGEND = 'solid: asked, dashed: seen';

const HALF = 0.5;
const HELD = ['hold', 'reference']; // what stays for a whole sixth of the scene

/**
 * Where a box is at a moment, 0 to 6: each keyframe stands in the middle of its sixth of the scene.
 * `boxes` at the six keyframes, null where absent; `held` names keyframes whose box stays until the next one.
 */
export function boxAtMoment(boxes, moment, { held = [], timing = 'interpolate' } = {}) {
  if (HELD.includes(timing)) return boxes[Math.min(boxes.length - 1, Math.floor(moment))];
  const place = moment - HALF;
  const before = Math.floor(place);
  const [from, to] = [boxes[before] || null, boxes[before + 1] || null];
  const part = place - before;
  if (from && to) return held.includes(before) ? from : from.map((edge, at) => edge + (to[at] - edge) * part);
  return part < HALF ? from : to;
}

/** The boxes of some actors, `{colour, boxes, held, marks}`, over a picture of any size. */
export class BoxesOver {
  constructor() {
    this.root = svg('svg', { class: 'boxes-over', viewBox: '0 0 100 100', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    this.actors = [];
    this.moment = HALF;
  }

  /** Draw the boxes of actors, moving as `timing` says. */
  draw(actors, timing) {
    this.timing = timing;
    this.actors = actors.map(({ colour, boxes, held = [], marks = [] }) => {
      const seen = boxes.map((_, at) => (marks[at] && marks[at].seen) || null);
      const lines = { asked: outline('asked', colour), seen: outline('seen', colour) };
      return { boxes, held, seen, lines };
    });
    this.root.replaceChildren(...this.actors.flatMap(({ lines }) => [lines.asked, lines.seen]));
    this.at(this.moment);
  }

  /** Put the boxes where they are at a moment, 0 to 6. */
  at(moment) {
    this.moment = moment;
    for (const { boxes, held, seen, lines } of this.actors) {
      place(lines.asked, boxAtMoment(boxes, moment, { held, timing: this.timing }));
      place(lines.seen, boxAtMoment(seen, moment));
    }
  }
}

function outline(kind, colour) {
  const line = svg('g', { class: kind }, svg('rect', { class: 'ring' }), svg('rect', { class: 'edge' }));
  line.style.setProperty('--colour', colour);
  return line;
}

function place(line, box) {
  line.setAttribute('visibility', box ? 'visible' : 'hidden');
  if (!box) return;
  const [x0, y0, x1, y1] = box.map((edge) => 100 * edge);
  const edges = Object.entries({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 });
  for (const rect of line.children) for (const [name, value] of edges) rect.setAttribute(name, value);
}
