// The bin: scenes that were taken away, each with a button that brings it back.
import { el } from './dom.js';
import { openDialog } from './dialog.js';
import { ago } from './saved.js';

/** The button 'Bin (2)' and what it opens; `recover(id)` brings a scene back. */
export class Bin {
  constructor(recover) {
    this.recover = recover;
    this.gone = [];
    this.root = el('button', { type: 'button', class: 'quiet', hidden: true, 'aria-haspopup': 'dialog' });
    this.root.addEventListener('click', () => this.open());
  }

  draw(gone) {
    this.gone = gone;
    this.root.hidden = !gone.length;
    this.root.textContent = `Bin (${gone.length})`;
  }

  ids() {
    return this.gone.map(({ id }) => id);
  }

  open() {
    const list = el('ul', { class: 'rows' });
    const dialog = openDialog(this.root.closest('.studio'), 'Scenes in the bin', list);
    list.append(...this.gone.map(({ id, title, when }) => {
      const back = el('button', { type: 'button', class: 'plain', text: 'Bring it back' });
      back.addEventListener('click', () => { dialog.close(); this.recover(id); });
      return el('li', {}, el('strong', { text: title || 'Untitled' }), el('small', { text: removed(when) }), back);
    }));
  }
}

function removed(when) {
  const time = typeof when === 'number' ? when * 1000 : Date.parse(when || '');
  return time ? `removed ${ago((Date.now() - time) / 1000)}` : '';
}
