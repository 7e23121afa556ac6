// What is shown of a scene's take: two handles on its pictures, the same as numbers, and the part playing.
import { address, button, el, isCalm } from '../dom.js';
import { isTrimmed, shownFrames, timecode } from './words.js';

const QUIET_MS = 400;
const LEAP = 6; // frames, with Page up and down

/** The part of a take; `change(from, to)` is told of frames counted from 0, `to` being the first that is not shown. */
export class Trim {
  constructor({ change }) {
    this.change = change;
    this.video = el('video', { playsinline: true, preload: 'auto', 'aria-label': 'What the film shows of this take' });
    this.video.muted = true;
    this.first = this.handle('First frame that is shown', 0);
    this.last = this.handle('Last frame that is shown', 1);
    this.shade = el('div', { class: 'trim-shown' });
    this.track = el('div', { class: 'trim-track' }, this.shade, this.first, this.last);
    this.from = this.number('From frame', 0);
    this.to = this.number('to frame', 1);
    this.told = el('span', { class: 'note' });
    this.play = button('plain', 'Play', () => this.toggle());
    this.whole = button('plain', 'Show all of it', () => this.commit([0, this.count]));
    this.root = el('div', { class: 'trim' }, this.video, this.track,
      el('div', { class: 'trim-line' }, this.play, this.from.root, this.to.root, this.told, this.whole));
    this.video.addEventListener('timeupdate', () => this.round());
    this.video.addEventListener('ended', () => this.round());
    for (const name of ['play', 'pause']) this.video.addEventListener(name, () => { this.play.textContent = this.video.paused ? 'Play' : 'Pause'; });
  }

  handle(label, side) {
    const made = el('div', { class: 'trim-handle', role: 'slider', tabindex: 0, 'aria-label': label });
    made.addEventListener('pointerdown', (event) => { event.preventDefault(); made.setPointerCapture(event.pointerId); made.focus(); this.held = true; });
    made.addEventListener('pointermove', (event) => { if (made.hasPointerCapture(event.pointerId)) this.put(side, this.frameAt(event.clientX)); });
    made.addEventListener('lostpointercapture', () => { this.held = false; });
    made.addEventListener('pointerup', () => this.commit(this.range));
    made.addEventListener('pointercancel', () => this.show(this.saved));
    made.addEventListener('keydown', (event) => this.pressed(event, side));
    made.addEventListener('blur', () => this.commit(this.range));
    return made;
  }

  number(label, side) {
    const input = el('input', { type: 'number', min: 1, step: 1, inputmode: 'numeric' });
    input.addEventListener('input', () => { this.typed = true; });
    input.addEventListener('blur', () => { if (this.typed) { this.forget(); this.show(this.saved); } }); // typed back: nothing changes
    input.addEventListener('change', () => { this.put(side, Number(input.value) - 1 + side); this.commit(this.range); });
    return { input, root: el('label', { class: 'trim-number' }, label, input) };
  }

  /** Whether a trim is on its way: a handle is held, a number half typed, or a key was pressed just now. */
  get pending() {
    return Boolean(this.held || this.typed || this.timer);
  }

  /** Show a scene of a DeskView that has a take; a trim that is on its way stays, unless it is of another take. */
  draw(scene) {
    const { take } = scene;
    this.count = take.num_frames;
    this.fps = take.fps;
    this.whole.hidden = !isTrimmed(scene);
    if (this.shown !== take.video) {
      this.forget();
      this.shown = take.video;
      this.video.src = `${address(take.video)}#t=0.01`;
      this.video.style.aspectRatio = `${take.width} / ${take.height}`;
      this.track.style.backgroundImage = `url("${address(take.sheet)}")`;
    }
    this.saved = shownFrames(scene);
    if (!this.pending) this.show(this.saved);
  }

  /** Let go of a trim that is on its way. */
  forget() {
    clearTimeout(this.timer);
    Object.assign(this, { held: false, typed: false, timer: 0 });
  }

  show([from, to]) {
    this.range = [from, to];
    const [left, right] = [from, to].map((frame) => (100 * frame) / this.count);
    this.first.style.left = `${left}%`;
    this.last.style.left = `${right}%`;
    this.shade.style.left = `${left}%`;
    this.shade.style.right = `${100 - right}%`;
    for (const [node, now, most] of [[this.first, from + 1, to], [this.last, to, this.count]]) {
      Object.entries({ 'aria-valuemin': 1, 'aria-valuemax': most, 'aria-valuenow': now, 'aria-valuetext': `Frame ${now} of ${this.count}` }).forEach(([name, value]) => node.setAttribute(name, value));
    }
    this.from.input.max = this.to.input.max = this.count;
    this.from.input.value = from + 1;
    this.to.input.value = to;
    this.told.textContent = `of ${this.count}: ${timecode((to - from) / this.fps)} at ${this.fps} frames a second`;
  }

  /** Put one end to a frame, the other staying where it is, and show the picture there. */
  put(side, frame) {
    const [from, to] = this.range;
    const wanted = Number.isFinite(frame) ? Math.round(frame) : this.range[side];
    const put = side ? Math.min(Math.max(wanted, from + 1), this.count) : Math.max(0, Math.min(wanted, to - 1));
    this.show(side ? [from, put] : [put, to]);
    this.video.pause();
    this.video.currentTime = (put - side + 0.5) / this.fps;
  }

  frameAt(x) {
    const { left, width } = this.track.getBoundingClientRect();
    return ((x - left) / width) * this.count;
  }

  pressed(event, side) {
    const now = this.range[side];
    const to = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, PageDown: now - LEAP, PageUp: now + LEAP, Home: 0, End: this.count }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.put(side, to);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.commit(this.range), QUIET_MS);
  }

  commit([from, to]) {
    this.forget();
    if (from === this.saved[0] && to === this.saved[1]) return;
    this.saved = [from, to];
    this.change(from, to === this.count ? null : to);
  }

  toggle() {
    if (!this.video.paused) { this.video.pause(); return; }
    this.video.currentTime = this.range[0] / this.fps;
    this.video.play().catch(() => {}); // it was closed meanwhile
  }

  /** Begin again at the end of what is shown; who asked for little motion sees it once. */
  round() {
    const [from, to] = this.range;
    const over = this.video.currentTime >= to / this.fps - 0.02 || this.video.ended;
    if (!over || this.video.seeking || (this.video.paused && !this.video.ended)) return;
    this.video.currentTime = from / this.fps;
    if (isCalm()) this.video.pause();
    else this.video.play().catch(() => {});
  }

  stop() {
    if (this.range) this.commit(this.range);
    this.video.pause();
  }
}
