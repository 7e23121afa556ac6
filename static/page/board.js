// The storyboard: the story's title, its cast, what is wrong with it, and one card per scene.
import { el } from './dom.js';
import { onJobs, currentJobs } from './bus.js';
import { Card } from './card.js';
import { Cast } from './cast.js';
import { Field } from './field.js';
import { drawFindings } from './findings.js';
import { Keep } from './keep.js';
import { Notice } from './notice.js';

/** Put the storyboard into the page; `trigger('op')` and `trigger('replan')` send what the storyteller did. */
export function mount({ element, props, trigger, watch }) {
  const send = (name) => (told) => trigger(name, { project: (props.value || {}).project, ...told });
  const board = new Board(send('op'), send('replan'));
  element.append(board.root);
  const draw = () => board.draw(props.value || {});
  watch('value', draw);
  onJobs(element, (jobs) => board.live(jobs));
  draw();
}

class Board {
  constructor(send, replan) {
    this.send = send;
    this.replan = replan;
    this.title = new Field({ label: 'Title of the story', kind: 'line', max: 200, send: (value) => send({ op: 'title', value }) });
    this.notice = new Notice();
    this.cast = new Cast(send);
    this.keep = new Keep();
    this.findings = el('ul', { class: 'findings' });
    this.mend = el('button', { type: 'button', class: 'take mend', hidden: true });
    this.mend.addEventListener('click', () => { this.mend.disabled = true; send({ op: 'mend' }); });
    this.list = el('div', { class: 'cards' });
    this.root = el('div', { class: 'board' }, this.title.root, this.notice.root, this.cast.root,
      this.findings, this.mend, this.list, this.keep.root);
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
    this.cast.draw(value);
    this.keep.draw(value);
    this.notice.draw(value.notice);
    this.drawFindings(value);
    this.drawCards(value);
    this.live(currentJobs());
  }

  open(value) {
    for (const card of this.cards.values()) card.root.remove();
    this.cards.clear();
    this.notice.clear();
    const here = new URL(location.href);
    if (here.searchParams.get('p') === value.project) return;
    here.searchParams.set('p', value.project);
    history.pushState(null, '', here);
    window.addEventListener('popstate', () => location.reload(), { once: true });
    window.scrollTo({ top: 0 });
  }

  drawFindings({ findings, mend }) {
    drawFindings(this.findings, findings, { fix: (finding) => this.send({ op: 'fix', finding }) });
    this.mend.hidden = !mend;
    this.mend.disabled = false;
    this.mend.textContent = mend === 1 ? 'Mend 1 small thing' : `Mend ${mend} small things`;
  }

  drawCards({ scenes, model, replanned }) {
    const ids = new Set(scenes.map((scene) => scene.id));
    for (const [id, card] of this.cards) if (!ids.has(id)) this.drop(id, card);
    scenes.forEach((scene, index) => {
      if (!this.cards.has(scene.id)) this.cards.set(scene.id, new Card(scene.id, this.send, this.replan));
      const card = this.cards.get(scene.id);
      card.draw(scene, { number: index + 1, removable: scenes.length > 1, model, replanned });
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
