// The stories made so far, newest first; asked for whenever the first page is shown.
import { call } from './api.js';
import { goTo, onWelcome } from './bus.js';
import { el } from './dom.js';

const SHOWN = 12;

/** Put the list into the page. */
export function mount({ element }) {
  const root = el('div', { class: 'shelf' });
  element.append(root);
  const draw = async () => {
    if (!document.body.classList.contains('at-welcome')) return;
    try {
      show(root, await call('shelf'));
    } catch (error) {
      if (error.status === undefined) throw error;
      root.replaceChildren(el('p', { class: 'said', text: `Your stories cannot be listed now. ${error.message}.` }));
    }
  };
  onWelcome(element, draw);
  draw();
}

function show(root, { stories, forgets }) {
  root.replaceChildren();
  if (!stories.length) return;
  const books = el('div', { class: 'books' }, ...stories.slice(0, SHOWN).map(book));
  root.append(el('h3', { text: 'Your stories' }), books);
  if (stories.length > SHOWN) root.append(rest(books, stories.slice(SHOWN)));
  if (forgets) root.append(el('p', { class: 'note', text: 'This Space forgets them when it sleeps; keep the zip of those you care for.' }));
}

function rest(books, stories) {
  const button = el('button', { type: 'button', class: 'quiet', text: `Show ${stories.length} more` });
  button.addEventListener('click', () => {
    books.append(...stories.map(book));
    button.remove();
  });
  return button;
}

function book(story) {
  const link = new URL(document.baseURI);
  link.searchParams.set('p', story.id);
  const made = el('a', { class: 'book', href: link.href }, el('strong', { text: story.title }), el('span', { text: story.detail }));
  made.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    goTo(story.id);
  });
  return made;
}
