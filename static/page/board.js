// The storyboard: the story's title, its cast, and one card per scene.
import { el } from './dom.js';
import { onJobs, currentJobs } from './bus.js';
import { Card } from './card.js';
import { Field } from './field.js';

/** Put the storyboard into the page; `trigger('op')` sends what the storyteller did. */
export function mount({ element, props, trigger, watch }) {
  const board = new Board((op) => trigger('op', { project: (props.value || {}).project, ...op }));
  element.append(board.root);
  const draw = () => board.draw(props.value || {});
  watch('value', draw);
  onJobs(element, (jobs) => board.live(jobs));
  draw();
}

class Board {
  constructor(send) {
    this.send = send;
    this.title = new Field({ label: 'Title of the story', kind: 'line', max: 200, send: (value) => send({ op: 'title', value }) });
    this.cast = el('details', { class: 'cast', open: true });
    this.list = el('div', { class: 'cards' });
    this.root = el('div', { class: 'board' }, this.title.root, this.cast, this.list);
    this.title.root.classList.add('story-title');
    this.cards = new Map();
    this.shown = { project: '', revision: -1 };
  }

  draw(value) {
    if (!value.project) return;
    const same = value.project === this.shown.project;
    if (same && value.revision < this.shown.revision) return;
    if (!same) this.open(value);
    this.shown = value;
    this.title.set(value.title);
    this.drawCast(value);
    this.drawCards(value);
    this.live(currentJobs());
  }

  open(value) {
    for (const card of this.cards.values()) card.root.remove();
    this.cards.clear();
    const here = new URL(location.href);
    if (here.searchParams.get('p') === value.project) return;
    here.searchParams.set('p', value.project);
    history.pushState(null, '', here);
    window.addEventListener('popstate', () => location.reload(), { once: true });
    window.scrollTo({ top: 0 });
  }

  drawCast({ cast, notes }) {
    const faces = cast.map((actor) => el('li', {},
      dot(actor.colour), el('strong', { text: actor.name }), el('span', { text: actor.played })));
    const parts = [el('summary', { text: 'The cast' }), el('ul', { class: 'faces' }, ...faces)];
    if (notes.length) parts.push(el('ul', { class: 'notes' }, ...notes.map((note) => el('li', { text: note }))));
    this.cast.hidden = !cast.length && !notes.length;
    this.cast.replaceChildren(...parts);
  }

  drawCards({ scenes }) {
    const ids = new Set(scenes.map((scene) => scene.id));
    for (const [id, card] of this.cards) if (!ids.has(id)) this.drop(id, card);
    scenes.forEach((scene, index) => {
      if (!this.cards.has(scene.id)) this.cards.set(scene.id, new Card(scene.id, this.send));
      const card = this.cards.get(scene.id);
      card.draw(scene, { number: index + 1, removable: scenes.length > 1 });
      if (this.list.children[index] !== card.root) this.list.insertBefore(card.root, this.list.children[index] || null);
    });
  }

  drop(id, card) {
    card.root.remove();
    this.cards.delete(id);
  }

  live(jobs) {
    for (const [id, card] of this.cards) card.live(jobs.find((job) => job.scene_id === id) || null);
  }
}

function dot(colour) {
  const mark = el('i', { class: 'dot' });
  mark.style.background = colour;
  return mark;
}
