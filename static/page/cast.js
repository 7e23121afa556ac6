// The cast: who plays whom, and a question for each character that somebody stands in for.
import { el } from './dom.js';

/** The cast panel; `send(op)` sends who is to play a character. */
export class Cast {
  constructor(send) {
    this.send = send;
    this.root = el('details', { class: 'cast', open: true });
    this.drawn = '';
  }

  draw({ cast, notes }) {
    const made = JSON.stringify([cast, notes]);
    if (made === this.drawn) return; // leaves an open list of choices alone
    this.drawn = made;
    const faces = cast.map((actor) => el('li', {},
      dot(actor.colour), el('strong', { text: actor.name }), el('span', { text: actor.played })));
    const parts = [el('summary', { text: 'The cast' }), el('ul', { class: 'faces' }, ...faces)];
    parts.push(...cast.filter((actor) => actor.asks).map((actor) => this.question(actor)));
    if (notes.length) parts.push(el('ul', { class: 'notes' }, ...notes.map((note) => el('li', { text: note }))));
    this.root.hidden = !cast.length && !notes.length;
    this.root.replaceChildren(...parts);
  }

  question(actor) {
    const select = el('select', {}, ...groups(actor.choices));
    select.addEventListener('change', () => {
      const [kind, colour] = actor.choices[Number(select.value)];
      this.drawn = ''; // so that a refused answer is drawn back
      this.send({ op: 'recast', character: actor.id, kind, colour });
    });
    return el('label', { class: 'question' }, el('span', { text: actor.asks }), select);
  }
}

function groups(choices) {
  const byKind = new Map();
  choices.forEach(([kind, colour], at) => {
    if (!byKind.has(kind)) byKind.set(kind, el('optgroup', { label: kind }));
    byKind.get(kind).append(el('option', { value: at, selected: at === 0, text: `the ${colour} ${kind}` }));
  });
  return byKind.values();
}

function dot(colour) {
  const mark = el('i', { class: 'dot' });
  mark.style.background = colour;
  return mark;
}
