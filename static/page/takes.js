// Beside the editor: the chosen take playing, the one that renders growing, and the buttons that render.
import { download } from './film.js';
import { el } from './dom.js';
import { fillMeter, progressWords } from './progress.js';
import { howMade, report } from './report.js';
import { TakeView } from './takeview.js';

const LEFT_OUT = { boxes: 'without boxes', priors: 'without what was learned' };

/**
 * The take of the selected scene; `render({quality, seed, without})`, `choose(take)` and `cancel(job)` tell what is wanted,
 * `details(take)` promises what is told of one, `compare(take, other)` shows two of them; `unwanted` stands above how it was made.
 */
export class Takes {
  constructor({ render, choose, cancel, details, compare, unwanted }) {
    Object.assign(this, { render, choose, details, compare });
    this.view = new TakeView();
    this.caption = el('p', { class: 'caption' });
    this.report = el('div', { class: 'take-told' });
    this.outdated = el('p', { class: 'outdated', hidden: true, text: 'The scene was changed after this take. Render it again to see the change.' });
    this.meter = el('progress', { max: 1 });
    this.stop = el('button', { type: 'button', class: 'quiet', text: 'Cancel' });
    this.going = el('div', { class: 'going', hidden: true }, this.meter, this.stop);
    this.makeButtons();
    this.list = el('div', { class: 'take-list', role: 'group', 'aria-label': 'Takes' });
    this.made = el('div', { class: 'take-made' });
    this.root = el('section', { class: 'takes-side', 'aria-label': 'Take' }, this.view.root,
      el('div', { class: 'caption-line' }, this.caption, this.view.switch), this.report, this.outdated, this.going,
      this.draft, el('div', { class: 'pair-buttons' }, this.final, this.other), this.without, this.list, unwanted, this.made);
    this.stop.addEventListener('click', () => { this.stop.disabled = true; cancel(this.job); });
    this.job = null;
  }

  makeButtons() {
    this.draft = this.button('accent', { quality: 'draft', seed: 'same' });
    this.draft.title = 'A draft: quick and rough, with the same seed (Ctrl+Enter)';
    this.final = this.button('plain', { quality: 'final', seed: 'same' });
    this.other = this.button('plain', { quality: 'draft', seed: 'new' });
    this.other.textContent = 'Another take';
    this.other.title = 'A draft from another seed: the same scene, played differently';
    this.without = el('div', { class: 'without' });
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
    if (other) { this.view.clear(); this.job = null; }
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
    this.drawWithout();
  }

  chosen() {
    return this.scene.takes.find(({ chosen }) => chosen);
  }

  /** What the take can be compared with: rendered already, or to be rendered. */
  drawWithout() {
    const take = this.chosen();
    const kinds = take && !take.without ? ['boxes', ...(take.learned ? ['priors'] : [])] : [];
    const made = JSON.stringify([take && take.id, take && take.stale, Boolean(this.job), kinds, this.scene.takes.length]);
    if (made === this.without.dataset.made) return;
    this.without.dataset.made = made;
    this.without.replaceChildren(...kinds.map((kind) => this.comparing(take, kind)));
  }

  comparing(take, kind) {
    const there = this.scene.takes.findLast(({ of, without }) => of === take.id && without === kind);
    if (there) {
      const show = el('button', { type: 'button', class: 'plain', 'aria-haspopup': 'dialog', text: `Beside it: ${LEFT_OUT[kind]}` });
      show.addEventListener('click', () => this.compare(take, there));
      return show;
    }
    const ask = this.button('plain', { quality: take.quality, seed: 'same', without: kind });
    ask.textContent = capital(LEFT_OUT[kind]);
    ask.disabled = Boolean(this.job) || take.stale;
    ask.title = take.stale ? 'Render the scene as it is now first' : `The same take ${LEFT_OUT[kind]}, to see what they do`;
    return ask;
  }

  drawList() {
    const takes = this.scene.takes.filter(({ of }) => !of); // a comparison is shown beside its take
    const made = JSON.stringify(takes);
    this.list.hidden = takes.length < 2;
    if (made === this.list.dataset.made) return;
    this.list.dataset.made = made;
    const held = this.list.contains(document.activeElement) ? document.activeElement.dataset.take : null;
    this.list.replaceChildren(...takes.map((take) => this.takeButton(take)));
    const again = [...this.list.children].find((one) => one.dataset.take === held);
    if (again) again.focus();
  }

  takeButton({ id, label, chosen, stale, quality, without }) {
    const words = [label, quality === 'draft' ? 'draft' : 'final', LEFT_OUT[without], stale ? 'outdated' : ''].filter(Boolean).join(', ');
    const button = el('button', { type: 'button', class: 'chip', 'data-take': id, 'aria-pressed': String(chosen), text: words });
    button.addEventListener('click', () => this.choose(id));
    return button;
  }

  drawTake() {
    const take = this.chosen();
    const left = this.job && this.job.without ? `${capital(LEFT_OUT[this.job.without])} · ` : '';
    const words = this.job ? left + progressWords(this.job) : (take ? take.note : 'No take yet');
    if (this.caption.textContent !== words) this.caption.textContent = words;
    this.outdated.hidden = Boolean(this.job) || !take || !take.stale;
    const growing = Boolean(this.job && this.job.preview);
    this.view.switch.hidden = !take && !growing;
    if (growing) { this.view.preview(this.scene, this.job.preview); this.tell(null); return; }
    if (this.view.shown === 'preview' && this.job) return;
    if (!take) { this.view.none(); this.tell(null); }
    else if (this.view.play(take)) this.tell(take);
  }

  /** Show what is told of a take, as soon as it is there. */
  async tell(take) {
    this.told = take;
    this.report.replaceChildren();
    this.made.replaceChildren();
    const details = take && await this.details(take);
    if (!details || this.told !== take) return;
    this.view.film.told(details);
    this.report.replaceChildren(report(details, (keyframe) => this.view.stand(keyframe)));
    this.made.replaceChildren(howMade(details), download('Keep this scene (mp4)', take.keep, take.file));
  }
}

function capital(words) {
  return words[0].toUpperCase() + words.slice(1);
}
