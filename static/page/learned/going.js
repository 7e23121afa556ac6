// A learning that goes on: how far it is, how it gets on, and what can be asked of it meanwhile.
import { el } from '../dom.js';
import { fillMeter } from '../progress.js';
import { Curve } from './curve.js';
import { Samples } from './samples.js';
import { askedWords, learningWords } from './words.js';

const ASKS = [
  ['sample_now', 'Sample now', 'Draw a sample of what it can so far'],
  ['save_now', 'Save now', 'Keep what it can so far, and go on'],
  ['stop', 'Stop', 'Stop here; it can go on later from the same step'],
];

/** `ask(job, word)` asks something of the learning: 'sample_now', 'save_now' or 'stop'. */
export class Going {
  constructor(ask) {
    this.title = el('strong');
    this.detail = el('span', { class: 'detail' });
    this.meter = el('progress', { max: 1, 'aria-label': 'How far it is' });
    this.samples = new Samples();
    this.curve = new Curve();
    this.asks = ASKS.map(([word, text, title]) => {
      const made = el('button', { type: 'button', class: word === 'stop' ? 'plain' : 'quiet', title, text });
      made.addEventListener('click', () => { this.wait(word); ask(this.job, word); });
      return made;
    });
    this.root = el('section', { class: 'learning-now', hidden: true, 'aria-label': 'What is being learned' },
      el('p', { class: 'learning-told' }, this.title, this.detail), this.meter, el('div', { class: 'learning-seen' }, this.samples.root, this.curve.root),
      el('div', { class: 'learning-asks' }, ...this.asks));
  }

  /** Show a job and the points of its curve; null where nothing is being learned. */
  live(job, points = []) {
    if (!job || !this.job || job.id !== this.job.id) this.samples.clear();
    this.job = job;
    this.root.hidden = !job;
    if (!job) return;
    this.title.textContent = job.title;
    fillMeter(this.meter, job);
    if (job.preview) this.samples.add({ step: job.step, picture: job.preview });
    this.curve.draw(points, job.total);
    this.wait(job.wish);
  }

  /** Show that something was asked and is not done yet; 'none' lets everything be asked. */
  wait(wish) {
    const asked = askedWords({ wish });
    const words = [learningWords(this.job), asked].filter(Boolean).join(' · ');
    if (this.detail.textContent !== words) this.detail.textContent = words;
    const [, , stop] = this.asks;
    const held = this.asks.find((one) => one === document.activeElement);
    for (const one of this.asks) one.disabled = Boolean(asked) || (one !== stop && this.job.state !== 'running');
    stop.disabled = wish === 'stop';
    if (held && held.disabled && !stop.disabled) stop.focus({ preventScroll: true });
  }
}
