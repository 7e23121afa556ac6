// @ts-check
// The picture behind the boxes: the drawn backdrop, a moment of the chosen take, a picture of the storyteller's, or plain paper.
import { address, el } from '../page/dom.js';

const MOMENTS = 6;

export const BACKDROPS = [
  { value: 'drawn', words: 'Drawn backdrop' },
  { value: 'take', words: 'The take' },
  { value: 'mine', words: 'My picture' },
  { value: 'plain', words: 'Plain paper' },
];

/**
 * Where a kind of backdrop comes from; null where the scene has none of that kind.
 * @param {any} scene a SceneView
 * @param {string} kind 'drawn', 'take', 'mine' or 'plain'
 * @returns {string|null} an address, relative to the page
 */
export function sourceOf(scene, kind) {
  if (kind === 'drawn') return scene.picture || null;
  if (kind === 'mine') return scene.mine || null;
  if (kind !== 'take') return null;
  const take = scene.takes.find((/** @type {any} */ one) => one.chosen) || null;
  return (take && take.sheet) || null;
}

/** One picture layer of its own, so that boxes may move over it without painting it again. */
export class Backdrop {
  constructor() {
    this.image = el('img', { alt: '', draggable: 'false', decoding: 'async' });
    this.image.addEventListener('load', () => { this.image.hidden = false; });
    this.image.addEventListener('error', () => { this.image.hidden = true; });
    this.root = el('div', { class: 'backdrop', 'aria-hidden': 'true' }, this.image);
    this.shown = '';
  }

  /**
   * Show a scene's backdrop at a keyframe.
   * @param {any} scene @param {string} kind @param {number} keyframe 0..5
   */
  draw(scene, kind, keyframe) {
    const source = sourceOf(scene, kind);
    const wanted = `${kind} ${source} ${kind === 'take' ? keyframe : ''}`;
    if (wanted === this.shown) return;
    this.shown = wanted;
    this.root.dataset.kind = source ? kind : 'plain';
    this.image.hidden = !source;
    if (source && this.image.getAttribute('src') !== address(source)) this.image.setAttribute('src', address(source));
    // A sheet holds the six moments side by side: one sixth of it is shown.
    this.image.style.width = kind === 'take' ? `${MOMENTS * 100}%` : '100%';
    this.image.style.transform = kind === 'take' ? `translateX(${(-100 * keyframe) / MOMENTS}%)` : 'none';
  }
}
