// The selected scene in words: its narration, where it plays, who does what, how it is seen, and what is wrong with it.
import { el } from './dom.js';
import { Actors } from './actors.js';
import { drawFindings } from './findings.js';
import { Choice, Field } from './field.js';
import { Replan } from './replan.js';
import { WordField } from './wordfield.js';

/** How near a scene is seen, `[value, words]`. */
export const SHOTS = [
  ['wide', 'Wide: the whole stage'], ['full', 'Full: from head to foot'],
  ['medium', 'Medium: nearer'], ['close', 'Close: as near as it gets'],
];

/** The form of one scene; a new one is made for each scene, so words never reach another. */
export class Form {
  constructor({ project, scene, send, replan, show, meet }) {
    Object.assign(this, { id: scene, sendAll: send });
    this.send = (op) => send({ scene, ...op });
    this.show = show;
    this.title = this.field('title', 'Title of the scene', 'line', 200, 'Untitled');
    this.narration = this.field('narration', 'Narration', 'text', 4000);
    this.setting = this.field('setting', 'Where it plays', 'line', 200);
    this.camera = this.field('camera', 'Camera', 'line', 200);
    this.background = new WordField({ label: 'What is seen behind the actors', kind: 'text', max: 4000, send: (value) => this.edit('background', value) },
      { project, scene, region: null });
    this.shot = new Choice({ label: 'Shot', options: SHOTS, send: (value) => this.send({ op: 'shot', value }) });
    this.motions = el('datalist', { id: `motions-${scene}` });
    this.actors = new Actors({ project, scene, send, meet, motions: this.motions.id });
    this.replan = new Replan(replan);
    this.findings = el('ul', { class: 'findings' });
    this.reading = el('p', { class: 'reading' });
    this.place = el('small', { class: 'place' });
    this.root = this.build();
  }

  edit(field, value) {
    return this.send({ op: 'edit', field, value });
  }

  field(name, label, kind, max, hint = '') {
    return new Field({ label, kind, max, hint, send: (value) => this.edit(name, value) });
  }

  build() {
    this.title.root.classList.add('scene-title');
    const told = el('div', { class: 'column' }, this.narration.root, this.reading, this.setting.root, this.place,
      el('div', { class: 'pair' }, this.shot.root, this.camera.root), this.background.root, this.background.told, this.replan.root);
    const acted = el('div', { class: 'column' }, this.findings, this.actors.root);
    return el('section', { class: 'scene-form', 'aria-label': 'The scene in words' }, this.motions, this.title.root,
      el('div', { class: 'columns' }, told, acted));
  }

  /** Show a SceneView; the field that is typed in stays as it is. */
  draw(scene, head) {
    for (const name of ['title', 'narration', 'setting', 'camera', 'background']) this[name].set(scene[name]);
    this.shot.set(scene.shot_size);
    this.place.textContent = scene.place || '';
    this.replan.draw(head.model);
    this.motions.replaceChildren(...head.known_motions.map((value) => el('option', { value })));
    this.drawReading(scene.reading);
    this.actors.draw(scene.regions, head);
    drawFindings(this.findings, scene.findings, { fix: (finding) => this.sendAll({ op: 'fix', finding }), show: this.show, home: this.title.input });
  }

  drawReading(reading) {
    const made = JSON.stringify(reading);
    if (!reading || made === this.reading.dataset.made) return;
    this.reading.dataset.made = made;
    const { seconds, plays, words } = reading;
    this.reading.classList.toggle('too-long', seconds > plays);
    if (seconds <= plays) { this.reading.replaceChildren(words ? `${words}.` : ''); return; }
    const split = el('button', { type: 'button', class: 'link', text: 'Split the scene' });
    split.addEventListener('click', () => this.send({ op: 'split' }));
    this.reading.replaceChildren(`${words}. `, split);
  }
}
