// Beside the editor: the chosen take playing, the one that renders growing, and the buttons that render.
import { address, el, isCalm } from './dom.js';
import { fillMeter, progressWords, swap } from './progress.js';

/** The take of the selected scene; `render({quality, seed})`, `choose(take)` and `cancel(job)` tell what is wanted. */
export class Takes {
  constructor({ render, choose, cancel }) {
    Object.assign(this, { render, choose });
    this.view = el('div', { class: 'take-view' });
    this.caption = el('p', { class: 'caption' });
    this.outdated = el('p', { class: 'outdated', hidden: true, text: 'The scene was changed after this take. Render it again to see the change.' });
    this.meter = el('progress', { max: 1 });
    this.stop = el('button', { type: 'button', class: 'quiet', text: 'Cancel' });
    this.going = el('div', { class: 'going', hidden: true }, this.meter, this.stop);
    this.draft = this.button('accent', { quality: 'draft', seed: 'same' });
    this.draft.title = 'A draft: quick and rough, with the same seed (Ctrl+Enter)';
    this.final = this.button('plain', { quality: 'final', seed: 'same' });
    this.other = this.button('plain', { quality: 'draft', seed: 'new' });
    this.other.textContent = 'Another take';
    this.other.title = 'A draft from another seed: the same scene, played differently';
    this.list = el('div', { class: 'take-list', role: 'group', 'aria-label': 'Takes' });
    this.root = el('section', { class: 'takes-side', 'aria-label': 'Take' }, this.view, this.caption, this.outdated, this.going,
      this.draft, el('div', { class: 'pair-buttons' }, this.final, this.other), this.list);
    this.stop.addEventListener('click', () => { this.stop.disabled = true; cancel(this.job); });
    this.shown = '';
    this.job = null;
  }

  button(kind, wish) {
    const made = el('button', { type: 'button', class: kind });
    made.addEventListener('click', () => this.render(wish));
    return made;
  }

  /** Show the takes of a SceneView. */
  draw(scene) {
    const other = !this.scene || this.scene.id !== scene.id;
    this.scene = scene;
    if (other) { this.shown = ''; this.job = null; }
    this.drawButtons();
    this.drawList();
    this.drawTake();
  }

  /** Show the work on this scene, or that there is none. */
  live(job) {
    const before = this.job;
    this.job = job;
    this.going.hidden = !job;
    if (!before || !job || before.id !== job.id) this.stop.disabled = false;
    if (job) fillMeter(this.meter, job);
    if (job) this.drawTake(); // when work has ended, its last preview stays until the new take is drawn
    if (Boolean(job) !== Boolean(before)) this.drawButtons();
  }

  drawButtons() {
    const { cost } = this.scene;
    const priced = (words, price) => (price ? `${words}, ${price}` : words);
    this.draft.textContent = this.job ? 'Rendering …' : priced('Render this scene', cost.draft);
    this.final.textContent = priced('Final', cost.final);
    for (const button of [this.draft, this.final, this.other]) button.disabled = Boolean(this.job);
  }

  drawList() {
    const { takes } = this.scene;
    const made = JSON.stringify(takes);
    this.list.hidden = takes.length < 2;
    if (made === this.list.dataset.made) return;
    this.list.dataset.made = made;
    const held = this.list.contains(document.activeElement) ? document.activeElement.dataset.take : null;
    this.list.replaceChildren(...takes.map((take) => this.takeButton(take)));
    const again = [...this.list.children].find((one) => one.dataset.take === held);
    if (again) again.focus();
  }

  takeButton({ id, label, chosen, stale, quality }) {
    const words = [label, quality === 'draft' ? 'draft' : 'final', stale ? 'outdated' : ''].filter(Boolean).join(', ');
    const button = el('button', { type: 'button', class: 'chip', 'data-take': id, 'aria-pressed': String(chosen), text: words });
    button.addEventListener('click', () => this.choose(id));
    return button;
  }

  drawTake() {
    const take = this.scene.takes.find(({ chosen }) => chosen);
    const words = this.job ? progressWords(this.job) : (take ? take.note : 'No take yet');
    if (this.caption.textContent !== words) this.caption.textContent = words;
    this.outdated.hidden = Boolean(this.job) || !take || !take.stale;
    if (this.job && this.job.preview) { this.drawPreview(); return; }
    const wanted = take ? take.video : 'none';
    if (this.shown === wanted || (this.shown === 'preview' && this.job)) return;
    this.shown = wanted;
    this.view.replaceChildren(take ? film(take) : el('p', { class: 'no-take', text: 'Render the scene to see it played.' }));
  }

  drawPreview() {
    if (this.shown !== 'preview') {
      this.picture = el('img', { class: 'preview', alt: 'The take so far' });
      this.view.replaceChildren(this.picture);
      this.shown = 'preview';
    }
    swap(this.picture, this.job.preview);
  }
}

function film(take) {
  const video = el('video', { controls: true, loop: true, playsinline: true, preload: 'auto', src: `${address(take.video)}#t=0.01`, 'aria-label': take.label });
  video.muted = true;
  video.autoplay = !isCalm();
  return video;
}
