// What the studio tells above the storyboard, until the storyteller puts it away.
import { el, keepFocus } from './dom.js';

/** A quiet box with a title and its lines. */
export class Notice {
  /** `home()` gives what gets the focus once it is put away. */
  constructor(home) {
    this.home = home;
    this.root = el('section', { class: 'notice', role: 'status', hidden: true });
  }

  /**
   * Show a notice, with a button where there is an action `{words, run}`; none leaves the one that is shown. Its `aside`
   * (`{told, words, run}`) stands below, smaller.
   */
  draw(notice, action = null) {
    if (!notice) return;
    const away = el('button', { type: 'button', class: 'quiet', title: 'Put this away', 'aria-label': 'Put this away', text: '×' });
    away.addEventListener('click', () => this.putAway());
    const lines = notice.lines.map((text) => el('li', { text }));
    const body = el('div', {}, el('p', { text: notice.title }), el('ul', {}, ...lines));
    if (action) body.append(this.button(action));
    if (notice.aside) body.append(this.aside(notice.aside));
    this.root.replaceChildren(body, away);
    this.root.hidden = false;
  }

  aside({ told, ...action }) {
    return el('div', { class: 'aside' }, el('span', { text: told }), ' ', this.button(action, 'link'));
  }

  button({ words, run }, kind = 'plain') {
    const made = el('button', { type: 'button', class: kind, text: words });
    made.addEventListener('click', () => { this.putAway(); run(); });
    return made;
  }

  putAway() {
    this.clear();
    keepFocus(this.home());
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
