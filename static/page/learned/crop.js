// A picture is shown before it is sent, with a square that is dragged to the figure: only what is in it is kept.
import { button, el } from '../dom.js';
import { drawnTo, middleSquare, moved, partOf, resized } from './square.js';

const CORNERS = [[false, false], [true, false], [false, true], [true, true]];
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FINE = 0.01;
const COARSE = 0.1;
const KEYS = 'Drag the square, or its corners. Keys: arrows move it, + and − resize it, Shift goes further.';

/** The place of one picture at a time. */
export class Cropper {
  constructor() {
    this.picture = el('img', { alt: 'The picture you chose', draggable: 'false' });
    this.frame = el('div', { class: 'crop-square', tabindex: 0, role: 'group', 'aria-label': `The part that is kept. ${KEYS}` },
      ...CORNERS.map(([right, down]) => el('i', { class: 'crop-corner', 'data-right': right ? 1 : null, 'data-down': down ? 1 : null })));
    this.stage = el('div', { class: 'crop-stage' }, this.picture, this.frame);
    this.words = el('p', { class: 'note' });
    const part = button('accent', 'Keep this part', () => this.end(partOf(this.square, this.size)));
    const whole = button('plain', 'Keep all of it', () => this.end(''));
    this.rest = button('plain', '', () => { this.allWhole = true; this.end(''); });
    const none = button('quiet', 'Leave it out', () => this.end(null));
    this.root = el('section', { class: 'crop', hidden: true, 'aria-label': 'Which part of the picture is kept' }, this.words, this.stage,
      el('p', { class: 'note', text: KEYS }), el('div', { class: 'learn-line' }, part, whole, this.rest, none));
    this.end = () => {};
    this.left = false;
    this.listen();
  }

  listen() {
    this.frame.addEventListener('pointerdown', (event) => this.grasp(event));
    this.frame.addEventListener('pointermove', (event) => this.drag(event));
    for (const name of ['pointerup', 'pointercancel']) this.frame.addEventListener(name, () => { this.held = null; });
    this.frame.addEventListener('keydown', (event) => this.pressed(event));
  }

  /** Ask for the part of a file that is kept: promises 'x0,y0,x1,y1', '' for all of it, or null for none. A file that cannot be shown is sent as it is. */
  async ask(file, { number, of }) {
    if (number === 1) this.allWhole = false;
    if (this.allWhole) return '';
    const address = URL.createObjectURL(file);
    try {
      this.picture.src = address;
      await this.picture.decode();
      return this.left ? null : await this.answer(file, number, of);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      return ''; // the studio says what is wrong with it
    } finally {
      this.root.hidden = true;
      this.picture.removeAttribute('src');
      URL.revokeObjectURL(address);
    }
  }

  answer(file, number, of) {
    this.size = { width: this.picture.naturalWidth, height: this.picture.naturalHeight };
    this.words.textContent = `${of > 1 ? `Picture ${number} of ${of}, ` : ''}${file.name}: which part shows the figure? Only that part is kept.`;
    this.rest.hidden = number === of;
    this.rest.textContent = `Keep all of these ${of - number + 1}`;
    this.root.hidden = false;
    this.put(middleSquare(this.size));
    this.root.scrollIntoView({ block: 'nearest' });
    this.frame.focus({ preventScroll: true });
    return new Promise((done) => { this.end = done; });
  }

  /** The window closes: nothing more is kept. */
  leave() {
    this.left = true;
    this.end(null);
  }

  put(square) {
    const { width, height } = this.size;
    this.square = square;
    Object.assign(this.frame.style, {
      left: `${(100 * square.x) / width}%`, top: `${(100 * square.y) / height}%`, width: `${(100 * square.side) / width}%`, height: `${(100 * square.side) / height}%`,
    });
  }

  /** Where a pointer is, in pixels of the picture. */
  point({ clientX, clientY }) {
    const { left, top, width, height } = this.picture.getBoundingClientRect();
    return { x: ((clientX - left) / width) * this.size.width, y: ((clientY - top) / height) * this.size.height };
  }

  grasp(event) {
    const { right, down } = event.target.dataset;
    const corner = event.target !== this.frame && { right: Boolean(right), down: Boolean(down) };
    this.frame.setPointerCapture(event.pointerId);
    this.held = { corner, from: this.point(event), square: this.square };
  }

  drag(event) {
    if (!this.held) return;
    const { corner, from, square } = this.held;
    const point = this.point(event);
    this.put(corner ? drawnTo(square, this.size, corner, point) : moved(square, this.size, point.x - from.x, point.y - from.y));
  }

  pressed(event) {
    const step = (event.shiftKey ? COARSE : FINE) * Math.min(this.size.width, this.size.height);
    const way = STEPS[event.key];
    const grows = { '+': 2, '=': 2, '*': 2, '-': -2, _: -2 }[event.key];
    if (!way && !grows) return;
    event.preventDefault();
    this.put(way ? moved(this.square, this.size, way[0] * step, way[1] * step) : resized(this.square, this.size, this.square.side + grows * step));
  }
}
