// The clips that a search left out, by what speaks against them; one may be taken all the same.
import { address, el } from '../dom.js';
import { factsWords } from './words.js';

/** `take(clip)` puts one of them among the clips after all. */
export class LeftOut {
  constructor(take) {
    this.take = take;
    this.summary = el('summary');
    this.groups = el('div');
    this.root = el('details', { class: 'left-out', hidden: true }, this.summary, this.groups);
  }

  /** Show the groups `{words, number, clips}` of a MotionView. */
  draw(dropped) {
    const all = dropped.reduce((sum, { number }) => sum + number, 0);
    this.root.hidden = all === 0;
    this.summary.textContent = `Left out (${all})`;
    this.groups.replaceChildren(...dropped.map((group) => this.group(group)));
  }

  group({ words, number, clips }) {
    const more = number - clips.length;
    return el('section', {}, el('h4', { text: `${words} (${number})` }),
      el('ul', { class: 'rows' }, ...clips.map((clip) => this.line(clip))),
      more > 0 ? el('p', { class: 'note', text: `and ${more} more` }) : '');
  }

  line(clip) {
    const picture = clip.poster ? el('img', { src: address(clip.poster), alt: '', loading: 'lazy' }) : el('span', { class: 'no-picture' });
    const take = el('button', { type: 'button', class: 'plain', text: 'Pick it anyway', disabled: !clip.whole });
    take.addEventListener('click', () => { take.disabled = true; this.summary.focus(); this.take(clip); });
    const told = el('div', {}, el('span', { text: clip.caption || clip.source }), el('small', { text: clip.reason }), el('small', { text: factsWords(clip) }));
    return el('li', {}, picture, told, take);
  }
}
