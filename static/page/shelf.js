// The stories made so far, newest first.
import { el } from './dom.js';

/** Put the list into the page. */
export function mount({ element, props, watch }) {
  const root = el('div', { class: 'shelf' });
  element.append(root);
  const draw = () => {
    const stories = (props.value || {}).stories || [];
    root.replaceChildren();
    if (!stories.length) return;
    root.append(el('h3', { text: 'Your stories' }), el('div', { class: 'books' }, ...stories.map(book)));
  };
  watch('value', draw);
  draw();
}

function book(story) {
  const link = new URL(document.baseURI);
  link.searchParams.set('p', story.id);
  return el('a', { class: 'book', href: link.href }, el('strong', { text: story.title }), el('span', { text: story.detail }));
}
