// The line above the story: its title, when it was saved, what plays it, the one thing to do next, and the menu.
import { button, el } from './dom.js';
import { Field } from './field.js';
import { openMenu } from './menu.js';
import { nextOf, wholeCost } from './steps/next.js';

/**
 * The top line; `send(op)` sends the title, `next(does)` does what the main button says (see `nextOf`), `plays()` tells of what
 * plays, `entries()` gives the menu.
 */
export class TopLine {
  constructor({ send, saved, next, plays, entries }) {
    this.title = new Field({ label: 'Title of the story', kind: 'line', max: 200, hint: 'Untitled', send: (value) => send({ op: 'title', value }) });
    this.title.root.classList.add('story-title');
    this.pill = button('pill', '', plays);
    Object.entries({ 'aria-haspopup': 'dialog', title: 'What plays the story, and how fast' }).forEach(([name, value]) => this.pill.setAttribute(name, value));
    this.next = button('accent next', '', () => next(this.does));
    this.more = button('plain', 'Menu ▾', () => openMenu(this.more, entries()));
    Object.entries({ 'aria-haspopup': 'menu', 'aria-label': 'Menu: keep this story, earlier versions, models, settings' }).forEach(([name, value]) => this.more.setAttribute(name, value));
    this.heading = el('h2', { class: 'unseen' });
    this.root = el('header', { class: 'topline' }, this.heading, this.title.root, saved.root, this.pill, el('div', { class: 'doings' }, this.next, this.more));
    this.jobs = [];
  }

  draw(view) {
    this.view = view;
    const { head } = view;
    this.title.set(head.title);
    this.heading.textContent = head.title || 'Untitled';
    this.pill.textContent = head.plays.words;
    this.live(this.jobs);
  }

  /** Show the work that goes on: what is asked for already cannot be asked for again. */
  live(jobs) {
    this.jobs = jobs;
    if (!this.view) return;
    const { words, does } = nextOf(this.view, jobs);
    const said = [words, does === 'whole' && wholeCost(this.view)].filter(Boolean).join(', ');
    this.does = does;
    this.next.disabled = does === 'wait';
    if (this.next.textContent !== said) this.next.textContent = said;
  }
}
