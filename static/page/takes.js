// Beside the editor: the chosen take playing, the one that renders growing, the buttons that render, and all that is done with takes.
import { button, el } from './dom.js';
import { download } from './download.js';
import { fillMeter, progressWords } from './progress.js';
import { howMade, report } from './report.js';
import { TakeBin } from './takes/bin.js';
import { comparisonsOf, LEFT_OUT } from './takes/comparisons.js';
import { TakeList } from './takes/list.js';
import { Several } from './takes/several.js';
import { TakeView } from './takeview.js';

const CHANGED = 'The scene was changed after this take. Render it again to see the change.';

/**
 * The takes of the selected scene. `hooks` tell what is wanted: `render({quality, seed, without, count})`, `choose(id)`, `cancel(jobs)`, `drop(take)`, `recover(id)`,
 * `again(take)`, `sideBySide()`, `uses()` and `compare(take, other)`; `details(take)` promises what is told of one. `unwanted` stands above how it was made.
 */
export class Takes {
  constructor({ unwanted, ...hooks }) {
    this.hooks = hooks;
    this.jobs = [];
    this.view = new TakeView();
    this.caption = el('p', { class: 'caption' });
    this.report = el('div', { class: 'take-told' });
    this.outdated = el('p', { class: 'outdated', hidden: true, text: CHANGED });
    this.makeGoing();
    this.makeButtons();
    this.list = new TakeList({ choose: hooks.choose, sideBySide: () => hooks.sideBySide() });
    this.bin = new TakeBin((id) => hooks.recover(id));
    this.uses = button('plain uses-open', 'Who uses what was learned …', () => hooks.uses());
    this.uses.setAttribute('aria-haspopup', 'dialog');
    this.made = el('div', { class: 'take-made' });
    this.root = el('section', { class: 'takes-side', 'aria-label': 'Take' }, this.view.root,
      el('div', { class: 'caption-line' }, this.caption, this.view.switch), this.report, this.outdated, this.going,
      this.draft, el('div', { class: 'pair-buttons' }, this.final, this.other), this.several.root, this.without, this.list.root, this.uses, unwanted, this.made, this.bin.root);
  }

  makeGoing() {
    this.meter = el('progress', { max: 1 });
    this.stop = button('quiet', 'Cancel', () => this.cancel(this.jobs.slice(0, 1)));
    this.stopAll = button('quiet', 'Cancel all', () => this.cancel(this.jobs));
    this.going = el('div', { class: 'going', hidden: true }, this.meter, this.stop, this.stopAll);
  }

  makeButtons() {
    const render = (wish) => () => this.hooks.render(wish);
    this.draft = button('accent', '', render({ quality: 'draft', seed: 'same' }));
    this.draft.title = 'A draft: quick and rough, with the same seed (Ctrl+Enter)';
    this.final = button('plain', '', render({ quality: 'final', seed: 'same' }));
    this.other = button('plain', 'Another take', render({ quality: 'draft', seed: 'new' }));
    this.other.title = 'A draft from another seed: the same scene, played differently';
    this.several = new Several((wish) => this.hooks.render(wish));
    this.without = el('div', { class: 'without' });
  }

  /** Show the takes of a SceneView; the story's head says what takes cost. */
  draw(scene, head) {
    const other = !this.scene || this.scene.id !== scene.id;
    Object.assign(this, { scene, seconds: (head && head.seconds) || {} });
    if (other) { this.view.clear(); this.jobs = []; }
    this.drawButtons();
    this.list.draw(scene);
    this.bin.draw(scene.binned);
    this.uses.hidden = !scene.uses;
    this.drawTake();
  }

  /** Show the work on this scene. */
  live(jobs) {
    const before = this.jobs;
    this.jobs = jobs.toSorted((one, next) => Number(next.state === 'running') - Number(one.state === 'running'));
    const [job] = this.jobs;
    this.going.hidden = !job;
    if (!job || !before.length || before[0].id !== job.id) this.stop.disabled = this.stopAll.disabled = false;
    this.stopAll.hidden = jobs.length < 2;
    if (job) fillMeter(this.meter, job);
    if (job) this.drawTake(); // when work has ended, its last preview stays until the new take is drawn
    if (Boolean(job) !== Boolean(before.length)) this.drawButtons();
  }

  async cancel(jobs) {
    this.stop.disabled = this.stopAll.disabled = true;
    if (!await this.hooks.cancel(jobs)) this.stop.disabled = this.stopAll.disabled = false;
  }

  drawButtons() {
    const { cost } = this.scene;
    const busy = this.jobs.length > 0;
    const priced = (words, price) => (price ? `${words}, ${price}` : words);
    this.draft.textContent = busy ? 'Rendering …' : priced('Render this scene', cost.draft);
    this.final.textContent = priced('Final', cost.final);
    for (const one of [this.draft, this.final, this.other]) one.disabled = busy;
    this.several.draw(this.seconds.draft, busy);
    this.drawWithout();
  }

  chosen() {
    return this.scene.takes.find(({ chosen }) => chosen);
  }

  /** What the take can be compared with: rendered already, or to be rendered. */
  drawWithout() {
    const take = this.chosen();
    const compared = comparisonsOf(this.scene, take);
    const made = JSON.stringify([take && take.id, take && take.stale, this.jobs.length > 0, compared]);
    if (made === this.without.dataset.made) return;
    this.without.dataset.made = made;
    this.without.replaceChildren(...compared.map(({ kind, there }) => this.comparing(take, kind, there)));
  }

  comparing(take, kind, there) {
    if (there) {
      const show = button('plain', `Beside it: ${LEFT_OUT[kind]}`, () => this.hooks.compare(take, there));
      show.setAttribute('aria-haspopup', 'dialog');
      return show;
    }
    const ask = button('plain', capital(LEFT_OUT[kind]), () => this.hooks.render({ quality: take.quality, seed: 'same', without: kind }));
    ask.disabled = this.jobs.length > 0 || take.stale;
    ask.title = take.stale ? 'Render the scene as it is now first' : `The same take ${LEFT_OUT[kind]}, to see what they do`;
    return ask;
  }

  drawTake() {
    const take = this.chosen();
    const [job] = this.jobs;
    const left = job && job.without ? `${capital(LEFT_OUT[job.without])} · ` : '';
    const words = job ? left + progressWords(job, this.jobs.slice(1)) : (take ? take.note : 'No take yet');
    if (this.caption.textContent !== words) this.caption.textContent = words;
    this.outdated.hidden = Boolean(job) || !take || !take.stale;
    const growing = Boolean(job && job.preview);
    this.view.switch.hidden = !take && !growing;
    if (growing) { this.view.preview(this.scene, job.preview); this.tell(null); return; }
    if (this.view.shown === 'preview' && job) return;
    if (!take) { this.view.none(); this.tell(null); }
    else if (this.view.play(take)) this.tell(take);
  }

  /** Show what is told of a take, as soon as it is there. */
  async tell(take) {
    this.told = take;
    this.report.replaceChildren();
    this.made.replaceChildren();
    const details = take && await this.hooks.details(take);
    if (!details || this.told !== take) return;
    this.view.film.told(details);
    this.report.replaceChildren(report(details, (keyframe) => this.view.stand(keyframe)));
    this.made.replaceChildren(howMade(details), button('link', 'Again with this recipe …', () => this.hooks.again(this.chosen())),
      download('Keep this scene (mp4)', take.keep, take.file), button('link', 'Delete this take', () => this.hooks.drop(this.chosen())));
  }
}

function capital(words) {
  return words[0].toUpperCase() + words.slice(1);
}
