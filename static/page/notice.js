// What the studio tells above the storyboard, until the storyteller puts it away.
import { el } from './dom.js';

/** A quiet box with a title and its lines. */
export class Notice {
  constructor() {
    this.root = el('section', { class: 'notice', role: 'status', hidden: true });
  }

  /** Show a notice; none leaves the one that is shown. */
  draw(notice) {
    if (!notice) return;
    const away = el('button', { type: 'button', class: 'quiet', title: 'Put this away', 'aria-label': 'Put this away', text: '×' });
    away.addEventListener('click', () => this.clear());
    const lines = notice.lines.map((text) => el('li', { text }));
    this.root.replaceChildren(el('div', {}, el('p', { text: notice.title }), el('ul', {}, ...lines)), away);
    this.root.hidden = false;
  }

  clear() {
    this.root.hidden = true;
  }
}
