// The libraries of clips: a folder can be looked through again, and a library deleted, which is asked for first.
import { button, el, keepFocus } from '../dom.js';

/** `again(library)` looks through a folder again, `remove(library)` deletes a library. */
export class LibraryList {
  constructor({ again, remove }) {
    Object.assign(this, { again, remove });
    this.root = el('ul', { class: 'rows libraries' });
  }

  /** Show the libraries of a LibrariesView; a question stays open until they are others. */
  draw(libraries) {
    const told = JSON.stringify(libraries);
    if (told === this.told) return;
    this.told = told;
    this.root.replaceChildren(...libraries.map((library) => this.line(library)));
  }

  line(library) {
    const { title, clips, suits, licence, fits, again, loses, unread = [] } = library;
    const words = el('div', {}, el('strong', { text: title }), el('small', { text: [clips, suits, licence].join(' · ') }), unread.length ? reasons(unread) : '');
    const root = el('li', { class: fits ? null : 'unfit' }, words);
    const look = button('quiet', 'Look through it again', () => this.again(library));
    look.setAttribute('aria-label', `Look through “${title}” again`);
    const away = button('quiet', 'Delete …', () => this.ask(library, root));
    away.setAttribute('aria-label', `Delete “${title}” …`);
    root.append(el('div', { class: 'library-doings' }, again ? look : '', loses ? away : ''));
    return root;
  }

  /** Put the question in the place of a line. */
  ask(library, line) {
    const question = el('p', { text: `Delete the library “${library.title}”? ${library.loses} What you decided of its clips stays.` });
    const back = () => { root.replaceWith(line); keepFocus(line.querySelector('.library-doings :last-child')); };
    const keep = button('plain', 'Keep it', back);
    const yes = button('accent', 'Delete it', () => { back(); this.remove(library); });
    const root = el('li', { class: 'library-question', role: 'group', 'aria-label': question.textContent }, question, el('div', { class: 'library-doings' }, yes, keep));
    root.addEventListener('keydown', (event) => { if (event.key === 'Escape') { event.preventDefault(); back(); } });
    line.replaceWith(root);
    keep.focus();
  }
}

/** The first clips that cannot be read, and why. */
function reasons(unread) {
  return el('details', { class: 'unread' }, el('summary', { text: 'Why some cannot be read' }), ...unread.map((text) => el('small', { text })));
}
