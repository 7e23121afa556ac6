// @ts-check
// What part of the stage is seen: pan, zoom, and from points of the screen to fractions of the frame.
import { WIDTH } from './boxview.js';

/** A little of the wings is seen beside the frame, so that a box half off stage can be taken. */
const WINGS = 0.04;
const CLOSEST = 6;
const FARTHEST = 0.5;

export class ViewPort {
  /**
   * @param {HTMLElement} root @param {SVGSVGElement} svg @param {HTMLElement} backdrop
   * @param {() => void} moved called when sizes on the screen have changed
   */
  constructor(root, svg, backdrop, moved) {
    Object.assign(this, { zoom: 1, x: 0.5, y: 0.5, aspect: 1.5, unit: 1, pixels: 0 });
    this.root = root;
    this.svg = svg;
    this.backdrop = backdrop;
    this.moved = moved;
    /** @type {DOMRect|null} */
    this.rect = null;
    new ResizeObserver(([entry]) => this.resize(entry.contentRect.width)).observe(root);
  }

  /** @param {number} aspect width by height of the frame */
  fit(aspect) {
    if (this.root.style.aspectRatio && aspect === this.aspect) return;
    this.aspect = aspect;
    this.root.style.aspectRatio = String(aspect);
    this.apply();
  }

  resize(/** @type {number} */ pixels) {
    this.pixels = pixels;
    this.apply();
    this.moved();
  }

  /** How much of the frame is seen across; more than 1 shows the wings. */
  get span() {
    return (1 + 2 * WINGS) / this.zoom;
  }

  apply() {
    const span = this.span;
    const height = WIDTH / this.aspect;
    const [left, top] = [this.x - span / 2, this.y - span / 2];
    this.svg.setAttribute('viewBox', `${left * WIDTH} ${top * height} ${span * WIDTH} ${span * height}`);
    // The backdrop is a layer of its own, moved and scaled without being painted again.
    this.backdrop.style.transform = `translate(${(-left / span) * 100}%, ${(-top / span) * 100}%) scale(${1 / span})`;
    this.unit = this.pixels ? (span * WIDTH) / this.pixels : 1.5;
  }

  /** Remember where the stage is on the screen; called once as a gesture begins. */
  measure() {
    this.rect = this.svg.getBoundingClientRect();
  }

  /**
   * A point of the screen as fractions of the frame.
   * @param {{clientX: number, clientY: number}} at
   * @returns {{x: number, y: number}}
   */
  point({ clientX, clientY }) {
    const rect = /** @type {DOMRect} */ (this.rect);
    const span = this.span;
    return {
      x: this.x + ((clientX - rect.left) / rect.width - 0.5) * span,
      y: this.y + ((clientY - rect.top) / rect.height - 0.5) * span,
    };
  }

  /** Zoom by a factor and keep the point of the frame that lies under `at` there. */
  zoomBy(/** @type {number} */ factor, /** @type {{clientX: number, clientY: number}} */ at) {
    const before = this.point(at);
    this.zoom = Math.min(CLOSEST, Math.max(FARTHEST, this.zoom * factor));
    const after = this.point(at);
    this.look(this.x + before.x - after.x, this.y + before.y - after.y);
  }

  /** Look at another place; the frame never leaves the view. */
  look(/** @type {number} */ x, /** @type {number} */ y) {
    this.x = Math.min(1, Math.max(0, x));
    this.y = Math.min(1, Math.max(0, y));
    this.apply();
    this.moved();
  }

  /** Show the whole frame again. */
  reset() {
    this.zoom = 1;
    this.look(0.5, 0.5);
  }
}
