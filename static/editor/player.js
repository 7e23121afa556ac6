// @ts-check
// The animatic in the browser: a scene, or the whole story with its narration, as moving boxes with names over the backdrop.
import { el, svg } from '../page/dom.js';
import { Backdrop } from './backdrop.js';
import { BoxView, WIDTH, faceOf, looksLeft } from './boxview.js';
import { boxBetween } from './path.js';

const LAST = 5;

/**
 * When each scene plays: as long as the pack's take, longer where its narration needs longer to be read.
 * @param {any[]} scenes SceneViews @param {{seconds: number}} stage
 * @param {boolean} [read] whether the narration is shown and read
 * @returns {{scene: any, from: number, seconds: number}[]} in seconds from the beginning
 */
export function programme(scenes, stage, read = true) {
  let from = 0;
  return scenes.map((scene) => {
    const needed = read && scene.reading ? scene.reading.seconds : 0;
    const entry = { scene, from, seconds: Math.max(stage.seconds, needed) };
    from += entry.seconds;
    return entry;
  });
}

/**
 * Where on its path a scene is, in the steps of the pack's frames; the last frame is held.
 * @param {number} seconds since the scene began @param {{fps: number, num_frames: number}} stage
 * @returns {number} 0..5
 */
export function pathTime(seconds, { fps, num_frames: frames }) {
  const frame = Math.min(frames - 1, Math.max(0, Math.floor(seconds * fps + 1e-6)));
  return frames > 1 ? (frame / (frames - 1)) * LAST : 0;
}

