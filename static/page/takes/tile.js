// One take among others side by side: it plays, says how it was made and how well it kept to its boxes, and can be used, made again or deleted.
import { el } from '../dom.js';
import { openMenu } from '../menu.js';
import { fillMeter, progressWords } from '../progress.js';
import { report } from '../report.js';
import { Strip } from '../strip.js';
import { TakeFilm } from '../takefilm.js';
import { comparisonsOf, LEFT_OUT } from './comparisons.js';
import { recipeWords } from './recipe.js';

/** The tile of a TakeView; `hooks` as those of SideBySide, and `stand(keyframe)`. */
export class TakeTile {
  constructor(take, hooks) {
    this.hooks = hooks;
    this.film = new TakeFilm(take, { controls: false });
    this.star = el('button', { type: 'button', class: 'star' });
    this.name = el('strong', { text: take.label });
    this.more = el('button', { type: 'button', class: 'quiet', 'aria-haspopup': 'menu', 'aria-label': `What to do with ${take.label}`, text: '⋯' });
    this.note = el('p', { class: 'recipe' });
    this.told = el('div', { class: 'take-told' });
    this.root = el('figure', { class: 'take-tile', 'data-take': take.id },
      el('figcaption', {}, this.star, this.name, this.more), this.film.root, this.note, this.told);
    this.star.addEventListener('click', () => hooks.choose(this.take.id));
    this.more.addEventListener('click', () => openMenu(this.more, this.entries()));
    this.tell(take);
  }

  /** Show a TakeView of a SceneView as it is now. */
  draw(take, scene) {
    Object.assign(this, { take, scene });
    this.star.textContent = take.chosen ? '★' : '☆';
    this.star.setAttribute('aria-pressed', String(take.chosen));
    this.star.setAttribute('aria-label', take.chosen ? `${take.label} is used` : `Use ${take.label}`);
    this.star.title = take.chosen ? 'This take goes into the film' : 'Use this take in the film';
    this.note.textContent = [recipeWords(take), take.stale ? 'outdated' : ''].filter(Boolean).join(' · ');
    this.root.classList.toggle('chosen', take.chosen);
  }

  entries() {
    const { take, scene, hooks } = this;
    const compared = comparisonsOf(scene, take).map(({ kind, there }) => (there
      ? { words: `See it beside the one ${LEFT_OUT[kind]}`, run: () => hooks.compare(take, there) }
      : { words: `Render it ${LEFT_OUT[kind]}`, run: () => hooks.without(take, kind), disabled: take.stale }));
    return [{ words: 'Again with this recipe …', run: () => hooks.again(take) }, ...compared, { words: 'Delete this take', run: () => hooks.drop(take) }];
  }

  async tell(take) {
    const details = await this.hooks.details(take);
    if (!details) return;
    this.film.told(details);
    this.told.replaceChildren(report(details, (keyframe) => this.hooks.stand(keyframe)));
  }
}

/** The tile of a take that is being rendered. */
export class GrowingTile {
  constructor() {
    this.strip = new Strip('The take so far');
    this.meter = el('progress', { max: 1 });
    this.words = el('p', { class: 'recipe' });
    this.root = el('figure', { class: 'take-tile growing' }, el('figcaption', {}, el('strong', { text: 'Rendering …' })),
      el('div', { class: 'take-film' }, this.strip.root), this.meter, this.words);
  }

  /** Show how far a job is. */
  live(job) {
    fillMeter(this.meter, job);
    this.words.textContent = progressWords(job);
    if (job.preview) this.strip.show(job.preview);
  }
}
