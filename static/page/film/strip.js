// The timeline strip: a card for each scene, as wide as it is long in the film, and how each gives way to the next.
import { address, el } from '../dom.js';
import { makeSortable } from '../reorder.js';
import { joinOf, placeWords } from './words.js';

const STILL = 2; // of the six pictures of a take, the one that stands for it
const JOINS = { cut: 'cut', crossfade: 'fade' };

/**
 * The strip; `select(id)` shows a scene below, `move(id, before)` puts it before another one (null: last), `change(scene, fields,
 * words)` edits its place.
 */
export class Strip {
  constructor({ select, move, change }) {
    Object.assign(this, { select, move, change });
    this.root = el('ol', { class: 'film-strip', 'aria-label': 'The scenes of the film' });
    this.root.addEventListener('keydown', (event) => this.pressed(event));
    makeSortable(this.root, (card, before) => move(card.dataset.scene, before && before.dataset.scene), { item: '.film-strip > li', but: '.film-join', over: () => this.fill() });
  }

  /** Show the scenes of a DeskView, the selected one marked; a card that is dragged is waited for. */
  draw(view, selected) {
    Object.assign(this, { view, selected });
    if (!this.root.querySelector('.dragged')) this.fill();
  }

  fill() {
    const { view, selected } = this;
    const shown = JSON.stringify([view.scenes, view.settings, selected]);
    if (shown === this.shown) return;
    this.shown = shown;
    const had = this.root.contains(document.activeElement) && document.activeElement.closest('[data-scene]')?.dataset.scene;
    const kind = had && document.activeElement.className;
    this.root.replaceChildren(...view.scenes.map((scene, at) => this.card(scene, at, selected)));
    if (had) this.root.querySelector(`[data-scene="${had}"] .${kind.split(' ')[0]}`)?.focus({ preventScroll: true });
  }

  card(scene, at, selected) {
    const words = placeWords(scene);
    const still = el('span', { class: 'film-still' });
    if (!scene.take) still.append(el('span', { text: 'not rendered yet', 'aria-hidden': 'true' }));
    if (scene.take) {
      still.style.backgroundImage = `url("${address(scene.take.sheet)}")`;
      still.style.backgroundPosition = `${STILL * 20}% 0`;
    }
    const title = scene.title || 'Untitled';
    const button = el('button', { type: 'button', class: 'film-card', 'aria-pressed': String(scene.id === selected), 'aria-label': `Scene ${scene.number}: ${title}, ${words}`, title: 'Alt with ← and → moves it, Del leaves it out' },
      still, el('span', { class: 'film-title', text: `${scene.number} ${title}` }), el('small', { text: scene.take || scene.left_out ? words : '' }));
    button.addEventListener('click', () => this.select(scene.id));
    const root = el('li', { class: scene.left_out ? 'out' : scene.take ? '' : 'missing', 'data-scene': scene.id }, button);
    root.style.setProperty('--seconds', Math.max(1, scene.seconds));
    if (at < this.view.scenes.length - 1) root.append(this.join(scene));
    return root;
  }

  join(scene) {
    const { now, next } = joinOf(scene, this.view.settings);
    const words = now === 'cut' ? 'The next scene follows at once' : 'It fades into the next scene';
    const made = el('button', { type: 'button', class: 'film-join', 'aria-label': `After scene ${scene.number}: ${words}. Change`, title: `${words}; press to change`, text: JOINS[now] });
    made.addEventListener('click', () => this.change(scene.id, { join: next }, `After scene ${scene.number}: ${now === 'cut' ? 'a fade' : 'a cut'}`));
    return made;
  }

  /** Alt with an arrow moves a scene, Del leaves it out or puts it back. */
  pressed(event) {
    const id = event.target.closest('[data-scene]')?.dataset.scene;
    const at = this.view.scenes.findIndex((scene) => scene.id === id);
    if (at < 0) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by && event.altKey) this.step(at, by);
    else if (by) this.root.children[at + by]?.querySelector('.film-card').focus();
    else if (event.key === 'Delete') this.leave(this.view.scenes[at]);
    else return;
    event.preventDefault();
  }

  /** Move the scene at a place by one. */
  step(at, by) {
    const { scenes } = this.view;
    if (!scenes[at + by]) return;
    const rest = scenes.filter((_, index) => index !== at);
    this.move(scenes[at].id, rest[at + by] ? rest[at + by].id : null);
  }

  /** Leave a scene out of the film, or put it back. */
  leave({ id, number, left_out: out }) {
    this.change(id, { left_out: !out }, out ? `Scene ${number} is in the film again` : `Scene ${number} is left out of the film`);
  }
}
