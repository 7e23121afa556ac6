// @ts-check
// One box on the stage: its edge in the actor's colour, a ring that sets it off from any picture, and a tag with its name.
/** @import { Region } from './types.js' */
import { address, svg } from '../page/dom.js';
import { ICONS } from './icons.js';
import { wayAt } from './path.js';

/** The stage is this many units wide, whatever its size on the screen. */
export const WIDTH = 1000;

/** How the edges of boxes are dashed, by their order: a second sign beside the colour. */
const DASHES = ['none', '14 4', '14 4 3 4', '8 4', '3 3', '20 4 3 4 3 4'];

const MARKS = { good: '✓', fair: '~', poor: '!', unknown: '' };
const TAG_HEIGHT = 20;
/** A way shorter than this part of the frame is none. */
const STILL = 0.01;
const LONGEST_NAME = 18;

/** @type {CanvasRenderingContext2D|null} */
let ruler = null;

/**
 * How wide a name is in a tag, in CSS pixels, without asking the page for its layout.
 * @param {string} words
 */
function widthOf(words) {
  ruler = ruler || document.createElement('canvas').getContext('2d');
  if (!ruler) return words.length * 7;
  ruler.font = '600 12px system-ui, sans-serif';
  return ruler.measureText(words).width;
}

/**
 * The ring that a colour needs to be seen on any picture: dark around light colours, light around dark ones.
 * @param {string} colour '#rrggbb'
 * @returns {'dark'|'light'}
 */
export function ringOf(colour) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red, green, blue] = parts.map((part) => (part <= 0.04 ? part / 12.9 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? 'dark' : 'light';
}

/**
 * The address of the picture of who plays a region; '' if nobody does.
 * @param {{id: string, face?: string}[]} cast @param {{character_id: string|null}} region
 */
export function faceOf(cast, { character_id: who }) {
  const actor = cast.find(({ id }) => id === who);
  return actor && actor.face ? address(actor.face) : '';
}

/**
 * Whether an actor looks to the left: the way it goes, and where it stays, as it is played.
 * @param {Region} region @param {number} k
 */
export function looksLeft({ keys, played }, k) {
  const way = wayAt(keys, k);
  return Math.abs(way) > STILL ? way < 0 : /\bleft\b/.test(played || '');
}

/** The nodes of one region; every change while dragging is an attribute of a node that is there already. */
export class BoxView {
  /** @param {string} id */
  constructor(id) {
    this.id = id;
    this.title = svg('title');
    this.fill = svg('rect', { class: 'fill' });
    this.face = svg('image', { class: 'figure', preserveAspectRatio: 'xMidYMax meet', 'aria-hidden': 'true' });
    this.hatch = svg('rect', { class: 'hatch' });
    this.ring = svg('rect', { class: 'ring' });
    this.edge = svg('rect', { class: 'edge' });
    this.paper = svg('rect', { class: 'paper', height: TAG_HEIGHT, rx: 4 });
    this.swatch = svg('rect', { class: 'swatch', x: 5, y: 5, width: 10, height: 10, rx: 2 });
    this.words = svg('text', { x: 20, y: 14 });
    this.mark = svg('text', { class: 'mark', y: 14 });
    this.lock = svg('path', { class: 'lock', d: ICONS.lock });
    this.flag = svg('text', { class: 'flag', y: 14 });
    this.tag = svg('g', { class: 'tag' }, this.paper, this.swatch, this.words, this.lock, this.mark, this.flag);
    this.root = svg('g', { class: 'box', tabindex: 0, role: 'button', 'aria-roledescription': 'box', 'data-region': id },
      this.title, this.ring, this.fill, this.face, this.hatch, this.edge, this.tag);
    this.tagWidth = 0;
  }

  /**
   * Give the box its name, colour and state; not called while it is dragged.
   * @param {{name: string, colour: string, face: string, left: boolean, order: number, state: string, selected: boolean, locked: boolean,
   *   words: string, verdict: {level: string, reason: string}, finding?: import('./marks.js').Mark|null}} told  face: the actor's picture, '' if it has none; it looks right, and is turned for one who looks left
   */
  dress({ name, colour, face, left, order, state, selected, locked, words, verdict, finding = null }) {
    this.root.setAttribute('class', `box ring-${ringOf(colour)} ${verdict.level}${selected ? ' selected' : ''}${locked ? ' locked' : ''}`);
    this.root.setAttribute('data-state', state);
    this.root.setAttribute('aria-label', finding ? `${words}. ${finding.words}` : words);
    this.root.setAttribute('aria-pressed', String(selected));
    this.root.style.setProperty('--colour', colour);
    this.left = left;
    if (face !== (this.face.getAttribute('href') || '')) this.face.setAttribute('href', face);
    this.edge.setAttribute('stroke-dasharray', state === 'inherited' ? '5 4' : DASHES[order % DASHES.length]);
    this.hatch.setAttribute('fill', `url(#hatch-${verdict.level})`);
    this.words.textContent = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
    this.locked = locked;
    this.finding = finding;
    this.flag.textContent = finding ? finding.sign : '';
    this.flag.setAttribute('class', finding ? `flag ${finding.severity}` : 'flag');
    this.judge(verdict, name);
  }

  /**
   * Another verdict while the box is dragged.
   * @param {{level: string, reason: string}} verdict @param {string} name
   */
  tint(verdict, name) {
    this.root.classList.replace(this.level || 'unknown', verdict.level);
    this.hatch.setAttribute('fill', `url(#hatch-${verdict.level})`);
    this.judge(verdict, name);
  }

  /**
   * Say how well the pack follows a box like this.
   * @param {{level: string, reason: string}} verdict @param {string} name
   */
  judge(verdict, name) {
    this.level = verdict.level;
    const told = [this.finding && this.finding.words, verdict.reason].filter(Boolean).join(' ');
    this.title.textContent = told ? `${name}: ${told}` : name;
    this.mark.textContent = MARKS[/** @type {keyof typeof MARKS} */ (verdict.level)] || '';
    const after = 24 + widthOf(this.words.textContent || '');
    const end = after + (this.locked ? 16 : 0);
    this.lock.setAttribute('transform', `translate(${after - 2} 2)`);
    this.mark.setAttribute('x', String(end + 2));
    const last = end + (this.mark.textContent ? 18 : 4);
    this.flag.setAttribute('x', String(last));
    this.tagWidth = last + (this.finding ? 14 : 0);
    this.paper.setAttribute('width', String(this.tagWidth));
  }

  /**
   * Put the box somewhere.
   * @param {number[]} box edges as fractions of the frame
   * @param {number} height units of the stage's height
   * @param {number} unit stage units in one CSS pixel
   */
  place(box, height, unit) {
    const [x, y] = [box[0] * WIDTH, box[1] * height];
    const wide = String((box[2] - box[0]) * WIDTH);
    this.face.setAttribute('transform', this.left ? `translate(${(box[0] + box[2]) * WIDTH} 0) scale(-1 1)` : '');
    const high = String((box[3] - box[1]) * height);
    for (const rect of [this.ring, this.fill, this.face, this.hatch, this.edge]) {
      rect.setAttribute('x', String(x));
      rect.setAttribute('y', String(y));
      rect.setAttribute('width', wide);
      rect.setAttribute('height', high);
    }
    const above = y - (TAG_HEIGHT + 3) * unit;
    const top = above >= -TAG_HEIGHT * unit ? above : y + 3 * unit;
    const left = Math.min(Math.max(x, 0), WIDTH - this.tagWidth * unit);
    this.tag.setAttribute('transform', `translate(${left} ${top}) scale(${unit})`);
  }
}
