// One scene of the script: its title, place, shot and narration, who does what in it, and what is wrong with it.
import { el } from '../dom.js';
import { Choice, Field } from '../field.js';
import { drawFindings } from '../findings.js';
import { SHOTS } from '../form.js';
import { Replan } from '../replan.js';
import { dot, nameOf } from '../scenecard.js';

const SHORT_SHOTS = SHOTS.map(([value, words]) => [value, words.split(':')[0]]);

/** A scene of the script; `send(op)`, `replan(note)` and `show()` as in `Script`. */
export class ScriptScene {
  constructor(scene, { send, replan, show }) {
    this.sendAll = send;
    const field = (name, label, kind, max, hint = '') => new Field({ label, kind, max, hint, send: (value) => send({ op: 'edit', scene, field: name, value }) });
    this.title = field('title', 'Title of the scene', 'line', 200, 'Untitled');
    this.setting = field('setting', 'Where it plays', 'line', 200);
    this.narration = field('narration', 'Narration', 'text', 4000, 'Nothing is told here yet.');
    this.shot = new Choice({ label: 'Shot', options: SHORT_SHOTS, send: (value) => send({ op: 'shot', scene, value }) });
    this.again = new Replan(replan);
    this.number = el('span', { class: 'number', 'aria-hidden': 'true' });
    this.acts = el('p', { class: 'acts' });
    this.reading = el('p', { class: 'reading' });
    this.findings = el('ul', { class: 'findings' });
    this.board = el('button', { type: 'button', class: 'quiet', text: 'Its boxes' });
    this.board.addEventListener('click', show);
    this.root = this.build(scene);
  }

  build(scene) {
    this.title.root.classList.add('scene-title');
    this.narration.root.classList.add('told-words');
    const replan = el('details', { class: 'script-again' }, el('summary', { text: 'Plan it anew …' }), this.again.root);
    return el('li', { class: 'script-scene', 'data-scene': scene }, this.number,
      el('div', { class: 'script-words' }, el('header', {}, this.title.root, this.board), this.narration.root, this.reading, this.findings),
      el('div', { class: 'script-margin' }, el('div', { class: 'pair' }, this.setting.root, this.shot.root), this.acts, replan));
  }

  /** Show a SceneView; a field that is typed in stays as it is. */
  draw(scene, number, head) {
    this.number.textContent = number;
    this.root.setAttribute('aria-label', `Scene ${number}: ${scene.title || 'Untitled'}`);
    this.again.draw(head.model);
    if (scene === this.scene) return;
    this.scene = scene;
    for (const name of ['title', 'setting', 'narration']) this[name].set(scene[name]);
    this.shot.set(scene.shot_size);
    this.reading.textContent = (scene.reading && scene.reading.words) || '';
    this.reading.classList.toggle('too-long', Boolean(scene.reading) && scene.reading.seconds > scene.reading.plays);
    this.acts.replaceChildren(...scene.regions.map((region) => el('span', { class: 'act' }, dot(region.colour), actWords(region))));
    drawFindings(this.findings, scene.findings, { fix: (finding) => this.sendAll({ op: 'fix', finding }), home: this.title.input });
  }
}

function actWords(region) {
  return [nameOf(region), region.motion].filter(Boolean).join(' · ');
}
