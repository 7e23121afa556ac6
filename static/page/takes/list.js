// The takes of a scene as a row of chips, a star on the one that is used.
import { el } from '../dom.js';
import { LEFT_OUT } from './comparisons.js';

/** The row; `choose(id)` uses a take, `sideBySide()` opens the window of all. */
export class TakeList {
  constructor({ choose, sideBySide }) {
    this.choose = choose;
    this.chips = el('div', { class: 'take-list', role: 'group', 'aria-label': 'Takes' });
    this.open = el('button', { type: 'button', class: 'plain', 'aria-haspopup': 'dialog', text: 'Side by side …' });
    this.root = el('div', { class: 'take-row', hidden: true }, this.chips, this.open);
    this.open.addEventListener('click', sideBySide);
  }

  /** Show the takes of a SceneView that are no comparisons: each of those is shown beside its take. */
  draw(scene) {
    const takes = scene.takes.filter(({ of }) => !of);
    const made = JSON.stringify(takes);
    this.root.hidden = takes.length < 2;
    if (made === this.made) return;
    this.made = made;
    const held = this.chips.contains(document.activeElement) ? document.activeElement.dataset.take : null;
    this.chips.replaceChildren(...takes.map((take) => this.chip(take)));
    [...this.chips.children].find((one) => one.dataset.take === held)?.focus();
  }

  chip({ id, label, chosen, stale, quality, without }) {
    const words = [label, quality, LEFT_OUT[without], stale ? 'outdated' : ''].filter(Boolean).join(', ');
    const star = chosen ? [el('span', { class: 'star-mark', 'aria-hidden': 'true', text: '★ ' })] : [];
    const button = el('button', { type: 'button', class: 'chip', 'data-take': id, 'aria-pressed': String(chosen) }, ...star, words);
    button.title = chosen ? 'This take goes into the film' : 'Use this take in the film';
    button.addEventListener('click', () => this.choose(id));
    return button;
  }
}
