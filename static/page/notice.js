// What the studio tells above the storyboard, until the storyteller puts it away.
import { el } from './dom.js';

/** A quiet box with a title and its lines. */
export class Notice {
  constructor() {
    this.root = el('section', { class: 'notice', role: 'status', hidden: true });
  }

  /** Show a notice, with a button where there is an action `{words, run}`; none leaves the one that is shown. */
  draw(notice, action = null) {
    if (!notice) return;
    const away = el('button', { type: 'button', class: 'quiet', title: 'Put this away', 'aria-label': 'Put this away', text: '×' });
    away.addEventListener('click', () => this.clear());
    const lines = notice.lines.map((text) => el('li', { text }));
    const body = el('div', {}, el('p', { text: notice.title }), el('ul', {}, ...lines));
    if (action) body.append(this.button(action));
    this.root.replaceChildren(body, away);
    this.root.hidden = false;
  }

  button({ words, run }) {
    const made = el('button', { type: 'button', class: 'plain', text: words });
    made.addEventListener('click', () => { this.clear(); run(); });
    return made;
  }

  clear() {
    this.root.hidden = true;
  }
}

/** Make the banner of a Space that forgets; hidden until it is known to. */
export function forgetting() {
  const words = 'This Space forgets its stories when it sleeps; this browser keeps a copy of the words and boxes, not of the takes. '
    + 'Download a zip to keep all.';
  return el('p', { class: 'forgets', role: 'note', hidden: true, text: words });
}
