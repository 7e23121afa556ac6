// Behind "More" on a card: change the scene with a note, its shot and camera, the words behind it, overlaps.
import { el } from './dom.js';
import { isPlanning, onPlanning } from './bus.js';
import { Choice, Field } from './field.js';
import { drawFindings } from './findings.js';

const SHOTS = [
  ['wide', 'Wide: the whole stage'], ['full', 'Full: from head to foot'],
  ['medium', 'Medium: nearer'], ['close', 'Close: as near as it gets'],
];

/** The part of a scene card that is closed at first; `send(op)` and `replan(note)` tell what is wanted. */
export class More {
  constructor(send, replan) {
    this.send = send;
    this.askAgain = replan;
    this.shot = new Choice({ label: 'Shot', options: SHOTS, send: (value) => send({ op: 'shot', value }) });
    this.camera = this.words('camera', 'Camera', 200);
    this.background = this.words('background', 'What is seen behind the actors', 4000);
    this.overlaps = el('div', { class: 'overlaps' });
    this.hints = el('ul', { class: 'findings' });
    this.lines = new Map();
    this.root = el('details', { class: 'more' }, el('summary', { text: 'More' }),
      this.buildReplan(), el('div', { class: 'pair' }, this.shot.root, this.camera.root),
      this.background.root, this.overlaps, this.hints);
  }

  words(name, label, max) {
    return new Field({ label, kind: 'line', max, send: (value) => this.send({ op: 'edit', field: name, value }) });
  }

  buildReplan() {
    this.note = el('input', { type: 'text', maxlength: 2000, placeholder: 'make it night' });
    this.replan = el('button', { type: 'button', class: 'take', text: 'Replan' });
    this.by = el('small');
    this.replan.addEventListener('click', () => this.ask());
    this.note.addEventListener('keydown', (event) => { if (event.key === 'Enter') this.ask(); });
    const root = el('div', { class: 'replan' },
      el('label', { class: 'field' }, el('span', { text: 'Change this scene' }), this.note), this.replan, this.by);
    onPlanning(root, () => this.allow());
    return root;
  }

  ask() {
    const note = this.note.value.trim();
    if (!note) this.note.focus();
    if (!note || this.replan.disabled) return;
    this.replan.disabled = true; // until the studio has answered
    this.askAgain(note);
  }

  allow() {
    this.replan.disabled = isPlanning();
  }

  draw(scene, { model, replanned }) {
    this.shot.set(scene.shot_size);
    this.camera.set(scene.camera);
    this.background.set(scene.background);
    this.by.textContent = model ? `Planned by ${model}` : '';
    if (replanned === scene.id) this.note.value = '';
    drawFindings(this.hints, scene.findings.filter(({ severity }) => severity === 'hint'), { fix: (finding) => this.send({ op: 'fix', finding }) });
    this.drawOverlaps(scene.overlaps);
    this.allow();
  }

  drawOverlaps(overlaps) {
    const keys = overlaps.map(({ regions }) => regions.join(' '));
    for (const [key, field] of this.lines) if (!keys.includes(key)) { field.root.remove(); this.lines.delete(key); }
    overlaps.forEach(({ regions, who, description }, at) => {
      if (!this.lines.has(keys[at])) this.lines.set(keys[at], this.overlap(regions));
      const field = this.lines.get(keys[at]);
      field.root.firstChild.textContent = `Where ${who} overlap`;
      field.set(description);
    });
  }

  overlap(regions) {
    const field = new Field({ label: '', kind: 'text', max: 4000, hint: 'what both do there, in one text',
      send: (value) => this.send({ op: 'overlap', regions, value }) });
    this.overlaps.append(field.root);
    return field;
  }
}
