// The stories made so far, newest first.
import { el } from './dom.js';

const SHOWN = 12;

/** Put the list into the page. */
export function mount({ element, props, watch }) {
  const root = el('div', { class: 'shelf' });
  element.append(root);
  const draw = () => {
    const stories = (props.value || {}).stories || [];
    root.replaceChildren();
    if (!stories.length) return;
    const books = el('div', { class: 'books' }, ...stories.slice(0, SHOWN).map(book));
    root.append(el('h3', { text: 'Your stories' }), books);
    if (stories.length > SHOWN) root.append(rest(books, stories.slice(SHOWN)));
  };
  watch('value', draw);
  draw();
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
  return el('a', { class: 'book', href: link.href }, el('strong', { text: story.title }), el('span', { text: story.detail }));
}