export class Player {
  /** @param {{narrated?: boolean}} [how] */
  constructor({ narrated = false } = {}) {
    this.narrated = narrated;
    this.backdrop = new Backdrop();
    this.boxes = svg('svg', { preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    this.picture = el('div', { class: 'player-stage' }, this.backdrop.root, this.boxes);
    this.button = el('button', { type: 'button', class: 'play' });
    this.scrub = el('input', { type: 'range', min: 0, step: 'any', 'aria-label': 'Place in the animatic' });
    this.clock = el('span', { class: 'clock' });
    this.caption = el('p', { class: 'narration', hidden: !narrated });
    this.bar = el('div', { class: 'player-bar' }, this.button, this.scrub, this.clock);
    this.root = el('div', { class: 'player' }, this.picture, this.caption, this.bar);
    /** @type {BoxView[]} */
    this.views = [];
    /** @type {{scene: any, from: number, seconds: number}[]} */
    this.programme = [];
    this.now = 0;
    this.button.addEventListener('click', () => this.toggle());
    this.scrub.addEventListener('input', () => { this.pause(); this.seek(Number(this.scrub.value)); });
    new ResizeObserver(([entry]) => { this.pixels = entry.contentRect.width; this.move(); }).observe(this.picture);
  }

  /** @param {any[]} scenes SceneViews @param {any} head HeadView @param {string} [kind] of backdrop */
  load(scenes, head, kind = 'drawn') {
    this.pause();
    this.stage = head.stage;
    this.cast = head.cast;
    this.kind = kind;
    this.programme = programme(scenes, head.stage, this.narrated);
    const last = this.programme.at(-1);
    this.length = last ? last.from + last.seconds : 0;
    this.scrub.setAttribute('max', String(this.length));
    this.picture.style.aspectRatio = String(this.stage.aspect);
    this.height = WIDTH / this.stage.aspect;
    this.boxes.setAttribute('viewBox', `0 0 ${WIDTH} ${this.height}`);
    this.playing = null;
    this.seek(0);
  }

  /** Start by itself, unless the reader asked for little motion. */
  start() {
    if (!window.matchMedia('(prefers-reduced-motion: reduce)').matches) this.play();
  }

  toggle() {
    if (this.frame) this.pause();
    else this.play();
  }

  play() {
    if (this.frame || !this.length) return;
    if (this.now >= this.length) this.seek(0);
    let then = performance.now();
    const step = (/** @type {number} */ time) => {
      this.seek(this.now + Math.max(0, time - then) / 1000);
      then = time;
      this.frame = this.now < this.length && this.root.isConnected ? requestAnimationFrame(step) : 0;
      if (!this.frame) this.pause();
    };
    this.frame = requestAnimationFrame(step);
    this.label('Pause', '❚❚');
  }

  pause() {
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.label('Play', '▶');
  }

  label(/** @type {string} */ words, /** @type {string} */ sign) {
    this.button.textContent = sign;
    this.button.setAttribute('aria-label', words);
    this.button.setAttribute('title', words);
  }

  /** @param {number} seconds from the beginning */
  seek(seconds) {
    this.now = Math.min(this.length || 0, Math.max(0, seconds));
    const entry = this.programme.findLast(({ from }) => from <= this.now) || null;
    if (entry && entry !== this.playing) this.enter(entry);
    this.move();
    /** @type {HTMLInputElement} */ (this.scrub).value = String(this.now);
    const clock = `${this.now.toFixed(1)} / ${(this.length || 0).toFixed(1)} s`;
    if (this.clock.textContent !== clock) this.clock.textContent = clock;
  }

  enter(/** @type {{scene: any, from: number, seconds: number}} */ entry) {
    this.playing = entry;
    const { scene } = entry;
    this.caption.textContent = scene.narration || scene.title;
    const regions = scene.regions.toSorted((/** @type {any} */ a, /** @type {any} */ b) => a.layer - b.layer);
    this.views = regions.map((/** @type {any} */ region, /** @type {number} */ order) => dressed(region, order, faceOf(this.cast || [], region)));
    this.boxes.replaceChildren(...this.views.map((view) => view.root));
    this.regions = regions;
    this.moment = -1;
  }

  /** Put the boxes where they are at this moment. */
  move() {
    if (!this.playing || !this.stage) return;
    const at = pathTime(this.now - this.playing.from, this.stage);
    const unit = this.pixels ? WIDTH / this.pixels : 1.5;
    if (at === this.moment && unit === this.unit) return;
    this.moment = at;
    this.unit = unit;
    this.backdrop.draw(this.playing.scene, this.kind || 'drawn', Math.round(at));
    this.views.forEach((view, index) => {
      const box = boxBetween(this.regions[index].keys, at);
      view.root.setAttribute('visibility', box ? 'visible' : 'hidden');
      if (box) view.place(box, this.height || WIDTH, unit);
    });
  }
}

function dressed(/** @type {any} */ region, /** @type {number} */ order, /** @type {string} */ face) {
  const view = new BoxView(region.id);
  view.root.removeAttribute('tabindex');
  view.dress({ name: region.name, colour: region.colour, face, left: looksLeft(region, 0), order, state: 'set', selected: false, locked: false,
    words: region.name, verdict: { level: 'unknown', reason: '' } });
  return view;
}

/** The whole story in a window over the page. */
export class FilmPlayer {
  constructor() {
    this.player = new Player({ narrated: true });
    this.title = el('h2', { id: 'film-player-title' });
    const close = el('button', { type: 'button', class: 'quiet', text: 'Close' });
    this.root = el('dialog', { class: 'film-player', 'aria-labelledby': 'film-player-title' },
      el('header', {}, this.title, close), this.player.root);
    const dialog = /** @type {HTMLDialogElement} */ (this.root);
    close.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => this.player.pause());
    dialog.addEventListener('keydown', (event) => this.onKey(event));
  }

  /** @param {any[]} scenes SceneViews in order @param {any} head HeadView @param {string} title */
  open(scenes, head, title) {
    this.title.textContent = title;
    if (!this.root.isConnected) (document.querySelector('.gradio-container') || document.body).append(this.root);
    this.player.load(scenes, head);
    /** @type {HTMLDialogElement} */ (this.root).showModal();
    this.player.button.focus();
    this.player.start();
  }

  onKey(/** @type {KeyboardEvent} */ event) {
    event.stopPropagation();
    if (event.key !== ' ' || event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    this.player.toggle();
  }
}
